"""What is printed where no screen is: a report of a file, a list of a folder, as text that the terminal can show."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from .command_line import command, only_line, run, write


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


def test_output_survives_a_terminal_that_is_not_utf_8(trace: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for flags in ([], ["--json"]):
        done = subprocess.run([*command(), "report", trace, *flags], env=environment, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert re.search(rb"fix the parser", done.stdout)
