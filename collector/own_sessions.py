"""Which of the traces in folders are sessions of their own: no part of another that is there, and no copy of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from .formats.codex.names import copies_among, is_rollout, thread_of
from .reading.listing import ListedTrace, list_traces
from .sources import Belongs

Listed = Mapping[Path, tuple[Path, ListedTrace]]
"""By its path each trace, with the folder it was found in."""


def traces_in(folders: Iterable[Path]) -> Listed:
    """All traces in these folders and below; one that is found in several is of the first of them."""
    listed: dict[Path, tuple[Path, ListedTrace]] = {}
    for folder in folders:
        for trace in list_traces(folder):
            listed.setdefault(trace.path, (folder, trace))
    return listed


def sessions_among(listed: Listed, belongs: Belongs) -> list[tuple[Path, ListedTrace]]:
    """The sessions among traces that belong to what is wanted."""
    copies = copies_among(listed)
    threads = frozenset(thread_of(path) for path in listed if is_rollout(path))
    return [each for path, each in listed.items() if path not in copies and belongs(path, threads)]


def sessions_in(folders: Iterable[Path], belongs: Belongs) -> list[tuple[Path, ListedTrace]]:
    """The same among all in these folders and below."""
    return sessions_among(traces_in(folders), belongs)
