"""Idle gaps: what is one, and the axis on which they are short."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis import Session, active_time
from tracetop.analysis.active_time import SHORTEST_GAP, ActiveTime, GapColumns, IdleGaps, fold_idle

START = 1_700_000_000.0


def gaps_of(session: Session, level: int = 0) -> list[tuple[float, float]]:
    """All gaps of a session, in seconds from the start, with the event that ended each checked to be there."""
    gaps = IdleGaps(session)
    while gaps.extend():
        pass
    columns = gaps.levels[level]
    return [(start - START, end - START) for start, end in zip(columns.start, columns.end, strict=True)]


# -- what is idle


def test_silence_is_idle(trace):
    trace.add("custom", at=0)
    trace.add("custom", at=4)
    trace.add("custom", at=60)
    assert gaps_of(trace.view().session) == [(4, 60)]


@pytest.mark.parametrize("seconds", [0.0, 1.0, SHORTEST_GAP])
def test_a_short_silence_is_the_pace_of_the_agent(trace, seconds):
    trace.add("custom", at=0)
    trace.add("custom", at=seconds)
    assert gaps_of(trace.view().session) == []


@pytest.mark.parametrize(
    ("start", "end"),
    [("tool_start", "tool_end"), ("llm_request", "llm_response"), ("subagent_spawn", "subagent_error")],
)
def test_what_runs_is_not_idle(trace, start, end):
    trace.add(start, 1, at=0, tool_name="bash", task_id="a")
    trace.add("budget_check", 1, at=30)
    trace.add(end, 1, at=60, tool_name="bash", task_id="a", tokens=5)
    assert gaps_of(trace.view().session) == []
    trace.add("custom", 1, at=90)
    assert gaps_of(trace.view().session) == [(60, 90)]


def test_an_agent_that_nobody_announced_keeps_nothing_busy(trace):
    trace.add("custom", at=0, agent="a")
    trace.add("custom", at=60)
    assert gaps_of(trace.view().session) == [(0, 60)]


def test_an_iteration_alone_is_not_busy(trace):
    trace.add("iteration_start", 1, at=0)
    trace.add("iteration_end", 1, at=1, duration_ms=1000.0)
    trace.add("iteration_start", 2, at=30)
    assert gaps_of(trace.view().session) == [(1, 30)]


def test_what_tells_that_it_took_long_was_busy(trace):
    trace.add("custom", at=0)
    trace.add("tool_end", at=60, tool_name="bash", duration_ms=20_000.0)
    trace.add("tool_end", at=100, tool_name="bash", duration_ms=38_000.0)
    trace.add("session_end", at=200, duration_ms=200_000.0)
    assert gaps_of(trace.view().session) == [(0, 40), (100, 200)]


def test_nothing_runs_once_the_session_has_ended(trace):
    trace.add("tool_start", at=0, tool_name="bash")
    trace.add("session_end", at=1)
    trace.add("session_start", at=100)
    assert gaps_of(trace.view().session) == [(1, 100)]


def test_late_events_and_unknown_times_make_no_gap(trace):
    trace.add("custom", at=math.nan)
    trace.add("custom", at=100)
    trace.add("custom", at=0)
    trace.add("custom", at=math.nan)
    trace.add("custom", at=103)
    assert gaps_of(trace.view().session) == []


def test_levels_have_the_longer_ones_only(trace):
    for at in (0, 6, 18, 48):
        trace.add("custom", at=at)
    session = trace.view().session
    assert gaps_of(session, 0) == [(0, 6), (6, 18), (18, 48)]
    assert gaps_of(session, 1) == [(6, 18), (18, 48)]
    assert gaps_of(session, 2) == [(18, 48)]
    assert gaps_of(session, 3) == []


def test_gaps_are_those_of_the_events_so_far_in_any_steps(new_trace, monkeypatch):
    trace = new_trace()
    for number in range(40):
        trace.add("tool_start" if number % 3 else "llm_request", number // 5, at=number * 7.0, tool_name="x")
        trace.add(
            "tool_end" if number % 3 else "llm_response", number // 5, at=number * 7.0 + number % 7, tool_name="x"
        )
    whole = IdleGaps(trace.view().session)
    whole.extend()
    assert len(whole.levels[0].event) > 5
    monkeypatch.setattr(active_time, "_EVENTS_AT_A_TIME", 3)
    monkeypatch.setattr(active_time, "_LOOKS_AT_A_TIME", 1)
    for count in (1, 20, 55, len(trace.events)):
        session, gaps = Session(), None
        for event in trace.events[:count]:
            session.apply_events([event])
            gaps = gaps or IdleGaps(session)
            gaps.extend()
        assert gaps is not None
        while gaps.extend():
            pass
        known = [row for row, event in enumerate(whole.levels[0].event) if event < count]
        assert list(gaps.levels[0].end) == [whole.levels[0].end[row] for row in known]


# -- the axis


lengths = st.floats(min_value=5.0, max_value=1e6)
between = st.floats(min_value=0.0, max_value=1e4)


@st.composite
def axes(draw: Any) -> ActiveTime:
    columns, time = GapColumns(), START
    for event, (busy, idle) in enumerate(draw(st.lists(st.tuples(between, lengths), max_size=8))):
        columns.add(event, time + busy, time + busy + idle)
        time += busy + idle
    count = draw(st.integers(0, len(columns.event)))
    return ActiveTime(columns, count, draw(st.floats(min_value=0.001, max_value=100.0)), START)


moments = st.floats(min_value=-1e5, max_value=1e7).map(lambda seconds: START + seconds)


@given(axes(), st.lists(moments, min_size=2, max_size=30))
@settings(deadline=None, max_examples=200)
def test_later_is_further_right(axis: ActiveTime, times: list[float]) -> None:
    positions = [axis.position(time) for time in sorted(times)]
    assert all(left <= right + 1e-6 for left, right in pairwise(positions))


@given(axes(), moments)
@settings(deadline=None, max_examples=300)
def test_there_and_back(axis: ActiveTime, time: float) -> None:
    # In a gap, seconds of time are pressed together: what is rounded off a position is many of them.
    pressed = max((end - start for start, end in zip(axis.gaps.start, axis.gaps.end, strict=True)), default=0.0)
    assert axis.time(axis.position(time)) == pytest.approx(time, abs=1e-5 * (1.0 + pressed / axis.folded))


@given(axes(), moments)
@settings(deadline=None, max_examples=300)
def test_back_and_there(axis: ActiveTime, time: float) -> None:
    position = axis.position(time)
    assert axis.position(axis.time(position)) == pytest.approx(position, abs=1e-4 * (1.0 + axis.folded))


@given(axes())
@settings(deadline=None, max_examples=100)
def test_nothing_jumps_at_the_edges_of_a_gap(axis: ActiveTime) -> None:
    edges = [*axis.gaps.start, *axis.gaps.end]
    for edge in edges:
        step = 1e-5
        jump = axis.position(edge + step) - axis.position(edge - step)
        assert -1e-6 <= jump <= 2e-5 * (1.0 + axis.folded) + 1e-5


@given(axes())
@settings(deadline=None, max_examples=100)
def test_each_gap_takes_as_much_as_the_others(axis: ActiveTime) -> None:
    for row in range(axis.count):
        width = axis.position(axis.gaps.end[row]) - axis.position(axis.gaps.start[row])
        assert width == pytest.approx(axis.folded, abs=1e-4)


def test_a_gap_takes_the_cells_it_is_given(trace):
    for at in (0, 10, 4000, 4030):
        trace.add("custom", at=at)
        trace.add("custom", at=at + 4)
    gaps = IdleGaps(trace.view().session)
    gaps.extend()
    start, end, at = START, START + 4034, len(trace.events)
    axis = fold_idle(gaps, at, start, end, 60, 6)
    found = axis.between(start, end)
    assert [(gap.start - START, gap.end - START) for gap in found] == [(4, 10), (14, 4000), (4004, 4030)]
    per_cell = (axis.position(end) - axis.position(start)) / 60
    assert axis.folded / per_cell == pytest.approx(6)
    # Without the last one, a cell is too long for the first to fold.
    assert fold_idle(gaps, 5, start, end, 60, 6).between(start, end) == found[1:2]


def test_many_gaps_leave_the_short_ones_as_they_are(trace):
    at = 0.0
    for number in range(30):
        trace.add("custom", at=at)
        at += 6.0 if number % 10 else 900.0
    gaps = IdleGaps(trace.view().session)
    gaps.extend()
    axis = fold_idle(gaps, len(trace.events), START, START + at, 60, 6)
    assert len(axis.between(START, START + at)) == 3
    assert fold_idle(gaps, len(trace.events), START, START + at, 5, 6).count == 0


def test_a_window_within_idle_time_shows_it_as_it_is(trace):
    trace.add("custom", at=0)
    trace.add("custom", at=1000)
    gaps = IdleGaps(trace.view().session)
    gaps.extend()
    axis = fold_idle(gaps, 2, START + 400, START + 404, 60, 6)
    first, last = (axis.position(START + seconds) for seconds in (400, 404))
    assert first < last
    assert axis.time((first + last) / 2) == pytest.approx(START + 402)
