"""The line above a chart: what its series are called, what they are at the cursor, and a caption at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from ..safe_text import one_line, width_of
from .canvas import Canvas
from .palette import Cell


@dataclass(frozen=True, slots=True)
class Entry:
    """A series in a legend: the glyph that fills it, what it is called, its style name, its value at the cursor."""

    glyph: str
    label: str
    style: str
    value: str = ""


def draw_legend(canvas: Canvas, entries: Sequence[Entry], captions: Sequence[Sequence[Cell]], note: str) -> bool:
    """Write as much as fits whole on the first line of a canvas; return whether `note` did.

    Names go before the note, the note before a caption, a caption before values.
    """
    plain, told = _cells(entries, "  ", values=False), _cells(entries, "  ", values=True)
    noted: list[Cell] = [("  ", "muted"), (one_line(note), "warn")] if note else []
    lefts = (told + noted, plain + noted, _cells(entries, " ", values=False) + noted)
    for left, caption in chain(
        ((left, caption) for left in lefts for caption in captions), ((left, ()) for left in lefts)
    ):
        if _width(left) + bool(caption) * 2 + _width(caption) <= canvas.width:
            _write(canvas, 0, left)
            _write(canvas, canvas.width - _width(caption), caption)
            return True
    x = 0
    for entry in entries:
        cells = _cells([entry], "", values=False)
        if x + _width(cells) <= canvas.width:
            x = _write(canvas, x, cells) + 1
    return not note


def _cells(entries: Sequence[Entry], between: str, *, values: bool) -> list[Cell]:
    cells: list[Cell] = []
    for entry in entries:
        if cells:
            cells.append((between, "muted"))
        cells += [(one_line(entry.glyph), entry.style), (f" {one_line(entry.label)}", "muted")]
        if values and entry.value:
            cells.append((f" {one_line(entry.value)}", "text"))
    return cells


def _width(cells: Sequence[Cell]) -> int:
    return sum(width_of(text) for text, _ in cells)


def _write(canvas: Canvas, x: int, cells: Sequence[Cell]) -> int:
    for text, style in cells:
        x = canvas.write(x, 0, one_line(text), style)
    return x
