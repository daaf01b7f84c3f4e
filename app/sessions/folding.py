"""The figures of sessions: whole traces folded, one after the other, in pieces between which whoever folds may stop."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from ...analysis.prices import Prices
from ...analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ...collector.reading.delivery import TailState
from ...collector.reading.follow import FileTail
from ...collector.reading.open_tail import open_tail
from ..trace import trace_of
from ..trace_index import TraceIndex
from .entry import Entry, told_by

PIECE_BYTES = 512 * 1024
"""What is folded at once: some 5 ms of work."""

LARGE_BYTES = 32 * 1024 * 1024
"""Traces from this size on wait for all others: the figures of hundreds are there in the time that one takes."""

KEPT_FOLDS = 64
"""How many folds of sessions that go on are kept, to go on with what they grow by."""

KEPT_EVENTS = 4_000_000
"""Of how many events these may be together: some 300 MB."""


class Fold:
    """A trace that is folded piece by piece, and goes on where it was when the trace has grown."""

    def __init__(
        self, path: Path, prices: Prices | None = None, *, index: bool = False, tuning: Tuning = DEFAULT_TUNING
    ) -> None:
        """With `index` what is known of the trace from another time is not read again."""
        self._tail = open_tail(path)
        self.trace = trace_of(self._tail, prices=prices, tuning=tuning)
        self._index = TraceIndex(path, prices) if index and isinstance(self._tail, FileTail) else None
        self.is_done = False
        """Whether all there was at the last step has been folded."""

    def step(self, most_bytes: int = PIECE_BYTES) -> bool:
        """Fold up to so many bytes more; return whether that is all there is. Never raises OSError."""
        if self._index is not None and isinstance(self._tail, FileTail):
            self._index.load(self.trace, self._tail)
            self._index = None
        for delivery in self._tail.poll(most_bytes):
            self.trace.take(delivery)
        while self._tail.is_caught_up and self._tail.has_torn_to_try:
            for delivery in self._tail.poll():
                self.trace.take(delivery)
        found = self.trace.second_pass(self.trace.session)
        is_looked_through = not (found.extend() or (self._tail.is_caught_up and found.extend()))
        self.is_done = self._tail.is_caught_up and is_looked_through
        return self.is_done

    def entry(self, size: int, mtime: float) -> Entry | None:
        """What has been found out about a trace of this size and time; None where it is gone."""
        path = self._tail.path
        if self._tail.state is TailState.UNREADABLE:
            return Entry(path, size, mtime, error=self._tail.reason)
        if self._tail.state is not TailState.FOLLOWING:
            return None
        if self.trace.defect:
            return Entry(path, size, mtime, error=self.trace.defect)
        glance, figures = told_by(self.trace.view())
        if self.trace.merged is not None:
            glance = msgspec.structs.replace(glance, agent=self.trace.format, ended=bool(glance.ended))
        return Entry(path, size, mtime, glance, figures)

    def close(self) -> None:
        """Give back what is open; a later step opens it again."""
        self._tail.close()


class FoldQueue:
    """The traces that are still to be folded: newest first, large ones last."""

    def __init__(self) -> None:
        self._waiting: dict[Path, tuple[bool, float]] = {}
        self._heap: list[tuple[bool, float, Path]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, path: Path, size: int, mtime: float) -> None:
        """Have a trace folded, if it does not wait already."""
        if path not in self._waiting:
            rank = self._waiting[path] = (size >= LARGE_BYTES, -mtime)
            heapq.heappush(self._heap, (*rank, path))

    def discard(self, path: Path) -> None:
        """Have a trace not folded."""
        self._waiting.pop(path, None)

    def take(self, wanted: Iterable[Path] = ()) -> Path | None:
        """The next one: the first of those `wanted` that are not large, else the newest; None where none waits."""
        for path in wanted:
            if path in self._waiting and not self._waiting[path][0]:
                del self._waiting[path]
                return path
        while self._heap:
            *rank, path = heapq.heappop(self._heap)
            if self._waiting.get(path) == tuple(rank):
                del self._waiting[path]
                return path
        return None


class KeptFolds:
    """The folds of the sessions that grew last, as many as `most`, and as much as `most_events`; at least one."""

    def __init__(self, most: int = KEPT_FOLDS, most_events: int = KEPT_EVENTS) -> None:
        self._most, self._most_events = most, most_events
        self._folds: OrderedDict[Path, Fold] = OrderedDict()

    def __contains__(self, path: Path) -> bool:
        return path in self._folds

    def get(self, path: Path) -> Fold | None:
        """The fold of a session, if it is kept."""
        return self._folds.get(path)

    def keep(self, path: Path, fold: Fold) -> None:
        """Keep a fold; those that have not grown for longest go where that is too much."""
        self._folds[path] = fold
        self._folds.move_to_end(path)
        events = sum(each.trace.session.count for each in self._folds.values())
        while len(self._folds) > 1 and (len(self._folds) > self._most or events > self._most_events):
            _, oldest = self._folds.popitem(last=False)
            events -= oldest.trace.session.count
            oldest.close()

    def drop(self, path: Path) -> None:
        """Keep it no longer."""
        fold = self._folds.pop(path, None)
        if fold is not None:
            fold.close()

    def close(self) -> None:
        """Give back what is open."""
        for fold in self._folds.values():
            fold.close()
