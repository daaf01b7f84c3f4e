"""A session that another agent logs, followed as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...analysis.prices import Prices
from ...collector.delivery import Delivery, TailState
from ...collector.formats.native import Batch
from ...collector.translated import TranslatedTail
from ...collector.watch import follow
from ..trace import trace_of
from .source import TraceSource

_BYTES_A_POLL = 1 << 20


class TranslatedSource(TraceSource):
    """The files of a session in another format. Their records are translated as they come; nothing is kept on disk."""

    def __init__(self, tail: TranslatedTail, *, prices: Prices | None = None) -> None:
        super().__init__(str(tail.path), tail.line, tail.place, prices=prices)
        self.trace = trace_of(tail, prices=prices)
        self.path: Path = tail.path
        self._tail = tail

    @property
    def state(self) -> TailState:
        return self._tail.state

    @property
    def note(self) -> str:
        notes = {
            TailState.GONE: f"{self.path.name} was deleted; what was read stays",
            TailState.UNREADABLE: f"cannot read {self.path}: {self._tail.reason}",
        }
        return notes.get(self._tail.state, "")

    def deliveries(self) -> Iterator[Delivery | None]:
        for _ in range(2):  # the second look takes a last line that lacks its newline
            yield from self._tail.poll(_BYTES_A_POLL)
            while self._tail.has_more:
                yield Delivery(Batch())  # there may be none in so many bytes, and the thread may have to stop
                yield from self._tail.poll(_BYTES_A_POLL)
        yield None
        while not self._stop.is_set():
            self._awake.wait()
            yield from follow(self._tail, self._halt, wake=self._wake)

    def close(self) -> None:
        super().close()
        self._tail.close()
