"""The file of bookmarks beside a trace: changes appended, never rewritten, so that several dashboards may share it."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ...collector.formats.native import BadLine
from ...collector.reading.lines import Block, LineSplitter
from ...collector.reading.segments import identity_of
from ...collector.sidecar import bookmarks_path
from .bookmark import BadBookmarkError, Change, change_from, line_of

# No link is followed: it may lead anywhere, to the trace too. No pipe is waited for.
_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_TO_READ = os.O_RDONLY | _SAFELY
_TO_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | _SAFELY
_MOST_BYTES = 512 * 1024
"""Read at once: some 3,000 bookmarks."""
_SEAM_BYTES = 64
_ABSENT = (errno.ENOENT, errno.ENOTDIR)


@dataclass(slots=True)
class Reading:
    """What is new in the file. `is_fresh`: all that was read before is void; `has_more`: there is more to read."""

    changes: list[Change] = field(default_factory=list)
    is_fresh: bool = False
    has_more: bool = False


class BookmarkFile:
    """The changes that were made to the bookmarks of a trace file, in the order in which they were made.

    A line that is no bookmark costs only itself; a torn last line waits for its rest. The file need not exist.
    """

    def __init__(self, trace: Path) -> None:
        self.path = bookmarks_path(trace)
        self.bad_line_count = 0
        self.first_bad: BadLine | None = None
        self._trace = trace
        self._seen: tuple[object, ...] = ()
        self._size = 0
        self._splitter = LineSplitter()
        self._seam = b""

    def read(self) -> Reading:
        """What was written since the last call, or a part of it; where that is nothing it costs a look at the file.

        Raises OSError where it cannot be read.
        """
        try:
            if _signature(self.path.lstat()) == self._seen and not self._has_more:
                return Reading()
            descriptor = os.open(self.path, _TO_READ)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            was_there = bool(self._seen)
            self._begin()
            return Reading(is_fresh=was_there)
        try:
            return self._read(descriptor)
        finally:
            os.close(descriptor)

    def append(self, change: Change) -> None:
        """Write a change, as one line at once. Raises OSError where that cannot be."""
        if not os.path.exists(self._trace):  # noqa: PTH110 - Path.exists raises
            raise FileNotFoundError(errno.ENOENT, "the trace is no longer there", str(self._trace))
        descriptor = os.open(self.path, _TO_APPEND, 0o600)
        try:
            status = os.fstat(descriptor)
            self._check(status)
            # A write of another process that is under way looks torn too: then an empty line comes behind it.
            is_torn = status.st_size > 0 and os.pread(descriptor, 1, status.st_size - 1) != b"\n"
            line = b"\n" * is_torn + line_of(change)
            if os.write(descriptor, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        finally:
            os.close(descriptor)

    @property
    def _has_more(self) -> bool:
        return bool(self._seen) and self._splitter.end < self._size

    def _begin(self) -> None:
        self._seen, self._size = (), 0
        self._splitter, self._seam = LineSplitter(), b""
        self.bad_line_count, self.first_bad = 0, None

    def _read(self, descriptor: int) -> Reading:
        status = os.fstat(descriptor)
        self._check(status)
        is_fresh = bool(self._seen) and not self._goes_on(descriptor, status)
        if is_fresh:
            self._begin()
        chunk = os.pread(descriptor, _MOST_BYTES, self._splitter.end)
        self._seen, self._size = _signature(status), status.st_size
        self._seam = (self._seam + chunk)[-_SEAM_BYTES:]
        block = self._splitter.feed(chunk)
        changes = [] if block is None else self._changes(block)
        if not self._has_more:
            changes += self._unended()
        return Reading(changes, is_fresh, self._has_more)

    def _check(self, status: os.stat_result) -> None:
        """Raise OSError where this is no file to keep bookmarks in."""
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(self.path))
        if os.path.exists(self._trace) and identity_of(status) == identity_of(self._trace.stat()):  # noqa: PTH110
            raise OSError(errno.EINVAL, "the trace itself", str(self.path))

    def _goes_on(self, descriptor: int, status: os.stat_result) -> bool:
        """Whether what was read is still there, so that what follows is new."""
        end = self._splitter.end
        if self._seen[0] != identity_of(status) or status.st_size < end:
            return False
        return os.pread(descriptor, len(self._seam), end - len(self._seam)) == self._seam

    def _changes(self, block: Block) -> list[Change]:
        changes = []
        for number, line in enumerate(block.lines, block.first_line):
            if not line or line.isspace():
                continue
            try:
                change, defect = change_from(line)
                changes.append(change)
            except BadBookmarkError as error:
                defect = str(error)
            if defect:
                self.bad_line_count += 1
                self.first_bad = self.first_bad or BadLine(number, defect)
        return changes

    def _unended(self) -> list[Change]:
        """The last line, if it lacks nothing but its newline."""
        if not self._splitter.torn_end.rstrip().endswith(b"}"):
            return []
        try:
            change_from(self._splitter.torn)
        except BadBookmarkError:
            return []
        block = self._splitter.take_torn()
        return [] if block is None else self._changes(block)


def _signature(status: os.stat_result) -> tuple[object, ...]:
    """What changes when a file does."""
    return identity_of(status), status.st_size, status.st_mtime_ns
