"""LLM calls: chunks folded, buckets apart, unknown not zero."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.tokens import Buckets


def chunk(trace: Any, iteration: int | None = None, agent: str | None = None) -> Any:
    return trace.add("llm_response", iteration, agent=agent, metadata={"chunk_type": "text", "content": "…"})


def test_the_chunks_of_a_streamed_response_are_one_call(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.add("llm_request", 1, model="m")
    for _ in range(5):
        chunk(trace)
    trace.llm(1, cost=0.5)
    view = trace.view()
    assert (view.llm_calls, view.tokens.output, view.cost) == (1, 100, 0.5)
    assert trace.view(4).llm_calls == 1


def test_chunks_without_any_mark_fold_too(trace: Any) -> None:
    for _ in range(3):
        trace.add("llm_response", content="…")
    trace.add("llm_response", stop_reason="end_turn")
    trace.add("llm_response", content="…")
    assert trace.view().llm_calls == 2


@pytest.mark.parametrize("between", ["llm_request", "iteration_start", "tool_start", "tool", "session_end"])
def test_what_comes_between_chunks_ends_the_call(trace: Any, between: str) -> None:
    chunk(trace)
    trace.add(between)
    chunk(trace)
    assert trace.view().llm_calls == 2


def test_chunks_of_two_agents_are_apart(trace: Any) -> None:
    for agent in (None, "helper", None, "helper"):
        chunk(trace, agent=agent)
    assert trace.view().llm_calls == 2


def test_whole_responses_are_calls_each(trace: Any) -> None:
    trace.llm(1)
    trace.llm(1)
    trace.add("llm_response", 1, duration_ms=5.0)
    assert trace.view().llm_calls == 3


def test_the_buckets_are_summed_apart(trace: Any) -> None:
    trace.llm(input_tokens=10, output_tokens=20, cache_read_tokens=30, cache_write_tokens=40)
    trace.llm(input_tokens=1, output_tokens=2, cache_read_tokens=3, cache_write_tokens=4)
    assert trace.view().tokens == Buckets(11, 22, 33, 44, 110)


def test_the_total_is_what_the_trace_says(trace: Any) -> None:
    trace.llm(input_tokens=10, output_tokens=20, tokens=99)
    assert trace.view().tokens.total == 99


def test_unknown_buckets_are_none(trace: Any) -> None:
    trace.add("llm_response", tokens=50)
    assert trace.view().tokens == Buckets(total=50)
    assert trace.view().cost is None
    assert trace.view().cache_hit_rate is None


def test_what_one_response_says_is_known_of_all(trace: Any) -> None:
    trace.llm(input_tokens=10, output_tokens=20)
    trace.llm(input_tokens=10, output_tokens=20, cache_read_tokens=0)
    assert trace.view(1).tokens.cache_read is None
    assert trace.view().tokens.cache_read == 0


@pytest.mark.parametrize("odd", ["many", -5, float("nan"), float("inf"), 1e300, [1], None, True])
def test_numbers_that_are_none_are_unknown(trace: Any, odd: object) -> None:
    trace.add("llm_response", input_tokens=odd, output_tokens=5, cost=odd)
    assert trace.view().tokens == Buckets(output=5, total=5)
    assert trace.view().cost is None


def test_numbers_may_be_text(trace: Any) -> None:
    trace.add("llm_response", input_tokens="10", output_tokens="5.0", cost="0.25")
    assert (trace.view().tokens.total, trace.view().cost) == (15, 0.25)


def test_absurd_amounts_never_overflow_a_sum(trace: Any) -> None:
    for _ in range(12_000):
        trace.add("llm_response", input_tokens=9.9e14, output_tokens=9.9e10, tokens=9.9e14, cost=1e308)
    assert trace.view().tokens.output == 12_000 * 99_000_000_000
    assert trace.view().tokens.input is None
    assert trace.view().cost is None


@pytest.mark.parametrize("model", ["gpt-5", "openai/gpt-4.1", "o3-mini", "azure:o4-mini", "codex-mini"])
def test_input_that_includes_the_cache_is_converted_and_said_to_be(trace: Any, model: str) -> None:
    trace.llm(model=model, input_tokens=1000, cache_read_tokens=800, output_tokens=50)
    view = trace.view()
    assert view.tokens == Buckets(200, 50, 800, None, 1050)
    assert view.cache_hit_rate == 0.8
    assert view.bill.input_included_cache


@pytest.mark.parametrize("model", ["claude-sonnet-4", "foo3", "gemini-2", ""])
def test_input_without_the_cache_is_left_alone(trace: Any, model: str) -> None:
    trace.llm(model=model, input_tokens=1000, cache_read_tokens=800, output_tokens=50)
    assert trace.view().tokens.input == 1000
    assert not trace.view().bill.input_included_cache


def test_input_smaller_than_the_cache_cannot_include_it(trace: Any) -> None:
    trace.llm(model="gpt-5", input_tokens=100, cache_read_tokens=800)
    assert trace.view().tokens.input == 100
    assert not trace.view().bill.input_included_cache


def test_the_model_comes_from_response_request_or_session(trace: Any) -> None:
    trace.add("session_start", model="session's")
    trace.llm()
    trace.add("llm_request", model="request's")
    trace.llm()
    trace.llm(model="response's")
    view = trace.view()
    assert [view.llm_call(row).model for row in range(3)] == ["session's", "request's", "response's"]


def test_a_call_knows_its_request(trace: Any) -> None:
    trace.add("llm_request", 1)
    trace.add("budget_check")
    trace.llm(1)
    trace.llm(1)
    view = trace.view()
    assert [view.llm_call(row).request for row in range(2)] == [0, None]


def test_the_token_flow_tells_each_iteration(trace: Any) -> None:
    trace.llm(1, input_tokens=10, output_tokens=1, cost=1.0)
    trace.llm(1, input_tokens=20, output_tokens=2, cost=2.0)
    trace.llm(2, input_tokens=30, output_tokens=3, cost=4.0)
    first, second = trace.view().token_flow()
    assert (first.iteration, first.input_tokens, first.output_tokens, first.total_tokens) == (1, 30, 3, 33)
    assert (first.cost, first.cumulative_cost) == (3.0, 3.0)
    assert (second.iteration, second.cost, second.cumulative_cost) == (2, 4.0, 7.0)
    assert (second.cache_read_tokens, second.cache_write_tokens) == (None, None)


def test_calls_outside_iterations_are_a_point_without_number(trace: Any) -> None:
    trace.add("llm_response", tokens=7)
    [point] = trace.view().token_flow()
    assert (point.iteration, point.total_tokens, point.cumulative_cost) == (None, 7, None)


def test_runs_and_agents_have_points_of_their_own(trace: Any) -> None:
    trace.quiet([1])
    trace.quiet([1], agent="helper")
    trace.add("session_start")
    trace.quiet([1])
    points = trace.view().token_flow()
    assert [(point.run, point.agent, point.iteration) for point in points] == [(1, "", 1), (1, "helper", 1), (2, "", 1)]


def test_a_call_that_is_revised_is_one_call_with_what_came_to_it(trace: Any) -> None:
    trace.add("iteration_start", 1)
    first = trace.llm(1, output_tokens=1, cache_read_tokens=500, model="m")
    trace.tool(1)
    trace.add("llm_response", 1, revises=first, output_tokens=399, model="m")
    view = trace.view()
    assert (view.llm_calls, view.tokens.output, view.tokens.input, view.tokens.cache_read) == (1, 400, 1000, 500)
    assert view.tokens.total == 1_900
    assert view.cache.requests == 1
    assert view.flow_point(1).calls == 1


def test_a_revision_is_charged_by_our_prices(trace: Any) -> None:
    from tracetop.analysis.fold.session import Session
    from tracetop.analysis.prices import Price, Prices

    first = trace.llm(1, output_tokens=10, model="m")
    trace.add("llm_response", 1, revises=first, output_tokens=990, model="m")
    session = Session(Prices({"m": Price(input=1.0, output=5.0)}))
    session.apply_events(trace.events)
    assert session.view().cost == pytest.approx((1_000 * 1.0 + 1_000 * 5.0) / 1e6)
    assert session.view().cost_estimated


def test_output_may_be_a_lower_bound_until_the_end_of_the_call_is_known(trace: Any) -> None:
    trace.add("iteration_start", 1)
    first = trace.llm(1, output_tokens=0, output_lower_bound=True)
    trace.add("llm_response", 1, revises=first, output_tokens=4)
    trace.llm(2, output_tokens=7)
    trace.add("llm_response", 1, revises=first, output_tokens=90, output_lower_bound=False)
    view = trace.view()
    assert [trace.view(at).output_is_lower_bound for at in range(2, 6)] == [True, True, True, False]
    assert [trace.view(at).flow_point(1).output_is_lower_bound for at in (3, 5)] == [True, False]
    assert not view.flow_point(2).output_is_lower_bound
    assert (view.tokens.output, view.issues()) == (101, []), "of at least 0 it cannot be said that it was empty"
    assert trace.view(4).efficiency.components.token_efficiency is None
    assert view.efficiency.components.token_efficiency is not None


def test_all_rows_of_a_call_are_the_node_of_the_call(trace: Any) -> None:
    from tracetop.analysis.extents import extent_of
    from tracetop.analysis.tree.shape import NodeType
    from tracetop.analysis.tree.tree import Tree

    trace.add("iteration_start", 1, at=0)
    trace.add("llm_request", 1, at=1)
    first = trace.llm(1, output_tokens=1, at=2, duration_ms=1_000)
    for seconds in (3, 4):
        trace.add("llm_response", 1, revises=first, output_tokens=50, at=seconds, duration_ms=(seconds - 1) * 1_000.0)
    trace.llm(2, output_tokens=9, at=9)
    view = trace.view()
    tree = Tree(view)
    node = tree.node_for(1)
    assert (node.type, tree.spent(node).tokens, tree.duration_ms(node)) == (NodeType.LLM, 1_101, 3_000)
    assert (extent_of(view, 1).outcome, extent_of(view, 1).duration_ms) == (4, 3_000)
