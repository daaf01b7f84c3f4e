"""How the command line fails and exits: on one line, by a code, quietly where it was told to end."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from tracetop.analysis.issues.issue import SEVERITIES
from tracetop.app.cli import cli
from tracetop.app.commands import headless, options

from .command_line import REPORTS, command, only_line, process, run, write


@pytest.mark.parametrize("name", REPORTS)
def test_unreadable_input_is_one_line_and_exit_3(name: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("no json\n123\n")
    file_as_folder = bad / "x.jsonl"
    for path, reason in (
        (tmp_path / "missing.jsonl", "no such file"),
        (tmp_path, "none of its 1 traces can be read" if name == "report" else "is a folder"),
        (bad, "none of its 2 lines is an event (line 1: "),
        (file_as_folder, "no such file"),
        (Path(os.devnull), "is not a regular file"),
    ):
        result = run(name, path)
        assert result.exit_code == 3
        said = only_line(result)
        assert said.startswith(f"{path}: ")
        assert reason in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_one_line_and_exit_3(trace: Path) -> None:
    trace.chmod(0)
    result = run("report", trace)
    assert result.exit_code == 3
    assert "ermission" in only_line(result)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["report"], "Missing argument 'FILE'"),
        (["report", "x", "--jsn"], "--jsn"),
        (["--nonsense"], "--nonsense"),
        (["timeline", "x", "--category", "nonsense"], "checkpoint"),
        (["timeline", "x", "--filter", "colour:red\n\x1b[31m"], "'--filter': unknown field colour:"),
        (["timeline", "x", "--filter", "/(a/"], "/(a/ is no regular expression"),
        (["issues", "x", "--fail-on", "mild"], "critical"),
        (["shot", "x"], "--out"),
        (["shot", "x", "-o", "y.svg", "--size", "big"], "160x48"),
        (["shot", "x", "-o", "nowhere/y.svg"], "nowhere"),
        (["demo", "--speed", "0"], "speed"),
        (["completion", "tcsh"], "fish"),
        (["x.jsonl", "y.jsonl"], "y.jsonl"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(args: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = ModuleType("tracetop.app.offscreen.shot")
    stand_in.take_shot = None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tracetop.app.offscreen.shot", stand_in)
    result = run(*args)
    assert result.exit_code == 2
    line = only_line(result)
    assert said in line
    assert "--help" in line


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    missing = tmp_path / "missing.jsonl"
    assert "Traceback" not in run("report", missing).stderr
    for args in (["--debug", "report", missing], ["report", "--debug", missing], ["report", missing, "--debug"]):
        result = run(*args)
        assert result.exit_code == 3
        assert "Traceback" in result.stderr
        assert result.stderr.splitlines()[-1] == f"tracetop: {missing}: no such file"
    assert "Traceback" not in run("report", missing).stderr


def test_a_bug_is_one_line_too(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("inner")

    monkeypatch.setattr(headless, "put_report", fail)
    result = run("report", trace)
    assert result.exit_code == 70
    assert "KeyError" in only_line(result)
    assert "Traceback" in run("report", trace, "--debug").stderr


@pytest.mark.parametrize("name", ["report", "issues"])
@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_gates(name: str, flags: list[str], trace: Path) -> None:
    assert run(name, trace, "--fail-on", "critical", *flags).exit_code == 0
    plain = run(name, trace, *flags)
    assert plain.exit_code == 0
    for severity in ("high", "MEDIUM", "low"):
        result = run(name, trace, "--fail-on", severity, *flags)
        assert result.exit_code == 1
        assert result.stdout == plain.stdout
        assert "1 high" in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_the_severities_on_offer_are_those_of_the_issues() -> None:
    assert options.SEVERITIES == SEVERITIES


def test_a_broken_pipe_is_quiet(tmp_path: Path) -> None:
    events = ({"kind": "custom", "data": {"message": "x" * 60}} for _ in range(5000))
    path = write(tmp_path / "long.jsonl", *events)
    for flags in ([], ["--json"]):
        running = process("timeline", path, *flags)
        assert running.stdout is not None and running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(30) == 141
        assert running.stderr.read() == b""
        running.stderr.close()


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_a_gate_holds_where_the_standard_streams_are_closed(closed: str, trace: Path) -> None:
    line = shlex.join([*command(), "issues", str(trace), "--fail-on", "low"])
    done = subprocess.run(["sh", "-c", f"{line} {closed}"], capture_output=True, check=False)
    said = run("issues", trace, "--fail-on", "low")
    assert done.returncode == said.exit_code == 1
    assert done.stderr.decode() == ("" if "2>" in closed else said.stderr)


def test_interrupting_is_quiet(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(headless, "put_report", interrupt)
    result = run("report", trace)
    assert (result.exit_code, result.output) == (130, "")


def test_ctrl_c_is_quiet(tmp_path: Path) -> None:
    events = ({"kind": "custom", "data": {"message": "x" * 60}} for _ in range(5000))
    path = write(tmp_path / "long.jsonl", *events)
    running = process("timeline", path)
    assert running.stdout is not None
    running.stdout.readline()
    running.send_signal(signal.SIGINT)  # it waits for us to read on
    _, complaint = running.communicate(timeout=30)
    assert running.returncode == 130
    assert complaint == b""


def test_ctrl_c_is_quiet_while_the_command_is_being_loaded() -> None:
    """It comes when the first module that is not ours is looked for."""
    [entry] = metadata.entry_points(group="console_scripts", name="tracetop")
    module, function = entry.value.split(":")
    script = f"""
import sys
from {module} import {function} as run

class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupted())
run()
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'[{"kind": "custom", "timestamp": 1}]', "jq -c '.[]'"),
        (b'[{"kind": "custom", "timestamp": 1}]\n', "jq -c '.[]'"),
        (b'{\n  "sessionId": "x",\n  "messages": []\n}\n', "JSON over several lines"),
        (b'[\n  {"sessionId": "x"}\n]\n', "JSON over several lines"),
        (b'{"a": 1}', "its only line is no event (line 1: no kind)"),
    ],
)
def test_json_that_is_no_log_is_told_as_that(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_bytes(content)
    result = CliRunner().invoke(cli, ["report", str(path)])
    assert result.exit_code == 3
    assert told in result.stderr
