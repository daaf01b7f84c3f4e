"""Where tracetop looked for sessions, and what it found there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...analysis import figures
from ...collector.own_sessions import sessions_among, traces_in
from ...collector.reading.listing import ListedTrace
from ...collector.reading.packed import is_called_packed, missing
from ...collector.sources import Belongs, Source
from ..safe_text import one_line
from ..sessions.naming import age
from .json_text import json_text
from .layout import heading, table

_MISSING = "no such folder"


@dataclass(frozen=True, slots=True)
class Looked:
    """A source that was looked into: what belongs to it, newest first, and how much else lies there.

    `packed` counts what nothing here can unpack: neither read, nor told whose it is. `obstacle` is why its folder
    cannot be listed, empty where it can.
    """

    source: Source
    sessions: tuple[ListedTrace, ...]
    others: int
    packed: int = 0
    obstacle: str = ""

    @property
    def remark(self) -> str:
        """What is to be said of it; empty where all is well."""
        return self.obstacle or (f"{self.packed:,} packed, not read" if self.packed else "")


def look_into(sources: Sequence[Source]) -> list[Looked]:
    """Look into all these sources."""
    theirs: dict[Path, list[ListedTrace]] = {source.folder: [] for source in sources}
    found: dict[Path, list[ListedTrace]] = {folder: [] for folder in theirs}
    listed = traces_in(theirs)
    for folder, trace in listed.values():
        found[folder].append(trace)
    for folder, trace in sessions_among(listed, Belongs(sources)):
        theirs[folder].append(trace)
    closed = bool(missing())
    looked = []
    for source in sources:
        sessions = sorted(theirs[source.folder], key=lambda trace: -trace.mtime_ns)
        there = found[source.folder]
        packed = sum(is_called_packed(trace.path) for trace in there) if closed else 0
        others = len(there) - len(sessions)
        looked.append(Looked(source, tuple(sessions), others, packed, _obstacle(source.folder)))
    return looked


def sources_text(project: Path, looked: Sequence[Looked], now: float, width: int) -> Iterator[str]:
    """A line for each source, folders in full, and what to do where nothing was found."""
    count = sum(len(each.sessions) for each in looked)
    yield heading("sources", figures.count(count, "session"), width)
    yield f"  {project}"
    rows = [
        [
            each.source.agent,
            f"{len(each.sessions):,}",
            f"{each.others:,}" if each.others else "",
            ", ".join(filter(None, (age(now - each.sessions[0].mtime) if each.sessions else "", each.remark))),
        ]
        for each in looked
    ]
    headers = ["agent", "sessions", "other files", "newest"]
    head, *lines = table(headers, rows, width, left=frozenset({0, 3}), elastic=3)
    folders = [str(each.source.folder) for each in looked]
    wide = max(map(len, (head, *lines)))
    for line, folder in zip((head, *lines), ("folder", *folders), strict=True):
        yield f"{line:{wide}}  {one_line(folder)}"
    packed = sum(each.packed for each in looked)
    if packed:
        yield ""
        yield f"  {figures.count(packed, 'session')} cannot be read: {missing()}"
    if not count:
        yield ""
        yield "  None of this project. tracetop --all shows those of all projects; a path shows what lies there."


def _obstacle(folder: Path) -> str:
    """Why nothing can be found in a folder; empty where it can be listed."""
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return _MISSING
    except OSError as error:
        return f"not readable: {error.strerror or error}"
    return ""


def sources_json(looked: Sequence[Looked]) -> Iterator[str]:
    """One line per source."""
    for each in looked:
        yield json_text(
            {
                "agent": each.source.agent,
                "folder": str(each.source.folder),
                "exists": each.obstacle != _MISSING,
                "obstacle": each.obstacle or None,
                "sessions": len(each.sessions),
                "other_files": each.others,
                "unreadable": each.packed,
                "newest": str(each.sessions[0].path) if each.sessions else None,
                "newest_mtime": each.sessions[0].mtime if each.sessions else None,
            }
        )
