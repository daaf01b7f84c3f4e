"""Traces made to be slow: twice as many events take at most about twice as many steps, counted, not timed.

Counted are the lines of Python that run in `tracetop.analysis`; what C does in one of them is not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.pace import Pace
from tracetop.analysis.peaks import Peaks
from tracetop.analysis.phases import PhaseIndex
from tracetop.analysis.tree import Tree
from tracetop.analysis.tree_index import TreeIndex
from tracetop.analysis.tree_shape import TOP
from tracetop.collector.events import TraceEvent

START = 1e9
FEW = 1_000
MOST = 2.4
"""How many times as many steps twice as many events may take: a step or two a doubling are a binary search's."""


def event(number: int, kind: str, iteration: int | None = None, *, at: float | None = None, **data: Any) -> TraceEvent:
    time = START + number / 10 if at is None else at
    return TraceEvent(kind, time, "s", f"e{number}", iteration=iteration, data=data)


LLM = {"input_tokens": 1_000, "output_tokens": 10, "cost": 0.001}


def iterations_alone(n: int) -> TraceEvent:
    return event(n, "iteration_start", n)


def absurd_iterations(n: int) -> TraceEvent:
    return event(n, "llm_response", (10**9, 5, 10**18, -7)[n % 4] + n, **LLM)


def a_tool_each(n: int) -> TraceEvent:
    return event(n, "tool_end", n // 10, tool_name=f"tool {n}", args={"x": n}, duration_ms=5)


def an_agent_each(n: int) -> TraceEvent:
    kind = ("subagent_spawn", "llm_response", "tool_end", "subagent_complete")[n % 4]
    return event(n, kind, n // 40, agent_id=f"a{n // 4}", tool_name="bash", **LLM)


def one_iteration(n: int) -> TraceEvent:
    kind = ("tool_start", "tool_end", "llm_response")[n % 3]
    return event(n, kind, 1, tool_name="bash", args={"x": n // 3}, **LLM)


def one_moment(n: int) -> TraceEvent:
    return event(n, ("iteration_start", "tool_end", "llm_response")[n % 3], n // 3, at=START, tool_name="bash", **LLM)


def time_runs_backwards(n: int) -> TraceEvent:
    kind = ("iteration_start", "tool_end", "llm_response")[n % 3]
    return event(n, kind, n // 3, at=START - n, tool_name="bash", **LLM)


def nothing_but_errors(n: int) -> TraceEvent:
    return event(n, ("error", "tool_error", "llm_error")[n % 3], n // 3, tool_name="bash", args={"x": 1})


def the_same_call(n: int) -> TraceEvent:
    return event(n, "tool_end", n // 3, tool_name="bash", args={"x": 1}, duration_ms=40_000)


def calls_without_an_end(n: int) -> TraceEvent:
    return event(n, "tool_start", n // 5, tool_name="bash", args={"x": n})


def a_run_each(n: int) -> TraceEvent:
    return event(n, ("session_start", "iteration_start", "llm_response", "session_end")[n % 4], 1, goal="g", **LLM)


def compactions(n: int) -> TraceEvent:
    kind = ("compaction_start", "compaction_end", "llm_response", "context_overflow", "budget_warning")[n % 5]
    return event(n, kind, n // 5, **LLM)


def cache_breaks(n: int) -> TraceEvent:
    return event(n, "llm_response", n, input_tokens=5_000, cache_read_tokens=5_000 * (n % 2), output_tokens=0)


def pieces_of_one_answer(n: int) -> TraceEvent:
    return event(n, "llm_response", None, metadata={"chunk_type": "text"})


def hours_of_silence(n: int) -> TraceEvent:
    return event(n, "custom", None, at=START + n * 10_000.0)


Made = Callable[[int], TraceEvent]
SHAPES: tuple[Made, ...] = (
    iterations_alone, absurd_iterations, a_tool_each, an_agent_each, one_iteration, one_moment, time_runs_backwards,
    nothing_but_errors, the_same_call, calls_without_an_end, a_run_each, compactions, cache_breaks,
    pieces_of_one_answer, hours_of_silence,
)  # fmt: skip


def steps_of(work: Callable[[], object]) -> int:
    """How many lines of the analysis run, a loop's as often as it goes round."""
    count = 0

    def in_ours(frame: FrameType, what: str, argument: object) -> Any:
        nonlocal count
        count += what == "line"
        return in_ours

    def called(frame: FrameType, what: str, argument: object) -> Any:
        return in_ours if "/tracetop/analysis/" in frame.f_code.co_filename.replace("\\", "/") else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def folded(make: Made, count: int) -> Session:
    session = Session()
    events = [make(number) for number in range(count)]
    for first in range(0, count, 128):
        session.apply_events(events[first : first + 128])
    return session


def looked_through(session: Session) -> None:
    """Everything that goes once through a session, in slices."""
    index = TreeIndex(session)
    for extend in (Peaks(index).extend, Pace(session).extend):
        while extend():
            pass
    phases = PhaseIndex(session)
    while not phases.extend():
        pass


def glance(session: Session, index: TreeIndex, at: int) -> None:
    """What one frame of a dashboard asks, as of an event: a screenful of each."""
    view = session.view(at)
    view.summary()
    view.cache  # noqa: B018 - what it costs is the point
    view.issue_version  # noqa: B018
    tree = Tree(view, index)
    runs = tree.child_count(TOP)
    for run in tree.children_between(TOP, max(0, runs - 5), runs):
        tree.spent(run)
        count = tree.child_count(run)
        for child in tree.children_between(run, max(0, count - 20), count):
            tree.facts(child)
    tree.path_of(at - 1)


def ratio(work: Callable[[int], Callable[[], object]]) -> float:
    few, many = (steps_of(work(count)) for count in (FEW, 2 * FEW))
    return many / max(1, few)


@pytest.fixture(params=SHAPES, ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Iterator[Made]:
    yield request.param


def test_folding_twice_as_many_events_takes_twice_the_steps(make: Made) -> None:
    assert ratio(lambda count: lambda: folded(make, count)) < MOST


def test_looking_through_twice_as_many_takes_twice_the_steps(make: Made) -> None:
    def work(count: int) -> Callable[[], object]:
        session = folded(make, count)
        return lambda: looked_through(session)

    assert ratio(work) < MOST


def test_a_glance_at_the_end_takes_no_more_steps_however_long_the_trace_is(make: Made) -> None:
    def work(count: int) -> Callable[[], object]:
        session = folded(make, count)
        index = TreeIndex(session)
        glance(session, index, count)  # what is looked up once
        return lambda: glance(session, index, count)

    assert ratio(work) < 1.3
