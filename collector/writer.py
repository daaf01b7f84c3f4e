"""Lines on their way to a file: buffered, written whole, never lost to a fork or a normal exit."""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
import weakref
from collections import deque
from pathlib import Path
from time import monotonic
from typing import Protocol

CHUNK_BYTES = 1 << 20
"""The most that goes into one write, a single longer line aside."""
MAX_BACKLOG_BYTES = 32 << 20
"""The most that waits in memory while the file cannot be written; lines beyond it are dropped and counted."""
SLOW_WRITE_SECONDS = 0.02
"""A write slower than this moves the writing from the recording threads to the timer thread."""

_RETRY_INTERVAL = 0.2
_LONGEST_INTERVAL = 3600.0
_TORN_SECONDS = 0.005
_OPEN_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


class ForkAware(Protocol):
    """Something with locks or buffers that a forked child must not share with its parent."""

    def after_fork(self) -> None: ...


_fork_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()
_writers: weakref.WeakSet[LineWriter] = weakref.WeakSet()


def call_after_fork(thing: ForkAware) -> None:
    """Have `thing.after_fork()` called in every child that this process forks, for as long as it lives."""
    _fork_aware.add(thing)


class LineWriter:
    """Appends whole lines to one file, from any thread and beside other processes.

    A batch is written when it holds `batch_lines` lines or when its first line is `interval` seconds old, whichever
    comes first. Nothing here raises for what the disk does: what cannot be written waits, up to `MAX_BACKLOG_BYTES`,
    and is tried again every interval. Folder and file are created, for the user alone, by the first write.
    """

    def __init__(self, path: Path, batch_lines: int = 100, interval: float = 0.2) -> None:
        self.path = path
        self.written = 0
        self.dropped = 0
        self.write_errors = 0
        self.last_error = ""
        self._batch_lines = batch_lines if interval > 0 else 1
        self._interval = min(interval, _LONGEST_INTERVAL) if interval > 0 else _RETRY_INTERVAL
        self._fd: int | None = None
        self._failing = False
        self._slow = False
        self._reset()
        _writers.add(self)
        call_after_fork(self)

    def _reset(self) -> None:
        # Both locks are reentrant: a signal handler or finaliser that records runs inside the thread it interrupts.
        self._lock = threading.RLock()
        self._write_lock = threading.RLock()
        self._writing = False
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._rest = b""
        self._rest_lines = 0
        self._timer: threading.Thread | None = None
        self._wake = threading.Event()

    @property
    def buffered(self) -> int:
        """Lines taken and not yet in the file."""
        return len(self._lines) + self._rest_lines

    def append(self, line: bytes) -> None:
        """Take one line, newline included. Costs a write when it fills the batch."""
        with self._lock:
            self._bytes += len(line)
            if self._bytes > MAX_BACKLOG_BYTES and self._lines:
                self._bytes -= len(line)
                self.dropped += 1
                return
            self._lines.append(line)
            full = len(self._lines) >= self._batch_lines
        if full and not (self._failing or self._slow):
            self._write(wait=False)
        if self._lines:
            if self._timer is None:
                self._start_timer()
            if full and self._slow:
                self._wake.set()

    def flush(self) -> bool:
        """Write what is buffered now. True when all of it is in the file."""
        return self._write(wait=True)

    def close(self) -> bool:
        """Flush and release the file; a later line opens it again. True when everything is in the file."""
        with self._write_lock:
            done = self._write(wait=True)
            if not self._writing:
                self._release()
        if self._timer is not None:
            self._wake.set()
        return done

    def write_through(self) -> None:
        """From now on write every line at once: nothing that runs later would write a batch."""
        self._batch_lines = 1

    def after_fork(self) -> None:
        """Forget the parent's lines, locks and thread; a child may end without any exit handler, so batch no more."""
        self._reset()
        self.write_through()

    def __del__(self) -> None:
        self._release()

    def _write(self, *, wait: bool) -> bool:
        if not self._write_lock.acquire(blocking=wait):
            return False
        try:
            if self._writing:
                return False
            self._writing = True
            began = monotonic()
            try:
                self._drain()
            finally:
                self._slow = monotonic() - began > SLOW_WRITE_SECONDS
                self._writing = False
            return not self._failing
        finally:
            self._write_lock.release()

    def _drain(self) -> None:
        """Write the lines that wait now; what other threads add meanwhile is a later batch's."""
        to_write = self.buffered
        try:
            fd = self._open() if to_write else -1
            while to_write > 0:
                if not self._rest:
                    self._take_chunk()
                to_write -= self._rest_lines
                while self._rest:
                    self._rest = self._rest[os.write(fd, self._rest) :]
                self.written += self._rest_lines
                self._rest_lines = 0
            self._failing = False
        except (OSError, ValueError) as error:  # ValueError: a path no file system can hold
            self._failing = True
            self.write_errors += 1
            self.last_error = str(error)

    def _take_chunk(self) -> None:
        with self._lock:
            if self._bytes <= CHUNK_BYTES:
                chunk = list(self._lines)
                self._lines.clear()
            else:
                chunk = [self._lines.popleft()]
                size = len(chunk[0])
                while self._lines and (size := size + len(self._lines[0])) <= CHUNK_BYTES:
                    chunk.append(self._lines.popleft())
            # Whole before the lines leave the buffer's account, so that no moment shows fewer than there are.
            self._rest_lines = len(chunk)
            self._rest = b"".join(chunk)
            self._bytes -= len(self._rest)

    def _open(self) -> int:
        if self._fd is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fd = os.open(self.path, _OPEN_FLAGS, 0o600)
            if not self._rest and _ends_torn(self.path):
                os.write(self._fd, b"\n")
        return self._fd

    def _release(self) -> None:
        fd = getattr(self, "_fd", None)
        self._fd = None
        if fd is not None:
            with contextlib.suppress(OSError):
                os.close(fd)

    def _start_timer(self) -> None:
        with self._lock:
            if self._timer is not None:
                return
            self._timer = threading.Thread(target=self._run_timer, name="tracetop-writer", daemon=True)
            try:
                self._timer.start()
            except RuntimeError:  # no more threads: the process is at its limit or shutting down
                self._timer = None
                self.write_through()
        if self._timer is None:
            self._write(wait=False)

    def _run_timer(self) -> None:
        while True:
            self._wake.wait(self._interval)
            self._wake.clear()
            self._write(wait=True)
            with self._lock:
                if not self.buffered:
                    self._timer = None
                    return


