"""Earlier calls of a tool by an agent, and how often the same was called."""

from __future__ import annotations

import json
from typing import Any

from tracetop.analysis import repeats
from tracetop.analysis.repeats import Repeat, earlier_calls, find_repeat, previous_call


def arguments_of(trace: Any) -> Any:
    """What a call was asked for, by its row; every call of these traces is a start and an end."""
    session = trace.view().session
    return lambda call: json.dumps(trace.events[session.tools.event[call]].data.get("args"))


def test_only_calls_of_the_same_tool_by_the_same_agent(trace: Any) -> None:
    trace.tool(1, "bash")
    trace.tool(1, "grep")
    trace.tool(1, "bash", agent="a1")
    trace.tool(1, "bash")
    trace.tool(1, "bash")
    session = trace.view().session
    assert list(earlier_calls(session, 4)) == [3, 0]
    assert previous_call(session, 4) == 3
    assert previous_call(session, 3) == 0
    assert [previous_call(session, call) for call in range(3)] == [None, None, None]


def test_calls_of_no_known_tool_are_not_compared(trace: Any) -> None:
    trace.add("tool_start", args={"x": 1})
    trace.add("tool_start", args={"x": 1})
    assert previous_call(trace.view().session, 1) is None


def test_a_look_back_is_bounded(trace: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(repeats, "MOST_ROWS", 2)
    for name in ("bash", "grep", "grep", "bash"):
        trace.tool(1, name)
    session = trace.view().session
    assert previous_call(session, 3) is None
    assert previous_call(session, 2) == 1


def test_identical_calls_are_counted(trace: Any) -> None:
    for command in ("ls", "pwd", "ls", "ls"):
        trace.tool(1, args={"command": command})
    session, arguments = trace.view().session, arguments_of(trace)
    assert find_repeat(session, 0, arguments) is None
    assert find_repeat(session, 1, arguments) == Repeat(previous=0, identical=None, times=1, is_complete=True)
    assert find_repeat(session, 2, arguments) == Repeat(previous=1, identical=0, times=2, is_complete=True)
    assert find_repeat(session, 3, arguments) == Repeat(previous=2, identical=2, times=3, is_complete=True)


def test_a_count_that_may_be_too_low_says_so(trace: Any, monkeypatch: Any) -> None:
    for _ in range(4):
        trace.tool(1, args={"command": "ls"})
    session, arguments = trace.view().session, arguments_of(trace)
    unknown = lambda call: None if call == 1 else arguments(call)  # noqa: E731
    assert find_repeat(session, 3, unknown) == Repeat(previous=2, identical=2, times=3, is_complete=False)
    monkeypatch.setattr(repeats, "MOST_COMPARED", 2)
    assert find_repeat(session, 3, arguments) == Repeat(previous=2, identical=2, times=3, is_complete=False)
    monkeypatch.setattr(repeats, "MOST_COMPARED", 3)
    assert find_repeat(session, 3, arguments) == Repeat(previous=2, identical=2, times=4, is_complete=True)


def test_calls_whose_arguments_are_unknown_are_not_identical(trace: Any) -> None:
    for _ in range(2):
        trace.tool(1)
    assert find_repeat(trace.view().session, 1, lambda call: None) == Repeat(0, None, 1, is_complete=False)
