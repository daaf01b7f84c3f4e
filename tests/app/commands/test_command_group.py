"""The command line as a whole: its version, its help, and what a first argument means."""

from __future__ import annotations

from pathlib import Path

import pytest
from tracetop.app.cli import cli

from .command_line import only_line, run, write


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


def test_a_mistyped_command_is_not_waited_for_as_a_file(opened: list[tuple[Path | None, bool]]) -> None:
    result = run("reprot", "session-1.jsonl")
    assert result.exit_code == 2
    assert "did you mean 'report'" in only_line(result)
    assert not opened
