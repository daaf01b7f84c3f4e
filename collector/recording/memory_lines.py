"""Lines that stay in memory: what a collector without a folder has in place of a file."""

from __future__ import annotations

import threading

from .lifetime import call_after_fork


class MemoryLines:
    """Keeps the lines instead of writing them; the same face as `LineWriter`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.dropped = 0
        self.write_errors = 0
        self.last_error = ""
        self.buffered = 0
        self.failing = False
        self._lines: list[bytes] = []
        call_after_fork(self)

    @property
    def written(self) -> int:
        """Lines kept."""
        return len(self._lines)

    def put(self, line: bytes) -> bool:
        """Keep one line. There is never anything left to do: False."""
        # A copy of the exact size: orjson cuts its result out of a larger block, and keeping those leaves holes
        # several times as large as the lines.
        self._lines.append(b"%b" % line)
        return False

    def press_on(self) -> None:
        """Nothing waits here."""

    def flush(self) -> bool:
        """Nothing waits here: True."""
        return True

    def close(self) -> bool:
        """Nothing is open here: True."""
        return True

    def after_fork(self) -> None:
        """A lock that no thread of the parent can hold."""
        self.lock = threading.RLock()

    def line(self, number: int) -> bytes:
        """One line, by its number (0-based), newline included. Raises IndexError."""
        return self._lines[number]

    def lines(self, start: int = 0) -> list[bytes]:
        """A copy of the lines kept, from line number `start` (0-based) on."""
        return self._lines[start:]
