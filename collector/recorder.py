"""Recording: what an agent calls to leave a trace.

An event becomes a line the moment it is recorded, so later changes to the caller's objects do not reach the trace; the
line goes to a writer that batches. Nothing on that path raises.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .counters import RunCounters
from .events import TraceEvent
from .helpers import RecordingHelpers
from .sanitize import MAX_STRING, as_int, as_number, as_payload, as_text, attempt, encode_line, session_file_name
from .writer import LineWriter, MemoryLines, call_after_fork

Subscriber = Callable[[TraceEvent], object]

MAX_SUBSCRIBER_FAILURES = 10
"""A subscriber that raises this often in a row is not called again."""

_FAILED = object()


class TraceCollector(RecordingHelpers):
    """Records one session's events, as JSON Lines in `output_dir`.

    Args:
        output_dir: folder of the trace files, created on first use; None keeps the lines in memory (`lines()`).
        session_id: as it stands in every event; empty means a new one from the time and a random part.
        buffer_size: events that make a batch.
        flush_interval: seconds after which an incomplete batch is written; 0 writes every event at once.
        enabled: False records nothing until `enabled` is set.
        max_string: characters of one string that are written.
        clock: gives the time, in Unix epoch seconds; another one scripts the times and durations that are recorded.

    All methods may be called from any thread. A forked child goes on recording into the same file. As a context
    manager it ends the session on the way out, with status "error" if an exception passes, else "complete".
    """

    def __init__(
        self,
        output_dir: str | os.PathLike[str] | None = ".attocode/traces",
        session_id: str = "",
        *,
        buffer_size: int = 100,
        flush_interval: float = 0.2,
        enabled: bool = True,
        max_string: int = MAX_STRING,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._session_id = as_text(session_id) or _new_session_id()
        self._file_name = session_file_name(self._session_id)
        self._path = (
            None if output_dir is None else attempt(Path.absolute, found := Path(output_dir, self._file_name), found)
        )
        self._sink: LineWriter | MemoryLines = (
            MemoryLines() if self._path is None else LineWriter(self._path, buffer_size, flush_interval)
        )
        self._max_string = max_string
        self._clock = clock if clock is time.time else _never_raising(clock)
        # The wall clock may be set back; a run's length is measured with one that cannot.
        self._stopwatch = time.monotonic if clock is time.time else self._clock
        self._enabled = bool(enabled)
        self._counters = RunCounters(self._stopwatch)
        self._due_start: tuple[float, dict[str, Any]] | None = None
        self._is_open = self._has_started = self._has_ended = False
        self._altered = 0
        self._subscribers: tuple[_Subscription, ...] = ()
        self._subscriber_errors = 0
        self.after_fork()
        call_after_fork(self)

    def after_fork(self) -> None:
        """Give a forked child a lock that no thread of the parent can hold."""
        # Reentrant: a signal handler or finaliser that records runs inside the thread it interrupts.
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_session("complete" if kind is None else "error")

    @property
    def session_id(self) -> str:
        """The session's id, as given or as made up."""
        return self._session_id

    @property
    def path(self) -> Path | None:
        """The trace file, absolute; None when the lines stay in memory."""
        return self._path

    @property
    def enabled(self) -> bool:
        """Whether events are recorded. Setting it writes what is buffered."""
        return self._enabled

    @enabled.setter
    def enabled(self, on: bool) -> None:
        self._enabled = bool(on)
        self._write_due_start()
        self._sink.flush()

    def start_session(self, goal: str = "", model: str = "", metadata: Mapping[str, Any] | None = None) -> Path:
        """Write `session_start` and return the trace file's path.

        A session still open is ended as "interrupted". After `end_session` this begins a new run in the same file, with
        counters at zero. While recording is disabled the line waits until it is enabled. Without an `output_dir` the
        path is the bare name the file would have; no such file is written.
        """
        if self._is_open and self._has_started:
            self.end_session("interrupted")
        with self._lock:
            if self._has_ended:
                self._counters = RunCounters(self._stopwatch)
            self._counters.begin()
            self._is_open = self._has_started = True
            self._has_ended = False
            self._due_start = (self._clock(), {"goal": goal, "model": model, **as_payload(metadata)})
        self._write_due_start()
        self._sink.flush()
        return self._path or Path(self._file_name)

    def end_session(self, status: str = "complete") -> None:
        """Write `session_end` with the summary, flush, and close the file. Without an open session only the latter."""
        with self._lock:
            was_open, self._is_open = self._is_open, False
            if was_open:
                self._has_started, self._has_ended = False, True
                self._due_start = None
                self._counters.end()
        if was_open:
            summary = self.summary()
            ending = {"status": status, "duration_seconds": summary["duration_seconds"], "summary": summary}
            self._emit("session_end", ending)
        self._sink.close()

    def record(
        self,
        kind: str,
        data: Mapping[str, Any] | None = None,
        *,
        iteration: int | None = None,
        parent_event_id: str | None = None,
        duration_ms: float | None = None,
        event_id: str | None = None,
    ) -> TraceEvent:
        """Record one event of any kind and return it. Never raises, whatever it is given."""
        return self._emit(kind, data, iteration, parent_event_id, duration_ms, event_id)

    def flush(self) -> bool:
        """Write what is buffered. True when everything recorded is in the file."""
        return self._sink.flush()

    def summary(self) -> dict[str, Any]:
        """The run so far, from running counters: no pass over events.

        Unknown tokens and costs are not added; a sum that none of the responses told is None.
        """
        with self._lock:
            return {"session_id": self._session_id, **self._counters.summary()}

    def stats(self) -> dict[str, Any]:
        """How the recording itself does.

        Events `written`, `buffered`, `dropped` (the file could not be written for long) and `altered` (values that JSON
        cannot hold, or too long ones, were replaced); `write_errors`, `last_error`, `subscriber_errors`.
        """
        sink = self._sink
        return {
            "written": sink.written,
            "buffered": sink.buffered,
            "dropped": sink.dropped,
            "altered": self._altered,
            "write_errors": sink.write_errors,
            "last_error": sink.last_error,
            "subscriber_errors": self._subscriber_errors,
        }

    def lines(self, start: int = 0) -> list[bytes]:
        """The lines kept in memory, from number `start` (0-based) on; always empty when a file is written."""
        return self._sink.lines(start) if isinstance(self._sink, MemoryLines) else []

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Have `callback(event)` called for each event, in the thread that records it, after it is buffered.

        What the callback records itself is not passed back to it. Returns a function that ends the subscription.
        """
        subscription = _Subscription(callback)
        with self._lock:
            self._subscribers = (*self._subscribers, subscription)
        return lambda: self._unsubscribe(subscription)

    def _emit(
        self,
        kind: str,
        data: Mapping[str, Any] | None,
        iteration: int | None = None,
        parent_event_id: str | None = None,
        duration_ms: float | None = None,
        event_id: str | None = None,
        timestamp: float | None = None,
    ) -> TraceEvent:
        payload = data.copy() if type(data) is dict else as_payload(data)
        fields: dict[str, Any] = {
            "event_id": _event_ids.new() if event_id is None else as_text(event_id),
            "kind": kind if type(kind) is str else as_text(kind),
            "timestamp": self._clock() if timestamp is None else timestamp,
            "session_id": self._session_id,
        }
        if iteration is not None and type(iteration) is not int:
            iteration = as_int(iteration)
        if iteration is not None:
            fields["iteration"] = iteration
        fields["data"] = payload
        if parent_event_id is not None:
            fields["parent_event_id"] = parent_event_id = as_text(parent_event_id)
        if duration_ms is not None and (duration_ms := as_number(duration_ms)) is not None:
            fields["duration_ms"] = duration_ms
        line = encode_line(fields, self._max_string) if self._enabled else b""
        event = TraceEvent(
            fields["kind"],
            fields["timestamp"],
            self._session_id,
            fields["event_id"],
            iteration,
            fields["data"],
            parent_event_id,
            duration_ms,
        )
        if not line:
            return event
        with self._lock:
            self._altered += fields["data"] is not payload
            self._is_open = not self._has_ended
            self._counters.add(event)
        self._sink.append(line)
        if self._subscribers:
            self._notify(event)
        return event

    def _write_due_start(self) -> None:
        with self._lock:
            if not self._enabled or self._due_start is None:
                return
            (timestamp, data), self._due_start = self._due_start, None
        self._emit("session_start", data, timestamp=timestamp)

    def _notify(self, event: TraceEvent) -> None:
        for subscription in self._subscribers:
            if subscription.deliver(event):
                continue
            with self._lock:
                self._subscriber_errors += 1
            if subscription.failures >= MAX_SUBSCRIBER_FAILURES:
                self._unsubscribe(subscription)

    def _unsubscribe(self, subscription: _Subscription) -> None:
        with self._lock:
            self._subscribers = tuple(other for other in self._subscribers if other is not subscription)


class _Subscription:
    """A callback, its failures in a row, and the threads it is running in."""

    def __init__(self, callback: Subscriber) -> None:
        self.failures = 0
        self._callback = callback
        self._running_in: set[int] = set()

    def deliver(self, event: TraceEvent) -> bool:
        """Call the callback, unless this event came out of it. False when it raised."""
        thread = threading.get_ident()
        if thread in self._running_in:
            return True
        self._running_in.add(thread)
        failed = attempt(self._callback, event, _FAILED) is _FAILED
        self._running_in.discard(thread)
        self.failures = self.failures + 1 if failed else 0
        return not failed


class _EventIds:
    """Ids that are unique over threads and processes: a random part per process, then a count."""

    def __init__(self) -> None:
        self.after_fork()
        call_after_fork(self)

    def after_fork(self) -> None:
        self._prefix = os.urandom(6).hex()
        self._count = itertools.count()

    def new(self) -> str:
        return f"{self._prefix}{next(self._count):06x}"


_event_ids = _EventIds()


def _never_raising(clock: Callable[[], float]) -> Callable[[], float]:
    """The same clock; where it fails or tells no number, the real time."""

    def tell() -> float:
        told = as_number(attempt(lambda _: clock(), None, None))
        return time.time() if told is None else told

    return tell


def _new_session_id() -> str:
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(4).hex()}"
