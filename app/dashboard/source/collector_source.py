"""A collector of this process: its lines in memory, or the file that it writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ....analysis.prices import Prices
from ....collector.formats.native import decode_block
from ....collector.reading.delivery import Delivery, TailState
from ....collector.reading.lines import Block
from ....collector.reading.watch import SWEEP_SECONDS
from ....collector.recording.recorder import TraceCollector
from .file_source import FileSource
from .source import TraceSource


class CollectorSource(TraceSource):
    """A collector of this process that keeps its lines in memory."""

    def __init__(self, collector: TraceCollector, *, prices: Prices | None = None) -> None:
        super().__init__(collector.session_id or "in memory", self._line, self._place, prices=prices)
        self._collector = collector
        self._read = 0

    def deliveries(self) -> Iterator[Delivery | None]:
        unsubscribe = self._collector.subscribe(lambda event: self._wake.set())
        try:
            while not self._stop.is_set():
                for number, line in enumerate(self._collector.lines(self._read), self._read):
                    batch = decode_block(Block(line.rstrip(b"\n"), 0, number + 1))
                    batch.offsets = [number] * len(batch.offsets)
                    self._read = number + 1
                    yield Delivery(batch)
                yield None
                self._wake.wait(SWEEP_SECONDS)
                self._wake.clear()
        finally:
            unsubscribe()

    def _line(self, position: int) -> bytes:
        return self._collector.line(position).rstrip(b"\n")

    def _place(self, position: int) -> str:
        return f"line {position + 1:,} in memory"


class RecordingSource(FileSource):
    """A collector of this process that writes a file: the file is followed."""

    _is_native = True

    def __init__(self, collector: TraceCollector, path: Path, *, prices: Prices | None = None) -> None:
        super().__init__(path, prices=prices)
        self._collector = collector

    @property
    def note(self) -> str:
        return "nothing recorded yet" if self.state is TailState.WAITING else super().note

    def deliveries(self) -> Iterator[Delivery | None]:
        self._collector.flush()
        yield from super().deliveries()
