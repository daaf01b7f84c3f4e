"""Nodes of a tree: all of them, and one by its name or its path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracetop.analysis import View
from tracetop.analysis.tree.tree import Node, Tree


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
