"""A thread's iterations, each of which is one call of the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from .rollouts import FIRST, LAST, SECOND, call, context, count, item, message, meta, output, read


def test_each_call_is_an_iteration_whether_its_tokens_come_before_or_behind_what_it_says(tmp_path: Path) -> None:
    early = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message="x"),
        context(1),
        message(2, "agent_reasoning", text="hm"),
        count(2.1, FIRST, FIRST),
        item(2.2, "reasoning", summary=[], encrypted_content="SECRET"),
        call(2.2, "c1", command=["bash", "-lc", "ls"]),
        output(2.2, "c1", "Exit code: 0\nWall time: 0.1 seconds\nOutput:\nfile\n"),
        context(2.2),
        count(3, FIRST, FIRST),
        item(4, "message", role="assistant", content=[{"type": "output_text", "text": "done"}]),
        count(4.1, SECOND, LAST),
    )
    assert [(event.kind, event.iteration) for event in early.events if event.kind.startswith(("llm", "tool"))] == [
        ("llm_request", 1),
        ("llm_response", 1),
        ("tool_start", 1),
        ("tool_end", 1),
        ("llm_request", 2),
        ("llm_response", 2),
    ]
    assert [round(event.duration_ms or 0) for event in early.of("llm_response")] == [1100, 1900]
    assert early.of("tool_start")[0].data["args"] == {"command": "ls"}
    assert early.of("tool_end")[0].duration_ms == pytest.approx(100)
    assert early.of("tool_end")[0].data["result"] == "file\n"
    assert not any(b"SECRET" in line for line in early.lines)
