"""A trace file that is followed as it grows; the newest of a long one first, and what is kept of it not read again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ....analysis.prices import Prices
from ....collector.reading.delivery import Delivery, TailState
from ....collector.reading.follow import FileTail
from ....collector.reading.open_tail import Tail, is_blank, open_tail
from ....collector.reading.translated import TranslatedTail
from ....collector.reading.watch import SWEEP_SECONDS
from ...trace_index import TraceIndex
from .opening import Newest, Opening, Reading
from .source import TraceSource


class FileSource(TraceSource):
    """A trace file and the parts that follow it, followed as they grow.

    With `index` what is known of it from another time is not read again, and what is read of a long one is kept. Where
    nothing stands in it yet, what comes may turn out to be the log of another agent.
    """

    _is_native = False
    """Whether no other format can come."""

    def __init__(self, path: str | os.PathLike[str], *, prices: Prices | None = None, index: bool = False) -> None:
        self._tail = FileTail(path)
        self._follows: Tail = self._tail
        """What is read: another one, where the file turns out to be the log of another agent."""
        self._opening = Opening(self._tail, prices)
        self._index = TraceIndex(path, prices) if index else None
        super().__init__(str(path), self._tail.line, self._tail.place, prices=prices, stretch=self._tail.stretch)
        self.path: Path = Path(path)

    @property
    def state(self) -> TailState:
        return self._follows.state

    @property
    def note(self) -> str:
        notes = {
            TailState.WAITING: f"waiting for {self.path} to appear",
            TailState.GONE: f"{self._follows.part.name} was deleted; what was read stays",
            TailState.UNREADABLE: f"cannot be read: {self._follows.reason} ({self.path})",
        }
        return notes.get(self._follows.state, "")

    @property
    def reading(self) -> Reading | None:
        return self._opening.reading

    @property
    def newest(self) -> Newest | None:
        newest = self._opening.newest
        if newest is not None and newest.trace.tuning is not self.trace.tuning:
            newest.trace.tuning = self.trace.tuning
        return newest

    def wait_until_looked(self) -> None:
        self._opening.wait_until_looked()

    def newest_seen(self) -> None:
        self._opening.seen()

    def give_way(self) -> None:
        self._opening.give_way()

    def take_way(self) -> None:
        self._opening.take_way()

    def stop(self) -> None:
        self._opening.seen()
        super().stop()
        self._opening.rest()

    def stop_reading(self) -> None:
        self._opening.stop()

    def read_on(self) -> None:
        self._opening.go_on()
        self._wake.set()

    def number_of(self, newest: Newest, event: int) -> int | None:
        return newest.number_in(self.trace, self._tail.file_place, event)

    def deliveries(self) -> Iterator[Delivery | None]:
        if not self._is_native and is_blank(self.path):
            yield None
            while not self._stop.is_set() and is_blank(self.path):
                self._rest()
                self._wake.wait(SWEEP_SECONDS)
                self._wake.clear()
            tail = open_tail(self.path)
            if isinstance(tail, TranslatedTail):
                self._follows = tail
                self.trace.read_from(tail)
                with closing(tail):
                    yield from self._followed(tail)
                return
        yield from self._opening.watch(self._kept(self._followed(self._tail)))

    def _kept(self, deliveries: Iterator[Delivery | None]) -> Iterator[Delivery | None]:
        """Pass on deliveries, behind what is kept; keep what was read when all is, and when nothing more will be."""
        if self._index is not None and not self.trace.session.count:
            self._index.load(self.trace, self._tail)
        try:
            for delivery in deliveries:
                yield delivery
                if delivery is None:
                    self._keep()
        finally:
            self._keep()

    def _keep(self) -> None:
        if self._index is not None:
            self._index.save(self.trace, self._tail)

    def _rest(self) -> None:
        super()._rest()
        while self._opening.is_stopped and not self._stop.is_set():
            self._opening.look_at_newest()
            self._wake.wait(SWEEP_SECONDS)
            self._wake.clear()
            super()._rest()

    def close(self) -> None:
        super().close()
        self._tail.close()
