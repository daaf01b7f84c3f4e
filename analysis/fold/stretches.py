"""Which events belong to an iteration: the events of a trace as stretches of one iteration after another."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .columns import IterationColumns


class Stretches:
    """Stretches of successive events of the same iteration, each linked to the one before it of that iteration."""

    KEPT = ("_last_row",)

    def __init__(self, iterations: IterationColumns) -> None:
        self._iterations = iterations
        self._start: array[int] = array("I")
        self._previous: array[int] = array("I")
        """The stretch before in the same iteration, plus one; 0 where there is none."""
        self._last_row = -1

    def extend(self, stretches: Sequence[tuple[int, int]], end: int) -> None:
        """Take in a batch that ends before event `end`: where each stretch begins, and its row of the iterations."""
        starts, newest = self._start, self._iterations.newest
        for (start, row), (stop, _) in pairwise((*stretches, (end, 0))):
            if row != self._last_row:
                self._last_row = row
                self._previous.append(bisect_right(starts, newest[row] - 1) if row and newest[row] else 0)
                starts.append(start)
            if row:
                newest[row] = stop

    def events_of(self, row: int, known: int, count: int) -> list[int]:
        """The events of an iteration from event `known` on, of the first `count` events, in order."""
        pieces = list(self._pieces(row, known, count))
        return [event for piece in reversed(pieces) for event in piece]

    def _pieces(self, row: int, known: int, count: int) -> Iterator[range]:
        end = self._iterations.newest[row]
        stretch = bisect_right(self._start, end - 1) if end else 0
        while stretch and end > known:
            start = self._start[stretch - 1]
            if start < count:
                yield range(max(start, known), min(end, count))
            stretch = self._previous[stretch - 1]
            end = self._start[stretch] if stretch else 0
