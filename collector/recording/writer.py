"""Lines on their way to a file: buffered, written in batches, never lost to a fork or an end that runs Python code."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

from .append_file import AppendFile
from .lifetime import call_after_fork, call_at_exit, call_before_fork, is_forked

CHUNK_BYTES = 1 << 20
"""The most that goes into one write, a single longer line aside."""
MAX_BACKLOG_BYTES = 32 << 20
"""The most that waits in memory while the file cannot be written; lines beyond it are dropped and counted."""
SLOW_WRITE_SECONDS = 0.02
"""A write slower than this moves the writing from the recording threads to the timer thread."""

_RETRY_INTERVAL = 0.2
_LONGEST_INTERVAL = 3600.0
_IDLE_SECONDS = 2.0


class LineWriter:
    """Appends whole lines to one file, from any thread and beside other processes.

    A batch is written when it holds `batch_lines` lines or when its first line is `interval` seconds old, whichever
    comes first; a line after a pause of that length goes out at once. Nothing here raises for what the disk does: what
    cannot be written waits, up to `MAX_BACKLOG_BYTES`, and is tried again every interval.
    """

    def __init__(
        self, path: Path, batch_lines: int = 100, interval: float = 0.2, *, max_bytes: int | None = None
    ) -> None:
        self.path = path
        self.written = 0
        self.dropped = 0
        self.write_errors = 0
        self.last_error = ""
        self.failing = False
        """Whether the last write was refused."""
        self._chunk_bytes = CHUNK_BYTES if max_bytes is None else min(CHUNK_BYTES, max_bytes)
        self._batch_lines = 1 if interval <= 0 or is_forked() else batch_lines
        self._interval = min(interval, _LONGEST_INTERVAL) if interval > 0 else _RETRY_INTERVAL
        self._file = AppendFile(path, max_bytes)
        self._written_at = monotonic()
        self._slow = False
        self._reset()
        call_at_exit(self)
        call_before_fork(self)
        call_after_fork(self)

    def _reset(self) -> None:
        # Both locks are reentrant: a signal handler or finaliser that records runs inside the thread it interrupts.
        self.lock = threading.RLock()
        self._write_lock = threading.RLock()
        self._writing = False
        self._lines: list[bytes] = []
        self._bytes_taken = self._bytes_passed_on = 0
        self._bytes_allowed = MAX_BACKLOG_BYTES
        self._chunk = b""
        self._chunk_lines = 0
        self._timer: threading.Thread | None = None
        self._is_due = False
        # Unlike an Event it may be used by a signal handler while its own thread is using it.
        self._wake: SimpleQueue[None] = SimpleQueue()

    @property
    def buffered(self) -> int:
        """Lines taken and not yet in the file."""
        return len(self._lines) + self._chunk_lines

    def put(self, line: bytes) -> bool:
        """Take one line, newline included. To be called with `lock` held; when it says so, `press_on` without."""
        lines = self._lines
        if self._batch_lines == 1 and not lines and self._write_line(line):
            return False
        taken = self._bytes_taken + len(line)
        if taken > self._bytes_allowed and lines:
            self.dropped += 1
            return False
        self._bytes_taken = taken
        lines.append(line)
        return not self._is_due or len(lines) >= self._batch_lines

    def press_on(self) -> None:
        """Do what the lines that wait call for: write them now, or see to it that the timer will."""
        if self._batch_lines == 1:
            self._write(wait=True)
        elif not (self.failing or self._slow) and (
            len(self._lines) >= self._batch_lines or monotonic() - self._written_at >= self._interval
        ):
            self._write(wait=False)
        if self._lines:
            self._set_timer()

    def flush(self) -> bool:
        """Write what is buffered now. True when all of it is in the file."""
        return self._write(wait=True)

    def close(self) -> bool:
        """Flush and release the file; a later line opens it again. True when everything is in the file."""
        with self._write_lock:
            done = self._write(wait=True)
            if not self._writing:
                try:
                    self._file.close()
                except OSError as error:
                    self._fail(error)
        if self._timer is not None:
            self._wake.put(None)
        return done

    def write_through(self) -> None:
        """From now on write every line at once: nothing that runs later would write a batch."""
        self._batch_lines = 1

    def at_exit(self) -> None:
        """Write what is buffered, and at once whatever other exit handlers record."""
        self.write_through()
        self.close()

    def before_fork(self) -> None:
        """Write what is buffered, if nobody is at it: what the child records belongs behind it."""
        self._write(wait=False)

    def after_fork(self) -> None:
        """Forget the parent's lines, locks and thread; a child may end without any exit handler, so batch no more."""
        self._reset()
        self._file.after_fork()
        self.write_through()

    def _write_line(self, line: bytes) -> bool:
        """Write one line without a detour. False where it must wait for its turn, or for the disk."""
        # Before the lock: it is reentrant, so a write in progress is another thread's or one that this interrupts.
        if self._writing or self.failing or self._chunk or not self._write_lock.acquire(blocking=False):
            return False
        try:
            self._writing = True
            self._file.append_line(line)
            self.written += 1
            return True
        except (OSError, ValueError) as error:
            self._fail(error)
            return False
        finally:
            self._writing = False
            self._write_lock.release()

    def _fail(self, error: Exception) -> None:
        self.failing = True
        self.write_errors += 1
        self.last_error = str(error)

    def _write(self, *, wait: bool, look: bool = False) -> bool:
        # Whoever holds the write lock never asks for `lock`: a signal handler may flush while its thread holds `lock`.
        if not self._write_lock.acquire(blocking=wait):
            return False
        try:
            if self._writing:  # in this very thread, which was interrupted: a batch in progress is not to be cut
                return False
            began = monotonic()
            try:
                self._writing = True
                self._drain(look)
            finally:
                self._writing = False
                self._written_at = monotonic()
                self._slow = self._written_at - began > SLOW_WRITE_SECONDS
            return not self.failing
        finally:
            self._write_lock.release()

    def _drain(self, look: bool) -> None:
        """Write the lines that wait now; what other threads add meanwhile is a later batch's."""
        to_write = self.buffered
        try:
            while to_write > 0:
                if not self._chunk:
                    self._take_chunk()
                to_write -= self._chunk_lines
                self._write_chunk()
            if look:
                self._file.look_after()
            self.failing = False
        except (OSError, ValueError) as error:  # ValueError: a path no file system can hold
            self._fail(error)

    def _write_chunk(self) -> None:
        self._file.sent = 0
        try:
            self._file.append(self._chunk)
        finally:
            # The chunk first, in one operation: the exception of a signal handler must not find it whole again.
            self._chunk = self._chunk[self._file.sent :]
            left = self._chunk.count(b"\n")
            self.written += self._chunk_lines - left
            self._chunk_lines = left

    def _take_chunk(self) -> None:
        lines, count = self._lines, len(self._lines)
        if self._bytes_taken - self._bytes_passed_on > self._chunk_bytes:
            count, size = 1, len(lines[0])
            while count < len(lines) and (size := size + len(lines[count])) <= self._chunk_bytes:
                count += 1
        # Counted before they leave the buffer, so that no moment shows fewer lines than there are; joined before, so
        # that the exception of a signal handler loses none. Each step is one operation to other threads.
        self._chunk_lines = count
        self._chunk = b"".join(lines[:count])
        del lines[:count]
        self._bytes_passed_on += len(self._chunk)
        self._bytes_allowed = self._bytes_passed_on + MAX_BACKLOG_BYTES

    def _set_timer(self) -> None:
        """Have the timer thread write what waits, when the interval has passed; at once where only it may write."""
        with self.lock:
            if self._is_due:
                if self._slow and len(self._lines) >= self._batch_lines:
                    self._wake.put(None)
                return
            self._is_due = True
            if self._timer is not None:
                self._wake.put(None)
                return
            self._timer = threading.Thread(target=self._run_timer, name="tracetop-writer", daemon=True)
            try:
                self._timer.start()
                return
            except RuntimeError:  # no more threads: the process is at its limit or shutting down
                self._timer = None
                self._is_due = False
                self.write_through()
        self._write(wait=False)

    def _run_timer(self) -> None:
        while True:
            self._sleep(self._interval)
            self._write(wait=True, look=True)
            with self.lock:
                self._is_due = bool(self.buffered)
            if not self._is_due and not self._rest():
                return

    def _rest(self) -> bool:
        """Wait for the next line, for a while: to keep a thread costs the agent less than to start one."""
        self._sleep(_IDLE_SECONDS)
        with self.lock:
            if not self._is_due:
                self._timer = None
            return self._is_due

    def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(Empty):
            self._wake.get(timeout=seconds)
            while True:
                self._wake.get_nowait()
