"""A payload of any shape and size as entries: objects and arrays unfold, long texts are wrapped below their key."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from ....analysis import figures
from ....analysis.json_value import json_of
from ...safe_text import fit, one_line, width_of
from ...widgets.palette import Cell
from .entries import Copied, Entry, room_at
from .text_entry import TextEntry, name_cells

_LONGEST_JSON_TEXT = 1_000_000
_UNFOLDED_ITEMS = 40
"""A longer list stays folded at first."""
_GLIMPSE_ITEMS = 8
_GLIMPSE_CELLS = 40

_LINE_END = re.compile("[\n\r\u2028\u2029]")
_LIKE_ANOTHER_TYPE = re.compile(r"null|true|false|[-+]?[\d.]+(e[-+]?\d+)?|\s.*|.*\s|", re.IGNORECASE)


def value_entry(name: Hashable, value: Any, parent: Entry | None, width: int, depth: int = 0) -> Entry:
    """The entry of a value under its name, a key (text) or a place in a list (int), in a tree of `width` cells."""
    if isinstance(value, Mapping | list | tuple):
        if value:
            return ContainerEntry(name, value, parent, width, depth)
        return ScalarEntry(name, value, "{}" if isinstance(value, Mapping) else "[]", "muted", parent)
    if isinstance(value, str):
        content = _content_of(value)
        if content is not None:
            return ContainerEntry(name, content, parent, width, depth, source=value)
        shown, style = (_quoted(value) if len(value) < width else value), "string"
    else:
        shown, style = _scalar(value)
    if _fits(name, shown, room_at(width, depth)):
        return ScalarEntry(name, value, shown, style, parent)
    return TextEntry(name, shown if not isinstance(value, str) else value, parent, width, depth, style=style)


class ScalarEntry(Entry):
    """A value on the line of its name."""

    is_value = True

    def __init__(self, name: Hashable, value: Any, shown: str, style: str, parent: Entry | None) -> None:
        super().__init__(name, parent)
        self._value = value
        self._shown = shown
        self._style = style

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        return [*name_cells(self.name, width), (one_line(self._shown), self._style)]

    def copied(self) -> Copied:
        return Copied(str(self.name), text_of(self._value))


class ContainerEntry(Entry):
    """An object or an array that is not empty; also one that the trace has as text, in `source`."""

    is_branch = True
    is_value = True

    def __init__(
        self,
        name: Hashable,
        value: Mapping[str, Any] | Sequence[Any],
        parent: Entry | None,
        width: int,
        depth: int,
        *,
        source: str | None = None,
    ) -> None:
        super().__init__(name, parent)
        self._value = value
        self._width = width
        self._depth = depth
        self._source = source
        self._keys: list[str] | None = None
        self._branches: dict[int, Entry] = {}
        # A short list says all there is to see of it in its own row.
        self.opens = len(value) <= _UNFOLDED_ITEMS and (isinstance(value, Mapping) or not _is_told_whole(value))

    @property
    def count(self) -> int:
        return len(self._value)

    def child(self, index: int) -> Entry:
        known = self._branches.get(index)
        if known is not None:
            return known
        if isinstance(self._value, Mapping):
            key = self._names()[index]
            entry = value_entry(key, self._value[key], self, self._width, self._depth + 1)
        else:
            entry = value_entry(index, self._value[index], self, self._width, self._depth + 1)
        if entry.is_branch:
            self._branches[index] = entry
        return entry

    def find(self, name: Hashable) -> int | None:
        if isinstance(self._value, Mapping):
            return self._names().index(str(name)) if name in self._value else None
        return name if isinstance(name, int) and 0 <= name < len(self._value) else None

    def branches(self, at_most: int) -> Iterable[int]:
        return (index for index in range(min(self.count, at_most)) if self.child(index).is_branch)

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        head = name_cells(self.name, width)
        noun = "field" if isinstance(self._value, Mapping) else "item"
        count = figures.count(self.count, noun) + (" (JSON text)" if self._source is not None else "")
        if is_open:
            return [*head, (count, "muted")]
        room = width - sum(width_of(text) for text, _ in head) - width_of(count) - 2
        return [*head, (f"{count}  ", "muted"), (fit(glimpse(self._value), room), "text")]

    def copied(self) -> Copied:
        return Copied(str(self.name), self._source if self._source is not None else json_of(self._value))

    def _names(self) -> list[str]:
        if self._keys is None:
            self._keys = list(self._value)
        return self._keys


class Payload(ContainerEntry):
    """The fields of an event's payload, which stand at the left edge themselves."""

    def __init__(self, data: Mapping[str, Any], width: int) -> None:
        super().__init__("data", data, None, width, -1)


def glimpse(value: Any, items: int = _GLIMPSE_ITEMS) -> str:
    """The first items of an object or an array on a line, not yet safe: `command: ls, timeout: 5, …`."""
    if isinstance(value, Mapping):
        shown = [f"{str(key)[:_GLIMPSE_CELLS]}: {_brief(item)}" for key, item in islice(value.items(), items)]
    else:
        shown = [_brief(item) for item in islice(value, items)]
    return ", ".join([*shown, "…"] if len(value) > items else shown)


def text_of(value: Any) -> str:
    """A value as it is copied: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json_of(value)


def _is_told_whole(items: Sequence[Any]) -> bool:
    """Whether a glimpse of a list tells all of it, and is short."""
    told = glimpse(items)
    return len(told) <= _GLIMPSE_CELLS and not told.endswith("…") and "[…]" not in told and "{…}" not in told


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    text = value if isinstance(value, str) else _scalar(value)[0]
    return text if len(text) <= _GLIMPSE_CELLS else text[: _GLIMPSE_CELLS - 1] + "…"


def _scalar(value: Any) -> tuple[str, str]:
    if value is None:
        return "null", "word"
    if isinstance(value, bool):
        return str(value).lower(), "word"
    return str(value), "number" if isinstance(value, int | float) else "string"


def _content_of(text: str) -> Mapping[str, Any] | list[Any] | None:
    """The object or array that a text is as JSON, if it is one and not empty."""
    if not 2 < len(text) <= _LONGEST_JSON_TEXT or text.lstrip()[:1] not in ("{", "[") or text.rstrip()[-1] not in "}]":
        return None
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict | list) and content else None


def _quoted(text: str) -> str:
    """A text, in quotes where it could be taken for something else: a number, nothing, a space."""
    return f'"{text}"' if _LIKE_ANOTHER_TYPE.fullmatch(text) else text


def _fits(name: Hashable, text: str, room: int) -> bool:
    if len(text) > room or _LINE_END.search(text):
        return False
    return sum(width_of(part) for part, _ in name_cells(name, room)) + width_of(one_line(text)) <= room
