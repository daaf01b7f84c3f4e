"""Siblings by cost or time: a stable sort of them all, as of any event, however the view came there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis import Session
from tracetop.analysis.tree.index import TreeIndex
from tracetop.analysis.tree.order import Measure, TreeOrder, cost_of, tokens_of
from tracetop.analysis.tree.shape import TOP, Node, NodeType
from tracetop.analysis.tree.spent import Spent
from tracetop.analysis.tree.tree import Tree

KINDS = [
    "iteration_start",
    "iteration_end",
    "llm_request",
    "llm_response",
    "llm_error",
    "chunk",
    "tool_start",
    "tool_end",
    "tool_error",
    "subagent_spawn",
    "subagent_complete",
    "custom",
    "session_start",
    "session_end",
]
names = st.sampled_from([None, None, None, "a", "b"])
moves = st.tuples(st.sampled_from(KINDS), st.sampled_from([None, 1, 2, 3]), names, names, st.integers(0, 12))
measures = st.sampled_from(list(Measure))


def played(trace: Any, steps: list[Any]) -> Session:
    for kind, number, agent, parent, chance in steps:
        data: dict[str, Any] = {} if parent is None else {"parent_agent_id": parent}
        if kind == "chunk":
            trace.add("llm_response", number, agent=agent, metadata={"chunk_type": "text"})
        elif kind == "llm_response":
            cost = {"cost": chance / 4} if chance % 3 else {}
            trace.llm(number, agent=agent, output_tokens=chance, **cost)
        else:
            duration = float(chance) if chance % 4 == 1 else None
            trace.add(kind, number, agent=agent, duration_ms=duration, tool_name="bash", **data)
    return trace.view().session  # type: ignore[no-any-return]


def every_node(tree: Tree) -> Iterator[Node]:
    waiting = [TOP]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += tree.children(node)


def figure(tree: Tree, node: Node, measure: Measure) -> float:
    facts = tree.facts(node)
    if measure is Measure.TIME:
        return -1.0 if facts.duration_ms is None else facts.duration_ms
    spent = Spent(facts.tokens, facts.cost)
    return cost_of(spent) if measure is Measure.COST else tokens_of(spent)


def assert_sorted(order: TreeOrder, tree: Tree) -> None:
    for node in every_node(tree):
        children = tree.children(node)
        siblings = order.of(node)
        shown = [siblings.index(place) for place in range(len(children))]
        figures = [figure(tree, child, order.measure) for child in children]
        assert shown == sorted(range(len(children)), key=lambda index: -figures[index]), node
        assert [siblings.place(index) for index in shown] == list(range(len(children)))


@given(st.lists(moves, max_size=40), measures, st.lists(st.integers(0, 40), min_size=1, max_size=8))
@settings(deadline=None, max_examples=200)
def test_any_order_as_of_any_event(new_trace: Any, steps: list[Any], measure: Measure, visits: list[int]) -> None:
    session = played(new_trace(), steps)
    index = TreeIndex(session)
    order = TreeOrder(measure, Tree(session.view(0), index))
    for at in visits:
        tree = Tree(session.view(at), index)
        order.advance(tree)
        assert_sorted(order, tree)


@given(st.lists(moves, max_size=40), st.lists(st.integers(1, 6), max_size=20))
@settings(deadline=None, max_examples=100)
def test_the_order_while_the_trace_grows(
    new_trace: Any, fold: Callable[..., Session], steps: list[Any], sizes: list[int]
) -> None:
    trace = new_trace()
    played(trace, steps)
    session, start = fold([]), 0
    index = TreeIndex(session)
    order = TreeOrder(Measure.TIME, Tree(session.view(), index))
    for size in [*sizes, len(trace.events)]:
        session.apply_events(trace.events[start : start + size])
        start += size
        tree = Tree(session.view(), index)
        order.advance(tree)
        assert_sorted(order, tree)


def test_the_dearest_comes_first_and_equals_as_they_ran(trace: Any) -> None:
    for number, cost in enumerate([0.1, 0.3, 0.3, 0.2], 1):
        trace.llm(number, cost=cost)
    tree = Tree(trace.view())
    siblings = TreeOrder(Measure.COST, tree).of(Node(NodeType.RUN, 0))
    assert [siblings.index(place) for place in range(4)] == [1, 2, 3, 0]


def test_without_cost_tokens_decide_and_unknown_is_last() -> None:
    ranked = [Spent(None, None), Spent(5, None), Spent(9_000, None), Spent(None, 0.0), Spent(1, 0.5)]
    assert sorted(ranked, key=cost_of) == ranked
    assert [tokens_of(spent) for spent in ranked] == [-1.0, 5.0, 9000.0, -1.0, 1.0]


def test_a_call_that_runs_moves_up_as_time_passes(trace: Any) -> None:
    trace.add("iteration_start", 1, at=0)
    trace.tool(1, duration_ms=5000.0)
    trace.add("tool_start", 1, tool_name="slow", at=10)
    trace.add("custom", at=12)
    trace.add("custom", at=20)
    session = trace.view().session
    order = TreeOrder(Measure.TIME, Tree(session.view(5)))
    iteration = Node(NodeType.ITERATION, 1)
    assert [order.of(iteration).index(place) for place in range(2)] == [0, 1], "2 s so far, the other took 5"
    order.advance(Tree(session.view()))
    assert [order.of(iteration).index(place) for place in range(2)] == [1, 0], "10 s so far"


def test_a_view_far_away_is_ranked_anew(trace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracetop.analysis.tree.order.MOST_EVENTS", 3)
    for number in range(1, 9):
        trace.llm(number, cost=number / 10)
    session = trace.view().session
    order = TreeOrder(Measure.COST, Tree(session.view(2)))
    assert_sorted(order, Tree(session.view(2)))
    assert order.advance(Tree(session.view(4))) is not None
    far = Tree(session.view(8))
    assert order.advance(far) is None, "everything may have changed"
    assert_sorted(order, far)


def test_many_children_are_ranked_in_steps(trace: Any) -> None:
    chance = random.Random(7)
    for number in range(1, 101):
        trace.llm(number, cost=chance.random())
    run, tree = Node(NodeType.RUN, 0), Tree(trace.view())
    order = TreeOrder(Measure.COST, tree, budget=30)
    siblings = order.of(run)
    assert order.progress == pytest.approx(0.3)
    assert [siblings.index(place) for place in range(30, 100)] == list(range(30, 100)), "the others as they ran"
    assert sorted(siblings.index(place) for place in range(30)) == list(range(30))
    assert order.step() == [run]
    assert order.progress == pytest.approx(0.6)
    while order.progress is not None:
        order.step()
    assert_sorted(order, tree)
    assert order.step() == []


def test_a_step_ranks_no_more_than_its_budget(trace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 1001):
        trace.llm(number, cost=1.0)
    tree = Tree(trace.view())
    asked = 0
    real = Tree.spent

    def counted(self: Tree, node: Node) -> Spent:
        nonlocal asked
        asked += 1
        return real(self, node)

    monkeypatch.setattr(Tree, "spent", counted)
    order = TreeOrder(Measure.COST, tree, budget=50)
    order.of(Node(NodeType.RUN, 0))
    assert asked == 50
    order.advance(Tree(trace.view()))
    assert asked == 100
