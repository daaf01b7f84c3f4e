"""Completion of the command line by the shell."""

from __future__ import annotations

import os
import subprocess

import pytest

from .command_line import command, only_line, run


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
