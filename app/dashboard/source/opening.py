"""The opening of a long trace: its newest events ahead of all others, and how far it is read from its start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ....analysis.fold.session import Session
from ....analysis.prices import Prices
from ....collector.reading.delivery import Delivery
from ....collector.reading.ends import ENOUGH_EVENTS, TAIL_BYTES, Ends, head_and_tail
from ....collector.reading.follow import FileTail
from ...read_bytes import ReadBytes
from ...trace import Trace

LONG_BYTES = 8 << 20
"""What takes no longer to read than its first frame takes to paint needs no opening."""

_DELIVERIES_A_LOOK = 32
"""How often it is looked whether the file has grown: every 4 MB."""

_LOOKED_SECONDS = 0.05
_SEEN_SECONDS = 0.5
"""How long the reading gives way to the first frame: two threads of Python are slower than one after the other."""

_GIVEN_WAY_SECONDS = 0.05
"""The same for every other frame."""

_MOST_LOOKED_THROUGH = 10_000


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a long trace is read: bytes of all its parts. `is_stopped` by the user, until further notice."""

    read: int
    total: int
    is_stopped: bool = False

    @property
    def share(self) -> float:
        """How much of it is read, 0 to 1."""
        return min(1.0, self.read / self.total) if self.total else 1.0


class Newest:
    """The newest events of a trace that is being read from its start: a trace of their own, which grows with the file.

    `head` is the session as of the first lines of the file, for what only those say. `extend` is for one thread.
    """

    def __init__(self, ends: Ends, prices: Prices | None) -> None:
        head = Session(prices)
        head.apply(ends.head.records, ends.head.offsets)
        self.head = head.view()
        self._tail = tail = FileTail(ends.last, start=ends.tail_offset)
        self.trace = Trace(str(ends.last), tail.line, tail.place, prices=prices, stretch=tail.stretch, from_start=False)
        for _ in range(2):  # the second look takes a last line that lacks its newline
            self.extend()

    @property
    def began(self) -> float | None:
        """When the session did, in epoch seconds; None where its first lines do not say."""
        return self.head.time_span[0] if self.head.time_span else None

    def extend(self) -> bool:
        """Take in what is new; False where the file is another than it was, so that this is void."""
        for delivery in self._tail.poll(TAIL_BYTES):
            if delivery.fresh:
                return False
            self.trace.take(delivery)
        return True

    def number_in(self, trace: Trace, place: Callable[[int], tuple[Path, int]], event: int) -> int | None:
        """Which event of the whole trace one of these is, by the `place` of its positions; None if it is not read."""
        wanted = self._tail.file_place(self.trace.session.positions[event])
        position, count = trace.session.positions, trace.session.count
        nearest = range(count - 1, max(-1, count - 1 - _MOST_LOOKED_THROUGH), -1)
        return next((number for number in nearest if place(position[number]) == wanted), None)

    def close(self) -> None:
        """Give back what is open."""
        self._tail.close()


class Opening:
    """Watches over the reading of a long trace, in the thread that reads; any other may look at what it knows.

    While `reading` says how far that is, `newest` are the events of its end: None where these are nowhere to be found
    in the last `TAIL_BYTES`. Both are None for a short trace, and as soon as all is read.
    """

    def __init__(self, tail: FileTail, prices: Prices | None, long_bytes: int | None = None) -> None:
        self.reading: Reading | None = None
        self.newest: Newest | None = None
        self._tail = tail
        self._prices = prices
        self._long_bytes = LONG_BYTES if long_bytes is None else long_bytes
        self._read_bytes: ReadBytes | None = None
        self._deliveries = 0
        self._is_stopped = False
        self._looked, self._seen = threading.Event(), threading.Event()
        self._way = threading.Event()
        self._way.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the user wants no more of it to be read."""
        return self._is_stopped and self.reading is not None

    def stop(self) -> None:
        """Have the reading stop where it is."""
        self._set_stopped(True)

    def go_on(self) -> None:
        """Have the reading go on."""
        self._set_stopped(False)

    def wait_until_looked(self) -> None:
        """Wait until it is known whether the trace is long and what its newest events are; briefly."""
        self._looked.wait(_LOOKED_SECONDS)

    def seen(self) -> None:
        """The newest events are on the screen, or nobody waits for that: the rest may be read."""
        self._seen.set()

    def rest(self) -> None:
        """Nothing is read any more; the next time will be as the first was."""
        self._looked.clear()
        self._seen.clear()

    def give_way(self) -> None:
        """Read nothing, briefly, until `take_way`: a frame is being painted."""
        self._way.clear()

    def take_way(self) -> None:
        """Read on, after `give_way`."""
        self._way.set()

    def watch(self, deliveries: Iterator[Delivery | None]) -> Iterator[Delivery | None]:
        """Pass on deliveries, None where all is read, and keep up with how far the reading is."""
        self._look()
        self._looked.set()
        if self.newest is not None:
            self._seen.wait(_SEEN_SECONDS)
        for delivery in deliveries:
            self._way.wait(_GIVEN_WAY_SECONDS)
            if delivery is None:
                self._end()
            elif self.reading is not None or self._tail.size - self._tail.read_bytes >= self._long_bytes:
                self._deliveries += 1
                if delivery.fresh or self.reading is None:
                    self._look()
                elif self._deliveries % _DELIVERIES_A_LOOK == 0:
                    self.look_at_newest()
                self._measure()
            yield delivery

    def look_at_newest(self) -> None:
        """See whether the file has grown."""
        if self.newest is not None and not self.newest.extend():
            self._look()

    def _look(self) -> None:
        """Look at both ends of the trace, if it is long."""
        self._end()
        try:
            self._read_bytes = ReadBytes(self._tail)
            read, total = self._read_bytes.measure()
            if total - read < self._long_bytes:
                return
            ends = head_and_tail(self._tail.path, tail_bytes=TAIL_BYTES, enough=ENOUGH_EVENTS)
        except (OSError, ValueError):
            return  # whoever reads it all will say why
        self.newest = Newest(ends, self._prices) if ends.tail.records else None
        self._measure()

    def _measure(self) -> None:
        if self._read_bytes is not None:
            self.reading = Reading(*self._read_bytes.measure(), self._is_stopped)

    def _set_stopped(self, is_stopped: bool) -> None:
        self._is_stopped = is_stopped
        if self.reading is not None:
            self.reading = replace(self.reading, is_stopped=is_stopped)

    def _end(self) -> None:
        self._is_stopped = False
        self.reading = None  # first: whoever finds no newest events any more asks whether all is read
        newest, self.newest = self.newest, None
        if newest is not None:
            newest.close()
