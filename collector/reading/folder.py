"""A folder of growing traces."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..parts import joined, part_before
from .delivery import Delivery, TailState
from .follow import FileTail
from .listing import trace_files
from .segments import OPEN_FILES


@dataclass(frozen=True, slots=True)
class FileState:
    """A trace in a folder: the path of its first part, the bytes of all and when the newest changed, as last seen.

    `mtime` is in Unix epoch seconds. `state` is GONE when no part is left.
    """

    path: Path
    size: int
    mtime: float
    state: TailState


class FolderTail:
    """All traces in a folder and the folders below it, those included that appear later.

    All parts of a trace (`collector.parts`) go by the path of the first; a part without the one before it is a trace of
    its own until that one appears. The folder need not exist. It is searched at most once per `rescan_interval`
    seconds; between searches only the traces that grew last are looked at, and those that `hint` names.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        pattern: str = "*.jsonl",
        *,
        rescan_interval: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = Path(folder)
        self._pattern = pattern
        self._rescan_interval = rescan_interval
        self._clock = clock
        self._next_scan = clock()
        self._earliest_scan = self._next_scan
        self._tails: dict[Path, FileTail] = {}
        self._seen: dict[Path, os.stat_result] = {}
        self._present: set[Path] = set()
        self._first_of: dict[Path, Path] = {}
        self._parts: dict[Path, list[Path]] = {}
        self._sizes: dict[Path, tuple[int, os.stat_result]] = {}
        self._open: OrderedDict[Path, FileTail] = OrderedDict()
        self._hinted: set[Path] = set()

    def poll(self) -> Iterator[tuple[Path, Delivery]]:
        """What is new in any file right now. Never waits, never raises OSError."""
        due = self._newest_first() if self._scan_if_due() else [*self._open, *(self._hinted - self._open.keys())]
        self._hinted.clear()
        for path in due:
            tail = self._tails.get(path)
            if tail is None:  # another one's part, as the last search found
                self._open.pop(path, None)
                continue
            grew = False
            try:
                for delivery in tail.poll():
                    grew = True
                    yield path, delivery
            finally:
                self._keep(path, tail, grew)

    def files(self) -> list[FileState]:
        """All traces seen so far, deleted ones included, newest first. Reads none of them."""
        self._scan_if_due()
        return [self._state_of(path) for path in self._newest_first()]

    def tail(self, path: Path) -> FileTail:
        """The tail of one of the traces, by the path of its first part. Raises KeyError for others."""
        return self._tails[path]

    def hint(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        """These may have changed: the next `poll` looks at them, and searches the folder if one is new to it."""
        for path in map(Path, paths):
            first = self._first_of.get(path) or self._first_of.get(part_before(path))
            if first is not None:
                self._hinted.add(first)
            if path not in self._first_of:
                self._next_scan = self._earliest_scan

    def close(self) -> None:
        """Give all descriptors back."""
        for tail in self._tails.values():
            tail.close()
        self._open.clear()

    def _scan_if_due(self) -> bool:
        start = self._clock()
        if start < self._next_scan:
            return False
        found = trace_files(self.folder, self._pattern)
        self._present = set(found)
        self._seen.update(found)
        if self._seen.keys() != self._first_of.keys():
            self._join_parts()
        self._sizes = {first: self._size_of(parts) for first, parts in self._parts.items()}
        end = self._clock()
        # A search of a huge tree must not keep its thread busy, whoever asks for it.
        self._earliest_scan = end + 10 * (end - start)
        self._next_scan = max(start + self._rescan_interval, self._earliest_scan)
        return True

    def _join_parts(self) -> None:
        """Find out anew which files are traces of their own, and give each of these a tail."""
        self._parts = joined(self._seen)
        self._first_of = {part: first for first, parts in self._parts.items() for part in parts}
        for path in self._tails.keys() - self._parts.keys():
            del self._tails[path]
        for path in self._parts.keys() - self._tails.keys():
            self._tails[path] = FileTail(path)

    def _newest_first(self) -> list[Path]:
        return sorted(self._sizes, key=lambda path: (-self._sizes[path][1].st_mtime_ns, path))

    def _size_of(self, parts: list[Path]) -> tuple[int, os.stat_result]:
        """The bytes of the parts that are there, or were, and the newest of them."""
        if len(parts) == 1:
            status = self._seen[parts[0]]
            return status.st_size, status
        there = [part for part in parts if part in self._present] or parts
        statuses = [self._seen[part] for part in there]
        return sum(status.st_size for status in statuses), max(statuses, key=lambda status: status.st_mtime_ns)

    def _state_of(self, first: Path) -> FileState:
        state = self._tails[first].state
        if self._present.isdisjoint(self._parts[first]):
            state = TailState.GONE
        elif state is not TailState.UNREADABLE:
            state = TailState.FOLLOWING
        size, newest = self._sizes[first]
        return FileState(first, size, newest.st_mtime, state)

    def _keep(self, path: Path, tail: FileTail, grew: bool) -> None:
        if not tail.is_open:
            self._open.pop(path, None)
            return
        if grew or path not in self._open:
            self._open[path] = tail
            self._open.move_to_end(path)
        while len(self._open) > OPEN_FILES:
            self._open.popitem(last=False)[1].park()
