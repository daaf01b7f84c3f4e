"""A model of a tree, that counts what it is asked."""

from __future__ import annotations

from tracetop.app.safe_text import fit
from tracetop.app.widgets.line_tree import Node
from tracetop.app.widgets.palette import Cell


class Model:
    """Children by parent; counts what it is asked."""

    def __init__(self, counts: dict[Node, int], depth: int = 3) -> None:
        self.counts = counts
        self.depth = depth
        self.labels: list[Node] = []
        self.children = 0

    def child_count(self, node: Node) -> int:
        return self.counts.get(node, 2 if len(node) < self.depth else 0)

    def child(self, node: Node, index: int) -> Node:
        self.children += 1
        return (*node, index)

    def expandable(self, node: Node) -> bool:
        return len(node) < self.depth

    def label(self, node: Node, width: int, is_open: bool) -> list[Cell]:
        self.labels.append(node)
        return [(fit("node " + ".".join(map(str, node)), width), "text")]
