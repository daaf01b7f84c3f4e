"""Rows that unfold: what the inspector is made of.

An `Entry` is a row and what unfolds below it. Rows below are made when they are asked for, so that a list of a million
items or a text of 100 MB costs what is seen of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...widgets.line_tree import INDENT
from ...widgets.palette import Cell

Path: TypeAlias = tuple[Hashable, ...]
"""Where an entry stands: the names of those it is below, and its own."""

MARK_CELLS = 2


@dataclass(frozen=True, slots=True)
class Copied:
    """Something to copy: what it is called, and its text, as the trace has them."""

    name: str
    text: str


class Entry:
    """A row that may have others below it; on its own one without.

    `name` tells it from its siblings. `event` is where enter leads, if anywhere.
    """

    is_branch = False
    """Whether it can be unfolded."""
    is_value = False
    """Whether it is a value of a payload, or a part of one."""

    def __init__(self, name: Hashable, parent: Entry | None = None, event: int | None = None) -> None:
        self.name = name
        self.parent = parent
        self.event = event
        self.opens = True
        """Whether it is unfolded at first, if there is room."""
        self.sign: Cell | None = None
        """What stands before it, beside its fold mark."""

    @property
    def path(self) -> Path:
        """Where it stands."""
        names: list[Hashable] = []
        entry = self
        while entry.parent is not None:
            names.append(entry.name)
            entry = entry.parent
        return tuple(reversed(names))

    @property
    def goes_on(self) -> bool:
        """Whether there is more to come in its place when the cursor comes to it."""
        return False

    @property
    def anchor(self) -> Entry:
        """What to look for in its place in the tree of another event."""
        return self

    @property
    def count(self) -> int:
        """How many rows are right below it."""
        return 0

    def child(self, index: int) -> Entry:
        """A row below; the same one each time if it can be unfolded."""
        raise IndexError(index)

    def find(self, name: Hashable) -> int | None:
        """Which row below has this name."""
        return None

    def branches(self, at_most: int) -> Iterable[int]:
        """Which of the first rows below can be unfolded; so many are looked at."""
        return ()

    def read_on(self) -> None:
        """Have more rows below."""

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        """The pieces of the row."""
        return []

    def copied(self) -> Copied | None:
        """What there is to copy."""
        return None


class Leaf(Entry):
    """A row that is given."""

    def __init__(
        self, name: Hashable, cells: Sequence[Cell], event: int | None = None, copied: Copied | None = None
    ) -> None:
        super().__init__(name, None, event)
        self._cells = list(cells)
        self._copied = copied

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        return self._cells

    def copied(self) -> Copied | None:
        return self._copied


class Sheet(Entry):
    """All rows of a tree: some that are given, then those below another entry, if there is one."""

    def __init__(self, entries: Sequence[Entry], rest: Entry | None = None) -> None:
        super().__init__(None)
        self.entries = list(entries)
        self.rest = rest
        for entry in self.entries:
            entry.parent = self

    @property
    def count(self) -> int:
        return len(self.entries) + (self.rest.count if self.rest is not None else 0)

    def child(self, index: int) -> Entry:
        if index < len(self.entries) or self.rest is None:
            return self.entries[index]
        return self.rest.child(index - len(self.entries))

    def find(self, name: Hashable) -> int | None:
        found = next((index for index, entry in enumerate(self.entries) if entry.name == name), None)
        if found is None and self.rest is not None:
            below = self.rest.find(name)
            found = None if below is None else len(self.entries) + below
        return found

    def branches(self, at_most: int) -> Iterable[int]:
        yield from (index for index, entry in enumerate(self.entries) if entry.is_branch)
        if self.rest is not None:
            yield from (len(self.entries) + index for index in self.rest.branches(at_most))


def room_at(width: int, depth: int) -> int:
    """The cells that a row has for itself, right of indentation and fold mark, in a tree of `width` cells."""
    return max(1, width - min(depth * INDENT, width // 2) - MARK_CELLS)
