"""Text from a trace, made safe to show: the border every foreign string crosses before it reaches a terminal.

Textual and Rich hand control bytes of their content to the terminal unchanged, so nothing from a trace may be drawn
without passing here. Results are plain strings, meant for segments; they are never to be parsed as markup.
"""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len, get_character_cell_size

UNKNOWN = "�"
NEWLINE = "⏎"
ELLIPSIS = "…"

_LINE_BREAK = re.compile("\r\n|[\n\r\u2028\u2029]")
_CRLF = re.compile("\r\n")
# Printable to Python, invisible on screen: fillers, joiners and variation selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_PILE_OF_MARKS = re.compile("([\u0300-\u036f]{3})[\u0300-\u036f]+")
_WITHOUT_MEANING_HERE = range(0xFE00, 0xFE10)  # terminals disagree about the width of what these select


class _Pictures(dict[int, str]):
    """What to draw for a code point; filled as code points are met."""

    def __missing__(self, code: int) -> str:
        picture = self[code] = _picture(code)
        return picture


def _picture(code: int) -> str:
    character = chr(code)
    if character == "\t":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code in _WITHOUT_MEANING_HERE:
        return ""
    category = unicodedata.category(character)
    if category == "Zs":
        return " " * get_character_cell_size(character)
    if category in ("Zl", "Zp"):
        return NEWLINE
    if not character.isprintable() or _INVISIBLE.match(character):
        return UNKNOWN
    return character


_PICTURES = _Pictures({0x0A: NEWLINE})


def one_line(text: str, limit: int = 2000) -> str:
    """Return `text` safe for one terminal line and at most `limit` characters long.

    Control and format characters (escape, bidi controls, zero-width, unassigned, private, lone surrogates) become
    visible pictures; a cut ends in an ellipsis.
    """
    if len(text) > limit:
        text = text[: max(0, limit - 1)] + ELLIPSIS if limit > 0 else ""
    if text.isprintable():
        if text.isascii():
            return text
        if not _INVISIBLE.search(text) and not _PILE_OF_MARKS.search(text):
            return _with_base(text)
    text = _CRLF.sub("\n", text).translate(_PICTURES)
    return _with_base(_PILE_OF_MARKS.sub(rf"\1{UNKNOWN}", text))


def _with_base(text: str) -> str:
    """Give a leading combining mark something to sit on, so that it cannot alter the cell to its left."""
    if text and not get_character_cell_size(text[0]):
        return "◌" + text
    return text


def many_lines(text: str, limit: int = 200_000, tab_size: int = 4) -> list[str]:
    """Return the lines of `text`, each safe for a terminal, from its first `limit` characters, tabs expanded.

    A cut shows as an ellipsis at the end of the last line.
    """
    if len(text) > limit:
        text = text[: max(0, limit)] + ELLIPSIS
    lines = _LINE_BREAK.split(text)
    if not lines[-1]:
        lines.pop()
    expanded = [line.expandtabs(tab_size) for line in lines]
    return [one_line(line, len(line)) for line in expanded]


def width_of(text: str) -> int:
    """Return the terminal cells that safe text takes."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int) -> str:
    """Return `text` made safe, then cut or padded on the right to exactly `width` terminal cells."""
    if width <= 0:
        return ""
    text = one_line(text)
    cells = width_of(text)
    if cells > width:
        text, cells = _cut(text, width)
    return text + " " * (width - cells)


def fit_right(text: str, width: int) -> str:
    """Return `text` made safe, then cut, or padded on the left, to exactly `width` terminal cells."""
    if width <= 0:
        return ""
    text = one_line(text)
    cells = width_of(text)
    if cells > width:
        text, cells = _cut(text, width)
    return " " * (width - cells) + text


def _cut(text: str, width: int) -> tuple[str, int]:
    """Cut text that is wider than `width` and end it in an ellipsis; also return the cells used."""
    if text.isascii():
        return text[: width - 1] + ELLIPSIS, width
    used = 0
    for position, character in enumerate(text):
        cells = get_character_cell_size(character)
        if used + cells > width - 1:
            return text[:position] + ELLIPSIS, used + 1
        used += cells
    return text, used
