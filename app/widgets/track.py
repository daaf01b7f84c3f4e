"""A narrow chart of its own under the axis of a chart: one value per column of data, drawn to an eighth of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.geometry import Region

from .canvas import Canvas
from .scale import Slots, usable

EIGHTHS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Track:
    """What a track shows: a label for its left edge, a style name, and a value per column, None where unknown.

    `full` is the value that fills its height; None for the highest there is. `name` is what the legend calls it, if it
    is to be there. Columns that share a slot show the last value known. A value of zero is drawn as the thinnest line
    there is: only what is unknown is blank.
    """

    label: str
    style: str
    values: Sequence[float | None]
    full: float | None = None
    name: str = ""

    def draw(self, canvas: Canvas, slots: Slots, room: Region) -> None:
        """Draw into `room`, whose left edge is that of the plot."""
        full = self.full if self.full is not None else max(map(usable, self.values), default=0.0)
        for slot in range(slots.shown):
            value = self._last(slot * slots.group, (slot + 1) * slots.group)
            if value is not None:
                eighths = min(room.height * 8, round(usable(value) / full * room.height * 8)) if full > 0 else 0
                self._fill(canvas, slots.cells_of(slot * slots.group), room, max(1, eighths))

    def _last(self, first: int, end: int) -> float | None:
        for index in range(min(end, len(self.values)) - 1, first - 1, -1):
            if self.values[index] is not None:
                return self.values[index]
        return None

    def _fill(self, canvas: Canvas, cells: range, room: Region, eighths: int) -> None:
        for row in range((eighths + 7) // 8):
            glyph = EIGHTHS[min(8, eighths - row * 8)]
            for x in cells:
                canvas.put(room.x + x, room.bottom - 1 - row, glyph, self.style)
