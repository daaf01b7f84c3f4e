"""Tool calls: starts and ends joined, durations told, derived or unknown."""

from __future__ import annotations

import math
from typing import Any

import pytest
from tracetop.analysis import View


def calls(view: View) -> list[tuple[int, int | None, str]]:
    """Of every call: its first event, the event that ended it, its tool."""
    tools = view.session.tools
    return [
        (event, tools.end[call] if tools.end[call] < view.at else None, view.session.labels.name(tools.label[call]))
        for call, event in enumerate(tools.event)
        if event < view.at
    ]


def duration(view: View, call: int = 0) -> float | None:
    value = view.session.tools.duration[call]
    return value if value == value else None


def start(trace: Any, name: str | None = "bash", **data: Any) -> Any:
    return trace.add("tool_start", **({} if name is None else {"tool_name": name}), **data)


def end(trace: Any, name: str | None = "bash", kind: str = "tool_end", **data: Any) -> Any:
    return trace.add(kind, **({} if name is None else {"tool_name": name}), **data)


def test_a_parent_id_joins(trace: Any) -> None:
    first, second = start(trace), start(trace)
    end(trace, parent=second)
    end(trace, parent=first)
    assert calls(trace.view()) == [(0, 3, "bash"), (1, 2, "bash")]


@pytest.mark.parametrize("field", ["tool_id", "tool_call_id"])
def test_a_tool_id_joins(trace: Any, field: str) -> None:
    start(trace, **{field: "t1"})
    start(trace, **{field: "t2"})
    end(trace, metadata={"tool_id": "t2"})
    end(trace, **{field: "t1"})
    assert calls(trace.view()) == [(0, 3, "bash"), (1, 2, "bash")]


def test_a_tool_id_the_start_did_not_have_still_joins_by_name(trace: Any) -> None:
    start(trace)
    end(trace, tool_id="t1")
    assert calls(trace.view()) == [(0, 1, "bash")]


def test_another_tool_id_does_not_join(trace: Any) -> None:
    start(trace, tool_id="t1")
    end(trace, tool_id="t2")
    assert calls(trace.view()) == [(0, None, "bash"), (1, 1, "bash")]


def test_name_and_arguments_join(trace: Any) -> None:
    start(trace, args={"a": 1})
    start(trace, args={"a": 2})
    end(trace, args={"a": 2})
    end(trace, args={"a": 1})
    assert calls(trace.view()) == [(0, 3, "bash"), (1, 2, "bash")]


def test_the_first_that_started_ends_first(trace: Any) -> None:
    start(trace)
    start(trace, "read")
    start(trace)
    end(trace)
    end(trace)
    assert calls(trace.view()) == [(0, 3, "bash"), (1, None, "read"), (2, 4, "bash")]


def test_other_arguments_do_not_join_but_unknown_ones_do(trace: Any) -> None:
    start(trace, args={"a": 1})
    start(trace)
    end(trace, args={"a": 2})
    end(trace)
    assert calls(trace.view()) == [(0, 3, "bash"), (1, 2, "bash")]
    start(trace, args={"a": 1})
    end(trace, args={"a": 2})
    assert calls(trace.view())[2:] == [(4, None, "bash"), (5, 5, "bash")]


def test_an_end_without_a_name_ends_the_first_open_call(trace: Any) -> None:
    start(trace)
    end(trace, None)
    assert calls(trace.view()) == [(0, 1, "bash")]


def test_calls_of_two_agents_do_not_join(trace: Any) -> None:
    start(trace)
    end(trace, agent="helper")
    assert calls(trace.view()) == [(0, None, "bash"), (1, 1, "bash")]


def test_a_call_within_a_call_does_not_end_it(trace: Any) -> None:
    outer = start(trace, "task")
    end(trace, "grep", parent=outer)
    end(trace, "task", parent=outer)
    assert calls(trace.view()) == [(0, 2, "task"), (1, 1, "grep")]


@pytest.mark.parametrize(
    ("kind", "failed", "errors"), [("tool_end", 0, 0), ("tool", 0, 0), ("tool_error", 1, 1), ("tool_approval", 0, 0)]
)
def test_what_ends_a_call(trace: Any, kind: str, failed: int, errors: int) -> None:
    trace.add(kind, tool="bash")
    view = trace.view()
    ended = kind != "tool_approval"
    assert (view.tool_calls, view.failed_tools, view.errors) == (int(ended), failed, errors)


def test_a_start_and_its_end_count_once(trace: Any) -> None:
    trace.tool()
    start(trace)
    view = trace.view()
    assert (view.tool_calls, view.running_tools) == (1, 1)
    assert (trace.view(1).tool_calls, trace.view(1).running_tools) == (0, 1)


