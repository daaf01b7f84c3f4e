"""Stacked vertical bars, drawn to an eighth of a cell."""

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

    Fills differ so that layers can be told apart without colour. `cap` is the style of the solid end of a layer whose
    pattern cannot end within a cell: as bright as the pattern, so that it is not taken for another layer.
    """

    label: str
    style: str
    fill: str = SOLID
    cap: str = ""


class BlockChart(Chart):
    """Columns of non-negative values, stacked bottom up in the order of the series."""

    def __init__(
        self,
        series: Sequence[Series] = (Series("", "bar"),),
        *,
        group: Literal["sum", "max", "mean"] = "sum",
        format_value: Callable[[float], str] = "{:g}".format,
        format_label: Callable[[int], str] = lambda index: str(index + 1),
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`group` says what a bar of several columns shows: their sum or mean, or the one with the highest total."""
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
        self._version: int | None = None
        self._bars: list[list[float]] = []

    @property
    def series(self) -> tuple[Series, ...]:
        """The layers, bottom up."""
        return self._series

    @series.setter
    def series(self, series: tuple[Series, ...]) -> None:
        """Set before `set_columns`: columns have one value per series."""
        if series != self._series:
            self._series = series
            self._columns = ()
            self.redraw()

    def set_columns(self, columns: Sequence[Sequence[float]], version: int | None = None) -> None:
        """Show these columns, one value per series each, unless `version` is the one already shown."""
        if version is None or version != self._version:
            self._columns, self._version = columns, version
            self.redraw()

    def count(self) -> int:
        return len(self._columns)

    def legend(self, index: int | None) -> list[Entry]:
        values = self._clean(self._columns[index]) if index is not None else []
        told = [self.format_value(value) for value in values] or [""] * len(self._series)
        named = zip(self._series, told, strict=True)
        return [Entry(series.fill, series.label, series.style, value) for series, value in named if series.label]

    def group_note(self, size: int) -> str:
        return f"mean of {size:,}" if self._group == "mean" else super().group_note(size)

    def resample(self, slots: Slots) -> float:
        size = slots.group
        clean = [self._clean(column) for column in self._columns]
        self._bars = clean if size == 1 else [self._merged(clean[at : at + size]) for at in range(0, len(clean), size)]
        return max(map(sum, self._bars), default=0.0)

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
            # A pattern cannot end within a cell: it ends in a solid cap, unless nothing would be left of the pattern.
            is_cap = most.fill == SOLID or floor > 0 or filled < 4
            style = most.cap if most.cap and floor > 0 else most.style  # what is all there is of a bar is to be seen
            return (EIGHTHS[filled] if is_cap else most.fill), style, ""
        if len(parts) == 2 and parts[0][1].fill == parts[1][1].fill == SOLID:
            return EIGHTHS[parts[0][0]], parts[0][1].style, parts[1][1].style
        return most.fill, most.style, ""
