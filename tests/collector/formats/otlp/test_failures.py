"""Spans that failed: errors, each of which counts once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .reading import event_of, kinds_of, read
from .spans import agent, chat, span, tool

EXCEPTION = {
    "name": "exception",
    "attributes": [
        {"key": "exception.type", "value": {"stringValue": "OSError"}},
        {"key": "exception.message", "value": {"stringValue": "no such file"}},
    ],
}


def test_a_failure_counts_once_however_far_up_it_is_passed(tmp_path: Path) -> None:
    failed: dict[str, Any] = {"status": {"code": 2}, "events": [EXCEPTION]}
    spans = [
        tool("t", "ch", 2, 3, **failed),
        span("ch", "A", 1, 4, attributes={"openinference.span.kind": "CHAIN"}, **failed),
        agent("A", "", 0, 5, "coder", **failed),
    ]
    for order in (spans, spans[::-1]):
        reading = read(tmp_path, *order)
        assert (reading.view.errors, reading.view.failed_tools) == (1, 1)
    error = event_of(reading, "tool_error")["data"]
    assert (error["error"], error["error_type"]) == ("no such file", "OSError")
    assert event_of(reading, "session_end")["data"] == {"status": "error"}
    by_itself = read(tmp_path, agent("A", "", 0, 5, "coder", **failed))
    assert by_itself.view.errors == 1
    sub = read(tmp_path, agent("B", "A", 1, 2, "b", **failed), agent("A", "", 0, 5, "coder"))
    assert "subagent_error" in kinds_of(sub)


@pytest.mark.parametrize(
    ("code", "fails"), [(2, True), ("STATUS_CODE_ERROR", True), (1, False), (0, True), (None, True)]
)
def test_an_exception_is_an_error_unless_the_status_says_that_all_is_well(
    tmp_path: Path, code: object, fails: bool
) -> None:
    reading = read(tmp_path, tool("t", "", 1, 2, status={"code": code}, events=[EXCEPTION]))
    assert reading.view.failed_tools == int(fails)


def test_a_chat_that_failed_is_an_error_and_counts_only_with_usage(tmp_path: Path) -> None:
    failed = {**chat("c", "", 1, 2), "status": {"code": 2, "message": "overloaded"}}
    reading = read(tmp_path, failed)
    assert (reading.view.llm_calls, reading.view.errors) == (0, 1)
    assert event_of(reading, "llm_error")["data"]["error"] == "overloaded"
    paid = {**chat("c", "", 1, 2, input=5, output=5), "status": {"code": 2}}
    assert read(tmp_path, paid).counts()["calls"] == 1
