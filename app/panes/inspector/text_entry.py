"""A long text as an entry: its lines stand below its key, as many as were read."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from ....analysis import figures
from ...safe_text import fit, one_line, width_of
from ...widgets.palette import Cell
from .entries import Copied, Entry, room_at
from .wrapped_text import FIRST_LINES, MORE_LINES, WrappedText

_COUNTED_CHARACTERS = 1_000_000
"""Lines of longer texts are not counted, for that takes a look at all of it."""
_DIFF_HEAD = 20_000
_DIFF_SIGNS = (("+++", "title"), ("---", "title"), ("@@", "word"), ("+", "added"), ("-", "removed"))
_LONGEST_SIGN = 3

_DIFF = re.compile(r"^(@@ -\d|diff --git |--- [^\n]*\n\+\+\+ )", re.MULTILINE)
_LINE_END = re.compile("\r\n|[\n\r\u2028\u2029]")


class TextEntry(Entry):
    """A text too long for the line of its name, or of several lines; these stand below.

    `note` says what it is instead of how long, `whole` is what to copy if that is another text. `signs` are the styles
    of lines that begin with something; those of a diff, where the text is one.
    """

    is_branch = True
    is_value = True

    def __init__(
        self,
        name: Hashable,
        text: str,
        parent: Entry | None,
        width: int,
        depth: int,
        *,
        style: str = "string",
        note: str = "",
        signs: Sequence[tuple[str, str]] = (),
        whole: str | None = None,
    ) -> None:
        super().__init__(name, parent)
        self.text = text
        self._whole = whole
        self.lines = WrappedText(text, room_at(width, depth + 1))
        self._style = style
        self._size = note or _size_of(text)
        self._signs = signs or (_DIFF_SIGNS if _DIFF.search(text, 0, _DIFF_HEAD) else ())

    @property
    def count(self) -> int:
        if not self.lines.count:
            self.lines.read_on(FIRST_LINES)
        return self.lines.count + bool(self.lines.rest)

    def child(self, index: int) -> Entry:
        return _MoreEntry(self) if index >= self.lines.count else _LineEntry(self, index)

    def find(self, name: Hashable) -> int | None:
        if not isinstance(name, int):
            return None
        self.lines.read_to(name)
        return self.lines.line_at(name)

    def read_on(self) -> None:
        self.lines.read_on(MORE_LINES)

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        head = name_cells(self.name, width)
        if is_open:
            return [*head, (self._size, "muted")]
        room = width - sum(width_of(text) for text, _ in head) - width_of(self._size) - 2
        return [*head, (fit(self.text[: 2 * width], room), self._style), (f"  {self._size}", "muted")]

    def copied(self) -> Copied:
        return Copied(str(self.name), self.text if self._whole is None else self._whole)

    def style_of(self, index: int) -> str:
        """The style of one of the lines."""
        if not self._signs:
            return self._style
        opening = self.lines.opening(index, _LONGEST_SIGN)
        return next((style for sign, style in self._signs if opening.startswith(sign)), "context")


class _LineEntry(Entry):
    """A line of a text."""

    is_value = True

    def __init__(self, text: TextEntry, index: int) -> None:
        super().__init__(text.lines.start(index), text)
        self._text = text
        self._index = index

    @property
    def anchor(self) -> Entry:
        return self._text

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        return [(self._text.lines.line(self._index), self._text.style_of(self._index))]

    def copied(self) -> Copied:
        return self._text.copied()


class _MoreEntry(Entry):
    """Stands for what of a text has not been made lines yet."""

    is_value = True

    def __init__(self, text: TextEntry) -> None:
        super().__init__("…", text)
        self._text = text

    @property
    def goes_on(self) -> bool:
        return not self._text.lines.is_cut

    @property
    def anchor(self) -> Entry:
        return self._text

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        rest = figures.count(self._text.lines.rest, "more character")
        if self.goes_on:
            return [(f"… {rest}: go on down to read them", "muted")]
        return [(f"… {rest} not shown: o opens all of it in a pager", "warn")]

    def copied(self) -> Copied:
        return self._text.copied()


def name_cells(name: Hashable, width: int) -> list[Cell]:
    """A key, at most half a row long, or a place in a list, and what stands between it and its value."""
    if isinstance(name, int):
        return [(f"{name}: ", "muted")]
    label = one_line(str(name)) or '""'
    return [(fit(label, min(width_of(label), max(1, width // 2))), "key"), (": ", "muted")]


def _size_of(text: str) -> str:
    if len(text) <= _COUNTED_CHARACTERS:
        ends = len(_LINE_END.findall(text))
        if ends:
            return figures.count(ends + (not _LINE_END.match(text[-1])), "line")
    return figures.count(len(text), "character")
