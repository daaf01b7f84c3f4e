"""Whole trace files: read in batches, or loaded into memory at once."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..events import TraceEvent, TraceSession
from ..formats.decoding import is_whole_object
from ..formats.native import Batch, decode_block, event_from_line
from ..parts import existing_part, places_after
from ..records import EventRecord, NotAnEventError
from .lines import Block, LineSplitter

CHUNK_BYTES = 128 * 1024
"""Some 300 lines: batches of this size fold fastest, since their records are still in the cache."""


def read_blocks(path: str | os.PathLike[str], chunk_bytes: int = CHUNK_BYTES) -> Iterator[Block]:
    """The lines of a file and of the parts that follow it, in blocks; offsets count per part, line numbers go on.

    A line ends with its part. The very last one is given without its newline too if it could be whole. Raises OSError
    where the file or one of the parts cannot be read.
    """
    part: Path | None = Path(path)
    first_line = 1
    while part is not None:
        splitter = LineSplitter(next_line=first_line)
        with part.open("rb", buffering=0) as file:
            # Looked for before the reading: whoever writes there has no more to write here.
            following = existing_part(places_after(part))
            while chunk := file.read(chunk_bytes):
                block = splitter.feed(chunk)
                if block is not None:
                    yield block
        if following is not None or is_whole_object(splitter.torn):
            last = splitter.take_torn()
            if last is not None:
                yield last
        first_line = splitter.next_line
        part = following


def read_batches(path: str | os.PathLike[str], chunk_bytes: int = CHUNK_BYTES) -> Iterator[Batch]:
    """The events of a file and of the parts that follow it, in batches as `read_blocks` gives them. Raises OSError."""
    for block in read_blocks(path, chunk_bytes):
        yield decode_block(block)


def load_session(path: str | os.PathLike[str]) -> TraceSession:
    """A whole trace in memory, payloads included: a file and the parts that follow it.

    `metadata` holds what the session_start says beyond goal and model, and under `reader` the number of lines and the
    bad ones. Raises OSError where a file cannot be read; never for what is in it.
    """
    session = TraceSession(session_id="")
    bad: list[dict[str, Any]] = []
    lines = 0
    for block in read_blocks(path):
        batch = decode_block(block)
        lines += batch.lines
        bad += [{"line": line.number, "reason": line.reason} for line in batch.bad]
        for record, offset in zip(batch.records, batch.offsets, strict=True):
            start = offset - block.offset
            end = block.text.find(b"\n", start)
            line = block.text[start:] if end < 0 else block.text[start:end]
            _add(session, _whole_event(record, line))
    session.session_id = session.session_id or Path(path).stem
    times = [event.timestamp for event in session.events if math.isfinite(event.timestamp)]
    session.start_time = min(times, default=0.0)
    session.metadata["reader"] = {"lines": lines, "bad_lines": bad}
    return session


def _whole_event(record: EventRecord, line: bytes) -> TraceEvent:
    try:
        return event_from_line(line)
    except NotAnEventError:  # nested just too deep for the payload, though not for the record
        names = ("kind", "timestamp", "session_id", "event_id", "iteration", "parent_event_id", "duration_ms")
        return TraceEvent(**{name: getattr(record, name) for name in names})


def _add(session: TraceSession, event: TraceEvent) -> None:
    session.events.append(event)
    session.session_id = session.session_id or event.session_id
    if event.kind == "session_start":
        session.goal = session.goal or str(event.data.get("goal") or "")
        session.model = session.model or str(event.data.get("model") or "")
        for key, value in event.data.items():
            if key not in ("goal", "model"):
                session.metadata.setdefault(key, value)
    elif event.kind == "session_end" and math.isfinite(event.timestamp):
        session.end_time = event.timestamp