def test_the_name_may_stand_under_tool(trace: Any) -> None:
    trace.add("tool_start", tool="grep")
    trace.add("tool", tool_name="grep", tool="other")
    assert calls(trace.view()) == [(0, 1, "grep")]


@pytest.mark.parametrize(
    ("top", "data", "told"),
    [
        (5.0, {"duration_ms": 6, "metadata": {"duration_ms": 7}}, 5.0),
        (None, {"duration_ms": 6, "metadata": {"duration_ms": 7}}, 6.0),
        (None, {"metadata": {"duration_ms": 7}}, 7.0),
        (-1.0, {"duration_ms": 6}, 6.0),
        (None, {"duration_ms": "6"}, 6.0),
        (1e300, {}, None),
    ],
)
def test_where_a_duration_is_told(trace: Any, top: float | None, data: dict[str, Any], told: float | None) -> None:
    end(trace, duration_ms=top, payload=data)
    view = trace.view()
    assert duration(view) == told
    shown = view.session.events.duration[0]
    assert (shown if shown == shown else None) == told


def test_an_untold_duration_is_derived_from_the_times(trace: Any) -> None:
    start(trace, at=1.0)
    end(trace, at=3.5)
    assert duration(trace.view()) == 2500.0


@pytest.mark.parametrize("times", [(3.0, 1.0), (float("nan"), 1.0), (1.0, float("nan"))])
def test_times_that_run_backwards_tell_no_duration(trace: Any, times: tuple[float, float]) -> None:
    start(trace, at=times[0])
    end(trace, at=times[1])
    assert duration(trace.view()) is None


def test_an_end_alone_has_no_duration_of_its_own(trace: Any) -> None:
    end(trace)
    assert duration(trace.view()) is None


def test_thousands_of_calls_that_never_end_are_forgotten(trace: Any) -> None:
    for _ in range(3000):
        start(trace)
    end(trace)
    assert calls(trace.view())[3000 - 1024][1] == 3000


def test_seventy_thousand_tool_names_share_one_in_the_end(trace: Any, fold: Any) -> None:
    for number in range(70_000):
        end(trace, f"tool {number}")
    view = fold(trace.events).view()
    assert view.tool_calls == 70_000
    assert calls(view)[-1][2] == "(other names)"


def test_time_in_which_somebody_was_asked_is_no_duration(trace: Any) -> None:
    start = trace.add("tool_start", 1, tool_name="edit", at=0)
    trace.add("tool_approval", 1, tool_name="edit", parent=start, approved=True, at=100)
    trace.add("tool_end", 1, tool_name="edit", parent=start, at=100)
    told = trace.add("tool_start", 1, tool_name="bash", tool_id="t2", at=200)
    trace.add("tool_approval", 1, tool_name="bash", tool_id="t2", approved=True, at=250)
    trace.add("tool_end", 1, tool_name="bash", parent=told, duration_ms=40_000, at=300)
    tools = trace.view().session.tools
    assert math.isnan(tools.duration[0])
    assert tools.duration[1] == 40_000
    assert [issue.category for issue in trace.view().issues()] == ["long_tool_execution"]


def test_a_call_in_which_a_sub_agent_works_or_that_waits_is_not_slow(trace: Any) -> None:
    start = trace.add("tool_start", 1, tool_name="task", at=0)
    trace.add("subagent_spawn", 1, parent=start, payload={"agent_id": "a"}, at=1)
    trace.add("tool_end", 1, tool_name="task", parent=start, at=100)
    waits = trace.add("tool_start", 1, tool_name="wait", waits_for={"task": "b"}, at=200)
    trace.add("tool_end", 1, tool_name="wait", parent=waits, at=300)
    view = trace.view()
    assert view.session.tools.duration[:2].tolist() == [100_000, 100_000]
    assert view.issues() == []


@pytest.mark.parametrize("field", ["args", "arguments", "input"])
def test_arguments_are_read_wherever_writers_put_them(trace: Any, field: str) -> None:
    for _ in range(3):
        trace.add("tool_start", tool="read_file", **{field: {"path": "a.py"}})
        trace.add("tool_end", tool="read_file")
    view = trace.view()
    (issue,) = view.issues()
    assert (issue.category, issue.title) == ("repeated_tool_calls", "same call 3×: read_file a.py")
    assert view.session.targets.name(view.session.tools.target[0]) == "a.py"


def test_arguments_that_are_json_in_a_string_are_read_as_what_they_are(trace: Any) -> None:
    for arguments in ('{"path": "a.py", "limit": 9}', '{"limit":9,"path":"a.py"}', "{not json"):
        trace.add("tool_end", tool_name="read_file", arguments=arguments)
    tools = trace.view().session.tools
    assert tools.fingerprint[0] == tools.fingerprint[1] != tools.fingerprint[2]
    assert trace.view().session.targets.name(tools.target[1]) == "a.py"
