"""Bytes in any chunking, whole lines out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

_MOST_OF_HOLE = 1 << 20
"""No more NUL bytes are kept that a line begins with."""


@dataclass(frozen=True)
class Block:
    """Whole lines, joined by newlines but without the last one, and where they stand.

    `offset` is the byte offset of the first line in its file, `first_line` its number, counted from 1.
    """

    text: bytes
    offset: int
    first_line: int

    @property
    def lines(self) -> list[bytes]:
        """The lines, without their newlines."""
        return self.text.split(b"\n")

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins in `text`."""
        # Lines are found without a copy of each, which would take half as long as decoding it.
        find, end = self.text.find, -1
        starts = [0]
        while (end := find(b"\n", end + 1)) >= 0:
            starts.append(end + 1)
        return starts

    @property
    def offsets(self) -> list[int]:
        """The byte offset of each line."""
        offset = self.offset
        return [offset + start for start in self.starts]


@dataclass(slots=True)
class LineSplitter:
    """Cuts a growing byte stream into blocks of whole lines; a torn last line waits for its rest.

    Of a line that begins with more than a megabyte of NUL bytes these are dropped, and its offset is behind them.
    """

    offset: int = 0
    next_line: int = 1
    _pending: list[bytes] = field(default_factory=list)
    _pending_size: int = 0
    _gave_torn: bool = False
    _is_hole: bool = False

    @classmethod
    def at(cls, offset: int, next_line: int, gave_torn: bool) -> LineSplitter:
        """One that goes on at `offset`; with `gave_torn` the last line before it was given without its newline."""
        splitter = cls(offset, next_line)
        splitter._gave_torn = gave_torn
        return splitter

    @property
    def gave_torn(self) -> bool:
        """Whether the last line was given without its newline, and nothing came since."""
        return self._gave_torn

    @property
    def end(self) -> int:
        """The offset up to which bytes were fed."""
        return self.offset + self._pending_size

    @property
    def torn(self) -> bytes:
        """The bytes of the last line so far, not yet ended by a newline."""
        if len(self._pending) > 1:
            self._pending = [b"".join(self._pending)]
        return self._pending[0] if self._pending else b""

    @property
    def torn_size(self) -> int:
        """How many bytes of a last line wait for their newline."""
        return self._pending_size

    @property
    def torn_end(self) -> bytes:
        """The last piece of the torn line as it was fed: cheap to look at, however long the line is."""
        return self._pending[-1] if self._pending else b""

    def feed(self, chunk: bytes) -> Block | None:
        """Take the next bytes; give the lines that are whole now, or None."""
        if self._gave_torn and chunk:
            chunk = self._end_given(chunk)
        cut = chunk.rfind(b"\n")
        if cut < 0:
            self._hold(chunk)
            return None
        text = b"".join((*self._pending, memoryview(chunk)[:cut]))
        block = self._release(text, ended=1)
        self._hold(chunk[cut + 1 :])
        return block

    def take_torn(self) -> Block | None:
        """Give the torn last line as if it were whole; a newline that follows only ends it, other bytes are read on
        their own, under the same line number."""
        if not self._pending_size:
            return None
        self._gave_torn = True
        return self._release(self.torn, ended=0)

    def _end_given(self, chunk: bytes) -> bytes:
        """What of `chunk` is still to be read after a last line that was given without its newline."""
        self._gave_torn = False
        if chunk.startswith(b"\n"):
            self.offset += 1
            return chunk[1:]
        self.next_line -= 1
        return chunk

    def _hold(self, rest: bytes) -> None:
        if rest:
            # Where a file was cut short under its writer's feet a hole of any size stands before the next line.
            was_hole = self._is_hole or not self._pending
            self._is_hole = was_hole and not rest[0] and rest == bytes(len(rest))
            if self._is_hole and self._pending_size >= _MOST_OF_HOLE:
                self.offset += self._pending_size
                self._pending.clear()
                self._pending_size = 0
            self._pending.append(rest)
            self._pending_size += len(rest)

    def _release(self, text: bytes, ended: int) -> Block:
        block = Block(text, self.offset, self.next_line)
        self.offset += len(text) + ended
        self.next_line += len(block.starts)
        self._pending.clear()
        self._pending_size = 0
        return block
