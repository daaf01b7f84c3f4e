"""A small grid of glyphs and style names that charts draw on, turned into strips by runs of equal style."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TypeAlias

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .palette import Looks

Ink: TypeAlias = tuple[str, str]
"""Style name of the glyph, style name whose colour fills the cell behind it ("" for none)."""

_PAPER: Ink = ("text", "")


class Canvas:
    """`width` x `height` terminal cells."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._glyphs = [[" "] * width for _ in range(height)]
        self._inks = [[_PAPER] * width for _ in range(height)]
        self._lit: set[tuple[int, int]] = set()

    def put(self, x: int, y: int, glyph: str, style: str, behind: str = "") -> None:
        """Draw one single-cell glyph; outside the canvas, nothing."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._glyphs[y][x] = glyph
            self._inks[y][x] = (style, behind)

    def write(self, x: int, y: int, text: str, style: str) -> int:
        """Write safe text from `x` on, as far as it fits; return the cell after it."""
        for character in text:
            cells = get_character_cell_size(character)
            if x + cells > self.width or not 0 <= y < self.height:
                break
            if cells:
                self.put(x, y, character, style)
            elif x:
                self._glyphs[y][x - 1] += character
            if cells == 2:
                self.put(x + 1, y, "", style)
            x += cells
        return x

    def is_free(self, x: int, y: int, cells: int) -> bool:
        """Return whether a stretch of a line lies inside and is blank."""
        return x >= 0 and x + cells <= self.width and all(g == " " for g in self._glyphs[y][x : x + cells])

    def light(self, columns: Iterable[int], lines: Iterable[int]) -> None:
        """Put the cursor's background under columns of cells."""
        lines = tuple(lines)
        self._lit.update((x, y) for x in columns for y in lines)

    def strips(self, looks: Looks, cursor_looks: Looks) -> list[Strip]:
        """Return the lines as drawn, one segment per run of equal style."""
        resolved: dict[tuple[Ink, bool], Style] = {}

        def style_of(ink: Ink, lit: bool) -> Style:
            style = resolved.get((ink, lit))
            if style is None:
                name, behind = ink
                style = (cursor_looks if lit else looks)[name]
                if behind:
                    style += Style(bgcolor=looks[behind].color)
                resolved[ink, lit] = style
            return style

        strips = []
        for y, (glyphs, inks) in enumerate(zip(self._glyphs, self._inks, strict=True)):
            lit = [(x, y) in self._lit for x in range(self.width)] if self._lit else [False] * self.width
            segments = []
            for (ink, is_lit), run in groupby(zip(inks, lit, glyphs, strict=True), key=lambda cell: cell[:2]):
                segments.append(Segment("".join(cell[2] for cell in run), style_of(ink, is_lit)))
            strips.append(Strip(segments, self.width))
        return strips
