"""What a trace tells of its budget, as of any event."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.budget import Budget, budget_as_of, told_by
from tracetop.collector.events import TraceEvent


def told(**data: Any) -> Budget | None:
    return told_by(3, TraceEvent("budget_check", 1.0, "s", data=data))


def as_of(trace: Any, at: int | None = None) -> Budget | None:
    return budget_as_of(trace.view(at), trace.events.__getitem__)


def test_no_budget_event_no_budget(trace: Any) -> None:
    trace.llm(1)
    assert as_of(trace) is None


def test_the_last_one_counts_as_of_any_event(trace: Any) -> None:
    for number, kind in enumerate(("budget_check", "budget_warning", "budget_exhausted"), 1):
        trace.llm(number)
        trace.add(kind, number, status="told", usage_fraction=number / 3)
    assert [budget and budget.used for budget in (as_of(trace, at) for at in range(1, 7))] == [
        None, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1.0,
    ]  # fmt: skip
    last = as_of(trace)
    assert last is not None and last.event == 5 and last.status == "told"


def test_what_says_nothing_of_a_budget_is_passed_over(trace: Any) -> None:
    trace.add("budget_check", usage_fraction=0.25)
    trace.add("budget_warning", tool="bash", metadata={"count": 3, "message": "seen 3 times"})
    budget = as_of(trace)
    assert budget is not None and budget.used == 0.25


def test_only_so_many_are_looked_at(trace: Any) -> None:
    trace.add("budget_check", usage_fraction=0.25)
    for _ in range(40):
        trace.add("budget_warning", message="loop")
    read = []

    def reading(number: int) -> TraceEvent:
        read.append(number)
        return trace.events[number]  # type: ignore[no-any-return]

    assert budget_as_of(trace.view(), reading) is None
    assert len(read) < 20


def test_fields_may_stand_in_metadata_and_be_text() -> None:
    budget = told(metadata={"usage_fraction": "0.5", "status": "ok"})
    assert budget is not None and (budget.used, budget.status) == (0.5, "ok")


@pytest.mark.parametrize("value", [None, "much", "NaN", float("nan"), float("inf"), -0.1, True, [], {}, "9" * 400])
def test_what_is_no_share_is_unknown(value: Any) -> None:
    assert told(usage_fraction=value) is None


def test_limits() -> None:
    budget = told(max_tokens=200_000, max_cost="2.50", context_window=128_000, usage_fraction=0.9)
    assert budget is not None and budget.is_tight
    assert (budget.token_limit, budget.cost_limit, budget.context_limit) == (200_000, 2.5, 128_000)
    budget = told(token_limit=1000)
    assert budget is not None and budget.used is None and not budget.is_tight


@pytest.mark.parametrize("value", [0, -5, 1e300, "x"])
def test_what_is_no_limit_is_unknown(value: Any) -> None:
    budget = told(usage_fraction=0.1, max_tokens=value, context_limit=value)
    assert budget is not None and (budget.token_limit, budget.context_limit) == (None, None)
