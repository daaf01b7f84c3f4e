"""What will happen if it goes on like this: when the context is compacted, when the budget is used up."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.forecast import BudgetEnd, CacheExpiry, Compaction, budget_end, cache_expiry, next_compaction
from tracetop.analysis.prices import Price, Prices
from tracetop.analysis.view import View

Fold = Callable[[Any], Session]


def view_of(trace: Any, fold: Fold) -> View:
    return fold(trace.events).view()


def grow(trace: Any, prompts: list[int], **data: Any) -> None:
    for prompt in prompts:
        trace.llm(input_tokens=prompt, output_tokens=0, **data)


def compaction(trace: Any, fold: Fold, limit: float | None = None) -> Compaction | None:
    return next_compaction(view_of(trace, fold), limit)


def ending(trace: Any, fold: Fold) -> BudgetEnd | None:
    return budget_end(view_of(trace, fold), lambda event: trace.events[event])


def test_prompts_that_grow_evenly_reach_their_limit(trace: Any, fold: Fold) -> None:
    grow(trace, [1000, 2000, 3000, 4000, 5000])
    found = compaction(trace, fold, 10_000)
    assert found is not None
    assert (found.left.turns, found.left.low, found.left.high) == (5.0, 5.0, 5.0)
    assert (found.limit, found.is_guess) == (10_000, False)


def test_the_more_they_differ_the_wider_the_band(trace: Any, fold: Fold) -> None:
    grow(trace, [1000, 1100, 3000, 3100, 5000])
    found = compaction(trace, fold, 10_000)
    assert found is not None
    assert found.left.low < found.left.turns == 5.0 < found.left.high < math.inf


def test_growth_that_may_be_none_has_no_upper_bound(trace: Any, fold: Fold) -> None:
    grow(trace, [1000, 5000, 900, 4900, 1200])
    found = compaction(trace, fold, 10_000)
    assert found is not None
    assert found.left.high == math.inf


@pytest.mark.parametrize(
    "prompts", [[], [1000], [1000, 2000, 3000, 4000], [5000, 4000, 3000, 2000, 1000], [9000] * 6, [20_000] * 6]
)
def test_where_there_is_nothing_to_conclude_from_nothing_is(trace: Any, fold: Fold, prompts: list[int]) -> None:
    grow(trace, prompts)
    assert compaction(trace, fold, 10_000) is None


def test_without_a_limit_it_is_that_of_the_last_times(trace: Any, fold: Fold) -> None:
    for longest in (8000, 9000, 9500):
        grow(trace, [longest - 1000, longest])
        trace.add("compaction_end")
    grow(trace, [1000, 2000, 3000, 4000, 5000])
    found = compaction(trace, fold)
    assert found is not None
    assert (found.left.turns, found.limit, found.is_guess) == (4.0, 9000, True)


def test_nobody_knows_of_a_first_compaction(trace: Any, fold: Fold) -> None:
    grow(trace, [1000, 2000, 3000, 4000, 5000])
    assert compaction(trace, fold) is None


def test_what_was_before_a_compaction_does_not_count(trace: Any, fold: Fold) -> None:
    grow(trace, [1000, 9000])
    trace.add("compaction_end")
    grow(trace, [100, 200, 300, 400])
    assert compaction(trace, fold, 10_000) is None
    grow(trace, [500])
    found = compaction(trace, fold, 10_000)
    assert found is not None
    assert found.left.turns == 95.0


def test_sub_agents_have_their_own_context(trace: Any, fold: Fold) -> None:
    for prompt in (1000, 2000, 3000, 4000, 5000):
        grow(trace, [prompt])
        grow(trace, [90 * prompt], agent="a")
    found = compaction(trace, fold, 10_000)
    assert found is not None
    assert found.left.turns == 5.0


def test_a_run_begins_anew(trace: Any, fold: Fold) -> None:
    grow(trace, [1000, 2000, 3000, 4000, 5000])
    trace.add("session_start")
    grow(trace, [1000, 2000])
    session = fold(trace.events)
    assert next_compaction(session.view(), 10_000) is None
    assert next_compaction(session.view(5), 10_000) is not None


def spend(trace: Any, shares: list[float]) -> None:
    for number, used in enumerate(shares, 1):
        trace.add("iteration_start", number, at=10.0 * number)
        trace.add("budget_check", number, usage_fraction=used, status="ok", at=10.0 * number + 1.0)


def test_a_budget_that_is_used_evenly(trace: Any, fold: Fold) -> None:
    spend(trace, [0.1, 0.2, 0.3, 0.4, 0.5])
    found = ending(trace, fold)
    assert found is not None
    assert (found.left.turns, found.seconds) == (pytest.approx(5.0), pytest.approx(50.0))


@pytest.mark.parametrize("shares", [[0.1, 0.2, 0.3], [0.9, 1.0, 1.1, 1.2], [0.5] * 6, [0.4, 0.3, 0.2, 0.1]])
def test_of_others_nothing_is_concluded(trace: Any, fold: Fold, shares: list[float]) -> None:
    spend(trace, shares)
    assert ending(trace, fold) is None


def test_a_budget_that_was_set_anew_begins_anew(trace: Any, fold: Fold) -> None:
    spend(trace, [0.5, 0.9, 0.1, 0.2, 0.3, 0.4])
    found = ending(trace, fold)
    assert found is not None
    assert found.left.turns == pytest.approx(6.0)


def expiry(trace: Any, prices: Prices | None = None, at: int | None = None) -> CacheExpiry | None:
    session = Session(prices)
    session.apply_events(trace.events)
    session.cache_breaks.extend_all()
    return cache_expiry(session.view(at), trace.events.__getitem__)


def test_a_cache_lives_five_minutes_from_its_last_use(trace: Any) -> None:
    trace.add("llm_request")
    asked = trace.events[-1].timestamp
    trace.now += 20.0
    trace.llm(cache_read_tokens=9_000, input_tokens=100, cache_write_tokens=1_000)
    answered = trace.events[-1].timestamp
    found = expiry(trace)
    assert found == CacheExpiry(asked + 300.0, answered + 300.0, 300.0, 10_000, None)
    trace.llm(cache_read_tokens=10_000, input_tokens=100)
    renewed = expiry(trace)
    assert renewed is not None and renewed.latest == trace.events[-1].timestamp + 300.0
    assert expiry(trace, at=2) == found


def test_without_a_request_the_duration_says_when_it_was_asked_for(trace: Any) -> None:
    trace.add("llm_response", duration_ms=7_000.0, cache_read_tokens=9_000, input_tokens=100, output_tokens=1)
    found = expiry(trace)
    assert found is not None and found.latest - found.earliest == 7.0


@pytest.mark.parametrize(
    ("told", "life"),
    [
        ({"cache_write_1h_tokens": 1_000}, 3_600.0),
        ({"cache_creation": {"ephemeral_1h_input_tokens": 1_000}}, 3_600.0),
        ({"cache_creation": {"ephemeral_1h_input_tokens": 400}}, 300.0),
        ({"cache_creation": "odd"}, 300.0),
        ({}, 300.0),
    ],
)
def test_an_hour_where_it_is_written_for_an_hour(trace: Any, told: dict[str, Any], life: float) -> None:
    trace.llm(cache_read_tokens=9_000, input_tokens=100, cache_write_tokens=1_000, **told)
    trace.llm(cache_read_tokens=10_000, input_tokens=100, cache_write_tokens=0)
    found = expiry(trace)
    assert found is not None and found.life == life


def test_a_miss_costs_what_writing_costs_more_than_reading(trace: Any) -> None:
    prices = Prices({"m": Price(3.0, 15.0, 0.3, 3.75, 6.0)})
    trace.llm(model="m", cache_read_tokens=10_000, input_tokens=100)
    found = expiry(trace, prices)
    assert found is not None and found.dollars == pytest.approx(10_000 * 2.7e-6), "plain input"
    trace.llm(model="m", cache_read_tokens=9_000, input_tokens=100, cache_write_tokens=1_000)
    found = expiry(trace, prices)
    assert found is not None and found.dollars == pytest.approx(10_000 * 3.45e-6)
    trace.llm(
        model="m", cache_read_tokens=9_000, input_tokens=100, cache_write_tokens=1_000, cache_write_1h_tokens=1_000
    )
    found = expiry(trace, prices)
    assert found is not None and found.dollars == pytest.approx(10_000 * 5.7e-6)


@pytest.mark.parametrize("then", ["compaction_end", "session_start"])
def test_what_a_compaction_left_nobody_knows(trace: Any, then: str) -> None:
    trace.llm(cache_read_tokens=9_000, input_tokens=100)
    trace.add(then)
    assert expiry(trace) is None
    trace.llm(cache_read_tokens=3_000, input_tokens=100)
    found = expiry(trace)
    assert found is not None and found.tokens == 3_000


def test_no_cache_no_expiry(trace: Any) -> None:
    trace.llm(input_tokens=9_000)
    assert expiry(trace) is None
    trace.llm(input_tokens=9_000, cache_read_tokens=0)
    assert expiry(trace) is None
    trace.llm(input_tokens=9_000, cache_read_tokens=9_000, agent="a")
    assert expiry(trace) is None, "the main agent's"
