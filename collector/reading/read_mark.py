"""How far a trace was read, in a form that can be kept, and whether its files still are what was read then.

A trace only grows. What shows that it did nothing else since: each file is the one it was and no shorter, the bytes
at its start and those before the mark are the same, and where its size is the same it was not written to.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

import msgspec

from .segments import Identity, identity_of

_DIGESTED_BYTES = 4096


class PartMark(msgspec.Struct, frozen=True):
    """A file that was read up to the offset `end`, and what it was like then; `mtime` in nanoseconds."""

    path: str
    identity: Identity
    end: int
    size: int
    mtime: int
    digest: bytes

    @property
    def is_there(self) -> bool:
        """Whether the file holds what was read of it, maybe more by now."""
        try:
            with Path(self.path).open("rb") as file:
                status = os.fstat(file.fileno())
                return (
                    identity_of(status) == self.identity
                    and status.st_size >= self.size
                    and (status.st_size > self.size or status.st_mtime_ns == self.mtime)
                    and _digest(file.fileno(), self.end) == self.digest
                )
        except (OSError, ValueError):
            return False

    @property
    def is_left(self) -> bool:
        """Whether nothing was appended to the file since it was left for the part that follows."""
        try:
            return Path(self.path).stat().st_size == self.end
        except (OSError, ValueError):
            return False


class ReadMark(msgspec.Struct, frozen=True):
    """The parts of a trace, in order; the last one is read. `next_line` is the number of its next line.

    `ended_early` says that its last line was read without its newline, `numbered` are the places of which the line
    numbers are known: positions and numbers.
    """

    parts: tuple[PartMark, ...]
    next_line: int
    ended_early: bool
    numbered: tuple[bytes, bytes]

    def holds(self) -> bool:
        """Whether the trace only grew since, if anything happened to it."""
        return (
            bool(self.parts)
            and all(part.is_there for part in self.parts)
            and all(part.is_left for part in self.parts[:-1])
        )


def mark_part(path: Path, end: int) -> PartMark:
    """The mark of a file that is read up to `end`. Raises OSError."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        digest = _digest(file.fileno(), end)
        return PartMark(str(path.absolute()), identity_of(status), end, status.st_size, status.st_mtime_ns, digest)


def _digest(descriptor: int, end: int) -> bytes:
    size = min(_DIGESTED_BYTES, end)
    parts = os.pread(descriptor, size, 0), os.pread(descriptor, size, end - size)
    return blake2b(b"".join(parts), digest_size=16).digest()
