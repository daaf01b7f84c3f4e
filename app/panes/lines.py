"""Lines that are all there, as rows of an event list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..widgets.palette import Cell


@dataclass(frozen=True, slots=True)
class Line:
    """A line's pieces."""

    cells: Sequence[Cell]


class Lines:
    """The rows."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.lines)

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a line."""
        return list(self.lines[index].cells)
