"""The lines that records of another format became, kept in memory: what a translated trace has in place of a file."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from ..formats.translator import Origin


class TranslatedLines:
    """Native lines in the order in which they were made. One thread adds, any other may look them up.

    A position is where a line begins among all of them, in bytes.
    """

    def __init__(self) -> None:
        self._end = 0
        self._lines: list[bytes] = []
        self._positions: array[int] = array("q")
        self._files: list[Path] = []
        self._file_numbers: dict[Path, int] = {}
        self._file: array[int] = array("I")
        self._line: array[int] = array("I")

    def add(self, lines: Sequence[bytes], origins: Sequence[Origin]) -> list[int]:
        """Add lines, without their newlines; gives the position of each."""
        positions = []
        for line, origin in zip(lines, origins, strict=True):
            positions.append(self._end)
            self._lines.append(line)
            number = self._file_numbers.setdefault(origin.path, len(self._files))
            if number == len(self._files):
                self._files.append(origin.path)
            self._file.append(number)
            self._line.append(origin.line)
            self._positions.append(self._end)  # last: who finds it finds the rest
            self._end += len(line) + 1
        return positions

    def line(self, position: int) -> bytes:
        """The line at a position. Raises OSError where there is none."""
        return self._lines[self._number(position)]

    def origin(self, position: int) -> Origin:
        """Where the record stands that became the line at a position. Raises OSError where there is none."""
        number = self._number(position)
        return Origin(self._files[self._file[number]], self._line[number])

    def _number(self, position: int) -> int:
        number = bisect_right(self._positions, position) - 1
        if number < 0 or self._positions[number] != position:
            raise OSError(f"no line at {position}")
        return number
