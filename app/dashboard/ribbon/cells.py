"""What the cells of the ribbon show: the phases of the session by event number, words on long ones, marks."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from ....analysis.phases import Phase, PhaseIndex
from ....analysis.view import View
from ...widgets.palette import Cell
from .marks import BOOKMARK, WORST_FIRST, Bin, IssueMarks, add_bookmarks, marks_of


class PhaseLook(NamedTuple):
    """How a phase is drawn, and the word on a long stretch of it.

    Heights differ, so that it reads without color; none fills its cell, so that a background shows.
    """

    glyph: str
    style: str
    word: str
    word_style: str


PHASE_LOOKS = {
    Phase.EXPLORE: PhaseLook("▂", "explore", "exploring", "llm"),
    Phase.EDIT: PhaseLook("▄", "edit", "editing", "ok"),
    Phase.RUN: PhaseLook("▆", "run", "running", "warn"),
    Phase.TALK: PhaseLook("▁", "talk", "talking", "muted"),
    Phase.IDLE: PhaseLook("·", "idle", "", "idle"),
}
TO_COME: Cell = ("─", "idle")
BARS = frozenset({TO_COME[0], *(look.glyph for look in PHASE_LOOKS.values())})
_BARS_AFTER_WORD = 3


@dataclass(frozen=True, slots=True)
class Axis:
    """`total` events along `width` cells, both at least 1: a cell holds some events, or an event takes some cells."""

    total: int
    width: int

    def cell_of(self, event: int) -> int:
        """The cell that stands for an event; of several the last, so that the newest event is at the right end."""
        return ((event + 1) * self.width - 1) // self.total

    def cells_of(self, first: int, last: int) -> range:
        """The cells of all events from `first` to `last`."""
        left = -(-first * self.width // self.total) if self.total < self.width else self.cell_of(first)
        return range(left, self.cell_of(last) + 1)

    def bins(self) -> list[Bin]:
        """The events by the cell that stands for them, left to right."""
        if self.total < self.width:
            return [Bin(self.cell_of(event), event, event + 1) for event in range(self.total)]
        edges = [cell * self.total // self.width for cell in range(self.width + 1)]
        return [Bin(cell, edges[cell], edges[cell + 1]) for cell in range(self.width)]


@dataclass(frozen=True, slots=True)
class Picture:
    """The cells left to right, and the event that each stands for: that of its mark, if it has one."""

    axis: Axis
    cells: list[Cell]
    events: list[int]


def draw(view: View, phases: PhaseIndex, issues: IssueMarks, axis: Axis, bookmarks: Sequence[int] = ()) -> Picture:
    """The ribbon of a view; events of the axis that the view does not have yet are a line, with bookmarks on it."""
    bins = axis.bins()
    known: list[Bin] = []
    spent: list[Phase] = []
    events: list[int] = []
    for cell, start, end in bins:
        cells = cell + 1 - len(events)
        events += [start] * cells
        if start < view.at:
            known.append(Bin(cell, start, min(end, view.at)))
            spent += [phases.dominant(start, end, view.at)] * cells
    events[-1] = axis.total - 1
    marked = marks_of(view, issues, known)
    add_bookmarks(marked, bins, bookmarks)
    drawn = [(PHASE_LOOKS[phase].glyph, PHASE_LOOKS[phase].style) for phase in spent]
    drawn += [TO_COME] * (axis.width - len(drawn))
    for cell, (look, event) in marked.items():
        drawn[cell] = (look.glyph, look.style)
        events[cell] = event
    _write_words(drawn, spent, marked)
    return Picture(axis, drawn, events)


def _write_words(cells: list[Cell], spent: list[Phase], marked: Container[int]) -> None:
    """Name each long stretch of one phase, where the first marks leave room for it."""
    stretch = 0
    for phase, run in groupby(spent):
        look = PHASE_LOOKS[phase]
        start, stretch = stretch, stretch + len(list(run))
        word = f" {look.word} "
        length = len(word) + _BARS_AFTER_WORD
        if not look.word or stretch - start < length:
            continue
        free = start
        for cell in range(start, stretch):
            if cell in marked:
                free = cell + 1
            elif cell - free == length - 1:
                cells[free : free + len(word)] = [(letter, look.word_style) for letter in word]
                break


def legend() -> list[tuple[str, str, str]]:
    """What the glyphs mean: glyph, word, style name."""
    phases = [(look.glyph, look.word, look.style) for look in PHASE_LOOKS.values() if look.word]
    return [*phases, *((look.glyph, look.word, look.style) for look in (*WORST_FIRST, BOOKMARK))]
