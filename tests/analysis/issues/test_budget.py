"""budget_warning_ignored: a budget warning with no action within 3 iterations."""

from __future__ import annotations

from typing import Any

import pytest


def warned(trace: Any, tools: int = 4, tokens: int = 4000) -> Any:
    """Three iterations, the warning in the third."""
    trace.busy(range(1, 4), tools, tokens)
    return trace.add("budget_warning", usage_fraction=0.8)


def ends(trace: Any) -> None:
    trace.add("iteration_start", 99)


def test_a_warning_nobody_heeds_fires_once(trace: Any) -> None:
    warning = warned(trace)
    trace.busy(range(4, 20), tools=4, tokens=4000)
    [issue] = trace.issues("budget_warning_ignored")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("medium", 6, (warning,))


def test_it_fires_when_the_third_iteration_after_is_over_and_not_before(trace: Any) -> None:
    warned(trace)
    trace.busy(range(4, 7), tools=4, tokens=4000)
    assert trace.issues("budget_warning_ignored") == []
    ends(trace)
    assert len(trace.issues("budget_warning_ignored")) == 1


@pytest.mark.parametrize("kind", ["mode_change", "compaction_start", "compaction_end"])
@pytest.mark.parametrize("after", [4, 5, 6])
def test_a_mode_change_or_a_compaction_is_an_action(trace: Any, kind: str, after: int) -> None:
    warned(trace)
    for number in range(4, 10):
        trace.busy([number], tools=4, tokens=4000)
        if number == after:
            trace.add(kind)
    assert trace.issues("budget_warning_ignored") == []


def test_an_action_before_the_warning_does_not_count(trace: Any) -> None:
    trace.add("mode_change")
    warned(trace)
    trace.busy(range(4, 8), tools=4, tokens=4000)
    assert len(trace.issues("budget_warning_ignored")) == 1


@pytest.mark.parametrize(("tools", "tokens", "ignored"), [(2, 4000, False), (4, 2000, False), (3, 2001, True)])
def test_tool_calls_or_tokens_down_to_half_are_an_action(trace: Any, tools: int, tokens: int, ignored: bool) -> None:
    warned(trace, tools=4, tokens=4000)
    trace.busy(range(4, 7), tools, tokens)
    ends(trace)
    assert bool(trace.issues("budget_warning_ignored")) is ignored


@pytest.mark.parametrize("kind", ["session_end", "session_start"])
@pytest.mark.parametrize("iterations", [0, 2, 3])
def test_a_session_that_ends_within_three_iterations_raises_nothing(trace: Any, kind: str, iterations: int) -> None:
    warned(trace)
    trace.busy(range(4, 4 + iterations), tools=4, tokens=4000)
    trace.add(kind)
    trace.busy(range(1, 9), tools=4, tokens=4000)
    assert trace.issues("budget_warning_ignored") == []


def test_the_iterations_of_a_restart_are_not_held_against_a_warning(trace: Any) -> None:
    warned(trace)
    trace.busy([4], tools=4, tokens=4000)
    trace.busy(range(1, 9), tools=4, tokens=4000)
    assert trace.issues("budget_warning_ignored") == []


def test_a_trace_that_just_stops_raises_nothing(trace: Any) -> None:
    warned(trace)
    trace.busy(range(4, 6), tools=4, tokens=4000)
    assert trace.issues("budget_warning_ignored") == []


def test_warnings_ignored_again_and_again_are_one_issue(trace: Any) -> None:
    warnings = [warned(trace)]
    for first in (4, 8):
        trace.busy(range(first, first + 4), tools=4, tokens=4000)
        warnings.append(trace.add("budget_warning"))
    trace.busy(range(12, 17), tools=4, tokens=4000)
    [issue] = trace.issues("budget_warning_ignored")
    assert issue.event_ids == tuple(warnings)
    assert issue.title == "3 budget warnings ignored"


def test_a_warning_to_one_agent_is_not_answered_by_another(trace: Any) -> None:
    warned(trace)
    trace.add("mode_change", agent="helper")
    trace.busy(range(4, 8), tools=4, tokens=4000)
    assert len(trace.issues("budget_warning_ignored")) == 1


def test_no_warning_no_issue(trace: Any) -> None:
    trace.busy(range(1, 12))
    trace.add("budget_check", usage_fraction=0.9)
    trace.busy(range(12, 20))
    assert trace.issues("budget_warning_ignored") == []
