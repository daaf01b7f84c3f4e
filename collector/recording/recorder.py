"""Recording: what an agent calls to leave a trace.

An event becomes a line the moment it is recorded, so later changes to the caller's objects do not reach the trace; the
line goes to a writer that batches. Nothing on that path raises.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from ..events import TraceEvent
from .counters import COUNTED_KINDS, RunCounters
from .event_ids import event_ids, new_session_id
from .lifetime import call_after_fork, call_at_exit
from .losses import NOTE_KIND, Losses
from .memory_lines import MemoryLines
from .plain_values import as_int, as_number, as_payload, as_text, attempt
from .redactor import Redact, Redactor
from .sanitize import MAX_STRING, encode_line
from .scope import Scope, current_scope
from .session_file import session_file_name
from .settings import RecordingSettings
from .spans import RecordingSpans
from .subscribers import Subscriber, Subscribers
from .writer import LineWriter

_OUTSIDE_SPANS = ("session_start", "session_end")


class TraceCollector(RecordingSpans):
    """Records one session's events, as JSON Lines in `output_dir`.

    Args:
        output_dir: folder of the trace files, created on first use; None keeps the lines in memory (`lines()`).
        session_id: as it stands in every event; empty means a new one from the time and a random part.
        buffer_size: events that make a batch.
        flush_interval: seconds after which an incomplete batch is written; 0 writes every event at once.
        durability: "batch" writes in batches: a process that is killed loses what was recorded within the last
            `flush_interval`. With "event", `record()` returns when the event is in the hands of the kernel, so a
            killed process loses nothing.
        max_bytes: size at which the trace goes on in a numbered part (`session-x~002.jsonl`), which readers join.
        hide_secrets: replace API keys, bearer tokens, private keys and the like by a mark; see `recording.redaction`.
        redact: a redaction of your own, for each event's kind and payload; see `recording.redactor.Redact`.
        enabled: False records nothing until `enabled` is set.
        max_string: characters of one string that are written.
        clock: gives the time, in Unix epoch seconds; another one scripts the times and durations that are recorded.

    All methods may be called from any thread. A forked child goes on recording into the same file, and so does a copy
    that was pickled for another process. As a context manager it ends the session on the way out, with status
    "complete", "error" if an exception passes, or "interrupted" where that is Ctrl+C or a cancellation.

    No signal handler is installed: a signal that ends the process without running Python code is a kill.

    Raises ValueError for a setting that cannot be.
    """

    def __init__(
        self,
        output_dir: str | os.PathLike[str] | None = ".attocode/traces",
        session_id: str = "",
        *,
        buffer_size: int = 100,
        flush_interval: float = 0.2,
        durability: Literal["batch", "event"] = "batch",
        max_bytes: int | None = None,
        hide_secrets: bool = True,
        redact: Redact | None = None,
        enabled: bool = True,
        max_string: int = MAX_STRING,
        clock: Callable[[], float] = time.time,
    ) -> None:
        settings = RecordingSettings(
            buffer_size=buffer_size,
            flush_interval=flush_interval,
            durability=durability,
            max_bytes=max_bytes,
            hide_secrets=hide_secrets,
            redact=redact,
            max_string=max_string,
            clock=clock,
        )
        # As it can be written, or every event would count as altered.
        self._session_id = as_text(session_id).encode("utf-8", "backslashreplace").decode() or new_session_id()
        self._file_name = session_file_name(self._session_id)
        self._path = (
            None if output_dir is None else attempt(Path.absolute, found := Path(output_dir, self._file_name), found)
        )
        self._settings = settings
        self._sink: LineWriter | MemoryLines = settings.sink(self._path)
        self._max_string = max_string
        self._redactor = Redactor(redact, hide_secrets, max_string)
        self._is_to_redact = self._redactor.concerns
        self._clock, self._stopwatch = settings.clocks()
        self._enabled = bool(enabled)
        self._counters = RunCounters(self._stopwatch)
        self._losses = Losses()
        self._subscribers = Subscribers()
        self._open_iterations: dict[int, Scope] = {}
        self._iteration_numbers: dict[str | None, int] = {}
        self._due_start: tuple[float, dict[str, Any]] | None = None
        self._is_open = self._has_started = self._has_ended = False
        self._is_copy = False
        call_after_fork(self)
        call_at_exit(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process: a collector with the same settings, on the same file."""
        folder = None if self._path is None else self._path.parent
        return _copy, (type(self), folder, self._session_id, {**self._settings.arguments(), "enabled": self._enabled})

    def after_fork(self) -> None:
        """In a forked child: the session is still the parent's to end."""
        self._is_copy = True
        self._is_open = False
        self._subscribers.after_fork()

    def at_exit(self) -> None:
        """Say what was lost and not yet said, and write what is buffered."""
        self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_session(_status(error))

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
        with self._sink.lock:
            if self._has_ended:
                self._counters = RunCounters(self._stopwatch)
                self._iteration_numbers = {}
            self._counters.begin()
            self._is_open = self._has_started = True
            self._has_ended = self._is_copy = False
            self._due_start = (self._clock(), {"goal": goal, "model": model, **as_payload(metadata)})
        self._write_due_start()
        self._sink.flush()
        return self._path or Path(self._file_name)

    def end_session(self, status: str = "complete") -> None:
        """Write `session_end` with the summary, flush, and close the file. Without an open session only the latter."""
        with self._sink.lock:
            was_open, self._is_open = self._is_open, False
            if was_open:
                self._has_started, self._has_ended = False, True
                self._due_start = None
                self._counters.end()
        self._say_losses()
        if was_open:
            summary = self.summary()
            ending = {"status": status, "duration_seconds": summary["duration_seconds"], "summary": summary}
            self.record("session_end", ending)
            self._say_losses()
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
        timestamp: float | None = None,
    ) -> TraceEvent:
        """Record one event of any kind and return it. Never raises, whatever it is given.

        Inside a span, `iteration`, `parent_event_id` and the sub-agent's id are the span's where they are not given.
        `timestamp`, in Unix epoch seconds, is for what happened at another time than now.
        """
        # All in one function, and types looked at before anything is called: this is what every event costs the agent.
        payload = data.copy() if type(data) is dict else as_payload(data)
        if (current_scope.get() is not None or self._open_iterations) and kind not in _OUTSIDE_SPANS:
            iteration, parent_event_id = self._fill_in(payload, iteration, parent_event_id)
        if iteration is not None and type(iteration) is not int:
            iteration = as_int(iteration)
        if parent_event_id is not None and type(parent_event_id) is not str:
            parent_event_id = as_text(parent_event_id)
        if duration_ms is not None and not (type(duration_ms) is float and 0.0 <= duration_ms < 1e12):
            duration_ms = as_number(duration_ms)
        fields: dict[str, Any] = {
            "event_id": next(event_ids.new) if event_id is None else as_text(event_id),
            "kind": kind if type(kind) is str else as_text(kind),
            "timestamp": self._clock() if timestamp is None else timestamp,
            "session_id": self._session_id,
        }
        if iteration is not None:
            fields["iteration"] = iteration
        fields["data"] = payload
        if parent_event_id is not None:
            fields["parent_event_id"] = parent_event_id
        if duration_ms is not None:
            fields["duration_ms"] = duration_ms
        if not self._enabled:
            return TraceEvent(**fields)
        line, altered = encode_line(fields, self._max_string)
        redacted = 0
        if self._is_to_redact(line):
            line, redacted = self._redactor.apply(fields, line)
        event = (
            TraceEvent(**fields)
            if altered or redacted
            else TraceEvent(
                fields["kind"],
                fields["timestamp"],
                self._session_id,
                fields["event_id"],
                iteration,
                fields["data"],
                parent_event_id,
                duration_ms,
            )
        )
        sink = self._sink
        with sink.lock:
            if not self._is_open:
                self._is_open = not (self._has_ended or self._is_copy)
                self._counters.begin()
            self._counters.of_kind[event.kind] += 1
            if event.kind in COUNTED_KINDS:
                self._counters.count(event)
            pressing = sink.put(line)
        if pressing:
            sink.press_on()
        if self._subscribers.listening:
            self._subscribers.tell(event)
        if altered or redacted:
            self._losses.note(event.event_id, altered, redacted)
        if (self._losses.unsaid or pressing) and self._losses.is_due():
            self._say_losses()
        return event

    def flush(self) -> bool:
        """Write what is buffered. True when everything recorded is in the file."""
        done = self._sink.flush()
        if done and self._losses.has_news(self._sink.dropped):
            self._say_losses()
            return self._sink.flush()
        return done

    def summary(self) -> dict[str, Any]:
        """The run so far, from running counters: no pass over events.

        Unknown tokens and costs are not added; a sum that none of the responses told is None.
        """
        with self._sink.lock:
            return {"session_id": self._session_id, **self._counters.summary()}

    def stats(self) -> dict[str, Any]:
        """How the recording itself does.

        Events `written`, `buffered`, `dropped` (the file could not be written for long) and `altered` (values that JSON
        cannot hold, or too long ones, were replaced); values `redacted`; `write_errors`, `last_error`,
        `redaction_errors`, `subscriber_errors`. The first four losses are also said in the trace, by events of kind
        `custom` whose payload has the name `recorder`.
        """
        sink = self._sink
        return {
            "written": sink.written,
            "buffered": sink.buffered,
            "dropped": sink.dropped,
            "altered": self._losses.altered,
            "redacted": self._losses.redacted,
            "write_errors": sink.write_errors,
            "last_error": sink.last_error,
            "redaction_errors": self._redactor.errors,
            "subscriber_errors": self._subscribers.errors,
        }

    def line(self, number: int) -> bytes:
        """One of the lines kept in memory, by its number (0-based). Raises IndexError where there is none."""
        if isinstance(self._sink, MemoryLines):
            return self._sink.line(number)
        raise IndexError(f"line {number} is not in memory: the lines are written to {self._path}")

    def lines(self, start: int = 0) -> list[bytes]:
        """The lines kept in memory, from number `start` (0-based) on; always empty when a file is written."""
        return self._sink.lines(start) if isinstance(self._sink, MemoryLines) else []

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Have `callback(event)` called for each event, in the thread that records it, after it is buffered.

        What the callback records itself is not passed back to it. Returns a function that ends the subscription.
        """
        return self._subscribers.add(callback)

    def _fill_in(
        self, data: dict[str, Any], iteration: int | None, parent_event_id: str | None
    ) -> tuple[int | None, str | None]:
        """Iteration and parent from the span that this code stands in; a sub-agent's id goes into the payload."""
        scope = self._scope()
        if scope is None:
            return iteration, parent_event_id
        if scope.agent_id is not None:
            data.setdefault("agent_id", scope.agent_id)
        return (
            scope.iteration if iteration is None else iteration,
            scope.event_id if parent_event_id is None else parent_event_id,
        )

    def _say_losses(self) -> None:
        """Write an event about what recording had to change or leave out, unless all is said or nothing can be."""
        sink = self._sink
        with sink.lock:
            if not self._enabled or sink.failing or not self._losses.has_news(sink.dropped):
                return
            payload = self._losses.payload(sink.dropped)
        self.record(NOTE_KIND, payload)

    def _write_due_start(self) -> None:
        with self._sink.lock:
            if not self._enabled or self._due_start is None:
                return
            (timestamp, data), self._due_start = self._due_start, None
        self.record("session_start", data, timestamp=timestamp)


def _copy(kind: type[TraceCollector], folder: Path | None, session_id: str, settings: dict[str, Any]) -> TraceCollector:
    collector = kind(folder, session_id, **settings)
    collector._is_copy = True
    return collector


def _status(error: BaseException | None) -> str:
    if error is None or (isinstance(error, SystemExit) and not error.code):
        return "complete"
    return "error" if isinstance(error, Exception | SystemExit) else "interrupted"
