"""Sessions that agents send as spans, written as native traces while they come."""

from __future__ import annotations

import itertools
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .events import TraceEvent
from .formats.otlp.spans import Span, spans_of
from .formats.otlp.translation import SpanTranslator
from .formats.otlp.vocabulary import Role
from .formats.translator import Origin
from .reading.translated import native_line
from .recording.append_file import AppendFile
from .recording.redaction import hide_secrets
from .recording.session_file import session_file_name

MOST_SESSIONS = 100
"""So many may go on at once; of one more the one that was silent longest is taken for ended."""
MOST_BYTES_KEPT = 128 << 20
"""Spans are kept, so that a session can be told anew, until as much was written of all sessions of which they are;
of those that were silent longest the guesses stay."""
_MOST_TRACES = 10_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one delivery: the session, its file, and what was counted in it so far, by kind of event.

    `is_new` where the session was not known before, `has_ended` where the work that was asked of the agent is done.
    """

    session: str
    path: Path
    kinds: Mapping[str, int]
    is_new: bool
    has_ended: bool


@dataclass(eq=False)
class _Session:
    """A session that is recorded. `kept` are its spans as they came, None where they were too many.

    `size` is how many bytes were written of it.
    """

    name: str
    path: Path
    origin: Origin
    kept: list[Span] | None = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    size: int = 0
    is_behind: bool = False
    """Whether the file lacks something that was to be written."""

    def __post_init__(self) -> None:
        self._translator = SpanTranslator(self.path)
        self._file = AppendFile(self.path)

    def take(self, spans: Iterable[Span]) -> list[TraceEvent]:
        """Write what spans add; gives the events. Raises OSError where the disk refuses them."""
        for span in spans:
            original = copy(span)
            if self._translator.add(span, self.origin) and self.kept is not None:
                self.kept.append(original)
        settled = self._translator.settle()
        if settled is not None and not self.is_behind:
            events = [event for event, _ in settled]
            self._append(events)
            return events
        return self._tell_anew(settled)

    def _tell_anew(self, settled: Sequence[tuple[TraceEvent, Origin]] | None) -> list[TraceEvent]:
        """Write all of it again, now that more is known."""
        if self.kept is None:
            events = [event for event, _ in settled or self._translator.settle_as_it_is()]
            self._append(events)
            return events
        self._translator = SpanTranslator(self.path)
        for span in self.kept:
            self._translator.add(copy(span), self.origin)
        events = [event for event, _ in self._translator.settle() or ()]
        self.is_behind = True
        self._file.close()
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        lines = _lines_of(events)
        try:
            with open(partial, "xb", opener=_for_the_user_alone) as file:
                file.write(lines)
            partial.replace(self.path)
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()
        self._file = AppendFile(self.path)
        self.is_behind, self.size = False, len(lines)
        self.kinds = Counter(event.kind for event in events)
        return events

    def _append(self, events: Sequence[TraceEvent]) -> None:
        self.kinds.update(event.kind for event in events)
        if events:
            lines = _lines_of(events)
            self.is_behind, self._file.sent = True, 0
            self._file.append(lines)
            self.is_behind = False
            self.size += len(lines)

    def close(self) -> None:
        """Write what could not be written, if that goes now, and give the file back."""
        with suppress(OSError):
            if self.is_behind or (self._translator.is_wrong and self.kept is not None):
                self._tell_anew(None)
            self._file.close()


class ReceivedSessions:
    """Sorts spans by session and records each session in a file of a folder. From any thread.

    A trace belongs to the session that its first spans name; traces in which no agent, model or tool has a part are
    left out. Values that look like secrets are hidden, as in everything that tracetop records.
    """

    def __init__(self, folder: Path, told: Callable[[Recorded], None] | None = None) -> None:
        self.folder = folder
        self.spans = 0
        """How many were received."""
        self.left_out = 0
        """How many of them belong to no session."""
        self._told = told
        self._lock = threading.Lock()
        self._sessions: dict[str, _Session] = {}
        self._by_trace: dict[str, str] = {}

    def take(self, record: Mapping[str, Any]) -> None:
        """Record the spans of a request. Raises OSError where the disk refuses them: they are written with the next."""
        with self._lock:
            by_trace: dict[str, list[Span]] = {}
            for span in spans_of(record):
                self.spans += 1
                by_trace.setdefault(span.trace, []).append(span)
            by_session: dict[str, list[Span]] = {}
            for trace, spans in by_trace.items():
                name = self._by_trace.get(trace) or _session_of(spans)
                if name:
                    self._by_trace[trace] = name
                    by_session.setdefault(name, []).extend(spans)
                else:
                    self.left_out += len(spans)
            while len(self._by_trace) > _MOST_TRACES:
                del self._by_trace[next(iter(self._by_trace))]
            for name, spans in by_session.items():
                self._record(name, spans)

    def close(self) -> None:
        """Give all files back."""
        with self._lock:
            for session in self._sessions.values():
                session.close()

    def _record(self, name: str, spans: list[Span]) -> None:
        session = self._sessions.pop(name, None)
        is_new = session is None
        if session is None:
            while len(self._sessions) >= MOST_SESSIONS:
                self._sessions.pop(next(iter(self._sessions))).close()
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._new_path(name)
            session = _Session(name, path, Origin(path, 0))
        self._sessions[name] = session  # the last of them is the one that was heard of last
        events = session.take(spans)
        self._forget_spans()
        if self._told is not None and events:
            ended = any(event.kind == "session_end" for event in events)
            self._told(Recorded(name, session.path, session.kinds, is_new, ended))

    def _forget_spans(self) -> None:
        kept = [session for session in self._sessions.values() if session.kept is not None]
        size = sum(session.size for session in kept)
        for session in kept:
            if size <= MOST_BYTES_KEPT:
                return
            session.kept = None
            size -= session.size

    def _new_path(self, name: str) -> Path:
        """A file that is not there yet: a session of an earlier time stays as it is."""
        tries = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        paths = (self.folder / session_file_name(each) for each in tries)
        return next(path for path in paths if not path.exists())


def _session_of(spans: Sequence[Span]) -> str:
    """The session that spans of a trace belong to; empty where they are none of an agent's."""
    if all(span.role is Role.FOREIGN for span in spans):
        return ""
    first = min(spans, key=lambda span: (bool(span.parent), not span.conversation, span.start))
    return first.conversation or first.trace or "trace"


def _lines_of(events: Iterable[TraceEvent]) -> bytes:
    return b"".join(hide_secrets(native_line(event))[0] + b"\n" for event in events)


def _for_the_user_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
