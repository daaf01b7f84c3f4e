"""What each agent took: of its own, and with the agents below it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis.lane_calls import LaneCalls
from tracetop.analysis.lane_figures import LaneFigures, LaneSums
from tracetop.analysis.view import View
from tracetop.collector.events import TraceEvent


def figures(view: View) -> list[LaneFigures]:
    sums = LaneSums(LaneCalls(view.session))
    while sums.extend(view.at):
        pass
    return sums.figures(view)


@pytest.fixture
def family(trace: Any) -> Any:
    """Return a trace in which the main agent spawned `a`, which spawned `b`; `c` failed."""
    trace.add("session_start")
    trace.llm(1, input_tokens=100, output_tokens=10, cost=1.0, model="big")
    trace.add("subagent_spawn", agent="a")
    trace.llm(1, agent="a", input_tokens=20, output_tokens=5, cache_read_tokens=80, cost=0.25, model="small")
    trace.tool(1, agent="a")
    trace.tool(1, agent="a", failed=True)
    trace.add("subagent_spawn", agent="b", parent_agent_id="a")
    trace.llm(1, agent="b", input_tokens=7, output_tokens=3, cost=0.5)
    trace.add("subagent_complete", agent="b", parent_agent_id="a")
    trace.add("subagent_spawn", agent="c")
    trace.add("subagent_error", agent="c")
    return trace


def test_each_agent_has_its_own_and_that_of_those_below(family: Any) -> None:
    main, a, b, c = figures(family.view())
    assert [(each.name, each.depth, each.parent) for each in (main, a, b, c)] == [
        ("", 0, None), ("a", 1, 0), ("b", 2, a.lane), ("c", 1, 0),
    ]  # fmt: skip
    assert [each.own.tokens.total for each in (main, a, b, c)] == [110, 105, 10, None]
    assert [each.own.cost for each in (main, a, b, c)] == [1.0, 0.25, 0.5, None]
    assert [(each.together.tokens, each.together.cost) for each in (main, a, b)] == [
        (225, 1.75), (115, 0.75), (10, 0.5),
    ]  # fmt: skip
    assert [each.has_agents for each in (main, a, b, c)] == [True, True, False, False]
    assert (a.own.iterations, a.own.llm_calls, a.own.tool_calls, a.own.failed_tools) == (1, 1, 2, 1)
    assert (main.own.model, a.own.model) == ("big", "small")
    assert a.own.tokens.hit_rate == 0.8


def test_how_they_ended_is_as_of_the_view(family: Any) -> None:
    main, a, b, c = figures(family.view())
    assert [(each.end is None, each.has_failed) for each in (main, a, b, c)] == [
        (True, False), (True, False), (False, False), (False, True),
    ]  # fmt: skip
    *_, c_before = figures(family.view(at=len(family.events) - 1))
    assert (c_before.name, c_before.end, c_before.has_failed) == ("c", None, False)
    assert [each.name for each in figures(family.view(at=2))] == [""]


def test_an_agent_that_is_spawned_again_is_one(trace: Any) -> None:
    for cost in (1.0, 2.0):
        trace.add("subagent_spawn", agent="a")
        trace.llm(1, agent="a", cost=cost)
        trace.add("subagent_complete", agent="a")
    trace.add("subagent_spawn", agent="a")
    _, a = figures(trace.view())
    assert (a.own.cost, a.own.iterations, a.end, a.event) == (3.0, 2, None, 0)


def test_of_a_session_of_one_agent_there_is_one(trace: Any) -> None:
    trace.llm(1, input_tokens=5, output_tokens=5, cost=0.5)
    [main] = figures(trace.view())
    assert (main.together.cost, main.has_agents, main.parent) == (0.5, False, None)


names = st.sampled_from(["a", "b", "c", "d"])
happenings = st.lists(
    st.tuples(
        st.sampled_from(["subagent_spawn", "llm_response", "tool_end", "subagent_complete", "subagent_error"]),
        st.one_of(st.none(), names),
        st.one_of(st.none(), names),
    ),
    max_size=30,
)


@given(happenings, st.integers(0, 30))
@settings(deadline=None, max_examples=150)
def test_all_lanes_come_to_what_the_session_took(
    fold: Any, happened: list[tuple[str, str | None, str | None]], at: int
) -> None:
    session = fold(
        TraceEvent(
            kind,
            float(number),
            "s",
            str(number),
            data={"input_tokens": number, "output_tokens": 1, "cost": 0.5, "tool_name": "ls"}
            | ({"agent_id": agent} if agent else {})
            | ({"parent_agent_id": parent} if parent else {}),
        )
        for number, (kind, agent, parent) in enumerate(happened)
    )
    view = session.view(min(at, session.count))
    lanes = figures(view)
    assert lanes[0].together.cost == view.cost
    assert lanes[0].together.tokens == view.tokens.total
    assert sum(each.own.llm_calls for each in lanes) == view.llm_calls
    assert sum(each.own.tool_calls for each in lanes) == view.tool_calls
    assert sum(each.own.failed_tools for each in lanes) == view.failed_tools
    assert sum(each.own.iterations for each in lanes) == view.iterations
