"""A folder of growing traces."""

from __future__ import annotations

import fnmatch
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .follow import Delivery, FileTail, TailState
from .segments import OPEN_FILES, identity_of


@dataclass(frozen=True, slots=True)
class FileState:
    """A trace file in a folder: size in bytes, mtime in Unix epoch seconds, both as last seen."""

    path: Path
    size: int
    mtime: float
    state: TailState


class FolderTail:
    """All trace files in a folder and the folders below it, those included that appear later.

    The folder need not exist. It is searched at most once per `rescan_interval` seconds; between searches only the
    files that grew last are looked at, and those that `hint` names.
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
        self._open: OrderedDict[Path, FileTail] = OrderedDict()
        self._hinted: set[Path] = set()

    def poll(self) -> Iterator[tuple[Path, Delivery]]:
        """What is new in any file right now. Never waits, never raises OSError."""
        due = self._newest_first() if self._scan_if_due() else [*self._open, *(self._hinted - self._open.keys())]
        self._hinted.clear()
        for path in due:
            tail = self._tails[path]
            grew = False
            try:
                for delivery in tail.poll():
                    grew = True
                    yield path, delivery
            finally:
                self._keep(path, tail, grew)

    def files(self) -> list[FileState]:
        """All files seen so far, deleted ones included, newest first. Reads none of them."""
        self._scan_if_due()
        return [self._state_of(path) for path in self._newest_first()]

    def tail(self, path: Path) -> FileTail:
        """The tail of one of the files. Raises KeyError for others."""
        return self._tails[path]

    def hint(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        """These may have changed: the next `poll` looks at them, and searches the folder if one is new to it."""
        for path in map(Path, paths):
            if path in self._tails:
                self._hinted.add(path)
            else:
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
        found = _trace_files(self.folder, self._pattern)
        self._present = set(found)
        self._seen.update(found)
        for path in found.keys() - self._tails.keys():
            self._tails[path] = FileTail(path)
        end = self._clock()
        # A search of a huge tree must not keep its thread busy, whoever asks for it.
        self._earliest_scan = end + 10 * (end - start)
        self._next_scan = max(start + self._rescan_interval, self._earliest_scan)
        return True

    def _newest_first(self) -> list[Path]:
        return sorted(self._tails, key=lambda path: (-self._seen[path].st_mtime_ns, path))

    def _state_of(self, path: Path) -> FileState:
        state = self._tails[path].state
        if path not in self._present:
            state = TailState.GONE
        elif state is not TailState.UNREADABLE:
            state = TailState.FOLLOWING
        return FileState(path, self._seen[path].st_size, self._seen[path].st_mtime, state)

    def _keep(self, path: Path, tail: FileTail, grew: bool) -> None:
        if not tail.is_open:
            self._open.pop(path, None)
            return
        if grew or path not in self._open:
            self._open[path] = tail
            self._open.move_to_end(path)
        while len(self._open) > OPEN_FILES:
            self._open.popitem(last=False)[1].park()


def _trace_files(folder: Path, pattern: str) -> dict[Path, os.stat_result]:
    """The trace files below a folder. A link to a file that is there already (`latest.jsonl`) is left out."""
    found: dict[Path, os.stat_result] = {}
    links: dict[Path, os.stat_result] = {}
    folders = [os.fspath(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    with suppress(OSError):  # gone since it was listed
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        elif fnmatch.fnmatchcase(entry.name, pattern) and entry.is_file():
                            (links if entry.is_symlink() else found)[Path(entry.path)] = entry.stat()
        except OSError:
            continue
    known = {identity_of(status) for status in found.values()}
    found.update((path, status) for path, status in links.items() if identity_of(status) not in known)
    return found
