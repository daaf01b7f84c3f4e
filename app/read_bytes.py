"""How much of a trace has been read, in bytes of all its parts."""

from __future__ import annotations

from pathlib import Path

from ..collector.parts import parts_from
from ..collector.reading.follow import FileTail


class ReadBytes:
    """Measures what a tail has read of what there is: of the parts there were at first, and what became of them."""

    def __init__(self, tail: FileTail) -> None:
        """Raises OSError where a part cannot be looked at, ValueError where no file can have such a path."""
        self._tail = tail
        self._sizes: dict[Path, int] = {part: part.stat().st_size for part in parts_from(tail.path)}

    def measure(self) -> tuple[int, int]:
        """How much is read now, of how much."""
        part, before = self._tail.part, 0
        for known, size in self._sizes.items():
            if known == part:
                break
            before += size
        self._sizes[part] = max(self._tail.size, self._sizes.get(part, 0))
        return before + self._tail.read_bytes, sum(self._sizes.values())
