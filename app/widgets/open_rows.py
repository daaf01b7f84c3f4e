"""Which rows a tree shows: sums over its open nodes only, so that closed ones cost nothing whatever their number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator
from typing import Protocol, TypeAlias

from .palette import Cell

Node: TypeAlias = tuple[Hashable, ...]
"""A node's identity: any small hashable tuple. ROOT is the invisible one above all."""

ROOT: Node = ()


class TreeModel(Protocol):
    """A tree that is asked for what is visible only. Children are appended; they do not change places."""

    def child_count(self, node: Node) -> int:
        """Return how many children a node has; of ROOT, how many trees there are."""
        ...

    def child(self, node: Node, index: int) -> Node:
        """Return one child."""
        ...

    def expandable(self, node: Node) -> bool:
        """Return whether the node has, or will have, children."""
        ...

    def label(self, node: Node, width: int) -> list[Cell]:
        """Return the pieces of a node's row, fitted to the `width` terminal cells right of the indentation."""
        ...


class Branch:
    """An open node: how many rows are under it, and which of its children are open."""

    __slots__ = ("_before", "_settled", "branches", "count", "index", "node", "open_at", "parent", "total")

    def __init__(self, node: Node, count: int) -> None:
        self.node = node
        self.parent: Branch | None = None
        self.index = 0
        self.count = count
        self.total = count
        self.open_at: list[int] = []
        self.branches: list[Branch] = []
        self._before = [0]
        self._settled = 0

    @property
    def live(self) -> int:
        """How many of the open children exist now: a model seen as of an earlier event has fewer."""
        return bisect_left(self.open_at, self.count)

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
        return bisect_right(range(live), row, key=lambda place: self.open_at[place] + self._before[place]) - 1

    def find(self, index: int) -> Branch | None:
        """Return the open child at `index`."""
        position = bisect_left(self.open_at, index)
        if position < len(self.open_at) and self.open_at[position] == index:
            return self.branches[position]
        return None

    def attach(self, index: int, branch: Branch) -> None:
        position = bisect_left(self.open_at, index)
        self.open_at.insert(position, index)
        self.branches.insert(position, branch)
        self._before.append(0)
        self._settled = min(self._settled, position)
        branch.parent, branch.index = self, index
        self._grow_by(branch.total)

    def detach(self, index: int) -> Branch:
        position = bisect_left(self.open_at, index)
        branch = self.branches.pop(position)
        del self.open_at[position]
        self._before.pop()
        self._settled = min(self._settled, position)
        branch.parent = None
        self._grow_by(-branch.total)
        return branch

    def set_count(self, count: int) -> None:
        """Take note of how many children there are now."""
        if count != self.count:
            self.count = count
            self._grow_by(count + self.before(self.live) - self.total)

    def _grow_by(self, rows: int) -> None:
        branch = self
        while rows:
            branch.total += rows
            parent = branch.parent
            if parent is None:
                return
            position = bisect_left(parent.open_at, branch.index)
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

    def __init__(self, model: TreeModel) -> None:
        self.model = model
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
                return here, row, depth
            inside = row - here.open_at[place] - here.before(place) - 1
            if inside < 0:
                return here, here.open_at[place], depth
            branch = here.branches[place]
            if inside >= branch.total:
                return here, row - here.before(place) - branch.total, depth
            row, depth = inside, depth + 1

    def row_of(self, branch: Branch, index: int) -> int:
        """Return the row of the child at `index` of an open node."""
        row = 0
        here: Branch | None = branch
        while here is not None:
            row += index + here.before(bisect_left(here.open_at, index))
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
            child = self._open[node] = Branch(node, self.model.child_count(node))
        else:
            for below in child.walk():
                below.set_count(self.model.child_count(below.node))
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
        self.root = Branch(ROOT, self.model.child_count(ROOT))
        self._open: dict[Node, Branch] = {ROOT: self.root}
        self._closed: dict[Node, Branch] = {}

    def unfold_level(self, at_most: int) -> int:
        """Open every closed node of the shallowest level that has one, at most so many; return how many."""
        level = [self.root]
        while level:
            closed = [
                (branch, index)
                for branch in level
                for index in range(branch.count)
                if branch.find(index) is None and self.model.expandable(self.node_at(branch, index))
            ]
            for branch, index in closed[:at_most]:
                self.unfold(branch, index)
            if closed:
                return min(len(closed), at_most)
            level = [below for branch in level for below in branch.branches[: branch.live]]
        return 0

    def refresh(self, grown: Iterable[Node] | None = None) -> None:
        """Ask for the number of children again, of `grown` or of all open nodes."""
        if grown is None:
            branches: Iterable[Branch] = list(self.root.walk())
        else:
            branches = [self._open[node] for node in grown if node in self._open]
        for branch in branches:
            branch.set_count(self.model.child_count(branch.node))
