"""Trees of many thousand events and calls, which cost little to look at."""

from __future__ import annotations

import time
from typing import Any

from tracetop.analysis.tree.index import TreeIndex
from tracetop.analysis.tree.tree import Node, NodeType, Tree


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
