"""A quick look at a trace: its first and its last bytes, whatever lies between.

The last event tells whether the session ended, `session_start` what it is about; only such lines are decoded. What the
ends cannot tell (tokens, cost, issues) is left to `folding`, but where they are all there is.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ...analysis.fold.session import Session
from ...analysis.prices import Prices
from ...analysis.rules.second_pass import SecondPass
from ...analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ...collector.formats.decoding import is_whole_object
from ...collector.formats.line_records import records_of
from ...collector.formats.native import decode_block
from ...collector.formats.registry import first_records, recognise
from ...collector.reading.lines import Block
from ...collector.reading.listing import ListedTrace
from ...collector.reading.packed import is_called_packed
from ...collector.records import EventRecord
from ..trace import why_no_trace
from .entry import Entry, Figures, Glance, told_by

END_BYTES = 64 * 1024
"""What is read of either end."""

WHOLE_BYTES = 16 * 1024
"""A trace of one file up to this size is folded at once: that costs little more than the look."""

_STARTS = b"session_start"
_LINES_AT_A_TIME = 4
_FIRST_LINES = 64
_TOLD_BYTES = 2_048
_NATIVE = b'"event_id"'
"""What stands at the start of a native trace: nothing more is read to know it."""


def look_at(
    trace: ListedTrace, prices: Prices | None = None, tuning: Tuning = DEFAULT_TUNING, *, whole: bool = True
) -> Entry:
    """What a look at the ends of a trace tells; all that a small one does, if `whole` is wanted.

    Raises nothing: what cannot be read says so in `error`.
    """
    try:
        if whole and len(trace.parts) == 1 and trace.size <= WHOLE_BYTES:
            return _whole(trace, _read(trace.path, 0, WHOLE_BYTES + 1), prices, tuning)
        head, tail = _ends(trace)
        return Entry(trace.path, trace.size, trace.mtime, _foreign(trace, head) or _glance(head, tail))
    except OSError as error:
        return Entry(trace.path, trace.size, trace.mtime, error=error.strerror or str(error))


def _ends(trace: ListedTrace) -> tuple[bytes, bytes]:
    """The whole lines at either end, without the last newline; the same twice where one read has them all."""
    is_short = len(trace.parts) == 1 and trace.size < END_BYTES
    head = _read(trace.parts[0], 0, END_BYTES)
    if is_short and len(head) < END_BYTES:
        tail, start = head, 0
    else:
        last = trace.parts[-1]
        start = max(0, last.stat().st_size - END_BYTES)
        tail = _read(last, start, END_BYTES)
    end = tail.rfind(b"\n") + 1
    if not is_whole_object(tail[end:]):
        tail = tail[: max(0, end - 1)]
    if start:  # what lies before the first newline began before what was read
        tail = tail[tail.find(b"\n") + 1 :] if b"\n" in tail else b""
    return (tail if is_short and not start else head[: max(0, head.rfind(b"\n"))]), tail


def _whole(trace: ListedTrace, text: bytes, prices: Prices | None, tuning: Tuning) -> Entry:
    """All that a small trace tells."""
    if len(text) > WHOLE_BYTES:  # it has grown meanwhile
        return Entry(trace.path, trace.size, trace.mtime)
    foreign = _foreign(trace, text)
    if foreign is not None:  # it takes a translator
        return Entry(trace.path, trace.size, trace.mtime, foreign)
    end = text.rfind(b"\n") + 1
    if is_whole_object(text[end:]):
        end = len(text)
    session = Session(prices)
    glance, figures, error = Glance(), Figures(0, 0, 0, 0), ""
    if end:
        batch = decode_block(Block(text[:end].removesuffix(b"\n"), 0, 1))
        session.apply(batch.records, batch.offsets)
        if batch.bad and not batch.records:
            error = why_no_trace(batch.lines, batch.bad[0])
    if session.count:
        SecondPass(session, tuning).extend_to_end()
        glance, figures = told_by(session.view())
    return Entry(trace.path, trace.size, trace.mtime, glance, None if error else figures, error)


def _foreign(trace: ListedTrace, head: bytes) -> Glance | None:
    """What the ends of a log of another format tell; None for a native trace. Raises OSError."""
    if _NATIVE in head[:_TOLD_BYTES]:
        return None
    first = first_records(trace.path)
    found = recognise(first)
    if found is None:
        return None
    is_packed = is_called_packed(trace.path)  # then its end is not to be had without all the rest
    tail = b"" if is_packed else _read(trace.path, max(0, trace.size - END_BYTES), END_BYTES)
    last = [record for line in tail.split(b"\n") for record in records_of(line)[0]]
    card = found.card([*first, *last])
    times = [at for record in (*first, *last) if (at := found.time_of(record)) is not None]
    return Glance(
        session_id=card.session_id,
        goal=" ".join(card.title.split()) or None,
        model=card.model or None,
        start=min(times, default=None),
        newest=None if is_packed else max(times, default=None),
        ended=False,
        agent=found.name,
        project=card.project,
    )


def _glance(head: bytes, tail: bytes) -> Glance:
    first = next(_events(iter(head.split(b"\n", _FIRST_LINES)[:_FIRST_LINES])), None)
    goal = model = None
    texts = (head,) if tail is head else (head, tail)
    for event in _events(line for text in texts for line in _lines_with(text, _STARTS)):
        if event.kind == "session_start" and event.data is not None:
            goal, model = event.data.goal or goal, event.data.model or model
    newest = iteration = answered = by_another = None
    for event in _events(_lines_backwards(tail)):
        newest = newest or event
        if iteration is None:
            iteration = event.iteration
        if event.kind == "llm_response" and event.data is not None:
            if event.data.agent_id:
                by_another = by_another or event.data.model
            else:
                answered = answered or event.data.model
        if iteration is not None and (model or answered):
            break
    named = first or newest
    return Glance(
        session_id="" if named is None else named.session_id,
        goal=goal,
        model=model or answered or by_another,
        start=_time(first),
        newest=_time(newest),
        iteration=iteration,
        ended=None if newest is None else newest.kind == "session_end",
    )


def _lines_with(text: bytes, word: bytes) -> Iterator[bytes]:
    """The lines that have a word in them."""
    end, place = -1, text.find(word)
    while place >= 0:
        start, end = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
        if end < 0:
            end = len(text)
        yield text[start:end]
        place = text.find(word, end)


def _lines_backwards(text: bytes) -> Iterator[bytes]:
    """The lines from the last one back."""
    end = len(text)
    while end > 0:
        start = text.rfind(b"\n", 0, end) + 1
        yield text[start:end]
        end = start - 1


def _events(lines: Iterator[bytes]) -> Iterator[EventRecord]:
    """The events on lines, a few decoded at a time; what is none is passed over."""
    while some := list(islice(lines, _LINES_AT_A_TIME)):
        yield from decode_block(Block(b"\n".join(some), 1, 1)).records


def _time(event: EventRecord | None) -> float | None:
    return event.timestamp if event is not None and math.isfinite(event.timestamp) else None


def _read(path: Path, start: int, size: int) -> bytes:
    # Non-blocking: a pipe that took the path meanwhile would stop the thread.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.pread(descriptor, size, start)
    finally:
        os.close(descriptor)
