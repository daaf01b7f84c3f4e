"""The tree: runs, iterations, calls, and sub-agents under the call that spawned them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis import Session, View
from tracetop.analysis.fold.columns import NONE
from tracetop.analysis.prices import Price, Prices
from tracetop.analysis.tree.index import TreeIndex
from tracetop.analysis.tree.tree import Node, NodeType, Tree
from tracetop.collector.events import Category, category_of


def outline(view: View) -> list[Any]:
    """Every node as `name`, or `[name, ...children]`."""
    tree = Tree(view)

    def grow(node: Node) -> Any:
        facts = tree.facts(node)
        children = [grow(child) for child in tree.children(node)]
        assert tree.expandable(node) == bool(children)
        return [facts.name, *children] if children else facts.name

    return [grow(root) for root in tree.roots()]


def at_path(tree: Tree, path: tuple[int, ...]) -> Node:
    node = tree.roots()[path[0]]
    for index in path[1:]:
        node = tree.child(node, index)
    return node


def every_node(tree: Tree) -> Iterator[tuple[tuple[int, ...], Node]]:
    waiting: list[tuple[tuple[int, ...], Node]] = [((index,), root) for index, root in enumerate(tree.roots())]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        waiting += [((*path, index), child) for index, child in enumerate(tree.children(node))]


def facts_named(view: View, name: str) -> Any:
    tree = Tree(view)
    return next(tree.facts(node) for _, node in every_node(tree) if tree.facts(node).name == name)


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


def test_tokens_and_cost_add_up_to_the_run(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.llm(1, cost=1.0)
    trace.add("subagent_spawn", 1, agent_id="helper")
    trace.llm(1, agent="helper", cost=2.0)
    trace.add("iteration_start", 2)
    trace.llm(2, cost=4.0)
    run = Tree(trace.view()).facts(Node(NodeType.RUN, 0))
    assert (run.tokens, run.cost, run.iterations) == (3300, 7.0, 2)
    assert run.tokens == trace.view().tokens.total
    first = facts_named(trace.view(), "iteration 1")
    assert (first.tokens, first.cost) == (2200, 3.0)


def test_errors_and_compactions_are_counted_where_they_were(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.tool(1, failed=True)
    trace.add("iteration_start", 2)
    trace.add("compaction_start", 2)
    trace.add("compaction_end", 2)
    trace.add("context_overflow", 2)
    one, two = facts_named(trace.view(), "iteration 1"), facts_named(trace.view(), "iteration 2")
    assert [(facts.errors, facts.compactions) for facts in (one, two)] == [(1, 0), (0, 1)]
    run = facts_named(trace.view(), "run 1")
    assert (run.errors, run.compactions) == (1, 1)


def test_durations_run_from_start_to_end(trace: Any) -> None:
    trace.add("session_start", at=0)
    trace.add("iteration_start", 1, at=1)
    trace.add("subagent_spawn", 1, agent_id="helper", at=2)
    trace.add("custom", agent="helper", at=4)
    trace.add("subagent_complete", 1, agent_id="helper", at=5)
    trace.add("session_end", at=9)
    seconds = {name: facts_named(trace.view(), name).duration_ms / 1000 for name in ("run 1", "iteration 1", "helper")}
    assert seconds == {"run 1": 9.0, "iteration 1": 4.0, "helper": 3.0}


def test_a_run_ends_where_the_next_begins(trace: Any) -> None:
    trace.add("iteration_start", 1, at=0)
    trace.tool(1, at=3)
    trace.add("iteration_start", 1, at=50)
    trace.add("error", 1, at=60)
    assert facts_named(trace.view(), "run 1").duration_ms == 3000.0
    assert [facts_named(trace.view(), name).errors for name in ("run 1", "run 2")] == [0, 1]


def test_what_is_running(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.add("iteration_start", 2)
    trace.add("subagent_spawn", 2, agent_id="helper")
    trace.add("iteration_start", 7, agent="helper")
    trace.add("subagent_error", 2, agent_id="helper")
    trace.add("session_end")
    states = {
        at: {name: facts_named(trace.view(at), name).state for name in ("iteration 2", "helper", "iteration 7")}
        for at in (4, 5, 6)
    }
    assert states == {
        4: {"iteration 2": "running", "helper": "running", "iteration 7": "running"},
        5: {"iteration 2": "running", "helper": "failed", "iteration 7": "ok"},
        6: {"iteration 2": "ok", "helper": "failed", "iteration 7": "ok"},
    }


def test_a_request_is_answered_though_many_agents_answer_first(trace: Any) -> None:
    trace.add("llm_request", 1, model="m")
    for number in range(100):
        trace.llm(1, agent=f"a{number}")
    trace.llm(1)
    assert outline(trace.view())[0][1][1] == "m"


def test_an_iteration_took_what_its_end_says(trace: Any) -> None:
    trace.add("iteration_start", 1, at=0)
    trace.llm(1, at=3)
    trace.add("iteration_end", 1, at=4, duration_ms=2500.0)
    assert facts_named(trace.view(), "iteration 1").duration_ms == 2500.0
    assert facts_named(trace.view(2), "iteration 1").duration_ms == 3000.0, "so far"


def test_a_call_that_runs_has_taken_so_far_what_the_trace_shows(trace: Any) -> None:
    trace.add("iteration_start", 1, at=0)
    trace.add("tool_start", 1, tool_name="slow", at=1)
    trace.add("llm_request", 1, at=2)
    trace.add("custom", at=9)
    trace.add("session_end", at=20)
    slow, request = (facts_named(trace.view(4), name) for name in ("slow", "llm request"))
    assert [(facts.state, facts.duration_ms) for facts in (slow, request)] == [("running", 8000.0), ("running", 7000.0)]
    slow, request = (facts_named(trace.view(), name) for name in ("slow", "llm request"))
    assert [(facts.state, facts.duration_ms) for facts in (slow, request)] == [("unended", None), ("unended", None)]


def test_a_request_that_failed_or_was_made_again_does_not_run(trace: Any) -> None:
    trace.add("llm_request", 1, at=0)
    trace.add("llm_request", 1, at=1, agent="helper")
    trace.add("llm_error", 1, at=2)
    trace.add("llm_request", 1, at=3)
    trace.add("llm_request", 1, at=4)
    trace.add("custom", 1, at=9)
    tree = Tree(trace.view())
    states = [tree.facts(Node(NodeType.EVENT, event)).state for event in (0, 1, 3, 4)]
    assert states == ["failed", "running", "unended", "running"]
    assert Tree(trace.view(2)).facts(Node(NodeType.EVENT, 0)).state == "running"
    assert tree.duration_ms(Node(NodeType.EVENT, 0)) is None
    assert tree.duration_ms(Node(NodeType.EVENT, 4)) == 5000.0


def test_a_sub_agent_that_was_started_again_does_not_run_twice(trace: Any) -> None:
    trace.add("subagent_spawn", agent_id="helper", at=0)
    trace.add("custom", agent="helper", at=5)
    trace.add("subagent_spawn", agent_id="helper", at=9)
    tree = Tree(trace.view())
    first, second = (tree.facts(Node(NodeType.AGENT, agent)) for agent in (0, 1))
    assert (first.state, first.duration_ms, second.state) == ("unended", 5000.0, "running")


def test_an_agent_nobody_announced_is_not_waited_for(trace: Any) -> None:
    trace.add("custom", agent="helper")
    assert facts_named(trace.view(), "helper").state == "running"
    trace.add("session_end")
    assert facts_named(trace.view(), "helper").state == "ok"


def test_how_an_agent_failed_later_is_not_known_when_the_session_ends(trace: Any) -> None:
    trace.llm(agent_id="c")
    trace.add("session_end")
    trace.add("subagent_error", agent_id="c")
    assert facts_named(trace.view(2), "c").state == "ok"
    assert facts_named(trace.view(), "c").state == "failed"


def test_a_call_took_what_its_sub_agents_took(trace: Any) -> None:
    trace.add("iteration_start", 1)
    call = trace.add("tool_start", 1, tool_name="task")
    trace.add("subagent_spawn", agent_id="helper", parent=call)
    trace.llm(1, agent="helper", cost=0.5)
    assert (facts_named(trace.view(), "task").tokens, facts_named(trace.view(), "task").cost) == (1100, 0.5)
    assert facts_named(trace.view(3), "task").tokens is None


def test_a_cost_by_configured_prices_is_said_to_be_one(trace: Any) -> None:
    trace.llm(1, model="m", cost=0.5)
    trace.llm(2, model="m")
    trace.add("subagent_spawn", 3, agent_id="helper")
    trace.llm(1, agent="helper", model="m")
    session = Session(Prices({"m": Price(input=1000.0, output=0.0)}))
    session.apply_events(trace.events)
    tree = Tree(session.view())
    found = {tree.facts(node).name: tree.facts(node) for _, node in every_node(tree)}
    told = {name: (found[name].cost, found[name].cost_estimated) for name in ("iteration 2", "helper", "run 1")}
    assert told == {"iteration 2": (1.0, True), "helper": (1.0, True), "run 1": (2.5, True)}
    first = tree.facts(tree.child(tree.roots()[0], 0))
    assert (first.cost, first.cost_estimated) == (0.5, False)


def test_cache_breaks_are_counted_where_they_were(trace: Any) -> None:
    trace.cached(read=9000, sent=1000, iteration=1)
    trace.cached(read=0, sent=10_000, iteration=2)
    trace.cached(read=9000, sent=1000, iteration=2)
    trace.cached(read=0, sent=10_000, iteration=2)
    counts = {name: facts_named(trace.view(), name).cache_breaks for name in ("run 1", "iteration 1", "iteration 2")}
    assert counts == {"run 1": 2, "iteration 1": 0, "iteration 2": 2}
    assert facts_named(trace.view(3), "iteration 2").cache_breaks == 1


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


def stands_for(view: View, tree: Tree, event: int, node: Node) -> bool:
    """Whether a node is that of an event, told from the columns alone."""
    session = view.session
    kind = session.kinds[session.events.kind[event]]
    if node.type is NodeType.EVENT:
        return node.row == event
    if node.type is NodeType.TOOL:
        return session.tools.call_of(event) == node.row
    if node.type is NodeType.LLM:
        return (
            kind in ("llm_request", "llm_response")
            and session.events.lane[session.llm.event[node.row]] == session.events.lane[event]
        )
    if node.type is NodeType.AGENT:
        agents = session.agents
        told = event in (agents.event[node.row], agents.end[node.row])
        return told or category_of(kind) in (Category.SUBAGENT, Category.SWARM)
    return kind in ("iteration_start", "iteration_end")


KINDS = [
    "session_start",
    "session_end",
    "iteration_start",
    "iteration_start",
    "iteration_end",
    "llm_request",
    "llm_response",
    "llm_response",
    "chunk",
    "tool_start",
    "tool_start",
    "tool_end",
    "tool_error",
    "tool",
    "subagent_spawn",
    "subagent_spawn",
    "subagent_complete",
    "subagent_error",
    "swarm_task_start",
    "custom",
    "error",
    "compaction_start",
]
names = st.sampled_from([None, None, None, "a", "b", "c"])
moves = st.tuples(st.sampled_from(KINDS), st.sampled_from([None, 1, 2, 3]), names, names, st.integers(0, 12))


def played(new_trace: Callable[[], Any], steps: list[tuple[str, int | None, str | None, str | None, int]]) -> Any:
    trace = new_trace()
    for kind, number, agent, parent, back in steps:
        above = f"e{len(trace.events) - back}" if 0 < back <= len(trace.events) else None
        data = {} if parent is None else {"parent_agent_id": parent}
        if kind == "chunk":
            trace.add("llm_response", number, agent=agent, parent=above, metadata={"chunk_type": "text"})
        elif kind == "llm_response":
            trace.llm(number, agent=agent, parent=above)
        else:
            trace.add(kind, number, agent=agent, parent=above, tool_name="bash" if back % 2 else "read", **data)
    return trace


@given(st.lists(moves, max_size=50))
@settings(deadline=None, max_examples=200)
def test_every_event_is_found_at_its_path(new_trace: Any, steps: list[Any]) -> None:
    trace = played(new_trace, steps)
    view = trace.view()
    tree = Tree(view)
    nodes = dict(every_node(tree))
    assert len(set(nodes.values())) == len(nodes), "a node stands in two places"
    for event in range(view.at):
        path = tree.path_of(event)
        assert nodes[path] == at_path(tree, path)
        assert stands_for(view, tree, event, nodes[path]), (event, path, nodes[path])


@given(st.lists(moves, max_size=50))
@settings(deadline=None, max_examples=100)
def test_every_call_and_agent_has_its_node_and_tokens_add_up(new_trace: Any, steps: list[Any]) -> None:
    view = played(new_trace, steps).view()
    tree, session = Tree(view), view.session
    nodes = {node for _, node in every_node(tree)}
    for call in range(len(session.tools.event)):
        assert Node(NodeType.TOOL, call) in nodes
    for agent in range(len(session.agents.event)):
        assert Node(NodeType.AGENT, agent) in nodes
    for row in range(1, len(session.iterations.number)):
        assert Node(NodeType.ITERATION, row) in nodes
    spent = [tree.facts(root).tokens for root in tree.roots()]
    assert sum(tokens or 0 for tokens in spent) == (view.tokens.total or 0)


@given(st.lists(moves, max_size=40), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_children_are_told_by_index_in_event_order(new_trace: Any, steps: list[Any], chance: random.Random) -> None:
    view = played(new_trace, steps).view()
    for _, node in every_node(Tree(view)):
        listed = Tree(view).children(node)
        index = chance.randrange(len(listed)) if listed else None
        if index is not None:
            assert Tree(view).child(node, index) == listed[index]
        if node.type is NodeType.RUN:
            firsts = [first_event(view, child) for child in listed]
            assert firsts == sorted(firsts)


@given(st.lists(moves, max_size=40), st.integers(0, 40))
@settings(deadline=None, max_examples=150)
def test_a_node_keeps_its_index_as_the_trace_grows(new_trace: Any, steps: list[Any], at: int) -> None:
    trace = played(new_trace, steps)
    earlier, now = Tree(trace.view(at)), Tree(trace.view())
    kinds = now.session.events.kind
    for path, node in every_node(earlier):
        found = at_path(now, path)
        if found != node:
            assert (node.type, found.type) == (NodeType.EVENT, NodeType.LLM), "answered meanwhile"
            assert now.session.kinds[kinds[node.row]] == "llm_request"


@given(st.lists(moves, max_size=40), st.lists(st.integers(0, 40), min_size=1, max_size=6))
@settings(deadline=None, max_examples=100)
def test_what_is_looked_up_once_serves_every_view(
    new_trace: Any, fold: Callable[..., Any], steps: list[Any], visits: list[int]
) -> None:
    trace = played(new_trace, steps)
    session = fold([])
    index = TreeIndex(session)
    for at in visits:
        session.apply_events(trace.events[session.count : max(session.count, at)])
        view = session.view(at)
        shared, fresh = Tree(view, index), Tree(view)
        assert list(every_node(shared)) == list(every_node(fresh))
        assert [shared.facts(node) for _, node in every_node(shared)] == [
            fresh.facts(node) for _, node in every_node(fresh)
        ]


def first_event(view: View, node: Node) -> int:
    session = view.session
    if node.type is NodeType.ITERATION:
        return session.iterations.first[node.row]
    if node.type is NodeType.TOOL:
        return session.tools.event[node.row]
    if node.type is NodeType.LLM:
        return session.llm.event[node.row]
    if node.type is NodeType.AGENT:
        return session.agents.event[node.row]
    return node.row


def test_an_event_outside_any_iteration_is_found(trace: Any) -> None:
    for number in range(1, 4):
        trace.add("custom")
        trace.quiet([number])
        trace.add("iteration_end", number)
    tree = Tree(trace.view())
    for event, placed in enumerate(trace.placed()):
        node = at_path(tree, tree.path_of(event))
        assert node.type is (
            NodeType.EVENT
            if placed[2] is None
            else NodeType.LLM
            if trace.events[event].kind == "llm_response"
            else NodeType.ITERATION
        )


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


def test_fifty_thousand_loose_events_are_cheap(trace: Any, fold: Any) -> None:
    for _ in range(50_000):
        trace.add("custom")
    view = fold(trace.events).view()
    began = time.process_time()
    tree = Tree(view)
    [root] = tree.roots()
    assert tree.child_count(root) == 50_000
    for index in range(0, 50_000, 100):
        assert tree.child(root, index) == Node(NodeType.EVENT, index)
        assert tree.path_of(index) == (0, index)
    assert time.process_time() - began < 2.0


def test_an_iteration_of_thousands_of_calls_is_cheap(trace: Any, fold: Any) -> None:
    trace.add("iteration_start", 1)
    for _ in range(5000):
        trace.tool(1)
    tree = Tree(fold(trace.events).view())
    iteration = tree.child(tree.roots()[0], 0)
    began = time.process_time()
    assert tree.child_count(iteration) == 5000
    assert tree.path_of(10_000) == (0, 0, 4999)
    assert time.process_time() - began < 1.0


def test_a_view_of_a_long_iteration_costs_what_is_new_in_it(trace: Any, fold: Any) -> None:
    trace.add("iteration_start", 1)
    for _ in range(10_000):
        trace.tool(1)
    session = fold(trace.events)
    index = TreeIndex(session)
    Tree(session.view(), index).facts(Node(NodeType.ITERATION, 1))
    began = time.process_time()
    for at in range(session.count - 300, session.count):
        tree = Tree(session.view(at), index)
        tree.facts(Node(NodeType.ITERATION, 1))
        assert len(tree.path_of(at - 1)) == 3
        assert tree.child(Node(NodeType.ITERATION, 1), 9_000).type is NodeType.TOOL
    assert time.process_time() - began < 0.5


def test_agents_that_never_came_have_no_number(trace: Any) -> None:
    trace.tool(1)
    assert list(trace.view().session.agents.call) == []
    trace.add("subagent_spawn", agent_id="helper")
    assert list(trace.view().session.agents.call) == [NONE]


def test_an_agent_that_gives_no_cost_is_not_free(new_trace: Any) -> None:
    trace = new_trace()
    trace.llm(1, cost=0.5)
    trace.add("subagent_spawn", 1, agent_id="a")
    trace.llm(1, agent="a", cost=None)
    session = Session()
    session.apply_events(trace.events)
    main, agent = session.lanes.branches
    assert main.spent(session.llm, 2) == (1100, 0.5)
    assert agent.spent(session.llm, 2) == (1100, None)
