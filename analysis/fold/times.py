"""The span of time a trace covers, as of any event, though its timestamps may run backwards."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

from .columns import EventColumns

_BLOCK = 1024


class TimeRange:
    """The earliest and latest time of every prefix, at the cost of two floats per 1,024 events.

    It describes the times of `events`.
    """

    def __init__(self, events: EventColumns) -> None:
        self._events = events
        self._earliest: array[float] = array("d")
        self._latest: array[float] = array("d")

    def extend(self) -> None:
        """Take in the times that were appended to the column since."""
        times = self._events.time
        while (len(self._earliest) + 1) * _BLOCK <= len(times):
            start = len(self._earliest) * _BLOCK
            block = times[start : start + _BLOCK]
            earliest, latest = _span(block, self._bounds(len(self._earliest)))
            self._latest.append(latest)
            self._earliest.append(earliest)

    def span(self, at: int) -> tuple[float, float] | None:
        """The earliest and latest time among the first `at` events; None if none of them has one."""
        blocks = min(at // _BLOCK, len(self._earliest))
        earliest, latest = _span(self._events.time[blocks * _BLOCK : at], self._bounds(blocks))
        return (earliest, latest) if earliest <= latest else None

    def reached(self, time: float, at: int) -> int | None:
        """The first of the first `at` events that is at this time or later; None if there is none."""
        blocks = min(at // _BLOCK, len(self._latest))
        start = bisect_left(self._latest, time, hi=blocks) * _BLOCK
        times = self._events.time
        return next((event for event in range(start, at) if times[event] >= time), None)

    def _bounds(self, blocks: int) -> tuple[float, float]:
        if not blocks:
            return float("inf"), float("-inf")
        return self._earliest[blocks - 1], self._latest[blocks - 1]


def _span(times: Sequence[float], bounds: tuple[float, float]) -> tuple[float, float]:
    known = times
    if not sum(times) >= 0.0:  # one NaN makes the sum one
        known = [time for time in times if time == time]
    if not known:
        return bounds
    return min(bounds[0], min(known)), max(bounds[1], max(known))
