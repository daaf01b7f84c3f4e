"""The file at the end of recording: whole lines appended, beside other processes, whatever happens to the file."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from time import monotonic

from ..parts import LAST_PART, last_part, next_part, part_number
from ..reading.segments import identity_of

_LOOK_SECONDS = 0.005
_TORN_SECONDS = 0.005
_TORN_LOOKS = 10
_OPEN_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class AppendFile:
    """A file that `append` writes whole lines to, created with its folder by the first, for the user alone.

    It is looked after now and then, and opened anew when it was moved away, or deleted; what went to a deleted file
    since the last look goes to the new one too. With `max_bytes`, a part that would grow beyond them is left and the
    next one begun (`collector.parts`); a longer line has a part of its own. Not locked: one thread at a time.
    """

    def __init__(self, path: Path, max_bytes: int | None = None) -> None:
        self.path = path
        """The first part; that which is written to may be a later one."""
        self.sent = 0
        """How many bytes of what is to be appended are in the file, up to the end of a line. To be set to 0 before."""
        self._part = path
        self._next = next_part(path)
        self._max_bytes = max_bytes
        self._fd: int | None = None
        self._looked_at = float("-inf")
        self._since_look: list[bytes] = []
        self._deleted = b""

    def append(self, lines: bytes) -> None:
        """Write whole lines at the end, with `sent` at 0; it says how far that went, also where an exception ends it.

        Raises OSError if the disk refuses them or the rest of them, ValueError for a path that no file system can hold.
        """
        if self._is_to_look():
            self._look(len(lines))
        fd = self._open(last_part(self.path)) if self._fd is None else self._fd
        written: list[int] = []
        try:
            # In one call, since the exception of a signal handler comes between calls: what was written is known then.
            written.extend(map(os.write, (fd,), (lines,)))
        finally:
            if written:
                self.sent = written[0]
                self._since_look.append(lines)
        if self.sent < len(lines):
            self._append_slowly(fd, lines)

    def append_line(self, line: bytes) -> None:
        """Write one line at the end, or raise as `append`, in less time."""
        if self._fd is None or self._is_to_look():
            self.sent = 0
            self.append(line)
            return
        sent = os.write(self._fd, line)
        self._since_look.append(line)
        if sent < len(line):
            self.sent = sent
            self._append_slowly(self._fd, line)

    def after_fork(self) -> None:
        """In a forked child: what was written was the parent's."""
        self._since_look = []

    def close(self) -> None:
        """Give the descriptor back; the next `append` opens the file again. Raises OSError where `append` would."""
        self.look_after()
        self._release()

    def look_after(self) -> None:
        """If the file was deleted since the last look, make it again, with what went to the deleted one since."""
        if self._fd is not None and self._since_look:
            self._look(0)
            if self._deleted:
                self._open(last_part(self.path))

    def _is_to_look(self) -> bool:
        # To look takes as long as to write a line.
        return self._max_bytes is not None or monotonic() - self._looked_at > _LOOK_SECONDS

    def _release(self) -> None:
        fd = getattr(self, "_fd", None)
        self._fd = None
        if fd is not None:
            with contextlib.suppress(OSError):
                os.close(fd)

    __del__ = _release

    def _append_slowly(self, fd: int, lines: bytes) -> None:
        """Go on after a short write; where that fails, leave no torn line behind."""
        try:
            while self.sent < len(lines):
                self.sent += os.write(fd, lines[self.sent :])
        finally:
            whole = lines.rfind(b"\n", 0, self.sent) + 1
            if self.sent > whole and not _cut_off(fd, self.sent - whole):
                self._release()  # opening it again puts a newline behind the torn line
            self.sent = whole
            self._since_look[-1] = lines[:whole]

    def _look(self, size: int) -> None:
        """See that the file which is open, if one is, is that which `size` bytes go to."""
        if self._fd is not None:
            status = os.fstat(self._fd)
            if self._has_moved(status):
                self._release()
                self._deleted = b"" if status.st_nlink else b"".join(self._since_look)
        self._since_look = []
        self._looked_at = monotonic()
        if self._max_bytes is not None:
            self._find_part(size, self._max_bytes)

    def _has_moved(self, status: os.stat_result) -> bool:
        try:
            return not status.st_nlink or identity_of(self._part.stat()) != identity_of(status)
        except FileNotFoundError:
            return True
        except OSError:  # a network file system that does not answer now
            return False

    def _find_part(self, size: int, max_bytes: int) -> None:
        fd = self._open(last_part(self.path)) if self._fd is None else self._fd
        while part_number(self._part) < LAST_PART:
            full = os.fstat(fd).st_size
            # Another process that records into the same trace may have gone on already.
            if not (full and full + size > max_bytes) and not os.path.isfile(self._next):  # noqa: PTH113 - Path.is_file raises
                return
            self._release()
            fd = self._open(self._next)

    def _open(self, part: Path) -> int:
        _make_private(part.parent)
        self._fd = fd = os.open(part, _OPEN_FLAGS, 0o600)
        self._part, self._next = part, next_part(part)
        if _ends_torn(part):
            os.write(fd, b"\n")
        if self._deleted:
            os.write(fd, self._deleted)
            self._deleted = b""
        return fd


def _make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the user alone: `parents=True` would open the latter."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _cut_off(fd: int, torn: int) -> bool:
    """Take a torn line back. False where another process has written behind it, or the file may only grow."""
    with contextlib.suppress(OSError):
        end = os.lseek(fd, 0, os.SEEK_CUR)
        if os.fstat(fd).st_size == end:
            os.ftruncate(fd, end - torn)
            return True
    return False


def _ends_torn(path: Path) -> bool:
    """Whether the file ends in the middle of a line, as a writer that was killed leaves it.

    A write of another process that is under way looks the same, for as long as that process waits for its turn on the
    processor, so a torn end must stay as it is for a while.
    """
    torn_at = _torn_end(path)
    for _ in range(_TORN_LOOKS):
        if torn_at is None:
            return False
        time.sleep(_TORN_SECONDS)
        before, torn_at = torn_at, _torn_end(path)
        if torn_at != before:
            return False
    return True


def _torn_end(path: Path) -> int | None:
    """The size of a file that does not end with a newline; None if it does, or is empty."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if not size:
                return None
            file.seek(size - 1)
            return size if file.read(1) != b"\n" else None
    except OSError:
        return None
