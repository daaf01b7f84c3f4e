"""What holds for the tree of any trace: everything has its place in it, and keeps that as the trace grows."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis import View
from tracetop.analysis.tree.index import TreeIndex
from tracetop.analysis.tree.tree import Node, NodeType, Tree
from tracetop.collector.events import Category, category_of

from .nodes import at_path, every_node


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
