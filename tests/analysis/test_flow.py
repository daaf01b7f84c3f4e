"""The token flow tells any iteration, any group of them, and where a compaction shows, as of any event."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.flow import TokenFlow, next_call


def test_points_are_those_of_the_view(trace: Any) -> None:
    trace.quiet(range(1, 6))
    trace.llm(5)
    for at in range(len(trace.events) + 1):
        view = trace.view(at)
        flow = TokenFlow(view)
        assert [flow.point(index) for index in range(flow.count)] == view.token_flow()


def test_kept_points_are_not_stale(trace: Any, fold: Any) -> None:
    trace.llm(1, input_tokens=10)
    session = fold(trace.events)
    flow = TokenFlow(session.view())
    assert flow.point(0).input_tokens == 10
    trace.llm(1, input_tokens=5)
    session.apply_events(trace.events[1:])
    flow.view = session.view()
    assert (flow.point(0).input_tokens, flow.point(0).calls) == (15, 2)
    flow.view = session.view(1)
    assert (flow.point(0).input_tokens, flow.point(0).calls) == (10, 1)


def test_the_context_is_the_last_prompt_of_an_iteration(trace: Any) -> None:
    trace.cached(8_000, 500, iteration=1, cache_write_tokens=100)
    trace.cached(9_000, 200, iteration=1)
    trace.add("llm_response", 1, tokens=5)
    flow = TokenFlow(trace.view())
    assert flow.point(0).context_tokens == 9_200
    assert flow.newest_context() == 9_200


def test_a_prompt_that_is_not_told_is_unknown(trace: Any) -> None:
    trace.add("llm_response", 1, tokens=500)
    flow = TokenFlow(trace.view())
    assert flow.point(0).context_tokens is None and flow.newest_context() is None


def test_only_the_main_agents_context_makes_the_line(trace: Any) -> None:
    trace.llm(1, input_tokens=8_000)
    trace.llm(1, input_tokens=300, agent="a1")
    flow = TokenFlow(trace.view())
    assert [flow.context_of(flow.point(index)) for index in range(2)] == [8_000, None]


def test_without_a_main_agent_all_contexts_do(trace: Any) -> None:
    trace.llm(1, input_tokens=300, agent="a1")
    trace.llm(1, input_tokens=400, agent="a2")
    flow = TokenFlow(trace.view())
    assert [flow.context_of(flow.point(index)) for index in range(2)] == [300, 400]


def test_several_agents_are_known_as_of_any_event_in_any_order(trace: Any) -> None:
    trace.llm(1)
    trace.add("subagent_spawn", 1, payload={"agent_id": "a1"})
    trace.llm(2)
    trace.llm(1, agent="a1")
    trace.llm(3)
    view = trace.view()
    assert [TokenFlow(view.session.view(at)).has_several_agents for at in range(6)] == [False] * 4 + [True] * 2
    flow = TokenFlow(view.session.view(2))
    for at in (2, 3, 5, 3, 4):
        flow.view = view.session.view(at)
        assert flow.has_several_agents is (at >= 4)


def test_a_compaction_is_a_cliff(trace: Any) -> None:
    for number, prompt in enumerate((10_000, 20_000, 30_000), 1):
        trace.llm(number, input_tokens=prompt)
    compaction = len(trace.events)
    trace.add("compaction_end", 3, tokens_saved=25_000)
    trace.llm(4, input_tokens=5_000)
    flow = TokenFlow(trace.view())
    cliff = flow.cliff_of(compaction)
    assert cliff == 3
    contexts = [flow.context_of(flow.point(index)) for index in range(flow.count)]
    assert contexts == [10_000, 20_000, 30_000, 5_000]
    assert TokenFlow(trace.view(4)).cliff_of(compaction) is None, "the call after it had not come yet"


def test_a_compaction_in_the_middle_of_an_iteration_shows_in_it(trace: Any) -> None:
    trace.llm(1)
    trace.llm(2, input_tokens=30_000)
    trace.add("compaction_end", 2)
    trace.llm(2, input_tokens=3_000)
    flow = TokenFlow(trace.view())
    assert flow.cliff_of(2) == 1 and flow.point(1).context_tokens == 3_000


def test_a_compaction_shows_at_its_own_agent(trace: Any) -> None:
    trace.llm(1)
    trace.llm(1, agent="a1")
    trace.add("compaction_end", 1)
    trace.llm(2, agent="a1")
    trace.llm(2)
    view = trace.view()
    flow = TokenFlow(view)
    cliff = flow.cliff_of(2)
    assert cliff is not None and (flow.point(cliff).agent, flow.point(cliff).iteration) == ("", 2)
    assert next_call(view, 2) == 3


def test_an_event_belongs_to_its_own_iteration_where_agents_take_turns(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.llm(1)
    trace.add("iteration_start", 1, agent="a1")
    trace.llm(1, agent="a1")
    trace.tool(1)
    trace.tool(1, agent="a1")
    flow = TokenFlow(trace.view())
    assert [flow.index_of(event) for event in range(8)] == [0, 0, 1, 1, 0, 0, 1, 1]


def test_an_event_before_any_call_stands_at_the_first(trace: Any) -> None:
    trace.add("session_start")
    assert TokenFlow(trace.view()).index_of(0) is None
    trace.llm(1)
    assert TokenFlow(trace.view()).index_of(0) == 0


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_groups_sum_up_to_the_whole(trace: Any, size: int) -> None:
    for number in range(1, 8):
        trace.cached(100 * number, 10 * number, iteration=number, cache_write_tokens=number, cost=0.5)
    view = trace.view()
    flow = TokenFlow(view)
    bounds = [(first, min(first + size, flow.count)) for first in range(0, flow.count, size)]
    groups = [flow.group(first, end) for first, end in bounds]
    sizes = [end - first for first, end in bounds]
    assert sum(g.cache_read_tokens * n for g, n in zip(groups, sizes, strict=True)) == pytest.approx(2_800)
    assert sum(g.input_tokens * n for g, n in zip(groups, sizes, strict=True)) == pytest.approx(280)
    assert sum(g.total_tokens * n for g, n in zip(groups, sizes, strict=True)) == pytest.approx(view.tokens.total)
    assert groups[-1].cumulative_cost == 3.5
    assert groups[0].context_tokens == 111 * sizes[0]
