"""A payload of any shape and size as lines to read: one value a line, long text wrapped, nesting indented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...analysis import figures
from ..safe_text import fit, many_lines, one_line, width_of
from ..widgets.palette import Cell

MOST_LINES = 20_000
"""More are not drawn; a last line says how many characters are missing and how to see them."""

_DEEPEST = 40
_INDENT = 2


def payload_lines(data: Any, width: int) -> list[list[Cell]]:
    """The lines of a payload, each at most `width` cells wide."""
    lines: list[list[Cell]] = []
    for line in _value(data, 0, max(20, width)):
        if len(lines) == MOST_LINES:
            lines.append([("… more is not drawn; y copies all of it", "warn")])
            break
        lines.append(line)
    return lines


def wrapped(text: str, width: int) -> Iterator[str]:
    """Text of any length in pieces of at most `width` cells, broken at its own line ends first."""
    for line in many_lines(text, limit=max(1, len(text))):
        if width_of(line) <= width:
            yield line
            continue
        start = 0
        while start < len(line):
            end = min(len(line), start + width)
            while end > start + 1 and width_of(line[start:end]) > width:
                end -= 1
            yield line[start:end]
            start = end


def _value(value: Any, depth: int, width: int) -> Iterator[list[Cell]]:
    indent = " " * min(depth * _INDENT, width // 2)
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _item(f"{one_line(str(key))}", item, depth, indent, width)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _item(f"{number}", item, depth, indent, width)
    else:
        text, style = _scalar(value)
        for line in wrapped(text, width - len(indent)):
            yield [(indent, "text"), (line, style)]


def _item(label: str, item: Any, depth: int, indent: str, width: int) -> Iterator[list[Cell]]:
    nested = isinstance(item, Mapping | list | tuple)
    head: list[Cell] = [(indent, "text"), (fit(label, min(width_of(label), width // 2)), "llm"), (": ", "muted")]
    if nested and item and depth < _DEEPEST:
        count = figures.count(len(item), "field" if isinstance(item, Mapping) else "item")
        yield [*head, (count, "muted")]
        yield from _value(item, depth + 1, width)
        return
    text, style = ("{}" if isinstance(item, Mapping) else "[]", "muted") if nested and not item else _scalar(item)
    room = width - sum(width_of(part) for part, _ in head)
    if "\n" not in text and width_of(text[: width * 2]) <= room:
        yield [*head, (one_line(text), style)]
        return
    yield head
    inner = " " * min(len(indent) + _INDENT, width // 2)
    for line in wrapped(text, width - len(inner)):
        yield [(inner, "text"), (line, style)]


def _scalar(value: Any) -> tuple[str, str]:
    if value is None:
        return "null", "muted"
    if isinstance(value, bool):
        return str(value).lower(), "mark"
    if isinstance(value, int | float):
        return str(value), "cost"
    return str(value), "text"
