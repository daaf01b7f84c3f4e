"""Calls of tools: denied, cancelled, waited for, or without an end."""

from __future__ import annotations

from .logs import Log
from .told import Told


def test_what_was_denied_or_cancelled_is_no_error(log: Log) -> None:
    for number, (said, fields) in enumerate(
        (
            ("The user doesn't want to proceed with this tool use. The tool use was rejected.", {}),
            ("no, not there", {"toolDenialKind": "user"}),
            ("<tool_use_error>Sibling tool call errored</tool_use_error>", {}),
            ("<tool_use_error>File does not exist.</tool_use_error>", {}),
        )
    ):
        log.calls(f"m{number}", "Bash", f"t{number}", command=str(number))
        log.result(f"t{number}", said, error=True, **fields)
    told = Told(log)
    assert [event.kind for event in told.of("tool_end", "tool_error")] == ["tool_end"] * 3 + ["tool_error"]
    assert [event.data["approved"] for event in told.of("tool_approval")] == [False, False]
    assert told.of("tool_end")[2].data["cancelled"] is True
    assert told.the("tool_error").data["error"].endswith("File does not exist.</tool_use_error>")


def test_the_wait_for_the_user_is_not_how_long_a_tool_took(log: Log) -> None:
    log.calls("m1", "Edit", "t1", file_path="a.py")
    log.result("t1", after=100.0)
    log.calls("m2", "Bash", "t2", command="make")
    log.add("progress", 80.0, data={"type": "bash_progress", "elapsedTimeSeconds": 2}, parentToolUseID="t2")
    log.result("t2", after=30.0)
    log.calls("m3", "Bash", "t3", command="ls")
    log.result("t3", after=50.0)
    log.calls("m4", "Bash", "t4", command="pwd")
    log.result("t4", after=1.0)
    told = Told(log)
    assert [event.duration_ms for event in told.of("tool_end")] == [None, 32_000, None, 1_000]
    assert [event.data["waited_ms"] for event in told.of("tool_approval")] == [100_000, 78_000, 50_000]
    assert all(event.data["inferred"] for event in told.of("tool_approval"))


def test_to_ask_again_how_a_task_stands_is_no_repeat(log: Log) -> None:
    log.calls("m1", "TaskOutput", "t1", task_id="b1")
    told = Told(log)
    assert "args" not in told.the("tool_start").data
    assert told.the("tool_start").data["waits_for"] == {"task_id": "b1"}


def test_a_call_without_an_end_does_not_hold_up_what_follows(log: Log) -> None:
    log.calls("m1", "Bash", "t1", command="ls")
    log.prompt("again")
    log.calls("m2", "Bash", "t2", command="ls")
    log.result("t2")
    told = Told(log)
    assert told.kinds[-2:] == ["iteration_start", "llm_request"]
    assert len(told.of("tool_start")) - len(told.of("tool_end")) == 1
