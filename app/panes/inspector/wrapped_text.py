"""A text of any length as lines that fit: wrapped as far as it was read, never all of it ahead."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import lru_cache

from ...safe_text import one_line, width_of

FIRST_LINES = 100
MORE_LINES = 1_000
MOST_LINES = 20_000
"""More are not drawn, whoever reads on: a screen is no place for them."""

_TAB = 4
_CHARACTERS_PER_CELL = 4
"""A line holds no more characters than this for each of its cells, lest marks without width fill it without end."""
_BREAK = re.compile("\r\n|[\n\r\u2028\u2029]")
_EARLIEST_SPACE = 0.6
"""A line may be broken at a space no further left than this part of its width."""


class WrappedText:
    """Lines of at most `width` cells, broken at the text's own line ends first, then between words.

    `count` lines are known; `read_on` makes more of them known, up to MOST_LINES.
    """

    def __init__(self, text: str, width: int) -> None:
        self.text = text
        self._width = max(1, width)
        self._starts = array("Q")
        self._ends = array("Q")
        self._heads = array("Q")
        self._next = 0
        self._head = 0

    @property
    def count(self) -> int:
        """How many lines are known."""
        return len(self._starts)

    @property
    def rest(self) -> int:
        """How many characters are behind the known lines."""
        return len(self.text) - self._next

    @property
    def is_cut(self) -> bool:
        """Whether there is more text than will ever be made lines."""
        return self.rest > 0 and self.count >= MOST_LINES

    def read_on(self, lines: int) -> None:
        """Have so many lines more known, as far as there are."""
        goal = min(self.count + lines, MOST_LINES)
        while self.rest and self.count < goal:
            self._wrap_line()

    def read_to(self, offset: int) -> None:
        """Have the line known in which a character stands, if it is one of the first MOST_LINES."""
        while self.rest and self._next <= offset and self.count < MOST_LINES:
            self._wrap_line()

    def line(self, index: int) -> str:
        """A known line, safe to draw."""
        return _shown(self.text[self._starts[index] : self._ends[index]])

    def start(self, index: int) -> int:
        """Which character of the text a known line begins with."""
        return self._starts[index]

    def line_at(self, offset: int) -> int:
        """The known line in which a character stands, or the last one before it."""
        return bisect_right(self._starts, offset) - 1

    def opening(self, index: int, characters: int) -> str:
        """How the text's own line begins of which a known line is a part."""
        head = self._heads[index]
        return self.text[head : head + characters]

    def _wrap_line(self) -> None:
        text, start = self.text, self._next
        stop = min(len(text), start + self._width * _CHARACTERS_PER_CELL)
        found = _BREAK.search(text, start, stop)
        piece = text[start : found.start() if found else stop]
        length = fitting(piece, self._width)
        is_whole = length == len(piece) and (found is not None or stop == len(text))
        skipped = 0
        if not is_whole:
            length, skipped = _between_words(piece, length)
        self._starts.append(start)
        self._ends.append(start + length)
        self._heads.append(self._head)
        self._next = start + length + skipped
        if is_whole:
            if found is not None:
                # The pattern cannot see a line feed that stands just behind the part it was given.
                is_pair = found[0] == "\r" and text.startswith("\n", found.end())
                self._next = found.end() + is_pair
            self._head = self._next


def fitting(text: str, width: int) -> int:
    """How many of the first characters of `text`, which has no line end, fit into `width` cells; at least one."""
    if text.isascii() and text.isprintable():
        return min(len(text), width)
    used, length = 0, len(text)
    for index, character in enumerate(text):
        used += _TAB - used % _TAB if character == "\t" else _cells_of(character)
        if used > width:
            length = max(1, index)
            break
    # Marks that are drawn otherwise as a pile, or at the start of a line, take cells that one by one they do not.
    while length > 1 and width_of(_shown(text[:length])) > width:
        length -= 1
    return length


def _between_words(piece: str, length: int) -> tuple[int, int]:
    """Where to break a line that goes on, and how many spaces to leave out there."""
    if length < len(piece) and piece[length] == " ":
        return length, 1
    space = piece.rfind(" ", int(length * _EARLIEST_SPACE), length)
    return (space + 1, 0) if space > 0 else (length, 0)


def _shown(piece: str) -> str:
    return one_line(piece.expandtabs(_TAB), len(piece) * _TAB)


@lru_cache(maxsize=4096)
def _cells_of(character: str) -> int:
    """The cells that a character takes behind another one."""
    return width_of(one_line("a" + character)) - 1
