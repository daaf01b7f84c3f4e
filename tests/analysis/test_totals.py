"""Totals are the same in whatever order and grouping sessions are added up."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.totals import ModelTotals, ToolTotals, Totals, totals_of


def busy_session(new_trace: Callable[[], Any], chance: random.Random) -> Session:
    trace = new_trace()
    for number in range(chance.randint(0, 12)):
        trace.add("iteration_start", number)
        trace.llm(
            number,
            model=chance.choice(["m", "n", ""]),
            cost=chance.choice([None, 0.5, 0.25]),
            cache_read_tokens=chance.choice([None, 0, 4000]),
        )
        for _ in range(chance.randint(0, 3)):
            trace.tool(
                number,
                chance.choice(["bash", "read"]),
                failed=chance.random() < 0.3,
                duration_ms=chance.choice([None, 10.0, 40_000.0]),
                args={"n": chance.randint(0, 2)},
            )
        if chance.random() < 0.2:
            trace.add("tool_start", number, tool_name="bash")
    session = Session()
    session.apply_events(trace.events)
    return session


def approximately(totals: Totals) -> dict[str, Any]:
    return {
        "plain": (totals.sessions, totals.events, totals.iterations, totals.llm_calls, totals.tool_calls),
        "errors": (totals.failed_tools, totals.errors, totals.compactions, totals.issues, totals.tokens),
        "cost": None if totals.cost is None else pytest.approx(totals.cost),
        "models": {
            name: (each.calls, each.tokens, None if each.cost is None else pytest.approx(each.cost))
            for name, each in totals.models.items()
        },
        "tools": {
            name: (each.calls, each.errors, each.running, each.timed, pytest.approx(each.total_ms), each.repeats)
            for name, each in totals.tools.items()
        },
    }


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_and_grouping(new_trace: Callable[[], Any], seed: int) -> None:
    chance = random.Random(seed)
    parts = [totals_of(busy_session(new_trace, chance).view()) for _ in range(6)]
    whole = reduce(Totals.plus, parts, Totals())
    heap = list(parts)
    while len(heap) > 1:
        chance.shuffle(heap)
        heap.append(heap.pop().plus(heap.pop()))
    assert approximately(heap[0]) == approximately(whole)
    assert whole.efficiency.score == pytest.approx(heap[0].efficiency.score)


@pytest.mark.parametrize("seed", range(6))
def test_one_session_is_what_its_view_says_as_of_any_event(new_trace: Callable[[], Any], seed: int) -> None:
    chance = random.Random(seed)
    session = busy_session(new_trace, chance)
    for at in {0, session.count, chance.randint(0, session.count)}:
        view = session.view(at)
        totals, summary = totals_of(view), view.summary()
        assert (totals.events, totals.cost, totals.tokens.total) == (at, summary.total_cost, summary.total_tokens)
        assert totals.efficiency.score == summary.efficiency_score
        assert sum(tool.calls for tool in totals.tools.values()) == summary.tool_calls
        assert sum(tool.running for tool in totals.tools.values()) == view.running_tools
        assert sum(model.calls for model in totals.models.values()) == summary.llm_calls
        assert sum(totals.issues.values()) == len(view.episodes())


def test_unknown_is_not_zero() -> None:
    nothing, some = ModelTotals(1), ModelTotals(1, 10, 0.5)
    assert nothing.plus(nothing) == ModelTotals(2)
    assert nothing.plus(some) == some.plus(nothing) == ModelTotals(2, 10, 0.5)
    assert Totals().plus(Totals()).cost is None


def test_the_longest_call_of_two_is_the_longer() -> None:
    short, long = ToolTotals(1, timed=1, total_ms=5, max_ms=5), ToolTotals(2, timed=1, total_ms=9, max_ms=9)
    assert short.plus(long) == long.plus(short) == ToolTotals(3, timed=2, total_ms=14, max_ms=9)


def test_repeats_are_of_one_run_of_an_agent(new_trace: Callable[[], Any]) -> None:
    trace = new_trace()
    for agent in (None, "a", None, None):
        trace.tool(1, args={"x": 1, "y": 2}, agent=agent)
    trace.tool(1, args={"y": 2, "x": 1})
    session = Session()
    session.apply_events(trace.events)
    assert totals_of(session.view()).tools["bash"].repeats == 3
    third = session.tools.event[2]
    assert [totals_of(session.view(at)).tools["bash"].repeats for at in (third, third + 1)] == [0, 1]
