"""An open trace: its session as folded so far, its payloads by event number, and what its reader met."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ..analysis.cache.limits import limits_of
from ..analysis.cache.losses import CacheLosses
from ..analysis.fold.columns import NAN
from ..analysis.fold.session import Session
from ..analysis.lane_calls import LaneCalls
from ..analysis.ledger.ledger import Ledger
from ..analysis.prices import Prices
from ..analysis.rules.second_pass import SecondPass
from ..analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ..analysis.tree.index import TreeIndex
from ..analysis.view import View
from ..collector.events import TraceEvent
from ..collector.formats.native import BadLine, event_from_line
from ..collector.formats.registry import NATIVE, native_dialect
from ..collector.formats.translator import Merged
from ..collector.reading.delivery import Delivery, TailState
from ..collector.reading.follow import FileTail
from ..collector.reading.open_tail import Tail, open_tail
from ..collector.reading.translated import TranslatedTail
from ..collector.records import NotAnEventError
from .read_bytes import ReadBytes
from .trace_index import TraceIndex

_KEPT_BAD_LINES = 1_000
_KEPT_EVENTS = 512
_KEPT_BYTES = 64 << 20
"""Of the lines of events that are kept: some lines have many MB."""


class UnreadableTraceError(Exception):
    """A trace that cannot be opened or holds no event; the message says what and where."""


class Trace:
    """What is known of a trace. One thread feeds it (`take`), any other may look at it.

    `line` gives the raw line at a position that the reader delivered; it may raise OSError. `place` says for people
    where that is. `stretch` gives the bytes from a position on, fewer at the end of the file; None where a trace has
    none, because it is no file. `generation` counts how often the trace started over, each time with a new `session`.
    By `prices` the cost of calls is estimated where the trace gives none; `tuning` says by what the rules of the second
    pass fire. Where it is not `from_start`, but the end of a longer one, the numbers of its events mean nothing to
    people.
    """

    def __init__(
        self,
        name: str,
        line: Callable[[int], bytes],
        place: Callable[[int], str],
        *,
        prices: Prices | None = None,
        stretch: Callable[[int, int], bytes] | None = None,
        from_start: bool = True,
        tuning: Tuning = DEFAULT_TUNING,
    ) -> None:
        self.name = name
        self.from_start = from_start
        self._tuning = tuning
        self.session = self._tuned(Session(prices))
        self.generation = 0
        self.lines = 0
        self.bad_line_count = 0
        self.bad_lines: list[BadLine] = []
        self.format = NATIVE
        """What it is written in, as far as its reader has looked."""
        self._merged: Callable[[], Merged] | None = None
        self.torn_bytes = 0
        """What stood behind the last newline when the trace was loaded, if that is not one of its events."""
        self._prices = prices
        self._line = line
        self._place = place
        self._stretch = stretch
        self._events: dict[int, TraceEvent] = {}
        self._event_bytes = 0
        self._tree_index = TreeIndex(self.session)
        self._lane_calls: LaneCalls | None = None
        self._second_pass: SecondPass | None = None
        self._ledger: Ledger | None = None
        self._cache_losses = CacheLosses(self.session, self.event)

    @property
    def tuning(self) -> Tuning:
        """By what the rules of the second pass fire; to be set before anything is looked at."""
        return self._tuning

    @tuning.setter
    def tuning(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._tuned(self.session)

    def _tuned(self, session: Session) -> Session:
        """A session whose cache is looked at by the same limits."""
        session.cache_breaks.tune(limits_of(self._tuning))
        return session

    @property
    def merged(self) -> Merged | None:
        """What became of the records of a log in another format; None for our own."""
        return None if self._merged is None else self._merged()

    def read_from(self, tail: TranslatedTail) -> None:
        """Have the log of another agent be what is read, whose tail tells what becomes of its records."""
        self.format = tail.format.name
        self._merged = lambda: tail.merged
        self._line, self._place, self._stretch = tail.line, tail.place, None

    @property
    def version(self) -> tuple[int, int, int]:
        """Changes whenever anything was read."""
        return self.generation, self.session.count, self.bad_line_count

    @property
    def defect(self) -> str:
        """Why this is no trace at all, if it is none: it has lines and not one of them is an event."""
        if self.session.count or not self.bad_lines:
            return ""
        return why_no_trace(self.lines, self.bad_lines[0])

    def view(self, at: int | None = None) -> View:
        """The session as of its first `at` events, or all of them."""
        return self.session.view(at)

    def tree_index(self, session: Session) -> TreeIndex:
        """What all trees of a session of this trace look up together. For one thread, the one that looks at them."""
        if self._tree_index.session is not session:
            self._tree_index = TreeIndex(session)
        return self._tree_index

    def lane_calls(self, session: Session) -> LaneCalls:
        """The calls of each agent in a session of this trace so far: whoever asks extends it. For one thread."""
        if self._lane_calls is None or self._lane_calls.session is not session:
            self._lane_calls = LaneCalls(session)
        return self._lane_calls

    def second_pass(self, session: Session) -> SecondPass:
        """What the rules found in a session of this trace so far: whoever asks extends it. For one thread, the same."""
        known = self._second_pass
        if known is None or known.session is not session or known.tuning is not self.tuning:
            known = self._second_pass = SecondPass(session, self.tuning, self.cache_losses(session))
        return known

    def ledger(self, session: Session) -> Ledger:
        """What the findings so far wasted of the bill: whoever asks extends it behind them. For the same thread."""
        found, known = self.second_pass(session), self._ledger
        if known is None or known.found is not found:
            known = self._ledger = Ledger(found)
        return known

    def cache_losses(self, session: Session) -> CacheLosses:
        """What tells the breaks of the cache in a session of this trace. For one thread, the one that looks at them."""
        if self._cache_losses.session is not session:
            self._cache_losses = CacheLosses(session, self.event)
        return self._cache_losses

    def go_on_from(self, session: Session, lines: int, bad_line_count: int, bad_lines: list[BadLine]) -> None:
        """Begin with what was read of the trace some other time."""
        self.session = self._tuned(session)
        self.lines = lines
        self.bad_line_count = bad_line_count
        self.bad_lines = bad_lines

    def take(self, delivery: Delivery) -> None:
        """Take in what the reader delivered."""
        if delivery.fresh:
            self.session = self._tuned(Session(self._prices))
            self._events, self._event_bytes = {}, 0
            self.generation += 1
            self.lines = self.bad_line_count = 0
            self.bad_lines = []
        batch = delivery.batch
        self.lines += batch.lines
        self.bad_line_count += len(batch.bad)
        self.bad_lines += batch.bad[: _KEPT_BAD_LINES - len(self.bad_lines)]
        self.session.apply(batch.records, batch.offsets)

    def line(self, number: int) -> bytes:
        """The raw line of an event. Raises OSError where it is no longer there."""
        return self._line(self.session.positions[number])

    def stretch(self, position: int, size: int) -> bytes | None:
        """Up to `size` bytes from a position on; None where the trace is no file. Raises OSError as `line` does."""
        return None if self._stretch is None else self._stretch(position, size)

    def place(self, number: int) -> str:
        """Where the line of an event stands, for people; the text may hold anything a file name can."""
        return self._place(self.session.positions[number])

    def event(self, number: int) -> TraceEvent:
        """An event with its payload, read again from the trace; without payload where that is no longer there."""
        # In this order: `take` sets the session first, so that no event of an old one gets among those of a new one.
        events_kept, session = self._events, self.session
        known = events_kept.get(number)
        if known is not None:
            return known
        if number >= session.count:  # of what was there before the trace started over; the next frame asks no more
            return TraceEvent("custom", NAN, session.session_id)
        size = 0
        try:
            line = self._line(session.positions[number])
            event, size = event_from_line(line), len(line)
        except (OSError, NotAnEventError):
            events = session.events
            event = TraceEvent(session.kinds[events.kind[number]], events.time[number], session.session_id)
        if len(events_kept) >= _KEPT_EVENTS or self._event_bytes + size > _KEPT_BYTES:
            events_kept.clear()
            self._event_bytes = 0
        events_kept[number] = event
        self._event_bytes += size
        return event

    def event_id(self, number: int) -> str:
        """The id of an event."""
        return self.event(number).event_id


def trace_of(tail: Tail, *, prices: Prices | None = None, tuning: Tuning = DEFAULT_TUNING) -> Trace:
    """The trace that a tail reads, empty so far."""
    stretch = tail.stretch if isinstance(tail, FileTail) else None
    trace = Trace(str(tail.path), tail.line, tail.place, prices=prices, stretch=stretch, tuning=tuning)
    if isinstance(tail, TranslatedTail):
        trace.read_from(tail)
    return trace


def why_no_trace(lines: int, first: BadLine) -> str:
    """What is said of a file that has lines of which none is an event, by the first of them."""
    what = "its only line is no event" if lines == 1 else f"none of its {lines:,} lines is an event"
    return f"not a trace: {what} (line {first.number}: {first.reason})"


def load_trace(
    path: str | os.PathLike[str],
    *,
    prices: Prices | None = None,
    index: bool = False,
    tuning: Tuning = DEFAULT_TUNING,
    told: Callable[[int, int], None] | None = None,
) -> Trace:
    """Read a trace, with the parts that follow its file, to its present end. Raises UnreadableTraceError.

    With `index` what is known of it from another time is not read again, and what is read of a large one is kept.
    `told` is called again and again with how many bytes are read, of how many.
    """
    tail = open_tail(path)
    trace = trace_of(tail, prices=prices, tuning=tuning)
    if isinstance(tail, FileTail):
        with suppress(OSError, ValueError):  # why it cannot be read is said below
            trace.format = native_dialect(tail.path)
    kept = TraceIndex(path, prices) if index else None
    read = None
    if told is not None and isinstance(tail, FileTail):
        with suppress(OSError, ValueError):  # why it cannot be read is said below
            read = ReadBytes(tail)
    with collection_paused():
        if kept is not None and isinstance(tail, FileTail):
            kept.load(trace, tail)
        while not tail.is_caught_up or tail.has_torn_to_try:
            for delivery in tail.poll():
                trace.take(delivery)
                if read is not None and told is not None:
                    told(*read.measure())
        if kept is not None and isinstance(tail, FileTail):
            kept.save(trace, tail)
    trace.torn_bytes = tail.torn_size
    if tail.state is TailState.WAITING:
        raise UnreadableTraceError(f"{path}: no such file")
    if tail.state is TailState.UNREADABLE:
        raise UnreadableTraceError(f"{path}: {tail.reason}")
    if trace.defect:
        raise UnreadableTraceError(f"{path}: {trace.defect}")
    return trace


@contextmanager
def collection_paused() -> Iterator[None]:
    """No garbage collection meanwhile: a bulk load makes only objects that die by themselves. Own process only."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
