"""Which rows a tree shows: sums over its open nodes only, so that closed ones cost nothing whatever their number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain, islice
from typing import Protocol, TypeAlias

from .palette import Cell

Node: TypeAlias = tuple[Hashable, ...]
"""A node's identity: any small hashable tuple. ROOT is the invisible one above all."""

ROOT: Node = ()

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


class Order(Protocol):
    """In which order the children of a node are shown: a place for every index, an index for every place."""

    def place(self, index: int) -> int:
        """Return where the child with this index is shown."""
        ...

    def index(self, place: int) -> int:
        """Return which child is shown at a place."""
        ...


OrderOf: TypeAlias = Callable[[Node], Order | None]
"""Gives the order of a node's children; None for as they are."""


def as_they_are(node: Node) -> Order | None:
    """No order at all."""
    return None


class Branch:
    """An open node: how many rows are under it, which of its children are open, and the order they are shown in.

    `branches` are the open children as they are shown, `places` where that is. A child keeps its index; without an
    order that is its place too.
    """

    __slots__ = ("_before", "_by_index", "_settled", "branches", "count", "index", "node", "order", "parent", "place",
                 "places", "total")  # fmt: skip

    def __init__(self, node: Node, count: int, order: Order | None = None) -> None:
        self.node = node
        self.parent: Branch | None = None
        self.index = 0
        self.place = 0
        self.count = count
        self.total = count
        self.order = order
        self.places: list[int] = []
        self.branches: list[Branch] = []
        self._by_index: dict[int, Branch] = {}
        self._before = [0]
        self._settled = 0

    @property
    def live(self) -> int:
        """How many of the open children exist now: a model seen as of an earlier event has fewer."""
        return bisect_left(self.places, self.count)

    def place_of(self, index: int) -> int:
        """Return where a child is shown; one that does not exist now stands behind all that do."""
        return index if self.order is None or index >= self.count else self.order.place(index)

    def index_at(self, place: int) -> int:
        """Return which child is shown at a place."""
        return place if self.order is None else self.order.index(place)

    def before(self, position: int) -> int:
        """Return the rows under the first `position` open children."""
        sums = self._before
        if self._settled < position:
            for place in range(self._settled, position):
                sums[place + 1] = sums[place] + self.branches[place].total
            self._settled = position
        return sums[position]

    def opening_above(self, row: int) -> int:
        """Return which open child, counted among the open ones, is the last to begin at or above a row; -1 if none."""
        live = self.live
        self.before(live)
        return bisect_right(range(live), row, key=lambda place: self.places[place] + self._before[place]) - 1

    def find(self, index: int) -> Branch | None:
        """Return the open child at `index`."""
        return self._by_index.get(index)

    def attach(self, index: int, branch: Branch) -> None:
        branch.parent, branch.index, branch.place = self, index, self.place_of(index)
        position = bisect_left(self.places, branch.place)
        self.places.insert(position, branch.place)
        self.branches.insert(position, branch)
        self._by_index[index] = branch
        self._before.append(0)
        self._settled = min(self._settled, position)
        self._grow_by(branch.total)

    def detach(self, index: int) -> Branch:
        branch = self._by_index.pop(index)
        position = bisect_left(self.places, branch.place)
        del self.branches[position]
        del self.places[position]
        self._before.pop()
        self._settled = min(self._settled, position)
        branch.parent = None
        self._grow_by(-branch.total)
        return branch

    def settle(self, count: int, order: Order | None) -> None:
        """Take note of how many children there are now, and of the order they are shown in."""
        is_ordered = order is not None or self.order is not None
        if count == self.count and not is_ordered:
            return
        self.count, self.order = count, order
        if is_ordered and self.branches:
            for branch in self.branches:
                branch.place = self.place_of(branch.index)
            self.branches.sort(key=lambda branch: branch.place)
            self.places = [branch.place for branch in self.branches]
            self._settled = 0
        self._grow_by(count + self.before(self.live) - self.total)

    def _grow_by(self, rows: int) -> None:
        branch = self
        while rows:
            branch.total += rows
            parent = branch.parent
            if parent is None:
                return
            position = bisect_left(parent.places, branch.place)
            parent._settled = min(parent._settled, position)
            if branch.index >= parent.count:
                return
            branch = parent

    def walk(self) -> Iterator[Branch]:
        """Yield this open node and all open ones below it."""
        pile = [self]
        while pile:
            branch = pile.pop()
            yield branch
            pile.extend(branch.branches)


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
