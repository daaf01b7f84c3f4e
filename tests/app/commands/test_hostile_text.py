"""Text of traces, files and arguments that would command the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .command_line import HOSTILE, REPORTS, is_safe, only_line, run, write


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
