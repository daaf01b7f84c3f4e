"""The bookmarks of a trace: kept beside it, put on the events they were made on, found again after it was reopened."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from pathlib import Path

from ..trace import Trace
from .bookmark import Bookmark, Change, Key, clipped, finite
from .bookmark_file import BookmarkFile

__all__ = ["NO_BOOKMARKS", "Bookmark", "Bookmarks"]

NO_BOOKMARKS: Mapping[int, Bookmark] = {}

_LOOK_SECONDS = 1.0
_WORK_SECONDS = 0.01
"""How long a look may put bookmarks on their events: for each of them a line of the trace is read."""
_MOST_BEFORE_SHOWN = 10_000


class Bookmarks:
    """All bookmarks on a trace, for one thread: those in the file beside it, and those that could not get there.

    `look` reads what is new in the file and puts bookmarks on events, some of them later if they are many. A bookmark
    whose event has not been read yet waits for it; one whose event is another than it was made on is a stranger here,
    and stays in the file. `trace_path` is None for a trace that is no file: its bookmarks are kept nowhere.
    """

    def __init__(self, trace_path: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.version = 0
        """Changes whenever a bookmark or its place does."""
        self.defect = ""
        """Why the file cannot be read; empty where it can."""
        self._path = None if trace_path is None else Path(os.path.abspath(trace_path))  # noqa: PTH100 - resolve raises
        self._file = self._open()
        self._clock = clock
        self._next_look = float("-inf")
        self._kept: dict[Key, Bookmark] = {}
        self._unsaved: dict[Key, Change] = {}
        self._session: object = None
        self._on_event: dict[int, Bookmark] = {}
        self._strangers: set[Key] = set()
        self._waiting: list[tuple[int, int, Key]] = []
        self._order = count()
        self._placed_since_shown = 0
        self._shown: tuple[int, Mapping[int, Bookmark]] = (0, NO_BOOKMARKS)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def placed(self) -> Mapping[int, Bookmark]:
        """The bookmarks on events of the trace, by event, in ascending order; another mapping whenever they change."""
        if self._shown[0] != self.version:
            self._shown = self.version, dict(sorted(self._on_event.items()))
        return self._shown[1]

    @property
    def bad_lines(self) -> str:
        """`2 bad lines` of the file, and what is wrong with the first; empty where there are none."""
        file = self._file
        if file is None or file.first_bad is None:
            return ""
        number, lines = file.bad_line_count, "line" if file.bad_line_count == 1 else "lines"
        return f"{number:,} bad {lines} (line {file.first_bad.number}: {file.first_bad.reason})"

    @property
    def unsaved(self) -> int:
        """How many changes are in memory only."""
        return len(self._unsaved)

    def all(self) -> list[Bookmark]:
        """Every bookmark, by event number, wherever it is."""
        return sorted(self._kept.values(), key=lambda bookmark: bookmark.event)

    def is_stranger(self, bookmark: Bookmark) -> bool:
        """Whether it was made on another event than the trace has there now."""
        return bookmark.key in self._strangers

    def is_placed(self, bookmark: Bookmark) -> bool:
        """Whether the event it was made on is there."""
        return self._on_event.get(bookmark.event) == bookmark

    def look(self, trace: Trace, *, at_once: bool = False) -> None:
        """Take in what was read of the trace and what was written to the file, which is looked at once a second.

        The latter `at_once` where the user is about to see all bookmarks.
        """
        if trace.session is not self._session:
            self._session = trace.session
            self._start_over()
        now = time.monotonic()
        if at_once or now >= self._next_look:
            self._next_look = now if self._read() else now + _LOOK_SECONDS
        self._place(trace, now + _WORK_SECONDS)

    def look_at_all(self, trace: Trace) -> None:
        """Take in all there is now, however long that takes."""
        self.look(trace)
        while self._read():
            pass
        self._place(trace, float("inf"))

    def mark(self, trace: Trace, event: int, note: str) -> str:
        """Put a bookmark on an event, or another note on the one there is.

        Returns why it could not be saved, "" if it was: it is there in either case, until this store is gone.
        """
        there = self._on_event.get(event)
        if there is None:
            what = trace.event(event)
            there = Bookmark(event, "", clipped(what.event_id), finite(what.timestamp), clipped(what.kind))
        marked = replace(there, note=note, made=self._clock())
        reason = self._change(Change(marked))
        self._put_on(marked)
        return reason

    def note(self, bookmark: Bookmark, note: str) -> str:
        """Put another note on a bookmark, wherever it is; returns what `mark` does."""
        return self._change(Change(replace(bookmark, note=note, made=self._clock())))

    def remove(self, bookmark: Bookmark) -> str:
        """Remove a bookmark; returns what `mark` does."""
        return self._change(Change(replace(bookmark, note="", made=self._clock()), removed=True))

    def _open(self) -> BookmarkFile | None:
        """The file beside the trace; where that is a link, beside what it leads to, which has a name of its own."""
        try:
            return None if self._path is None else BookmarkFile(Path(os.path.realpath(self._path)))
        except ValueError:  # a path no file system can hold
            return None

    def _start_over(self) -> None:
        """The trace is another: so may be its file, and every bookmark's event."""
        file = self._open()
        if file is not None and self._file is not None and file.path != self._file.path:
            self._file = file
            self._kept = {}
            for change in self._unsaved.values():
                self._apply(change)
        self._next_look = float("-inf")
        self._on_event, self._strangers, self._waiting = {}, set(), []
        for bookmark in self._kept.values():
            self._let_wait(bookmark)
        self.version += 1

    def _read(self) -> bool:
        """Take in what is new in the file; gives whether there is more."""
        if self._file is None:
            return False
        try:
            reading = self._file.read()
        except OSError as error:
            self._tell(error.strerror or str(error))
            return False
        self._tell("")
        if reading.is_fresh:
            self._kept, self._on_event, self._strangers, self._waiting = {}, {}, set(), []
            self.version += 1
        for change in reading.changes:
            self._apply(change)
        if reading.is_fresh or reading.changes:
            for change in self._unsaved.values():
                self._apply(change)
        return reading.has_more

    def _tell(self, defect: str) -> None:
        if defect != self.defect:
            self.defect = defect
            self.version += 1

    def _change(self, change: Change) -> str:
        key = change.bookmark.key
        self._apply(change)
        self._unsaved.pop(key, None)
        self._unsaved[key] = change
        return self._save()

    def _save(self) -> str:
        """Write what is not saved, this change and those that could not be before; gives why that cannot be."""
        if self._file is None:
            return "the trace is no file to keep it beside"
        try:
            for key in tuple(self._unsaved):
                self._file.append(self._unsaved[key])
                del self._unsaved[key]
        except OSError as error:
            return f"{error.strerror or error}: {self._file.path.name}"
        return ""

    def _apply(self, change: Change) -> None:
        bookmark, key = change.bookmark, change.bookmark.key
        known = self._kept.get(key)
        if known == bookmark and not change.removed:
            return
        is_placed = known is not None and self.is_placed(known)
        if change.removed:
            if self._kept.pop(key, None) is not None:
                self._strangers.discard(key)
                if is_placed:
                    del self._on_event[bookmark.event]
                self.version += 1
            return
        self._kept[key] = bookmark
        if is_placed:
            self._on_event[bookmark.event] = bookmark
        elif known is None:
            self._let_wait(bookmark)
        self.version += 1

    def _let_wait(self, bookmark: Bookmark) -> None:
        heappush(self._waiting, (bookmark.event, next(self._order), bookmark.key))

    def _put_on(self, bookmark: Bookmark) -> None:
        """Have a bookmark be the one on its event; another that proves to be on it is the older one."""
        other = self._on_event.get(bookmark.event)
        if other is not None and other.key != bookmark.key:
            self._kept.pop(other.key, None)
        self._on_event[bookmark.event] = bookmark

    def _place(self, trace: Trace, deadline: float) -> None:
        """Put bookmarks on events that were read, until the deadline."""
        waiting, read = self._waiting, trace.session.count
        while waiting and waiting[0][0] < read:
            _, _, key = heappop(waiting)
            bookmark = self._kept.get(key)
            if bookmark is None or self.is_placed(bookmark):
                continue
            try:
                event = trace.event(bookmark.event)
            except IndexError:  # the trace started over this moment, and has not so many events yet
                self._let_wait(bookmark)
                return
            if bookmark.is_on(event.event_id, event.timestamp, event.kind):
                self._put_on(bookmark)
            else:
                self._strangers.add(key)
            self._placed_since_shown += 1
            if time.monotonic() > deadline:
                break
        if self._placed_since_shown >= _MOST_BEFORE_SHOWN or not waiting or waiting[0][0] >= read:
            if self._placed_since_shown:
                self.version += 1
            self._placed_since_shown = 0
