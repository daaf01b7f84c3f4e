"""Where tracetop looked for sessions, and what it found there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...analysis import figures
from ...collector.own_sessions import sessions_in
from ...collector.reading.listing import ListedTrace, list_traces
from ...collector.reading.packed import is_called_packed, missing
from ...collector.sources import Belongs, Source
from ..sessions.naming import age
from .json_text import json_text
from .layout import heading, table


@dataclass(frozen=True, slots=True)
class Looked:
    """A source that was looked into: what belongs to it, newest first, and how much else lies there.

    `packed` counts what nothing here can unpack: neither read, nor told whose it is.
    """

    source: Source
    sessions: tuple[ListedTrace, ...]
    others: int
    packed: int = 0


def look_into(sources: Sequence[Source]) -> list[Looked]:
    """Look into all these sources."""
    theirs: dict[Path, list[ListedTrace]] = {source.folder: [] for source in sources}
    for folder, trace in sessions_in(theirs, Belongs(sources)):
        theirs[folder].append(trace)
    closed = bool(missing())
    looked = []
    for source in sources:
        sessions = sorted(theirs[source.folder], key=lambda trace: -trace.mtime_ns)
        found = list(list_traces(source.folder))
        packed = sum(is_called_packed(trace.path) for trace in found) if closed else 0
        others = len(found) - len(sessions)
        looked.append(Looked(source, tuple(sessions), others, packed))
    return looked


def sources_text(project: Path, looked: Sequence[Looked], now: float, width: int) -> Iterator[str]:
    """A line for each source, and what to do where nothing was found."""
    count = sum(len(each.sessions) for each in looked)
    yield heading("sources", figures.count(count, "session"), width)
    yield f"  {project}"
    rows = [
        [
            each.source.agent,
            str(each.source.folder),
            f"{len(each.sessions):,}",
            f"{each.others:,}" if each.others else "",
            age(now - each.sessions[0].mtime) if each.sessions else "",
            _remark(each),
        ]
        for each in looked
    ]
    headers = ["agent", "folder", "sessions", "other files", "newest", ""]
    yield from table(headers, rows, width, left=frozenset({0, 1, 5}), elastic=1)
    packed = sum(each.packed for each in looked)
    if packed:
        yield ""
        yield f"  {figures.count(packed, 'session')} cannot be read: {missing()}"
    if not count:
        yield ""
        yield "  None of this project. tracetop --all shows those of all projects; a path shows what lies there."


def _remark(looked: Looked) -> str:
    if not looked.source.folder.is_dir():
        return "no such folder"
    return f"{looked.packed:,} packed, not read" if looked.packed else ""


def sources_json(looked: Sequence[Looked]) -> Iterator[str]:
    """One line per source."""
    for each in looked:
        yield json_text(
            {
                "agent": each.source.agent,
                "folder": str(each.source.folder),
                "exists": each.source.folder.is_dir(),
                "sessions": len(each.sessions),
                "other_files": each.others,
                "unreadable": each.packed,
                "newest": str(each.sessions[0].path) if each.sessions else None,
                "newest_mtime": each.sessions[0].mtime if each.sessions else None,
            }
        )
