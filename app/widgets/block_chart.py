"""Stacked vertical bars, drawn to an eighth of a cell, and a line over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from textual.geometry import Region

from .canvas import Canvas
from .chart import Chart, Limit, Mark
from .legend import Entry
from .scale import Slots, usable
from .track import EIGHTHS, Track

__all__ = ["BlockChart", "Limit", "Mark", "Series", "Track"]

SOLID = "█"


@dataclass(frozen=True, slots=True)
class Series:
    """One layer of the bars: what it is called, its style name, and the glyph that fills it.

    Fills differ so that layers can be told apart without colour.
    """

    label: str
    style: str
    fill: str = SOLID


class BlockChart(Chart):
    """Columns of non-negative values, stacked bottom up in the order of the series.

    A line may run over them on the same scale, from each column whose value is known to the next such one.
    """

    def __init__(
        self,
        series: Sequence[Series] = (Series("", "bar"),),
        *,
        group: Literal["sum", "max", "mean"] = "sum",
        line: tuple[str, str] = ("", "mark"),
        format_value: Callable[[float], str] = "{:g}".format,
        format_label: Callable[[int], str] = lambda index: str(index + 1),
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`group` says what a bar of several columns shows: their sum or mean, or the one with the highest total.

        `line` is its label and style name.
        """
        super().__init__(
            format_value=format_value,
            format_label=format_label,
            empty_text=empty_text,
            name=name,
            id=id,
            classes=classes,
        )
        self._series: tuple[Series, ...] = tuple(series)
        self._group = group
        self._columns: Sequence[Sequence[float]] = ()
        self._line_name = line
        self._line: Sequence[float | None] = ()
        self._version: int | None = None
        self._bars: list[list[float]] = []
        self._fills = frozenset(layer.fill for layer in self._series)

    @property
    def series(self) -> tuple[Series, ...]:
        """The layers, bottom up."""
        return self._series

    @series.setter
    def series(self, series: tuple[Series, ...]) -> None:
        """Set before `set_columns`: columns have one value per series."""
        if series != self._series:
            self._series = series
            self._fills = frozenset(layer.fill for layer in series)
            self._columns = ()
            self.redraw()

    def set_columns(
        self,
        columns: Sequence[Sequence[float]],
        version: int | None = None,
        *,
        line: Sequence[float | None] = (),
    ) -> None:
        """Show these columns, one value per series each, unless `version` is the one already shown.

        `line` has the height of the line at each column, None where there is none.
        """
        if version is None or version != self._version:
            self._columns, self._line, self._version = columns, line, version
            self.redraw()

    def count(self) -> int:
        return len(self._columns)

    def legend(self, index: int | None) -> list[Entry]:
        values = self._clean(self._columns[index]) if index is not None else []
        told = [self.format_value(value) for value in values] or [""] * len(self._series)
        named = zip(self._series, told, strict=True)
        entries = [Entry(series.fill, series.label, series.style, value) for series, value in named if series.label]
        label, style = self._line_name
        if label and self.headroom:
            height = self._line[index] if index is not None and index < len(self._line) else None
            entries.append(Entry("▁", label, style, "" if height is None else self.format_value(height)))
        return entries

    @property
    def headroom(self) -> int:
        return 1 if any(height is not None for height in self._line) else 0

    def group_note(self, size: int) -> str:
        return f"mean of {size:,}" if self._group == "mean" else super().group_note(size)

    def resample(self, slots: Slots) -> float:
        size = slots.group
        clean = [self._clean(column) for column in self._columns]
        self._bars = clean if size == 1 else [self._merged(clean[at : at + size]) for at in range(0, len(clean), size)]
        return max(max(map(sum, self._bars), default=0.0), max(map(usable, self._line), default=0.0))

    def _clean(self, column: Sequence[float]) -> list[float]:
        """Return one drawable value per series."""
        layers = len(self._series)
        values = [usable(value) for value in column[:layers]]
        return values + [0.0] * (layers - len(values))

    def _merged(self, columns: list[list[float]]) -> list[float]:
        if self._group == "max":
            return max(columns, key=sum)
        share = len(columns) if self._group == "mean" else 1
        return [sum(values) / share for values in zip(*columns, strict=True)]

    def plot(self, canvas: Canvas, slots: Slots, room: Region, full: float) -> None:
        for slot, bar in enumerate(self._bars):
            cells = slots.cells_of(slot * slots.group)
            drawn = cells[: self._bar_width(cells)]
            for y, (glyph, style, behind) in self._stack(bar, room.height, full):
                for x in drawn:
                    canvas.put(room.x + x, room.bottom - 1 - y, glyph, style, behind)
        self._draw_line(canvas, slots, room, full)

    def _draw_line(self, canvas: Canvas, slots: Slots, room: Region, full: float) -> None:
        """Draw the line along the edges of cells: over each slot, and down the side of a slot that is lower."""
        before: int | None = None
        for slot in range(slots.shown):
            height = self._line_over(slots, slot)
            if height is None:
                continue
            cells = [room.x + x for x in slots.cells_of(slot * slots.group)]
            y = self._edge(canvas, cells[0], room, round(min(1.0, usable(height) / full) * room.height))
            for x in cells:
                self._stroke(canvas, x, y, "▁")
            for between in range(before + 1, y) if before is not None else ():
                self._stroke(canvas, cells[0], between, "▏")
            before = y

    def _line_over(self, slots: Slots, slot: int) -> float | None:
        """The height of the line over a slot: that of the last column known."""
        columns = self._line[slot * slots.group : (slot + 1) * slots.group]
        return next((height for height in reversed(columns) if height is not None), None)

    @staticmethod
    def _edge(canvas: Canvas, x: int, room: Region, rows: int) -> int:
        """The line of cells whose lower edge is so many rows high, or the next if that one holds the end of the bar."""
        y = max(room.y, room.bottom - 1 - rows)
        return y - 1 if y > room.y and not canvas.is_free(x, y, 1) and canvas.is_free(x, y - 1, 1) else y

    def _stroke(self, canvas: Canvas, x: int, y: int, glyph: str) -> None:
        """Draw over a bar without a hole in it: a solid one is seen behind, the fill of another is drawn anew."""
        behind = canvas.glyph_at(x, y)
        style = self._line_name[1]
        if behind == SOLID:
            canvas.put(x, y, glyph, style, canvas.style_at(x, y))
        else:
            canvas.put(x, y, behind if behind in self._fills else glyph, style)

    def _bar_width(self, cells: range) -> int:
        """Return how many cells of a slot its bar fills; the rest is the gap."""
        if self._slots.span < 2 * self._slots.shown:
            return len(cells)
        return len(cells) - (1 if len(cells) <= 5 else 2)

    def _middle(self, cells: range) -> int:
        return cells[(self._bar_width(cells) - 1) // 2]

    def _stack(self, bar: list[float], rows: int, full: float) -> list[tuple[int, tuple[str, str, str]]]:
        """Return the filled cells of one bar, from the base up: (row, (glyph, style, style behind))."""
        tops = [min(rows * 8, round(top / full * rows * 8)) for top in accumulate(bar)]
        if not tops or not any(bar):
            return []
        if not tops[-1]:
            # A value too small for an eighth is still not nothing.
            largest = max(range(len(bar)), key=bar.__getitem__)
            tops[largest:] = [1] * (len(tops) - largest)
        return [(row, self._cell(tops, row * 8)) for row in range((tops[-1] + 7) // 8)]

    def _cell(self, tops: list[int], floor: int) -> tuple[str, str, str]:
        """Return what to draw in the cell whose lower edge is `floor` eighths high."""
        parts = []
        low = floor
        for series, top in zip(self._series, tops, strict=True):
            high = min(top, floor + 8)
            if high > low:
                parts.append((high - low, series))
                low = high
        filled = low - floor
        most = max(parts, key=lambda part: part[0])[1]
        if filled < 8:
            if most.fill == SOLID:
                return EIGHTHS[filled], most.style, ""
            return (most.fill if filled >= 4 or floor == 0 else " "), most.style, ""
        if len(parts) == 2 and parts[0][1].fill == parts[1][1].fill == SOLID:
            return EIGHTHS[parts[0][0]], parts[0][1].style, parts[1][1].style
        return most.fill, most.style, ""
