"""How far a file that grows is read, what shows that it only grew, and when its torn last line is tried."""

from __future__ import annotations

import os
from collections.abc import Callable

from .lines import Block, LineSplitter

SEAM_BYTES = 64
"""How much of what was read last is remembered: a file that holds something else there was rewritten."""

_BYTES_PER_QUIET_POLL = 1 << 20


class PartProgress:
    """The reading of one file from `splitter.end` on; `seam` is what stands before that."""

    def __init__(self, splitter: LineSplitter | None = None, seam: bytes = b"") -> None:
        self.splitter = LineSplitter() if splitter is None else splitter
        self.seam = seam
        self._mtime_ns = -1
        self._quiet_polls = 0

    @property
    def has_torn_to_try(self) -> bool:
        """Whether a last line without its newline is there that was not tried yet."""
        torn_size = self.splitter.torn_size
        return torn_size > 0 and self._quiet_polls <= torn_size // _BYTES_PER_QUIET_POLL

    def take(self, chunk: bytes) -> Block | None:
        """The next bytes of the file; gives the lines that are whole now, or None."""
        self.seam = (self.seam + chunk[-SEAM_BYTES:])[-SEAM_BYTES:]
        self._quiet_polls = 0
        return self.splitter.feed(chunk)

    def note(self, now: os.stat_result) -> None:
        """Remember what the file is like while it is read."""
        self._mtime_ns = now.st_mtime_ns

    def is_untouched(self, now: os.stat_result) -> bool:
        """Whether the file is read to its end and was not written to since."""
        return now.st_size == self.splitter.end and now.st_mtime_ns == self._mtime_ns

    def seam_holds(self, now: os.stat_result, read: Callable[[int, int], bytes]) -> bool:
        """Whether the file still holds before the offset what was read there: if not, it was rewritten.

        `read(size, offset)` gives bytes of the file. Raises OSError as it does.
        """
        end = self.splitter.end
        return now.st_size >= end and read(len(self.seam), end - len(self.seam)) == self.seam

    def is_time_for_torn(self) -> bool:
        """Note a poll that found nothing new; whether to try a last line without newline now: once, the later the
        longer it is.

        Joining and parsing a line of many MB at each pause of its writer would cost more than reading it.
        """
        self._quiet_polls += 1
        return self._quiet_polls == 1 + self.splitter.torn_size // _BYTES_PER_QUIET_POLL

    def take_torn(self, is_whole: Callable[[bytes], bool]) -> Block | None:
        """The torn last line, if it is whole but for its newline."""
        if self.splitter.torn_end.rstrip()[-1:] in (b"", b"}", b"]") and is_whole(self.splitter.torn):
            return self.splitter.take_torn()
        return None
