"""compaction_frequency, context_overflow."""

from __future__ import annotations

from typing import Any

import pytest


def compacted(trace: Any, iterations: list[int], until: int = 40, agent: str | None = None) -> list[str]:
    """Iterations up to one, with a compaction in some of them."""
    events = []
    for number in range(1, until + 1):
        trace.add("iteration_start", number, agent=agent)
        trace.tool(number, agent=agent)
        if number in iterations:
            events.append(trace.add("compaction_start", agent=agent))
            trace.add("compaction_end", agent=agent)
    return events


def test_four_compactions_within_twenty_iterations_fire(trace: Any) -> None:
    events = compacted(trace, [1, 5, 10, 20])
    [issue] = trace.issues("compaction_frequency")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("medium", 20, tuple(events))
    assert issue.title == "4 compactions within 20 iterations"


@pytest.mark.parametrize("iterations", [[1, 5, 10], [1, 5, 10, 21], [1, 5, 10, 25, 30]])
def test_three_compactions_or_more_iterations_are_fine(trace: Any, iterations: list[int]) -> None:
    compacted(trace, iterations)
    assert trace.issues("compaction_frequency") == []


def test_a_start_and_its_end_are_one_compaction(trace: Any) -> None:
    compacted(trace, [1, 2, 3])
    assert trace.view().compactions == 3
    assert trace.issues("compaction_frequency") == []


def test_an_end_without_a_start_is_a_compaction(trace: Any) -> None:
    for number in range(1, 5):
        trace.add("iteration_start", number)
        trace.add("compaction_end", number)
    assert trace.view().compactions == 4
    assert len(trace.issues("compaction_frequency")) == 1


def test_frequent_compactions_that_go_on_are_one_issue(trace: Any) -> None:
    events = compacted(trace, [1, 2, 3, 4, 5, 6])
    [issue] = trace.issues("compaction_frequency")
    assert issue.event_ids == tuple(events)


def test_frequent_compactions_after_a_calm_stretch_are_another_issue(trace: Any) -> None:
    compacted(trace, [1, 2, 3, 4, 50, 51, 52, 53], until=60)
    assert len(trace.issues("compaction_frequency")) == 2


def test_compactions_of_two_agents_do_not_add_up(trace: Any) -> None:
    compacted(trace, [1, 2], until=5)
    compacted(trace, [1, 2], until=5, agent="helper")
    assert trace.issues("compaction_frequency") == []


def test_an_overflow_is_critical(trace: Any) -> None:
    trace.add("iteration_start", 4)
    event = trace.add("context_overflow")
    [issue] = trace.issues("context_overflow")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("critical", 4, (event,))


def test_a_compaction_is_no_overflow(trace: Any) -> None:
    compacted(trace, [1], until=2)
    assert trace.issues("context_overflow") == []


def test_overflows_close_together_are_one_issue(trace: Any) -> None:
    for number in range(1, 15):
        trace.add("iteration_start", number)
        if number in (1, 4, 7, 11):
            trace.add("context_overflow")
    first, second = trace.issues("context_overflow")
    assert (first.count, second.count) == (3, 1)


def test_overflows_of_two_agents_are_apart(trace: Any) -> None:
    trace.add("context_overflow")
    trace.add("context_overflow", agent="helper")
    assert len(trace.issues("context_overflow")) == 2
