"""What will happen if it goes on like this: when the context is compacted, when the budget is used up."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.forecast import BudgetEnd, Compaction, budget_end, next_compaction
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
