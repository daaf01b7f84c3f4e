"""Which rows a tree shows: sums over its open nodes only, so that closed ones cost nothing whatever their number."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Protocol

from .branch import ROOT, Branch, Node, OrderOf, as_they_are
from .palette import Cell

LOOKED_AT_PER_NODE = 10
"""How many children are looked at, at most, for each node that is to be unfolded."""


class TreeModel(Protocol):
    """A tree that is asked for what is visible only. Children are appended; they do not change their index."""

    def child_count(self, node: Node) -> int:
        """Return how many children a node has; of ROOT, how many trees there are."""
        ...

    def child(self, node: Node, index: int) -> Node:
        """Return one child."""
        ...

    def expandable(self, node: Node) -> bool:
        """Return whether the node has, or will have, children."""
        ...

    def label(self, node: Node, width: int, is_open: bool) -> list[Cell]:
        """Return the pieces of a node's row, fitted to the `width` terminal cells right of the indentation.

        `is_open` is whether its children are shown below it.
        """
        ...


class OpenRows:
    """The visible rows of a tree: row number <-> node, opening and closing."""

    def __init__(self, model: TreeModel, order_of: OrderOf = as_they_are) -> None:
        self.model = model
        self.order_of = order_of
        self.fold_all()

    def __len__(self) -> int:
        return self.root.total

    def locate(self, row: int) -> tuple[Branch, int, int]:
        """Return what is in a row: its open parent, its index among the children there, and its depth from 0."""
        branch, depth = self.root, 0
        while True:
            here = branch
            place = here.opening_above(row)
            if place < 0:
                return here, here.index_at(row), depth
            branch = here.branches[place]
            inside = row - branch.place - here.before(place) - 1
            if inside < 0:
                return here, branch.index, depth
            if inside >= branch.total:
                return here, here.index_at(row - here.before(place) - branch.total), depth
            row, depth = inside, depth + 1

    def row_of(self, branch: Branch, index: int) -> int:
        """Return the row of the child at `index` of an open node."""
        row = 0
        here: Branch | None = branch
        while here is not None:
            place = here.place_of(index)
            row += place + here.before(bisect_left(here.places, place))
            index, here = here.index, here.parent
            row += here is not None
        return row

    def path_of(self, branch: Branch, index: int) -> tuple[int, ...]:
        """Return the way from ROOT to a child of an open node: an index per level."""
        path = [index]
        while branch.parent is not None:
            path.append(branch.index)
            branch = branch.parent
        return tuple(reversed(path))

    def node_at(self, branch: Branch, index: int) -> Node:
        return self.model.child(branch.node, index)

    def nearest(self, branch: Branch, index: int) -> tuple[Branch, int]:
        """Return that child if it exists now, else the nearest that does: an ancestor, or the last one at the top."""
        place = (branch, index)
        here: Branch | None = branch
        while here is not None:
            if index >= here.count:
                place = (here, max(0, here.count - 1)) if here.parent is None else (here.parent, here.index)
            index, here = here.index, here.parent
        return place

    def unfold(self, branch: Branch, index: int) -> Branch | None:
        """Open a child, with what was open below it before; None if it cannot have children."""
        found = branch.find(index)
        if found is not None:
            return found
        node = self.node_at(branch, index)
        if not self.model.expandable(node):
            return None
        child = self._closed.pop(node, None)
        if child is None:
            child = self._open[node] = Branch(node, self.model.child_count(node), self.order_of(node))
        else:
            for below in child.walk():
                self._settle(below)
        branch.attach(index, child)
        return child

    def fold(self, branch: Branch, index: int) -> bool:
        """Close a child and remember what was open below it."""
        if branch.find(index) is None:
            return False
        child = branch.detach(index)
        self._closed[child.node] = child
        return True

    def fold_all(self) -> None:
        """Close everything and forget what was open."""
        self.root = Branch(ROOT, self.model.child_count(ROOT), self.order_of(ROOT))
        self._open: dict[Node, Branch] = {ROOT: self.root}
        self._closed: dict[Node, Branch] = {}

    def unfold_level(self, at_most: int, at: tuple[Branch, int] | None = None) -> int:
        """Open the closed nodes of the shallowest level that has one, at most so many; return how many.

        Where there are more, those at and below the place `at` are opened first.
        """
        level = [self.root]
        while level:
            looked_at = islice(self._closed_below(level, at), LOOKED_AT_PER_NODE * at_most)
            closed = list(islice((place for place in looked_at if place is not None), at_most))
            for branch, index in closed:
                self.unfold(branch, index)
            if closed:
                return len(closed)
            level = [below for branch in level for below in branch.branches[: branch.live]]
        return 0

    def _closed_below(self, level: list[Branch], at: tuple[Branch, int] | None) -> Iterator[tuple[Branch, int] | None]:
        """Yield the closed children of some open nodes that can be opened, and None for each child that is none."""
        here, index = at or (None, 0)
        starts: dict[int, int] = {}
        while here is not None:
            starts[id(here)] = here.place_of(index)
            index, here = here.index, here.parent
        for branch in level:
            start = starts.get(id(branch), 0)
            for place in chain(range(start, branch.count), range(start)):
                index = branch.index_at(place)
                opens = branch.find(index) is None and self.model.expandable(self.node_at(branch, index))
                yield (branch, index) if opens else None

    def refresh(self, grown: Iterable[Node] | None = None) -> None:
        """Ask for the number of children and their order again, of `grown` or of all open nodes."""
        if grown is None:
            branches: Iterable[Branch] = list(self.root.walk())
        else:
            branches = [self._open[node] for node in grown if node in self._open]
        for branch in branches:
            self._settle(branch)

    def _settle(self, branch: Branch) -> None:
        branch.settle(self.model.child_count(branch.node), self.order_of(branch.node))
