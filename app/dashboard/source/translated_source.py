"""A session that another agent logs, followed as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ....analysis.prices import Prices
from ....collector.reading.delivery import Delivery, TailState
from ....collector.reading.translated import TranslatedTail
from ...trace import trace_of
from .source import TraceSource


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
            TailState.UNREADABLE: f"cannot be read: {self._tail.reason} ({self.path})",
        }
        return notes.get(self._tail.state, "")

    def deliveries(self) -> Iterator[Delivery | None]:
        return self._followed(self._tail)

    def close(self) -> None:
        super().close()
        self._tail.close()
