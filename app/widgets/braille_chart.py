"""A line over a filled area, drawn with Braille dots: two to a cell across, four up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from textual.geometry import Region

from .canvas import Canvas
from .chart import Chart, Mark
from .legend import Entry
from .scale import Slots, usable
from .track import Track

__all__ = ["BrailleChart", "Mark", "Track"]

EMPTY = 0x2800
# Bits of a cell's dots from the bottom up, left column then right column.
DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
# Bits of the lowest 0 to 4 dots of either column of a cell.
FILLED = tuple(tuple(sum(dots[:level]) for level in range(5)) for dots in DOTS)

Values = Sequence[float | None]


class BrailleChart(Chart):
    """Two series over the same columns; each value holds for the whole width of its column, None leaves a gap."""

    COLUMN = "column"
    PER_CELL = 2
    WIDEST = 16

    def __init__(
        self,
        *,
        line: tuple[str, str] = ("", "input"),
        area: tuple[str, str] = ("", "cache_read"),
        area_group: Literal["mean", "min", "max"] = "mean",
        format_value: Callable[[float], str] = "{:g}".format,
        format_label: Callable[[int], str] = lambda index: str(index + 1),
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`line` and `area` are (label, style name). Where columns share a dot the line shows the highest value, the
        area what `area_group` says.
        """
        super().__init__(
            format_value=format_value,
            format_label=format_label,
            empty_text=empty_text,
            name=name,
            id=id,
            classes=classes,
        )
        self._line_style, self._area_style = line, area
        self._area_group = area_group
        self._line: Values = ()
        self._area: Values = ()
        self._version: int | None = None
        self._lines: list[float | None] = []
        self._areas: list[float | None] = []

    def set_series(self, line: Values, area: Values = (), version: int | None = None) -> None:
        """Show these values unless `version` is the one already shown."""
        if version is None or version != self._version:
            self._line, self._area, self._version = line, area, version
            self.redraw()

    def count(self) -> int:
        return max(len(self._line), len(self._area))

    def legend(self, index: int | None) -> list[Entry]:
        series = (("─", self._line_style, self._line), ("⣿", self._area_style, self._area))
        return [
            Entry(glyph, label, style, self._told(values, index)) for glyph, (label, style), values in series if label
        ]

    def _told(self, values: Values, index: int | None) -> str:
        value = values[index] if index is not None and index < len(values) else None
        return "" if value is None else self.format_value(value)

    def resample(self, slots: Slots) -> float:
        self._lines = _grouped(self._line, slots.group, "max")
        self._areas = _grouped(self._area, slots.group, self._area_group)
        return max((value for value in (*self._lines, *self._areas) if value is not None), default=0.0)

    def plot(self, canvas: Canvas, slots: Slots, room: Region, full: float) -> None:
        dots = room.height * 4
        bits: dict[tuple[int, int], int] = {}
        for x, height in _dot_columns(self._areas, slots, dots, full):
            for row in range((height + 3) // 4):
                at = (x // 2, row)
                bits[at] = bits.get(at, 0) | FILLED[x % 2][min(4, height - row * 4)]
        on_line: set[tuple[int, int]] = set()
        before: tuple[int, int] | None = None
        for x, height in _dot_columns(self._lines, slots, dots, full):
            y = max(0, height - 1)
            low, high = y, y
            if before is not None and before[0] == x - 1:
                low, high = min(y, before[1]), max(y, before[1])
            for dot in range(low, high + 1):
                at = (x // 2, dot // 4)
                bits[at] = bits.get(at, 0) | DOTS[x % 2][dot % 4]
                on_line.add(at)
            # A gap under the line tells it from the area where there is no colour.
            under = (x // 2, (low - 1) // 4)
            if under in bits:
                bits[under] &= ~DOTS[x % 2][(low - 1) % 4]
            before = (x, y)
        for (x, row), pattern in bits.items():
            style = (self._line_style if (x, row) in on_line else self._area_style)[1]
            canvas.put(room.x + x, room.bottom - 1 - row, chr(EMPTY + pattern), style)


def _grouped(values: Values, size: int, how: str) -> list[float | None]:
    """Return one value per `size` values; None where all of them are None."""
    if size == 1:
        return [None if value is None else usable(value) for value in values]
    groups: list[float | None] = []
    for at in range(0, len(values), size):
        known = [usable(value) for value in values[at : at + size] if value is not None]
        if not known:
            groups.append(None)
        elif how == "mean":
            groups.append(sum(known) / len(known))
        else:
            groups.append(max(known) if how == "max" else min(known))
    return groups


def _dot_columns(values: list[float | None], slots: Slots, dots: int, full: float) -> Iterator[tuple[int, int]]:
    """Yield (dot column, height in dots) for every dot column that has a value."""
    for slot, value in enumerate(values):
        if value is not None:
            height = min(dots, round(value / full * dots))
            for x in range(slots.edge(slot), slots.edge(slot + 1)):
                yield x, height