class MemoryLines:
    """Keeps the lines instead of writing them; the same face as `LineWriter`."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self.dropped = 0
        self.write_errors = 0
        self.last_error = ""
        self.buffered = 0

    @property
    def written(self) -> int:
        """Lines kept."""
        return len(self._lines)

    def append(self, line: bytes) -> None:
        """Keep one line."""
        # A copy of the exact size: orjson cuts its result out of a larger block, and keeping those leaves holes
        # several times as large as the lines.
        self._lines.append(b"%b" % line)

    def flush(self) -> bool:
        """Nothing waits here: True."""
        return True

    def close(self) -> bool:
        """Nothing is open here: True."""
        return True

    def lines(self, start: int = 0) -> list[bytes]:
        """A copy of the lines kept, from line number `start` (0-based) on."""
        return self._lines[start:]


def _ends_torn(path: Path) -> bool:
    """Whether the file ends in the middle of a line, as a writer that was killed leaves it.

    A write of another process that is under way looks the same for a moment, so a torn end must stay as it is.
    """
    torn_at = _torn_end(path)
    if torn_at is None:
        return False
    time.sleep(_TORN_SECONDS)
    return _torn_end(path) == torn_at


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


def _flush_at_exit() -> None:
    for writer in list(_writers):
        writer.write_through()
        writer.flush()


def _reset_in_child() -> None:
    for thing in list(_fork_aware):
        thing.after_fork()


atexit.register(_flush_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_in_child)
