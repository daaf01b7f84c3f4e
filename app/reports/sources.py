"""Where tracetop looked for sessions, and what it found there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...analysis import figures
from ...collector.listing import ListedTrace, list_traces
from ...collector.sources import Belongs, Source
from ..sessions.naming import age
from .json_text import json_text
from .layout import heading, table


@dataclass(frozen=True, slots=True)
class Looked:
    """A source that was looked into: what belongs to it, newest first, and how much else lies there."""

    source: Source
    sessions: tuple[ListedTrace, ...]
    others: int


def look_into(sources: Sequence[Source]) -> list[Looked]:
    """Look into all these sources."""
    belongs = Belongs(sources)
    looked = []
    for source in sources:
        found = sorted(list_traces(source.folder), key=lambda trace: -trace.mtime_ns)
        sessions = tuple(trace for trace in found if belongs(trace.path))
        looked.append(Looked(source, sessions, len(found) - len(sessions)))
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
            "" if each.source.folder.is_dir() else "no such folder",
        ]
        for each in looked
    ]
    headers = ["agent", "folder", "sessions", "other files", "newest", ""]
    yield from table(headers, rows, width, left=frozenset({0, 1, 5}), elastic=1)
    if not count:
        yield ""
        yield "  None of this project. tracetop --all shows those of all projects; a path shows what lies there."


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
                "newest": str(each.sessions[0].path) if each.sessions else None,
                "newest_mtime": each.sessions[0].mtime if each.sessions else None,
            }
        )
