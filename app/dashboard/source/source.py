"""What a dashboard shows: a trace that a thread of its own keeps up to date while the dashboard is seen."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from ....analysis.prices import Prices
from ....analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ....collector.formats.native import Batch, decode_block
from ....collector.reading.delivery import Delivery, TailState
from ....collector.reading.follow import FileTail
from ....collector.reading.lines import Block
from ....collector.reading.open_tail import Tail, is_blank, open_tail
from ....collector.reading.translated import TranslatedTail
from ....collector.reading.watch import SWEEP_SECONDS, follow
from ....collector.recording.recorder import TraceCollector
from ...trace import Trace
from ...trace_index import TraceIndex
from .opening import Newest, Opening, Reading

SourceLike: TypeAlias = "TraceCollector | str | os.PathLike[str] | TraceSource"
"""What a host may give: a collector in its own process, the path of a trace, or a source made by hand."""

_SETTLE_SECONDS = 30.0
_BYTES_A_POLL = 4 << 20


class TraceSource:
    """A trace and the thread that reads it.

    `start` may be called again and again; `pause` lets the thread sleep until `resume`, so that a hidden dashboard
    costs nothing. `error` is what ended the thread, should anything have. Subclasses say where deliveries come from.
    By `prices` the cost of calls is estimated where the trace gives none.
    """

    path: Path | None = None
    """The file that is read; None for a trace that is no file."""

    def __init__(
        self,
        name: str,
        line: Callable[[int], bytes],
        place: Callable[[int], str],
        *,
        prices: Prices | None = None,
        stretch: Callable[[int, int], bytes] | None = None,
    ) -> None:
        self.name = name
        self.trace = Trace(name, line, place, prices=prices, stretch=stretch)
        self.error: BaseException | None = None
        self._stop = threading.Event()
        self._halt = threading.Event()
        """Set while there is nothing to be read for: paused or stopped."""
        self._wake = threading.Event()
        self._awake = threading.Event()
        self._awake.set()
        self._caught_up = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> TailState:
        """Where the trace stands."""
        return TailState.FOLLOWING

    @property
    def note(self) -> str:
        """What the user should know of the trace's state; empty when all is well."""
        return ""

    @property
    def reading(self) -> Reading | None:
        """How far a long trace is read; None for others, and when all is read."""
        return None

    @property
    def newest(self) -> Newest | None:
        """The newest events of a trace that is being read; None where these are not known ahead of the rest."""
        return None

    @property
    def progress(self) -> float | None:
        """How much of a long trace is read, 0 to 1; None for others, and when all is read."""
        return None if self.reading is None else self.reading.share

    @property
    def is_read(self) -> bool:
        """Whether all there was when it was opened has been read, or what could be."""
        return self._caught_up.is_set() or self.error is not None

    def start(self) -> None:
        """Read from now on; also again, where the thread was ended by an error."""
        self._halt.clear()
        self._awake.set()
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self.error = None
            self._thread = threading.Thread(target=self._run, name=f"tracetop {self.name}", daemon=True)
            self._thread.start()

    def pause(self) -> None:
        """Read nothing until `start`."""
        self._awake.clear()
        self._halt.set()

    def nudge(self) -> None:
        """Look at once whether there is something new."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread and wait for it, briefly."""
        self._stop.set()
        self._halt.set()
        self._awake.set()
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=2.0)
        self._thread = None

    def close(self) -> None:
        """Stop, and give back what is open."""
        self.stop()

    def wait_until_read(self, timeout: float = _SETTLE_SECONDS) -> bool:
        """Wait until everything that is there now has been read."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.error is None:
            if self._caught_up.wait(0.02):
                return True
        return False

    def deliveries(self) -> Iterator[Delivery | None]:
        """What there is and then what comes; None whenever all was read. Ends when `_stop` is set."""
        raise NotImplementedError

    def wait_until_looked(self) -> None:
        """Wait, briefly, until the newest events of a long trace are known. Only once `start` was called."""

    def newest_seen(self) -> None:
        """What is first to be seen is on the screen: reading may take all it can get."""

    def give_way(self) -> None:
        """A frame is being painted: two threads of Python at once are slower than one after the other."""

    def take_way(self) -> None:
        """It is painted."""

    def stop_reading(self) -> None:
        """Read no more of a long trace; what was read stays."""

    def read_on(self) -> None:
        """Read the rest of it after all."""

    def number_of(self, newest: Newest, event: int) -> int | None:
        """Which event of the trace one of the newest is; None where it is not read."""
        return None

    def _followed(self, tail: Tail) -> Iterator[Delivery | None]:
        """What a tail gives now, None, and then what it grows by."""
        # A first look without a watch: the end of what is there now is then known for certain.
        for _ in range(2):  # the second look takes a last line that lacks its newline
            yield from tail.poll(_BYTES_A_POLL)
            while tail.has_more:
                yield Delivery(Batch())  # there may be none in so many bytes, and the thread may have to stop
                yield from tail.poll(_BYTES_A_POLL)
        yield None
        while not self._stop.is_set():
            self._awake.wait()
            yield from follow(tail, self._halt, wake=self._wake)

    def _rest(self) -> None:
        """Wait while nothing is to be read."""
        self._awake.wait()

    def _run(self) -> None:
        try:
            for delivery in self.deliveries():
                if delivery is None:
                    self._caught_up.set()
                else:
                    self.trace.take(delivery)
                self._rest()
                if self._stop.is_set():
                    return
        except Exception as error:  # noqa: BLE001 - the thread's only way to say so; the dashboard shows it
            self.error = error


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


def open_source(
    source: SourceLike, *, prices: Prices | None = None, index: bool = False, tuning: Tuning = DEFAULT_TUNING
) -> TraceSource:
    """The source for whatever a host gives; a ready one keeps its own prices and tuning. Raises TypeError for others.

    With `index` a large file is not read twice. Only for those who keep one in the user's cache folder: no host's.
    """
    if isinstance(source, TraceSource):
        return source
    opened = _opened(source, prices, index)
    opened.trace.tuning = tuning
    return opened


def _opened(source: SourceLike, prices: Prices | None, index: bool) -> TraceSource:
    if isinstance(source, TraceCollector):
        path = source.path
        if path is None:
            return CollectorSource(source, prices=prices)
        return RecordingSource(source, path, prices=prices)
    if isinstance(source, str | os.PathLike):
        tail = open_tail(source)
        if isinstance(tail, TranslatedTail):
            from .translated_source import TranslatedSource  # it is a source of the kind that is defined here

            return TranslatedSource(tail, prices=prices)
        return FileSource(source, prices=prices, index=index)
    raise TypeError(f"a dashboard shows a TraceCollector, a path or a TraceSource, not {type(source).__name__}")
