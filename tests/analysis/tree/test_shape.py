"""The shape of the tree: runs, iterations, calls, and sub-agents under the call that spawned them."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.fold.columns import NONE
from tracetop.analysis.tree.tree import Tree

from .nodes import facts_named, outline


def test_an_empty_trace_has_no_tree(trace: Any) -> None:
    assert outline(trace.view()) == []


def test_iterations_hold_their_calls(trace: Any) -> None:
    trace.add("session_start")
    trace.add("iteration_start", 1)
    trace.add("llm_request", 1, model="m")
    trace.llm(1)
    trace.tool(1, "read")
    trace.add("iteration_end", 1)
    trace.add("iteration_start", 2)
    trace.add("file_change", 2)
    trace.add("session_end")
    expected = [["run 1", "session start", ["iteration 1", "m", "read"], ["iteration 2", "file change"], "session end"]]
    assert outline(trace.view()) == expected


def test_runs_stay_apart(trace: Any) -> None:
    for _ in range(2):
        trace.add("iteration_start", 1)
        trace.tool(1, "read")
    assert outline(trace.view()) == [["run 1", ["iteration 1", "read"]], ["run 2", ["iteration 1", "read"]]]


def test_a_request_is_a_node_until_it_is_answered(trace: Any) -> None:
    trace.add("llm_request", 1, model="m")
    trace.llm(1)
    assert outline(trace.view(1)) == [["run 1", ["iteration 1", "llm request"]]]
    assert facts_named(trace.view(1), "llm request").state == "running"
    assert outline(trace.view()) == [["run 1", ["iteration 1", "m"]]]


def test_a_streamed_response_is_one_node_with_the_tokens_of_its_end(trace: Any) -> None:
    trace.add("llm_request", 1, model="m", at=1)
    for _ in range(3):
        trace.add("llm_response", metadata={"chunk_type": "text"}, at=2)
    trace.llm(1, cost=0.5, at=3)
    assert outline(trace.view()) == [["run 1", ["iteration 1", "m"]]]
    call = facts_named(trace.view(), "m")
    assert (call.tokens, call.cost, call.duration_ms, call.event) == (1100, 0.5, 2000.0, 4)


def test_a_tool_call_is_one_node_from_its_start_to_its_end(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.tool(1, "read", failed=True, duration_ms=12)
    assert facts_named(trace.view(2), "read").state == "running"
    call = facts_named(trace.view(), "read")
    assert (call.state, call.duration_ms, call.event) == ("failed", 12.0, 2)


def test_a_sub_agent_stands_under_the_call_that_spawned_it(trace: Any) -> None:
    trace.add("iteration_start", 1)
    call = trace.add("tool_start", 1, tool_name="task")
    trace.add("subagent_spawn", agent_id="helper", parent=call)
    trace.add("iteration_start", 1, agent="helper")
    trace.llm(1, agent="helper", model="m", cost=0.5)
    trace.add("subagent_complete", agent_id="helper")
    trace.add("tool_end", 1, tool_name="task", parent=call)
    helper = ["task", ["helper", ["iteration 1", "m"]]]
    assert outline(trace.view()) == [["run 1", ["iteration 1", helper]]]


def test_the_call_that_is_open_in_the_iteration_spawned_it(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.add("tool_start", 1, tool_name="lost")
    trace.add("iteration_start", 2)
    trace.add("subagent_spawn", 2, agent_id="first")
    trace.add("tool_start", 2, tool_name="task")
    trace.add("subagent_spawn", 2, agent_id="second")
    assert outline(trace.view()) == [
        ["run 1", ["iteration 1", "lost"], ["iteration 2", "first", ["task", "second"]]],
    ]


def test_a_sub_agent_without_a_call_stands_in_the_iteration(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.add("subagent_spawn", 1, agent_id="helper")
    trace.add("custom", agent="helper")
    trace.llm(1, agent="helper")
    assert outline(trace.view()) == [["run 1", ["iteration 1", ["helper", "custom", ["iteration 1", ""]]]]]


def test_an_agent_nobody_announced_stands_where_the_main_agent_does(trace: Any) -> None:
    trace.add("custom", agent="early")
    trace.add("iteration_start", 1)
    trace.add("custom", agent="helper")
    assert outline(trace.view()) == [["run 1", ["early", "custom"], ["iteration 1", ["helper", "custom"]]]]


def test_an_agent_known_only_by_its_end_keeps_what_follows(trace: Any) -> None:
    trace.add("subagent_complete", agent_id="helper")
    trace.add("custom", agent="helper")
    assert outline(trace.view()) == [["run 1", ["helper", "custom"]]]


def test_agents_nest(trace: Any) -> None:
    trace.add("subagent_spawn", agent_id="outer")
    trace.add("iteration_start", 1, agent="outer")
    trace.add("subagent_spawn", agent_id="inner", parent_agent_id="outer")
    trace.llm(1, agent="inner", model="m", cost=1.0)
    trace.add("subagent_complete", agent_id="inner")
    assert outline(trace.view()) == [["run 1", ["outer", ["iteration 1", ["inner", ["iteration 1", "m"]]]]]]
    for name in ("run 1", "outer", "inner", "m"):
        assert (facts_named(trace.view(), name).tokens, facts_named(trace.view(), name).cost) == (1100, 1.0)


def test_a_task_given_twice_is_two_nodes(trace: Any) -> None:
    for _ in range(2):
        trace.add("subagent_spawn", agent_id="helper")
        trace.llm(1, agent="helper", model="m")
        trace.add("subagent_complete", agent_id="helper")
    assert outline(trace.view()) == [["run 1", ["helper", ["iteration 1", "m"]], ["helper", ["iteration 1", "m"]]]]


def test_a_request_is_answered_though_many_agents_answer_first(trace: Any) -> None:
    trace.add("llm_request", 1, model="m")
    for number in range(100):
        trace.llm(1, agent=f"a{number}")
    trace.llm(1)
    assert outline(trace.view())[0][1][1] == "m"


def test_a_call_stands_at_its_request(trace: Any) -> None:
    trace.add("llm_request", 1, model="m")
    trace.tool(1, "read")
    trace.llm(1)
    assert outline(trace.view(3)) == [["run 1", ["iteration 1", "llm request", "read"]]]
    assert outline(trace.view()) == [["run 1", ["iteration 1", "m", "read"]]]
    tree = Tree(trace.view())
    assert [tree.path_of(event) for event in range(4)] == [(0, 0, 0), (0, 0, 1), (0, 0, 1), (0, 0, 0)]


def test_a_request_answered_in_another_iteration_stays_where_it_was_asked(trace: Any) -> None:
    trace.add("llm_request", 1, model="m")
    trace.llm(2)
    assert outline(trace.view()) == [["run 1", ["iteration 1", "llm request"], ["iteration 2", "m"]]]
    assert facts_named(trace.view(), "llm request").state == "ok"


@pytest.mark.parametrize("absurd", ["self", "each other", "chain"])
def test_agents_that_spawn_in_circles_do_no_harm(trace: Any, absurd: str, picture: Any) -> None:
    for number in range(400):
        names = {"self": ("a", "a"), "each other": ("ab"[number % 2], "ba"[number % 2])}
        child, parent = names.get(absurd, (f"a{number + 1}", f"a{number}"))
        trace.add("subagent_spawn", agent_id=child, parent_agent_id=parent)
        trace.llm(1, agent=child)
    view = trace.view()
    assert picture(view)["summary"].total_tokens == 400 * 1100
    assert Tree(view).facts(Tree(view).roots()[0]).tokens == 400 * 1100


def test_agents_that_never_came_have_no_number(trace: Any) -> None:
    trace.tool(1)
    assert list(trace.view().session.agents.call) == []
    trace.add("subagent_spawn", agent_id="helper")
    assert list(trace.view().session.agents.call) == [NONE]
