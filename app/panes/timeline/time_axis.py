"""An axis of time as wide as some terminal cells, on which idle time is folded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ....analysis.active_time import ActiveTime
from ...safe_text import width_of

GAP_CELLS, WIDE_GAP_CELLS = 6, 10
_ROOM_FOR_WIDE_GAPS = 56
SHORTEST_WINDOW = 1e-5
"""Seconds. Times of this century are not known more exactly."""

_BETWEEN_TICKS = 3
_SECONDS = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
_STEPS = (
    *(factor * 10.0**power for power in range(-6, 0) for factor in (1.0, 2.0, 5.0)),
    *(factor * unit for unit in (1.0, 60.0) for factor in _SECONDS),
    *(hours * 3600.0 for hours in (1.0, 2.0, 3.0, 6.0, 12.0)),
    *(factor * 10.0**power * 86400.0 for power in range(6) for factor in (1.0, 2.0, 5.0)),
)

Window = tuple[float, float]
"""From when to when, in epoch seconds."""


@dataclass(frozen=True)
class Axis:
    """The time from `start` to `end` on `cells` terminal cells, told relative to `zero`; all in epoch seconds."""

    active: ActiveTime
    start: float
    end: float
    zero: float
    cells: int

    def x(self, time: float) -> float:
        """How many cells from the left a moment is; outside the axis if it is outside the window."""
        return (self.active.position(time) - self._first) / self._per_cell

    @cached_property
    def gaps(self) -> list[tuple[int, int, float]]:
        """The folded gaps in the window: first cell, cell behind the last, seconds."""
        found = []
        for gap in self.active.between(self.start, self.end):
            first, last = max(0, round(self.x(gap.start))), min(self.cells, round(self.x(gap.end)))
            if last > first:
                found.append((first, last, gap.end - gap.start))
        return found

    def ticks(self) -> list[tuple[int, str]]:
        """Round times to tell: the cell each stands in, and what it says."""
        longest = max(abs(self.start - self.zero), abs(self.end - self.zero))
        room = (step / self._per_cell - width_of(offset(longest, step)) for step in _STEPS)
        step = next((step for step, cells in zip(_STEPS, room, strict=True) if cells >= _BETWEEN_TICKS), _STEPS[-1])
        places = ((int(self.x(time)), offset(time - self.zero, step)) for time in self._multiples(step))
        return [(x, text) for x, text in places if 0 <= x < self.cells]

    def _multiples(self, step: float) -> Iterator[float]:
        """The multiples of a step after `zero` that are in the window and not in a gap."""
        start = self.start
        for gap in [*self.active.between(self.start, self.end), None]:
            end = self.end if gap is None else gap.start
            first, last = math.ceil((start - self.zero) / step), math.floor((end - self.zero) / step)
            yield from (self.zero + number * step for number in range(first, last + 1))
            start = self.end if gap is None else gap.end

    def zoomed(self, factor: float, around: float, bounds: Window) -> Window:
        """The window `factor` times as long that shows a moment where it is now; in the middle, if it is not shown."""
        share = self.x(around) / self.cells if self.start <= around <= self.end else 0.5
        length = self._length * factor
        return self._window(self.active.position(around) - share * length, length, bounds)

    def panned(self, windows: float, bounds: Window) -> Window:
        """The window so many windows later."""
        return self._window(self._first + windows * self._length, self._length, bounds)

    def _window(self, first: float, length: float, bounds: Window) -> Window:
        """A window that begins at a position, moved to lie within bounds."""
        lowest, highest = (self.active.position(bound) for bound in bounds)
        length = min(length, highest - lowest)
        first = max(lowest, min(first, highest - length))
        return longer(self.active.time(first), self.active.time(first + length))

    @cached_property
    def _first(self) -> float:
        return self.active.position(self.start)

    @cached_property
    def _length(self) -> float:
        return self.active.position(self.end) - self._first

    @cached_property
    def _per_cell(self) -> float:
        return self._length / max(1, self.cells)


def longer(start: float, end: float) -> Window:
    """The window from start to end, made longer on both sides if it is too short to be told."""
    spare = max(0.0, SHORTEST_WINDOW - (end - start)) / 2
    return start - spare, end + spare


def offset(seconds: float, step: float) -> str:
    """A time since the session began, as exact as a scale with this step needs it: `+12.4s`, `+2m06s`, `+1h02m`."""
    sign, seconds = "-" if seconds < -step / 2 else "+", abs(seconds)
    if step < 0.1 and seconds < 1.0:
        return f"{sign}{seconds * 1000.0:.{_digits(step * 1000.0)}f}ms"
    digits = _digits(step)
    seconds = round(seconds, digits)
    if seconds < 60.0:
        return f"{sign}{seconds:.{digits}f}s"
    minutes, rest = divmod(seconds, 60.0)
    tail = "" if step % 60.0 == 0.0 else f"{rest:0{digits + 3 if digits else 2}.{digits}f}s"
    if minutes < 60.0:
        return f"{sign}{minutes:.0f}m{tail}"
    hours, minutes = divmod(minutes, 60.0)
    tail = "" if step % 3600.0 == 0.0 else f"{minutes:02.0f}m{tail}"
    return f"{sign}{hours:.0f}h{tail}" if hours < 24.0 else f"{sign}{hours // 24:.0f}d{hours % 24:02.0f}h{tail}"


def _digits(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))


def gap_cells(cells: int) -> int:
    """How wide a gap is on an axis of so many cells."""
    return WIDE_GAP_CELLS if cells >= _ROOM_FOR_WIDE_GAPS else GAP_CELLS


def short(seconds: float) -> str:
    """The length of a gap in at most four cells: `45s`, `3m`, `2h`, `5d`."""
    for limit, unit, name in ((99.5, 1.0, "s"), (99.5 * 60, 60.0, "m"), (48 * 3600, 3600.0, "h")):
        if seconds < limit:
            return f"{seconds / unit:.0f}{name}"
    return f"{seconds / 86400:.0f}d"
