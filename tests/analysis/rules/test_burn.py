"""Forecasts that a budget will be used up."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.rules.second_pass import SecondPass

from .found import second_pass, titles
from .prompts import budgets


def test_a_budget_that_lasts_again_is_no_finding_any_more(trace: Any) -> None:
    budgets(0.5, 0.6, 0.7, 0.8, 0.9)(trace)
    session_end = len(trace.events)
    for number in range(6, 30):
        trace.add("iteration_start", number)
        trace.add("budget_check", number, usage_fraction=0.9001, status="ok")
    session = trace.view().session
    found = SecondPass(session, losses=CacheLosses(session, trace.events.__getitem__))
    found.extend_to_end()
    assert "burn_forecast" in {episode.category for episode in found.standing(session_end)}
    assert "burn_forecast" not in {episode.category for episode in found.standing(session.count)}


def spend(trace: Any, *shares: float) -> None:
    for share in shares:
        trace.add("iteration_start", len(trace.events))
        trace.add("budget_check", usage_fraction=share)


def test_forecasts_that_were_withdrawn_do_not_use_up_how_many_may_stand(trace: Any) -> None:
    for _ in range(22):
        spend(trace, 0.5, 0.51, 0.52, 0.53, 0.8, *[0.8] * 4)
    raised = [each for each in second_pass(trace).log.episodes if each.category == "burn_forecast"]
    assert len(raised) == 22
    assert not titles(trace, "burn_forecast")
    spend(trace, 0.5, 0.6, 0.7, 0.8, 0.9)
    assert titles(trace, "burn_forecast") == ["budget ends in ~1 turns at this pace"]


def test_of_budgets_that_are_used_up_again_and_again_twenty_are_told(trace: Any) -> None:
    for _ in range(25):
        spend(trace, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    assert len(titles(trace, "burn_forecast")) == 20
