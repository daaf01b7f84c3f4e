"""Calls that hang, until they end."""

from __future__ import annotations

from typing import Any

from .found import findings


def test_a_call_that_ends_after_all_does_not_hang(trace: Any) -> None:
    start = trace.add("tool_start", 1, tool_name="fetch", args={"id": 1})
    trace.now += 200
    trace.llm(2)
    assert [finding.category for finding in findings(trace)] == ["hung_call"]
    trace.add("tool_end", 2, parent=start, tool_name="fetch")
    assert not findings(trace)
