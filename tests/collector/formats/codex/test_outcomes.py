"""How tool calls ended: by the heads of their outputs, and by messages about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .rollouts import call, context, message, meta, output, read


@pytest.mark.parametrize(
    ("said", "kind", "fields"),
    [
        ("Exit code: 2\nWall time: 1.5 seconds\nOutput:\nno", "tool_error", {"exit_code": 2}),
        ('{"output":"no","metadata":{"exit_code":1,"duration_seconds":1.5}}', "tool_error", {"exit_code": 1}),
        (
            "Chunk ID: 1\nWall time: 1 seconds\nProcess exited with code 3\nOutput:\nno",
            "tool_error",
            {"exit_code": 3},
        ),
        ("Output of mine says\nExit code: 1\n", "tool_end", {}),
        ([{"type": "input_text", "text": "well"}], "tool_end", {"result": "well"}),
        ("apply_patch verification failed: no such line", "tool_error", {}),
        ("exec command rejected by user", "tool_end", {}),
        ("aborted by user after 3.2s", "tool_end", {"cancelled": True}),
        ('{"content":[],"isError":true}', "tool_error", {}),
    ],
)
def test_how_a_call_ended_is_told_by_the_head_of_its_output(
    said: Any, kind: str, fields: dict[str, Any], tmp_path: Path
) -> None:
    got = read(tmp_path, meta(0), context(1), call(2, "c", command="x"), output(3, "c", said), output(3, "c", said))
    (end,) = got.of("tool_end") + got.of("tool_error")
    assert end.kind == kind
    assert fields.items() <= end.data.items()
    assert [event.data["approved"] for event in got.of("tool_approval")] == ([False] if "rejected" in str(said) else [])
    assert got.merged.duplicates == 1


def test_newer_messages_say_exactly_how_a_call_ended_and_open_calls_stay_open(tmp_path: Path) -> None:
    done = {"type": "CommandExecution", "id": "c1", "status": "failed", "exit_code": 7}
    got = read(
        tmp_path,
        meta(0),
        context(1),
        call(2, "c1", "exec_command", cmd="a"),
        message(3, "item_completed", item={**done, "duration": {"secs": 1, "nanos": 250_000_000}}),
        output(4, "c1", "Wall time: 1 seconds\nOutput:\nx"),
        call(5, "c2", "exec_command", cmd="b"),
        message(6, "exec_command_end", call_id="c2", exit_code=0, duration={"secs": 2, "nanos": 0}),
    )
    (failed,) = got.of("tool_error")
    assert (failed.duration_ms, failed.data["exit_code"]) == (1250, 7)
    assert got.session.view().running_tools == 1


def test_a_call_whose_output_is_missing_ends_with_the_turn_where_a_message_said_so(tmp_path: Path) -> None:
    done = {"type": "CommandExecution", "id": "c1", "exit_code": 2, "status": "failed"}
    got = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message="x"),
        context(1),
        call(2, "c1", "exec_command", cmd="make"),
        call(2, "c2", "exec_command", cmd="sleep 100"),
        message(4, "item_completed", item=done, started_at_ms=5_000, completed_at_ms=6_250),
        message(9, "task_complete", turn_id="t"),
    )
    (failed,) = got.of("tool_error")
    assert (failed.timestamp % 60, failed.duration_ms, failed.data["exit_code"]) == (4, 1250, 2)
    assert got.session.view().running_tools == 1


def test_an_output_may_be_an_object(tmp_path: Path) -> None:
    wrapped = {"output": "no", "metadata": {"exit_code": 3, "duration_seconds": 1.5}}
    got = read(tmp_path, meta(0), context(1), call(2, "a", cmd="x"), output(3, "a", wrapped), call(4, "b", cmd="y"))
    (failed,) = got.of("tool_error")
    assert (failed.data["exit_code"], failed.duration_ms) == (3, 1500)
