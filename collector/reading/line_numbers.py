"""Which line of its file stands at a position, found out when it is asked for."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable

SPACING_BYTES = 1 << 20
"""About how far the known places lie apart: what must be read again for one answer, and what is kept for a trace."""


class LineNumbers:
    """Places of which the line is known, about one per `SPACING_BYTES`. One thread notes them, any may ask.

    A position is what a segment's `base` and an offset add up to (`collector.reading.segments`).
    """

    def __init__(self) -> None:
        self._positions: array[int] = array("Q")
        self._lines: array[int] = array("Q")

    def note(self, position: int, base: int, line: int) -> None:
        """At `position`, in the segment that begins at `base`, begins a line that is the `line`-th read so far."""
        last = self._positions[-1] if self._positions else -1
        if last < base or position - last >= SPACING_BYTES:
            self._lines.append(line)
            self._positions.append(position)

    def kept(self) -> tuple[bytes, bytes]:
        """All known places, positions and lines, as 64-bit numbers of this machine."""
        return self._positions.tobytes(), self._lines.tobytes()

    def restore(self, kept: tuple[bytes, bytes]) -> None:
        """Know these places. Raises ValueError where they are no such numbers."""
        for column, numbers in zip((self._positions, self._lines), kept, strict=True):
            column.frombytes(numbers)

    def number(self, position: int, base: int, read: Callable[[int, int], bytes]) -> int | None:
        """The number of the line at `position` in its file, from 1; None where nothing is known of that file.

        `read(position, size)` gives bytes of the trace. Raises OSError as it does.
        """
        start = bisect_right(self._positions, base - 1)
        place = bisect_right(self._positions, position) - 1
        if place < start:
            return None
        begin = self._positions[place]
        line = self._lines[place] - self._lines[start] + 1
        while begin < position:
            piece = read(begin, position - begin)
            if not piece:
                return None
            line += piece.count(b"\n")
            begin += len(piece)
        return line
