"""The waterfall: rows as bars on a common axis of time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ....analysis.extents import Extent, State
from ...widgets.bars import bar_of
from ...widgets.palette import Cell
from .time_axis import Axis, short

_HARDLY = 0.01
"""Cells. What lies outside by less does so for want of digits only."""


def bar_cells(axis: Axis, extent: Extent, glyph: str, style: str, thin: bool = False) -> list[Cell]:
    """A row of the waterfall, `axis.cells` wide: a bar, or the glyph of a moment; thin for what only holds others."""
    glyphs, styles = [" "] * axis.cells, ["idle"] * axis.cells
    for first, last, _ in axis.gaps:
        glyphs[first] = glyphs[last - 1] = "┊"
    x, end = axis.x(extent.start), axis.x(extent.end)
    if x == x and end == end and axis.cells:
        first, text = _bar(axis.cells, x, end, extent.state, glyph, thin)
        glyphs[first : first + len(text)] = text
        styles[first : first + len(text)] = [style] * len(text)
    return list(_runs(glyphs, styles))


def ruler_cells(axis: Axis) -> list[Cell]:
    """The line above the rows: round times, and how long the gaps are."""
    glyphs, styles = [" "] * axis.cells, ["axis"] * axis.cells
    for first, last, seconds in axis.gaps:
        glyphs[first:last] = _gap(last - first, seconds)
        styles[first:last] = ["mark"] * (last - first)
    for x, text in axis.ticks():
        stretch = slice(x, x + 1 + len(text))
        free = all(glyph == " " for glyph in glyphs[max(0, x - 1) : stretch.stop + 1])
        if free and stretch.stop <= axis.cells:
            glyphs[stretch] = f"│{text}"
    return list(_runs(glyphs, styles))


def _gap(cells: int, seconds: float) -> str:
    for text in (f"{short(seconds)} idle", short(seconds)):
        if len(text) + 2 <= cells:
            return f"┊{text.center(cells - 2)}┊"
    return "┊".ljust(cells - 1) + "┊"[: cells - 1]


def _bar(cells: int, x: float, end: float, state: State, glyph: str, thin: bool) -> tuple[int, str]:
    """The cell a bar begins in, and what is drawn of it; an arrow where all or part of it lies outside."""
    if end < -_HARDLY:
        return 0, "←"
    if x > cells + _HARDLY:
        return cells - 1, "→"
    first = max(0, min(cells - 1, int(x)))
    length = min(float(cells), end) - first
    if state in (State.MOMENT, State.LOST):
        return first, glyph
    if thin:
        text = "├".ljust(round(length), "─")
    elif state in (State.DONE, State.FAILED):
        text = bar_of(length)
    else:
        text = "█" * max(1, math.ceil(length))
    text = text[: cells - first]
    if x < -_HARDLY:
        text = "←" + text[1:]
    if end > cells + _HARDLY:
        text = text[:-1] + "→"
    elif state in (State.RUNNING, State.ANSWERING):
        text = text[:-1] + "▶"
    return first, text


def _runs(glyphs: Sequence[str], styles: Sequence[str]) -> Iterator[Cell]:
    """Neighbors of one style as one piece."""
    start = 0
    for place in range(1, len(glyphs) + 1):
        if place == len(glyphs) or styles[place] != styles[start]:
            yield "".join(glyphs[start:place]), styles[start]
            start = place
