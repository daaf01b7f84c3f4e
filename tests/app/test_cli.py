"""The command line: what it opens, how it fails, how it exits."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tracetop.analysis.issues.issue import SEVERITIES
from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.cli import cli
from tracetop.app.commands import headless, options
from tracetop.app.query.language import LANGUAGE
from tracetop.app.trace import UnreadableTraceError, load_trace
from tracetop.collector.events import Category
from tracetop.collector.recording.recorder import TraceCollector

REPORTS = ["report", "issues", "timeline", "tokens", "tools"]
HOSTILE = "\x1b[31mred\x1b]0;title\x07 [/oops] [bold]x \x9b1m \u202egnp.exe \r\n\t \x7f end"


def run(*args: object, **options: Any) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args], **options)


def command() -> list[str]:
    script = Path(sys.executable).with_name("tracetop")
    return [str(script)] if script.exists() else [sys.executable, "-m", "tracetop"]


def process(*args: object, **options: Any) -> subprocess.Popen[bytes]:
    line = [*command(), *map(str, args)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **options)


def only_line(result: Result) -> str:
    """The one line on stderr, nothing on stdout."""
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("tracetop: ")
    return line.removeprefix("tracetop: ")


def is_safe(text: str) -> bool:
    return all(character == "\n" or character.isprintable() for character in text)


def write(path: Path, *events: dict[str, Any]) -> Path:
    lines = [{"timestamp": 1e9 + number, "session_id": "s", **event} for number, event in enumerate(events)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    with TraceCollector(tmp_path / "traces", "session-1") as collector:
        path = collector.start_session("fix the parser", "claude-sonnet-4")
        for iteration in range(1, 4):
            collector.record("iteration_start", iteration=iteration)
            collector.record_llm_response(1200, 0.01, 900.0, iteration=iteration)
            collector.record_tool_call("bash", {"command": "pytest -q"}, "1 failed", 150.0, iteration=iteration)
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path | None, bool]]:
    """What a dashboard was opened on, on a terminal that could show it."""
    calls: list[tuple[Path | None, bool]] = []
    stand_in = ModuleType("tracetop.app.standalone")
    stand_in.run_dashboard = lambda path, *, debug, theme, everything, latest: calls.append((path, debug))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tracetop.app.standalone", stand_in)
    monkeypatch.setattr(headless, "has_screen", lambda: True)
    return calls


def test_version() -> None:
    assert run("--version").stdout == "tracetop 0.1.0\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_everywhere(flag: str) -> None:
    for name in cli.list_commands(None):  # type: ignore[arg-type]
        result = run(name, flag)
        assert result.exit_code == 0
        assert f"tracetop {name}" in result.stdout
    assert "Exit codes" in run(flag).stdout
    assert run("some-file.jsonl", flag).stdout == run(flag).stdout


def test_a_path_opens_the_dashboard(trace: Path, opened: list[tuple[Path | None, bool]]) -> None:
    assert run(trace).exit_code == 0
    assert run(trace.parent, "--debug").exit_code == 0
    assert run("--debug").exit_code == 0
    assert run().exit_code == 0
    assert opened == [(trace, False), (trace.parent, True), (None, True), (None, False)]


def test_a_file_called_like_a_command_needs_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[tuple[Path | None, bool]]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("report", "open", "PATH"):
        write(tmp_path / name, {"kind": "session_start"})
    assert run("./report").exit_code == 0
    assert run("report").exit_code == 2
    assert run("open").exit_code == 0
    assert run("PATH").exit_code == 0
    assert [path for path, _ in opened] == [Path("report"), Path("open"), Path("PATH")]


def test_the_dashboard_may_wait_for_a_file_but_not_for_its_folder(
    tmp_path: Path, opened: list[tuple[Path | None, bool]]
) -> None:
    assert run(tmp_path / "soon.jsonl").exit_code == 0
    assert opened == [(tmp_path / "soon.jsonl", False)]
    result = run(tmp_path / "never" / "soon.jsonl")
    assert result.exit_code == 3
    assert "never" in only_line(result)
    assert len(opened) == 1


def test_the_dashboard_does_not_open_what_is_no_file(opened: list[tuple[Path | None, bool]]) -> None:
    result = run(os.devnull)
    assert result.exit_code == 3
    assert only_line(result) == f"{os.devnull}: is not a regular file"
    assert not opened


def test_a_mistyped_command_is_not_waited_for_as_a_file(opened: list[tuple[Path | None, bool]]) -> None:
    result = run("reprot", "session-1.jsonl")
    assert result.exit_code == 2
    assert "did you mean 'report'" in only_line(result)
    assert not opened


def test_without_a_screen_a_file_is_reported(trace: Path) -> None:
    result = run(trace)
    assert result.exit_code == 0
    assert result.stdout == run("report", trace).stdout
    assert "fix the parser" in result.stdout


def test_without_a_screen_a_folder_is_listed(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = write(trace.parent / "other.jsonl", {"kind": "session_start", "data": {"goal": "older goal"}})
    os.utime(other, (1e9, 1e9))
    (trace.parent / "broken.jsonl").write_text("no\n")
    os.utime(trace.parent / "broken.jsonl", (2e9, 2e9))
    lines = run(trace.parent).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["session", "broken", "session-1", "other"]
    assert "not a trace" in lines[1]
    assert "fix the parser" in lines[2] and "claude-sonnet-4" in lines[2] and "$0.03" in lines[2]
    assert "older goal" in lines[3] and "–" in lines[3]


def test_without_a_screen_and_path_the_default_folders_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run()
    assert result.exit_code == 3
    assert ".attocode/traces or .traces" in only_line(result)
    for folder, name in ((".attocode/traces", "one"), (".traces", "two")):
        Path(folder).mkdir(parents=True)
        write(Path(folder, f"{name}.jsonl"), {"kind": "session_start"})
    names = {line.split()[0] for line in run().stdout.splitlines()}
    assert names == {"session", "one", "two"}


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 0
    assert result.stdout == f"No sessions in {tmp_path}.\n"


def test_a_dumb_terminal_gets_the_plain_report(trace: Path) -> None:
    controller, terminal = pty.openpty()
    done = subprocess.Popen(
        [*command(), str(trace)],
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "80"},
    )
    os.close(terminal)
    printed = b""
    try:
        while chunk := os.read(controller, 4096):
            printed += chunk
    except OSError:  # Linux says so where the other end is closed
        pass
    finally:
        os.close(controller)
    assert done.communicate()[1] == b""
    assert done.returncode == 0
    assert b"fix the parser" in printed
    assert b"\x1b" not in printed


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


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_an_empty_file_is_a_trace_without_events(name: str, flags: list[str], tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    result = run(name, path, *flags)
    assert result.exit_code == 0
    assert result.stdout or flags or name == "timeline"
    assert "no events yet" in result.stderr or name != "timeline"


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


def test_the_timeline_is_filtered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = write(tmp_path / "t.jsonl", {"kind": "session_start"}, {"kind": "error"}, {"kind": "session_end"})
    whole, errors = run("timeline", trace), run("timeline", trace, "--filter", "errors")
    others = run("timeline", trace, "--filter", "-errors", "--json")
    assert 0 < len(errors.stdout.splitlines()) < len(whole.stdout.splitlines())
    assert len(errors.stdout.splitlines()) + len(others.stdout.splitlines()) == len(whole.stdout.splitlines())
    nothing = run("timeline", trace, "--filter", "errors -errors")
    assert nothing.exit_code == 0
    assert "events matches; it has" in only_line(nothing)
    monkeypatch.setattr("tracetop.app.query.regex._SLOW_SECONDS", -1.0)
    monkeypatch.setattr("tracetop.app.query.regex._FIRST_TRIALS", (0, 1, 1))
    slow = run("timeline", trace, "--filter", "/a+b/")
    assert slow.exit_code == 2
    assert "takes too long" in only_line(slow)


def test_the_help_of_the_timeline_teaches_the_filter() -> None:
    told = run("timeline", "--help").stdout
    assert all(example in told for example, _ in LANGUAGE)
    assert "--filter 'tool:bash errors'" in told


def test_an_unknown_category_lists_all_sixteen(trace: Path) -> None:
    said = only_line(run("timeline", trace, "--category", "nope")).upper()
    assert all(category in said for category in Category)


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


@pytest.mark.parametrize("name", REPORTS)
def test_hostile_text_never_reaches_the_terminal(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    data = {
        "goal": HOSTILE,
        "model": HOSTILE,
        "tool_name": HOSTILE,
        "args": {HOSTILE: HOSTILE},
        "result": HOSTILE,
        "error": HOSTILE,
        "message": HOSTILE,
        "agent_id": HOSTILE,
        "tokens": 5,
    }
    kinds = ["session_start", "subagent_spawn", "llm_response", "tool_start", "tool_error", "subagent_timeout", HOSTILE]
    kinds += ["tool_start", "tool_error"] * 4
    events = [
        {"kind": kind, "session_id": HOSTILE, "event_id": HOSTILE, "iteration": 1, "data": data} for kind in kinds
    ]
    path = write(tmp_path / "\x1b[1mfile.jsonl", *events)
    with path.open("a") as file:
        file.write('{"kind": "\x1b[31m\n')
    text = run(name, path).stdout
    assert text
    assert is_safe(text)
    assert "[/oops]" in text or name == "tokens"
    lines = run(name, path, "--json").stdout
    assert is_safe(lines)
    objects = [json.loads(lines)] if name == "report" else [json.loads(line) for line in lines.splitlines()]
    assert objects
    if name == "tools":
        assert objects[0]["tool_name"] == HOSTILE


def test_hostile_names_never_reach_the_terminal(tmp_path: Path) -> None:
    write(tmp_path / "\x1b[1mfile.jsonl", {"kind": "session_start", "data": {"goal": HOSTILE, "model": HOSTILE}})
    assert is_safe(run(tmp_path).stdout)
    assert is_safe(only_line(run("report", tmp_path / "\x1b]0;x\x07.jsonl")))
    assert is_safe(only_line(run("report", "x", "--\x1b[1m")))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_TRACETOP_COMPLETE" in result.stdout
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert run("completion").stdout == result.stdout
    monkeypatch.setenv("SHELL", "/usr/bin/tcsh")
    assert "name your shell" in only_line(run("completion"))


@pytest.mark.parametrize(
    ("words", "offered"),
    [("tracetop rep", "report"), ("tracetop ", "timeline"), ("tracetop report x --f", "--fail-on")],
)
def test_completion_answers(words: str, offered: str) -> None:
    environment = {
        **os.environ,
        "_TRACETOP_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    done = subprocess.run(command(), env=environment, capture_output=True, text=True, check=False)
    assert f"plain,{offered}" in done.stdout.splitlines()


@pytest.fixture
def shots(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | None], list[tuple[Any, ...]]]:
    """Replace the camera by one that only notes what it should take, or fails."""

    def replace(failure: Exception | None) -> list[tuple[Any, ...]]:
        taken: list[tuple[Any, ...]] = []

        def take_shot(*args: Any) -> None:
            if failure:
                raise failure
            taken.append(args)

        stand_in = ModuleType("tracetop.app.offscreen.shot")
        stand_in.take_shot = take_shot  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "tracetop.app.offscreen.shot", stand_in)
        return taken

    return replace


def test_shot(trace: Path, tmp_path: Path, shots: Callable[[Exception | None], list[tuple[Any, ...]]]) -> None:
    taken = shots(None)
    out = tmp_path / "out.svg"
    assert run("shot", trace, "-o", out).exit_code == 0
    flags = ["--size", "120X36", "--pane", "tokens", "--at", 12, "--theme", "textual-light"]
    assert run("shot", trace, "--out", out, *flags).exit_code == 0
    assert taken == [
        (trace, out, (160, 48), None, None, None),
        (trace, out, (120, 36), "tokens", "12", "textual-light"),
    ]


def test_a_failing_shot(trace: Path, shots: Callable[[Exception | None], list[tuple[Any, ...]]]) -> None:
    shots(ValueError("no pane nope"))
    result = run("shot", trace, "-o", "out.svg", "--pane", "nope")
    assert result.exit_code == 2
    assert only_line(result).startswith("no pane nope")
    shots(UnreadableTraceError(f"{trace}: is odd"))
    result = run("shot", trace, "-o", "out.svg")
    assert result.exit_code == 3
    assert only_line(result) == f"{trace}: is odd"


def test_demo_passes_its_options_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[dict[str, Any]] = []
    stand_in = ModuleType("tracetop.app.demo.command")
    stand_in.run_demo = lambda **options: calls.append(options)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tracetop.app.demo.command", stand_in)
    assert run("demo").exit_code == 0
    assert run("demo", "--speed", "4", "--keep", tmp_path, "--debug").exit_code == 0
    assert calls == [
        {"debug": False, "speed": 1.0, "keep": None, "theme": None},
        {"debug": True, "speed": 4.0, "keep": tmp_path, "theme": None},
    ]


def test_output_survives_a_terminal_that_is_not_utf_8(trace: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for flags in ([], ["--json"]):
        done = subprocess.run([*command(), "report", trace, *flags], env=environment, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert re.search(rb"fix the parser", done.stdout)


def test_a_report_has_the_bookmarks_beside_the_trace(trace: Path) -> None:
    assert "bookmarks" not in json.loads(run("report", trace, "--json").stdout)
    sidecar = trace.with_name(f"{trace.name}.bookmarks")
    store, opened = Bookmarks(trace), load_trace(trace)
    store.look(opened)
    store.mark(opened, 2, HOSTILE)
    before = trace.read_bytes(), sidecar.read_bytes()
    text = run("report", trace).stdout
    assert "── bookmarks ──" in text and "[/oops]" in text and is_safe(text)
    told = run("report", trace, "--json").stdout
    assert is_safe(told)
    (bookmark,) = json.loads(told)["bookmarks"]
    assert (bookmark["event"], bookmark["kind"], bookmark["note"]) == (3, "llm_response", HOSTILE)
    assert (trace.read_bytes(), sidecar.read_bytes()) == before


def test_bookmarks_that_cannot_be_read_are_told_and_cost_nothing(trace: Path) -> None:
    trace.with_name(f"{trace.name}.bookmarks").mkdir()
    result = run("report", trace, "--json")
    assert (result.exit_code, result.stderr) == (0, f"tracetop: bookmarks of {trace}: not a regular file\n")
    assert "bookmarks" not in json.loads(result.stdout)


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
