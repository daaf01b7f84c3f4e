"""The files that hold one trace, one after the other, and positions that name a line in any of them."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..parts import existing_part, places_after

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
    """The file that is read now and those that were read before it: parts of the trace, or rotated away by a rename.

    A position is `segment << 48 | offset`; in a trace of one file it is the offset. A file that has its path is found
    by that, and need not stay open; of those that lost theirs descriptors are kept. One thread opens, reads and closes;
    `line` is for any thread. Methods raise OSError as the system gives it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        """Of the file that is read now: `path` as given, or a part that follows it."""
        self.identity: Identity | None = None
        """Of the file that is read now, also while it is closed; None before the first was opened."""
        self._first = path
        self._first_left: tuple[Identity | None, int, bytes] = (None, 0, b"")
        self._places_after: tuple[Path, ...] | None = None
        self._number = 0
        self._known: dict[int, tuple[Path, Identity]] = {}
        self._descriptors: dict[int, int] = {}
        self._lock = threading.Lock()

    def __del__(self) -> None:
        self._close_all()

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

    def read_at(self, position: int, size: int) -> bytes:
        """Up to `size` bytes at a position in any segment. From any thread."""
        with self._descriptor(position >> _OFFSET_BITS) as descriptor:
            return os.pread(descriptor, size, position & _OFFSET_MASK)

    def following(self) -> Path | None:
        """The part that follows the current file, if there is one."""
        if self._places_after is None:
            self._places_after = places_after(self.path)
        return existing_part(self._places_after)

    def open(self) -> None:
        """Open what has the path now in place of the current file."""
        self._install(self._number, self.path)

    def open_next(self) -> None:
        """Open what has the path now as the next segment; the file that lost it stays open for `line`."""
        self._install(self._next, self.path)

    def open_part(self, part: Path, end: int, seam: bytes) -> None:
        """Open a part that follows as the next segment; the current file was read to `end`, and `seam` stands there."""
        left, can_be_found_again = self._number, self._has_path()
        if self.path == self._first:
            self._first_left = self.identity, self.base + end - len(seam), seam
        self._install(self._next, part)
        if can_be_found_again:
            with self._lock:
                self._close_one(left)

    def parts(self) -> list[tuple[Path, int]] | None:
        """The files read so far and the bases of their positions; None where one is not to be found by its path."""
        known = sorted(self._known.items())
        if [number for number, _ in known] != list(range(self._number + 1)):
            return None  # it started over, or has more files than it can count
        for path, identity in self._known.values():
            try:
                if identity_of(path.stat()) != identity:
                    return None
            except OSError:
                return None
        return [(path, number << _OFFSET_BITS) for number, (path, _) in known]

    def open_first(self) -> None:
        """Open the first part, or the current path where there is none, and forget all that was read before."""
        path = self._first
        try:
            descriptor = open_file(path)
        except FileNotFoundError:
            path = self.path
            descriptor = open_file(path)
        with self._lock:
            self._close_all()
            self._known.clear()
            self._enter(self._next, path, descriptor)

    def is_first_replaced(self) -> bool:
        """Whether the first part was left and is another file now, which may well have the inode of the old one."""
        if self.path == self._first:
            return False
        identity, position, seam = self._first_left
        try:
            status = self._first.stat()
            if not stat.S_ISREG(status.st_mode):
                return False
            return identity_of(status) != identity or self.read_at(position, len(seam)) != seam
        except OSError:
            return False

    def start_over(self) -> None:
        """Keep only the current file, under a new number, so that no position from before finds a wrong line."""
        with self._lock:
            current = self._descriptors.pop(self._number)
            self._close_all()
            self._known.clear()
            self._enter(self._next, self.path, current)

    def close(self) -> None:
        """Close all. Files that have their paths are opened again when they are needed, others are out of reach."""
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

    def place(self, position: int) -> tuple[Path, int]:
        """The file that a position is in, and the offset there."""
        path, _ = self._known.get(position >> _OFFSET_BITS, (self.path, None))
        return path, position & _OFFSET_MASK

    @property
    def _next(self) -> int:
        return (self._number + 1) & _SEGMENT_MASK

    def _has_path(self) -> bool:
        try:
            return identity_of(self.path.stat()) == self.identity
        except OSError:
            return False

    def _install(self, number: int, path: Path) -> None:
        descriptor = open_file(path)
        with self._lock:
            self._close_one(number)
            self._enter(number, path, descriptor)
            while len(self._descriptors) > OPEN_FILES + 1:
                self._close_one(next(iter(self._descriptors)))

    def _enter(self, number: int, path: Path, descriptor: int) -> None:
        self._descriptors[number] = descriptor
        self.identity = identity_of(os.fstat(descriptor))
        self._known[number] = (path, self.identity)
        self._number = number
        self.path = path
        self._places_after = None

    def _close_one(self, number: int) -> None:
        descriptor = self._descriptors.pop(number, None)
        if descriptor is not None:
            os.close(descriptor)

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
            known = self._known.get(number)
        if known is None:
            raise OSError(errno.ESTALE, "the line is no longer in the trace", str(self.path))
        path, identity = known
        descriptor = open_file(path)
        try:
            if identity_of(os.fstat(descriptor)) != identity:
                raise OSError(errno.ESTALE, "the file is no longer open, and another took its path", str(path))
            yield descriptor
        finally:
            os.close(descriptor)


def open_file(path: Path) -> int:
    """A descriptor to read a file by. Raises OSError."""
    # Non-blocking: opening a pipe that took the path meanwhile would stop the thread.
    return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
