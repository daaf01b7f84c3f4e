"""The files that hold one trace, one after the other, and positions that name a line in any of them."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OPEN_FILES = 64
"""How many descriptors are kept: of earlier segments of one trace, and of files in one folder."""

_OFFSET_BITS = 48
_OFFSET_MASK = (1 << _OFFSET_BITS) - 1
_SEGMENT_MASK = 0x7FFF  # a position fits a signed 64-bit column
_FIRST_READ = 4096
_LARGEST_READ = 1 << 24

Identity = tuple[int, int]


def identity_of(status: os.stat_result) -> Identity:
    """Device and inode: what makes a file the same file, whatever its path."""
    return status.st_dev, status.st_ino


class Segments:
    """Descriptors of the file that is read now and of those that were rotated away before it.

    A position is `segment << 48 | offset`; in a trace that was never rotated it is the offset. One thread opens,
    reads and closes; `line` is for any thread. Methods raise OSError as the system gives it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.identity: Identity | None = None
        """Of the file that is read now, also while it is closed; None before the first was opened."""
        self._number = 0
        self._descriptors: dict[int, int] = {}
        self._lock = threading.Lock()

    @property
    def base(self) -> int:
        """What makes a position of an offset in the current file, by addition."""
        return self._number << _OFFSET_BITS

    @property
    def is_open(self) -> bool:
        """Whether any descriptor is held."""
        return bool(self._descriptors)

    def status(self) -> os.stat_result | None:
        """The current file as its descriptor sees it; None while it is closed."""
        descriptor = self._descriptors.get(self._number)
        return None if descriptor is None else os.fstat(descriptor)

    def read(self, size: int, offset: int) -> bytes:
        """Up to `size` bytes of the current file, which must be open."""
        return os.pread(self._descriptors[self._number], size, offset)

    def open(self) -> None:
        """Open what has the path now in place of the current file."""
        self._install(self._number)

    def open_next(self) -> None:
        """Open what has the path now as the next segment; the earlier ones stay within reach of `line`."""
        self._install(self._next)

    def start_over(self) -> None:
        """Keep only the current file, under a new number, so that no position from before finds a wrong line."""
        with self._lock:
            current = self._descriptors.pop(self._number)
            self._close_all()
            self._number = self._next
            self._descriptors[self._number] = current

    def close(self) -> None:
        """Close all. The current file can be opened again; earlier segments are out of reach from here on."""
        with self._lock:
            self._close_all()

    def line(self, position: int) -> bytes:
        """The raw line at a position, without its newline. From any thread.

        Raises OSError where the line is no longer there: its file was truncated, or is closed for good.
        """
        offset = position & _OFFSET_MASK
        pieces: list[bytes] = []
        wanted = _FIRST_READ
        with self._descriptor(position >> _OFFSET_BITS) as descriptor:
            while piece := os.pread(descriptor, wanted, offset):
                end = piece.find(b"\n")
                if end >= 0:
                    pieces.append(piece[:end])
                    return b"".join(pieces)
                pieces.append(piece)
                offset += len(piece)
                wanted = min(wanted * 4, _LARGEST_READ)
        if not pieces:
            raise OSError(errno.ESTALE, "the line is no longer in the trace", str(self.path))
        return b"".join(pieces)

    @property
    def _next(self) -> int:
        return (self._number + 1) & _SEGMENT_MASK

    def _install(self, number: int) -> None:
        descriptor = _open_file(self.path)
        with self._lock:
            self.identity = identity_of(os.fstat(descriptor))
            replaced = self._descriptors.pop(number, None)
            if replaced is not None:
                os.close(replaced)
            self._number = number
            self._descriptors[number] = descriptor
            while len(self._descriptors) > OPEN_FILES + 1:
                os.close(self._descriptors.pop(next(iter(self._descriptors))))

    def _close_all(self) -> None:
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()

    @contextmanager
    def _descriptor(self, number: int) -> Iterator[int]:
        """The descriptor of a segment, which no other thread closes meanwhile."""
        with self._lock:
            if number in self._descriptors:
                yield self._descriptors[number]
                return
            if number != self._number:
                raise OSError(errno.ESTALE, "this part of the trace is no longer open", str(self.path))
            identity = self.identity
        descriptor = _open_file(self.path)
        try:
            if identity_of(os.fstat(descriptor)) != identity:
                raise OSError(errno.ESTALE, "another file took the path of the trace", str(self.path))
            yield descriptor
        finally:
            os.close(descriptor)


def _open_file(path: Path) -> int:
    # Non-blocking: opening a pipe that took the path meanwhile would stop the thread.
    return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
