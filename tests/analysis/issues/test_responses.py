"""cache_drop, token_spike, empty_response."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_hit_rate_down_by_more_than_half_fires(trace: Any) -> None:
    before = trace.cached(read=9000, sent=1000, iteration=1)
    after = trace.cached(read=4400, sent=5600, iteration=2)
    [issue] = trace.issues("cache_drop")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("medium", 2, (before, after))
    assert issue.title == "cache hit fell 90% → 44%"


def test_a_hit_rate_down_to_exactly_half_is_fine(trace: Any) -> None:
    trace.cached(read=8000, sent=2000)
    trace.cached(read=4000, sent=6000)
    assert trace.issues("cache_drop") == []


@pytest.mark.parametrize(("prompt", "fires"), [(1023, False), (1024, True)])
def test_only_prompts_of_1024_tokens_can_drop(trace: Any, prompt: int, fires: bool) -> None:
    trace.cached(read=9000, sent=1000)
    trace.cached(read=0, sent=prompt)
    assert bool(trace.issues("cache_drop")) is fires


def test_what_is_written_to_the_cache_is_part_of_the_prompt(trace: Any) -> None:
    trace.cached(read=9000, sent=1000)
    trace.cached(read=0, sent=24, cache_write_tokens=1000)
    assert len(trace.issues("cache_drop")) == 1


def test_a_cache_that_keeps_falling_is_one_issue(trace: Any) -> None:
    events = [trace.cached(read=read, sent=10_000 - read) for read in (9000, 4000, 1000)]
    [issue] = trace.issues("cache_drop")
    assert issue.event_ids == tuple(events)


def test_a_cache_that_recovers_and_falls_again_is_two_issues(trace: Any) -> None:
    for read in (9000, 0, 9000, 0, 0):
        trace.cached(read=read, sent=10_000 - read)
    assert len(trace.issues("cache_drop")) == 2


def test_without_cache_fields_there_is_no_drop(trace: Any) -> None:
    trace.cached(read=9000, sent=1000)
    trace.llm(input_tokens=10_000)
    assert trace.issues("cache_drop") == []


def test_the_caches_of_two_agents_are_apart(trace: Any) -> None:
    for _ in range(2):
        trace.cached(read=9000, sent=1000)
        trace.cached(read=0, sent=10_000, agent="helper")
    assert trace.issues("cache_drop") == []


def test_more_than_twice_the_mean_of_three_responses_fires(trace: Any) -> None:
    for tokens in (100, 200, 300):
        trace.add("llm_response", 1, tokens=tokens)
    spike = trace.add("llm_response", 2, tokens=401)
    [issue] = trace.issues("token_spike")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("medium", 2, (spike,))
    assert issue.title == "401 tokens, over twice the mean of 200"


def test_exactly_twice_the_mean_is_fine(trace: Any) -> None:
    for tokens in (100, 200, 300, 400):
        trace.add("llm_response", tokens=tokens)
    assert trace.issues("token_spike") == []


def test_two_responses_before_are_too_few_for_a_spike(trace: Any) -> None:
    for tokens in (100, 100, 9000):
        trace.add("llm_response", tokens=tokens)
    assert trace.issues("token_spike") == []


def test_responses_without_tokens_do_not_count_for_the_mean(trace: Any) -> None:
    for tokens in (100, None, 100, None, 9000):
        trace.add("llm_response", stop_reason="end_turn", **({} if tokens is None else {"tokens": tokens}))
    assert trace.issues("token_spike") == []


def test_spikes_in_a_row_are_one_issue(trace: Any) -> None:
    for tokens in (100, 100, 100, 500, 5000):
        trace.add("llm_response", tokens=tokens)
    [issue] = trace.issues("token_spike")
    assert issue.event_ids == ("e3", "e4")


def test_the_responses_of_two_agents_are_apart(trace: Any) -> None:
    for tokens in (100, 100, 100):
        trace.add("llm_response", tokens=tokens)
    trace.add("llm_response", tokens=9000, agent="helper")
    assert trace.issues("token_spike") == []


def test_the_buckets_make_a_total_where_none_is_given(trace: Any) -> None:
    for _ in range(3):
        trace.llm(input_tokens=100, output_tokens=0)
    trace.llm(input_tokens=50, output_tokens=50, cache_read_tokens=100, cache_write_tokens=1)
    assert len(trace.issues("token_spike")) == 1


def test_zero_output_tokens_fire(trace: Any) -> None:
    empty = trace.llm(3, output_tokens=0)
    [issue] = trace.issues("empty_response")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("high", 3, (empty,))


@pytest.mark.parametrize("data", [{"output_tokens": 1}, {"output_tokens": None}, {"output_tokens": "x"}])
def test_some_or_unknown_output_is_not_empty(trace: Any, data: dict[str, Any]) -> None:
    trace.llm(**data)
    assert trace.issues("empty_response") == []


def test_empty_responses_in_a_row_are_one_issue(trace: Any) -> None:
    for output in (0, 0, 5, 0):
        trace.llm(output_tokens=output)
    first, second = trace.issues("empty_response")
    assert first.title == "2 empty responses in a row"
    assert (first.event_ids, second.event_ids) == (("e0", "e1"), ("e3",))


def test_empty_responses_of_two_agents_are_apart(trace: Any) -> None:
    trace.llm(output_tokens=0)
    trace.llm(output_tokens=0, agent="helper")
    assert [issue.agent for issue in trace.issues("empty_response")] == ["", "helper"]


def test_a_cache_that_fell_in_a_pause_may_just_have_run_out(trace: Any) -> None:
    trace.cached(read=9000, sent=1000, at=0)
    trace.cached(read=0, sent=9000, at=1_200)
    [issue] = trace.issues("cache_drop")
    assert issue.title == "cache hit fell 90% → 0% in a pause of 20m 00s"
    assert issue.suggestion.startswith("It may just have run out")
