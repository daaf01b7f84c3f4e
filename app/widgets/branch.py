"""An open node of a tree: how many rows are below it, and in which order its children are shown."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator
from typing import Protocol, TypeAlias

Node: TypeAlias = tuple[Hashable, ...]
"""A node's identity: any small hashable tuple. ROOT is the invisible one above all."""

ROOT: Node = ()


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
