"""Where the payload of each event is to be found, in 4 bytes an event."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence

from .columns import append_all

_LOW_BITS = 32
_LOW = (1 << _LOW_BITS) - 1


class Positions:
    """A position of up to 63 bits for each event: the lower half in a column, the upper half where it changes.

    Offsets in a file rise, so it changes every 4 GB, and from one part of a trace to the next.
    """

    def __init__(self) -> None:
        self._low: array[int] = array("I")
        self._changes: array[int] = array("I", [0])
        self._high: array[int] = array("Q", [0])

    def __len__(self) -> int:
        return len(self._low)

    def __getitem__(self, event: int) -> int:
        change = bisect_right(self._changes, event) - 1 if len(self._changes) > 1 else 0
        return self._high[change] | self._low[event]

    def until_next(self, event: int) -> int:
        """From the position of an event to that of the one behind it."""
        if len(self._changes) > 1:
            return self[event + 1] - self[event]
        return self._low[event + 1] - self._low[event]

    def extend(self, positions: Sequence[int]) -> None:
        """Append the positions of a batch of events."""
        high = self._high[-1]
        if high <= min(positions) and max(positions) <= high | _LOW:
            append_all(self._low, [position - high for position in positions] if high else positions)
            return
        for position in positions:
            if position & ~_LOW != self._high[-1]:
                # In this order: who looks meanwhile looks for earlier events.
                self._high.append(position & ~_LOW)
                self._changes.append(len(self._low))
            self._low.append(position & _LOW)
