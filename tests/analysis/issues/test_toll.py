"""What issues cost: a figure for each category where the trace gives one, and nothing made up where it does not."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis import View
from tracetop.analysis.issues import toll
from tracetop.analysis.issues.episodes import Episode
from tracetop.analysis.issues.issue import CATEGORIES
from tracetop.analysis.issues.toll import Toll, assess, toll_of
from tracetop.analysis.tree.tree import Tree


def episodes(view: View, category: str) -> list[Episode]:
    return [episode for episode in view.episodes() if episode.category == category]


def only(trace: Any, category: str, at: int | None = None) -> Toll:
    """What the only issue of a category cost."""
    view = trace.view(at)
    (episode,) = episodes(view, category)
    return toll_of(episode, Tree(view))


def test_every_category_has_a_rule() -> None:
    assert set(toll._RULES) == set(CATEGORIES)


def test_iterations_without_a_call_cost_all_that_went_into_them(trace: Any) -> None:
    trace.busy([1])
    trace.quiet(range(2, 19), cost=0.5)
    assert only(trace, "excessive_iterations") == Toll(tokens=16 * 1100, cost=8.0, seconds=16.0), (
        "the 17th has not ended"
    )


def test_iterations_without_a_response_cost_time_alone(trace: Any) -> None:
    for number in range(1, 19):
        trace.add("iteration_start", number)
        trace.add("iteration_end", number, duration_ms=500.0)
    assert only(trace, "excessive_iterations") == Toll(seconds=9.0)


def same_call(trace: Any, **data: Any) -> str:
    return str(trace.tool(1, args={"command": "ls"}, **data))


def test_repeated_calls_cost_the_time_of_those_after_the_first(trace: Any) -> None:
    for seconds in (9, 2, 3):
        same_call(trace, duration_ms=seconds * 1000.0)
    assert only(trace, "repeated_tool_calls") == Toll(seconds=5.0)


def test_a_repeated_call_that_has_not_ended_costs_nothing_yet(trace: Any) -> None:
    for seconds in (9, 2, 3):
        same_call(trace, duration_ms=seconds * 1000.0)
    assert only(trace, "repeated_tool_calls", at=5) == Toll(seconds=2.0)
    view = trace.view(5)
    assert not assess(episodes(view, "repeated_tool_calls")[0], Tree(view)).is_final
    assert assess(episodes(view, "repeated_tool_calls")[0], Tree(trace.view())).is_final


def test_a_cache_drop_costs_what_was_cached_and_sent_again(trace: Any) -> None:
    trace.cached(read=9000, sent=500, cache_write_tokens=1000)
    trace.cached(read=1000, sent=11_000)
    assert only(trace, "cache_drop") == Toll(tokens=9000, is_derived=True)


def test_no_more_can_be_sent_again_than_was_sent(trace: Any) -> None:
    trace.cached(read=9000, sent=500)
    trace.cached(read=100, sent=1200, cache_write_tokens=300)
    assert only(trace, "cache_drop") == Toll(tokens=1500, is_derived=True)


def test_a_cache_that_keeps_falling_costs_each_fall(trace: Any) -> None:
    for read in (9000, 4000, 1000):
        trace.cached(read=read, sent=10_000 - read)
    assert only(trace, "cache_drop") == Toll(tokens=5000 + 3000, is_derived=True)


def test_a_spike_costs_what_is_above_the_mean(trace: Any) -> None:
    for tokens in (100, 100, 100, 1000):
        trace.add("llm_response", tokens=tokens)
    assert only(trace, "token_spike") == Toll(tokens=900, is_derived=True)


def test_empty_responses_cost_what_they_took(trace: Any) -> None:
    trace.llm(output_tokens=0, input_tokens=700, cost=0.25, duration_ms=1500)
    trace.llm(output_tokens=0, input_tokens=300, cost=0.25)
    assert only(trace, "empty_response") == Toll(tokens=1000, cost=0.5, seconds=1.5)


def test_an_empty_response_without_cost_has_none(trace: Any) -> None:
    trace.llm(output_tokens=0, input_tokens=700)
    assert only(trace, "empty_response") == Toll(tokens=700)


def test_failures_cost_the_time_of_the_calls_that_failed(trace: Any) -> None:
    trace.tool(1, duration_ms=60_000.0)
    for _ in range(2):
        trace.tool(1, failed=True, duration_ms=1000.0)
    trace.tool(1, failed=True)
    told = only(trace, "tool_error_rate")
    assert told == Toll(seconds=2.0 + 1.0), "a call that does not say took from its start to its end"


def test_a_long_call_costs_its_time(trace: Any) -> None:
    trace.tool(1, duration_ms=31_500.0)
    assert only(trace, "long_tool_execution") == Toll(seconds=31.5)


def test_compactions_cost_the_time_they_took(trace: Any) -> None:
    for number in range(1, 5):
        trace.add("iteration_start", number)
        trace.add("compaction_start", number)
        trace.add("compaction_end", number, duration_ms=250.0 if number < 4 else None)
    assert only(trace, "compaction_frequency") == Toll(seconds=3 * 0.25 + 1.0)


def test_compactions_told_by_one_event_without_time_cost_nothing_that_is_known(trace: Any) -> None:
    for number in range(1, 5):
        trace.add("iteration_start", number)
        trace.add("compaction_end", number)
    assert only(trace, "compaction_frequency") == Toll()


def test_what_an_overflow_costs_is_not_known(trace: Any) -> None:
    trace.add("context_overflow", 1)
    assert only(trace, "context_overflow") == Toll()


def test_an_ignored_warning_costs_what_the_agent_spent_from_it_to_the_verdict(trace: Any) -> None:
    def spend(number: int) -> None:
        trace.add("iteration_start", number)
        trace.add("llm_response", number, tokens=100, cost=1.0)
        trace.llm(1, agent="helper", cost=50.0)
        trace.tool(number)

    spend(1)
    trace.add("budget_warning", 1)
    for number in range(2, 7):
        spend(number)
    told = only(trace, "budget_warning_ignored")
    assert told == Toll(tokens=300, cost=3.0), "three iterations after it; not those around them, nor the helper"


def test_a_failed_sub_agent_costs_all_it_took(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.llm(1, cost=5.0)
    trace.add("subagent_spawn", 1, agent_id="helper", at=100)
    trace.llm(1, agent="helper", cost=0.5)
    trace.add("subagent_spawn", agent="helper", payload={"agent_id": "inner", "parent_agent_id": "helper"})
    trace.llm(1, agent="inner", cost=0.25)
    trace.add("subagent_timeout", 1, agent_id="helper", at=130)
    assert only(trace, "subagent_timeout") == Toll(tokens=2200, cost=0.75, seconds=30.0)


def test_a_sub_agent_known_by_its_failure_alone(trace: Any) -> None:
    trace.add("subagent_error", 1, agent_id="helper", duration_ms=1500.0)
    assert only(trace, "subagent_timeout") == Toll(seconds=1.5)


def test_tolls_are_as_of_the_view(trace: Any) -> None:
    for _ in range(3):
        trace.llm(output_tokens=0, input_tokens=100, cost=0.5)
    told = [only(trace, "empty_response", at).cost for at in (1, 2, 3)]
    assert told == [0.5, 1.0, 1.5]


def test_of_very_much_evidence_the_first_is_counted_and_that_is_said(
    trace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toll, "MOST_LOOKED_AT", 4)
    for _ in range(4):
        trace.llm(output_tokens=0, input_tokens=100)
    assert not only(trace, "empty_response").at_least
    trace.llm(output_tokens=0, input_tokens=100)
    assert only(trace, "empty_response") == Toll(tokens=400, at_least=True)
    for _ in range(9):
        same_call(trace, duration_ms=1000.0)
    assert only(trace, "repeated_tool_calls") == Toll(seconds=3.0, at_least=True)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Toll(), []),
        (Toll(tokens=31_200, cost=0.094, seconds=12.34), ["$0.094", "31.2k tokens", "12.3s"]),
        (Toll(tokens=31_200, is_derived=True), ["~31.2k tokens"]),
        (Toll(tokens=0, cost=0.0, is_estimated=True), ["~$0.00", "0 tokens"]),
        (Toll(seconds=90.0, at_least=True), ["≥90.0s"]),
    ],
)
def test_words(told: Toll, words: list[str]) -> None:
    assert told.words() == words
