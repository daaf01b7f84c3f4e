"""Which traces lie in folders, as of the last search; and which of them changed, as notifications name them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from ...collector.own_sessions import sessions_in
from ...collector.reading.listing import ListedTrace, look_again
from ...collector.reading.watch import Watch
from ...collector.sources import Belongs

SWEEP_SECONDS = 1.0
"""How often folders are searched that send no notifications."""

_SEARCH_SECONDS = 10.0
"""How often folders are searched that send notifications."""

_SEARCH_SHARE = 10.0
"""A search that takes a second is not repeated for ten."""


class FolderSearch:
    """What a search of folders found; `belongs` says which of the files there are traces to be listed."""

    def __init__(self, folders: Sequence[Path], belongs: Belongs) -> None:
        self._folders, self._belongs = folders, belongs
        self.traces: dict[Path, ListedTrace] = {}
        """By the path of their first part."""
        self.folder_of: dict[Path, Path] = {}
        self.first_of: dict[Path, Path] = {}
        """By the path of any part that of the first."""
        self._next = self._earliest = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time to search again."""
        return time.monotonic() >= max(self._next, self._earliest)

    def within(self, seconds: float) -> None:
        """Have the next search be due so soon, as far as searching does not take too long for that."""
        self._next = min(self._next, time.monotonic() + seconds)

    def run(self) -> None:
        """Search the folders."""
        start = time.monotonic()
        traces: dict[Path, ListedTrace] = {}
        for folder, trace in sessions_in(self._folders, self._belongs):
            traces[trace.path] = self._same_or(trace)
            self.folder_of[trace.path] = folder
        self.traces = traces
        self.first_of = {part: path for path, trace in traces.items() for part in trace.parts}
        end = time.monotonic()
        self._earliest = end + _SEARCH_SHARE * (end - start)
        self._next = start + _SEARCH_SECONDS

    def wait(self, watches: Sequence[Watch], seconds: float, stop: threading.Event) -> set[Path]:
        """Wait for something to change; the files that did, as they are listed. What else did has a search be due."""
        changed: set[Path] = set()
        if not watches:
            stop.wait(seconds)
        for watch in watches:
            told = watch.wait(seconds / len(watches))
            if told and not watch.changed and watch.mode == "watch":
                self.within(0.0)
            real = Path(os.path.realpath(watch.path)) if watch.changed else watch.path
            for path in watch.changed:
                listed = watch.path / path.relative_to(real) if path.is_relative_to(real) else path
                first = self.first_of.get(listed)
                if first is None or (trace := look_again(self.traces[first])) is None:
                    self.within(0.0)
                else:
                    self.traces[first] = trace
                    changed.add(listed)
        if any(watch.mode == "sweep" for watch in watches):
            self.within(SWEEP_SECONDS)
        return changed

    def _same_or(self, trace: ListedTrace) -> ListedTrace:
        known = self.traces.get(trace.path)
        return known if known == trace else trace
