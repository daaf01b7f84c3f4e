"""Tests of what stands in an event's line: words and regular expressions.

A line is JSON, so a quote in it is written `\\"`, a line break `\\n`, and é maybe `\\u00e9`. What is searched is the
text that was meant. Most lines and most words need no undoing of escapes, and are compared as bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cached_property
from typing import Final

LineTest = Callable[["LineText"], bool]
Texts = tuple[bytes, ...]
"""Texts of which a line must have one."""

_ESCAPES: Final = (
    ('\\"', '"'),
    ("\\n", "\n"),
    ("\\t", "\t"),
    ("\\r", "\r"),
    ("\\/", "/"),
    ("\\b", "\b"),
    ("\\f", "\f"),
)
_UNICODE_ESCAPES: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
ESCAPED_CHARACTER: Final = b"\\u00"
"""How a line has a letter of ASCII, if not as it is."""
_MAY_BE_ESCAPED: Final = re.compile(r'[^\x20-\x7e]|["\\/]')


class LineText:
    """One event's line, in the forms that tests ask for."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.has_escapes = b"\\" in raw

    @cached_property
    def lowered(self) -> bytes:
        """The line as it stands, ASCII in lower case."""
        return self.raw.lower()

    @cached_property
    def text(self) -> str:
        """The line with its escapes undone."""
        text = self.raw.decode("utf-8", "replace")
        return unescaped(text) if self.has_escapes else text

    @cached_property
    def lowered_text(self) -> str:
        """The same in lower case."""
        return self.text.lower()


def unescaped(text: str) -> str:
    """JSON with the escapes of its strings undone, wherever they stand."""
    # What stands between escaped backslashes, so that the n of `\\n` makes no line break.
    return "\\".join(map(_unescaped, text.split("\\\\")))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    for escape, character in _ESCAPES:
        text = text.replace(escape, character)
    return _UNICODE_ESCAPES.sub(_characters, text) if "\\u" in text else text


def _characters(match: re.Match[str]) -> str:
    return str(json.loads(f'"{match[0]}"'))


def plain_text(wanted: str) -> bytes:
    """A text as all lines have it that match it, in lower case, but for escapes like `\\u0061`; empty if none is."""
    meant = wanted.lower()
    return b"" if _MAY_BE_ESCAPED.search(meant) else meant.encode()


def required_of_text(wanted: str) -> list[Texts]:
    """What every line has that a text is in, once ASCII in it is in lower case: one of each of these sets."""
    plain = plain_text(wanted)
    return [(plain, ESCAPED_CHARACTER)] if plain else []


def has_text(wanted: str) -> LineTest:
    """Whether a line has a text in it, letter case aside. A text with a backslash may also be as it stands there."""
    meant = wanted.lower()
    written = meant.encode("utf-8", "replace")
    is_plain = not _MAY_BE_ESCAPED.search(meant)

    def is_in(line: LineText) -> bool:
        if meant.isascii():
            is_written = written in line.lowered
            if not line.has_escapes:
                return is_written
            if is_plain and not is_written and b"\\u00" not in line.raw:
                return False
            if is_written and "\\" in meant:
                return True
        elif not line.has_escapes and line.raw.isascii():
            return False
        return meant in line.lowered_text

    return is_in
