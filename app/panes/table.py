"""Tables under charts: columns that say what is in a row, their heads, and which of them a width has room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.segment import Segment
from textual.strip import Strip

from ..contain import contained
from ..safe_text import fit, fit_right
from ..widgets.palette import Cell, Palette

Item = TypeVar("Item")

_NARROWEST_GAP = 1
_WIDEST_GAP = 5
_BESIDE_ROWS = 2
"""Cells of a list that its rows do not get: the mark of the cursor, and the scroll bar."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """One column: its head, its width in cells, what it says of an item, and the style name of that.

    Where not all columns fit, those of the highest `rank` give way first.
    """

    head: str
    width: int
    tell: Callable[[Item], str]
    style: str = "text"
    left: bool = False
    rank: int = 0

    def fit(self, text: str) -> str:
        """Text cut or padded to the column's width."""
        return fit(text, self.width) if self.left else fit_right(text, self.width)


def fitting(columns: Sequence[Column[Item]], fit: Callable[[Sequence[Column[Item]]], bool]) -> list[Column[Item]]:
    """The columns that are left when as many give way as have to; one at least."""
    left = list(columns)
    while len(left) > 1 and not fit(left):
        left.remove(max(reversed(left), key=lambda column: column.rank))
    return left


class Table(Generic[Item]):
    """The rows of an event list, made of columns. `item` gives what a row is about, by its index."""

    def __init__(self, columns: Sequence[Column[Item]], item: Callable[[int], Item]) -> None:
        self.columns = tuple(columns)
        self.count = 0
        self._item = item

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a row, `width` cells in all."""
        item = self._item(index)
        return self._line(width, lambda column: (column.tell(item), column.style))

    def heads(self, width: int) -> list[Cell]:
        """The heads above rows of the same width."""
        return self._line(width, lambda column: (column.head, "muted"))

    def _line(self, width: int, tell: Callable[[Column[Item]], Cell]) -> list[Cell]:
        columns = fitting(self.columns, lambda columns: _least_width(columns) <= width)
        spare = width - sum(column.width for column in columns)
        gap = max(_NARROWEST_GAP, min(_WIDEST_GAP, spare // max(1, len(columns) - 1)))
        cells: list[Cell] = []
        for column in columns:
            if cells:
                cells.append((" " * gap, "text"))
            text, style = tell(column)
            cells.append((column.fit(text), style))
        used = sum(column.width for column in columns) + gap * (len(columns) - 1)
        return [*cells, (" " * max(0, width - used), "text")]


def _least_width(columns: Sequence[Column[Item]]) -> int:
    return sum(column.width for column in columns) + _NARROWEST_GAP * (len(columns) - 1)


@contained
class TableHead(Palette):
    """The line above a list that says what its columns are, with the same room beside its text."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "TableHead { height: 1; width: 1fr; }\n"

    def __init__(self, heads: Callable[[int], list[Cell]], *, id: str) -> None:
        super().__init__(id=id)
        self._heads = heads

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        cells = self._heads(max(0, width - _BESIDE_ROWS))
        segments = [Segment(" ", looks["text"]), *(Segment(text, looks[style]) for text, style in cells if text)]
        return Strip(segments).adjust_cell_length(width, looks["text"])
