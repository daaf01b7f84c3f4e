"""A query as it is written, taken apart into words: text, `field:value,value`, `/regex/`, each maybe with a `-`.

Nothing that is typed is an error here: an open quote goes on to the end, and what is no field is text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

_QUOTED = re.compile(r'"((?:[^"\\]|\\.?)*)(?:"|$)' + r"|'((?:[^'\\]|\\.?)*)(?:'|$)", re.DOTALL)
_ESCAPED_QUOTE = re.compile(r"\\([\"'])")
_REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/(?=\s|$)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z_]\w*):")
_VALUE = re.compile(r"[^\s,]+")
_WORD = re.compile(r"\S+")


class Form(Enum):
    """How a word was written."""

    BARE = "bare"
    QUOTED = "quoted"
    REGEX = "regex"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Value:
    """One alternative of a field; `exact` where it stood behind a `=`."""

    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One condition: its `text`, or its `field`, in lower case, and `values`. `negated` turns it round."""

    form: Form
    text: str = ""
    field: str = ""
    values: tuple[Value, ...] = ()
    negated: bool = False


def quoted(text: str) -> str:
    """A text as one value or word, whatever is in it."""
    return '"' + text.replace('"', '\\"') + '"'


def words_of(text: str, fields: Collection[str]) -> Iterator[Word]:
    """The words of a query; `fields` are the names that make `name:` a field."""
    position = _after_space(text, 0)
    while position < len(text):
        negated = text[position] == "-" and not text[position + 1 : position + 2].isspace() and position + 1 < len(text)
        word, position = _word_at(text, position + negated, fields, negated)
        yield word
        position = _after_space(text, position)


def _word_at(text: str, position: int, fields: Collection[str], negated: bool) -> tuple[Word, int]:
    """The word that begins at a position, and where it ends."""
    if match := _REGEX.match(text, position):
        return Word(Form.REGEX, match[1], negated=negated), match.end()
    if match := _QUOTED.match(text, position):
        return Word(Form.QUOTED, _unquoted(match), negated=negated), match.end()
    match = _FIELD.match(text, position)
    if match is not None and match[1].lower() in fields:
        values, end = _values_at(text, match.end())
        return Word(Form.FIELD, field=match[1].lower(), values=values, negated=negated), end
    match = _WORD.match(text, position)
    assert match is not None, "a word begins here"
    return Word(Form.BARE, match[0], negated=negated), match.end()


def _values_at(text: str, position: int) -> tuple[tuple[Value, ...], int]:
    """The values from a position on, and where they end; commas without a value between them are passed over."""
    values: list[Value] = []
    while True:
        exact = text[position : position + 1] == "="
        position += exact
        if match := _QUOTED.match(text, position):
            values.append(Value(_unquoted(match), exact))
            position = match.end()
        elif match := _VALUE.match(text, position):
            values.append(Value(match[0], exact))
            position = match.end()
        if text[position : position + 1] != ",":
            return tuple(value for value in values if value.text), position
        position += 1


def _unquoted(match: re.Match[str]) -> str:
    return _ESCAPED_QUOTE.sub(r"\1", match[1] if match[1] is not None else match[2])


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
