"""The lines of many events, read a block of the file at a time, and those of them that may have a text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from ...analysis.fold.positions import Positions
from ..trace import Trace
from .line_text import Texts

LARGEST_BLOCK = 8 << 20
"""Bytes. A block of lines is not longer, unless one line is."""

_SPARSE = 16
"""Where fewer than one in so many events of a block is asked for, each line is read for itself."""
_SAMPLE = 1 << 17
"""Bytes of a block by which it is guessed which texts are rare in it."""


def lines_of(trace: Trace, events: Sequence[int], required: Sequence[Texts] = ()) -> Iterator[tuple[int, bytes]]:
    """Events, in ascending order, with their raw lines; an empty one where a line is no longer there.

    Those may be left out whose lines, ASCII in lower case, have no text at all of one of the sets `required`.
    """
    start = 0
    while start < len(events):
        stop = _end_of_block(trace, events, start)
        block = _block(trace, events[start], events[stop - 1])
        if block is None or (events[stop - 1] - events[start]) > _SPARSE * (stop - start):
            for event in events[start:stop]:
                yield event, _line(trace, event)
        else:
            yield from _lines_in(trace, block, events[start:stop], required)
            yield events[stop - 1], _line(trace, events[stop - 1])
        start = stop


def _end_of_block(trace: Trace, events: Sequence[int], start: int) -> int:
    """Up to which of the events their lines make one block."""
    limit = trace.session.positions[events[start]] + LARGEST_BLOCK
    stop = bisect_left(events, limit, start + 1, key=trace.session.positions.__getitem__)
    return max(stop, start + 1)


def _block(trace: Trace, first: int, last: int) -> bytes | None:
    """The bytes from the line of one event up to that of another; None where they are not all to be had."""
    positions = trace.session.positions
    size = positions[last] - positions[first]
    if not 0 < size <= LARGEST_BLOCK:
        return None
    try:
        block = trace.stretch(positions[first], size)
    except OSError:
        return None
    return block if block is not None and len(block) == size else None


def _lines_in(
    trace: Trace, block: bytes, events: Sequence[int], required: Sequence[Texts]
) -> Iterator[tuple[int, bytes]]:
    """The lines of events but for the last, which the block ends before."""
    positions = trace.session.positions
    base = positions[events[0]]
    offsets = _Offsets(positions, base, events[:-1])
    for index in range(len(events) - 1) if not required else _having(block, offsets, required):
        offset = positions[events[index]] - base
        yield events[index], block[offset : block.find(b"\n", offset)]


class _Offsets:
    """Where the lines of events begin in a block; made only where anything is found."""

    def __init__(self, positions: Positions, base: int, events: Sequence[int]) -> None:
        self._positions, self._base, self._events = positions, base, events

    @cached_property
    def starts(self) -> list[int]:
        """In ascending order."""
        return [self._positions[event] - self._base for event in self._events]

    def of_line(self, index: int) -> tuple[int, int | None]:
        """From where to where a line goes, with those behind it that are no event's; None for the end of the block."""
        return self.starts[index], self.starts[index + 1] if index + 1 < len(self.starts) else None


def _having(block: bytes, offsets: _Offsets, required: Sequence[Texts]) -> Iterator[int]:
    """The indexes of the lines that have a text of each set: of those with the rarest, those with the others too."""
    lowered = block.lower()
    sample = lowered[:_SAMPLE]
    rarest, *others = sorted(required, key=lambda texts: sum(map(sample.count, texts)))
    for index in sorted({index for text in rarest for index in _hits(lowered, offsets, text)}):
        if not others or _has_all(lowered[slice(*offsets.of_line(index))], others):
            yield index


def _has_all(line: bytes, required: Sequence[Texts]) -> bool:
    return all(any(text in line for text in texts) for texts in required)


def _hits(block: bytes, offsets: _Offsets, text: bytes) -> Iterator[int]:
    """Of each line that has a text the index, or of the nearest event before it where the line is no event's."""
    place = block.find(text)
    while place >= 0:
        starts = offsets.starts
        index = bisect_right(starts, place) - 1
        yield index
        place = block.find(text, starts[index + 1]) if index + 1 < len(starts) else -1


def _line(trace: Trace, event: int) -> bytes:
    try:
        return trace.line(event)
    except (OSError, IndexError):  # no longer in the file, or the trace has just started over
        return b""
