"""Anything a program may hand us, as one line of JSON.

The normal case is a count of the values and one call of orjson. What is not plain JSON is walked and cleaned.
"""

from __future__ import annotations

import decimal
import math
import numbers
from collections import deque
from collections.abc import Collection, Mapping, Set
from datetime import date, time, timedelta
from enum import Enum
from gc import is_tracked
from itertools import islice
from pathlib import PurePath
from typing import Any
from uuid import UUID

import orjson

from .digest import digest_of
from .plain_values import INT64, T, as_text, attempt, members_of, text_of, unreadable

MAX_STRING = 100_000
"""Characters of one string that are written; the rest is replaced by its length and a digest."""
MAX_DEPTH = 64
"""Levels of nesting that survive cleaning; of plain JSON values, which need none, orjson writes some 250."""
MAX_NODES = 100_000
"""Values that survive cleaning, over the whole event."""

_LINE = orjson.OPT_APPEND_NEWLINE
_TOO_MANY = MAX_NODES + 1
_MAX_PLAIN_DEPTH = 240
_PLAIN = frozenset({int, bool, type(None)})
_CONTAINERS = frozenset({dict, list, tuple})

_FAILED: Any = object()


def encode_line(fields: dict[str, Any], max_string: int = MAX_STRING) -> tuple[bytes, bool]:
    """One line of JSON with its newline, and whether anything of the values was cut, left out or replaced.

    `fields["data"]`, a dict, may hold anything; the other values are plain. Where they had to be cleaned, `fields`
    holds afterwards what was written: new objects under the same keys.
    """
    data = fields["data"]
    # A dict that the garbage collector does not track holds no containers. Others are counted beforehand: orjson would
    # follow a small web of references to billions of values.
    flat = not (is_tracked(data) and any(map(is_tracked, data.values())))
    if flat or _nodes(data, max_string, 0) <= MAX_NODES:
        try:
            line = orjson.dumps(fields, option=_LINE)
        except Exception:  # noqa: BLE001 - keys that are no text, lone surrogates, huge numbers: the walk below copes
            line = b""
        # NaN is null to orjson. `rfind` takes a third of the time of `find`.
        if line and len(line) <= max_string and (not flat or line.rfind(b"null") < 0):
            return line, False
        if line and _nodes(fields, max_string, 0) <= MAX_NODES and _has_short_keys(line, fields, max_string):
            return line, False
    cleaner = _Cleaner(max_string)
    fields.update([(key, cleaner.clean(value, 0)) for key, value in fields.items()])
    return orjson.dumps(fields, option=_LINE), cleaner.lost


def _nodes(container: Any, max_string: int, depth: int) -> int:
    """How many values there are in a dict, list or tuple; more than `MAX_NODES` as soon as one is not plain JSON."""
    count = len(container)
    if count > MAX_NODES or depth > _MAX_PLAIN_DEPTH:
        return _TOO_MANY
    for item in container.values() if type(container) is dict else container:
        kind = type(item)
        if kind is str:
            if len(item) > max_string:
                return _TOO_MANY
        elif kind in _CONTAINERS:
            if item:
                count += _nodes(item, max_string, depth + 1)
                if count > MAX_NODES:
                    return _TOO_MANY
        elif kind is float:
            if item - item != 0.0:
                return _TOO_MANY
        elif kind not in _PLAIN:
            return _TOO_MANY
    return count


def _has_short_keys(line: bytes, fields: dict[str, Any], max_string: int) -> bool:
    return len(line) <= max_string or _longest_key(fields) <= max_string


def _longest_key(container: Any) -> int:
    """The length of the longest key of a dict, and of all below it that `_nodes` has counted."""
    is_dict = type(container) is dict
    longest = max(map(len, container), default=0) if is_dict else 0
    for item in container.values() if is_dict else container:
        if item and type(item) in _CONTAINERS:
            longest = max(longest, _longest_key(item))
    return longest


class _Cleaner:
    """One walk over one event's values that leaves only what orjson writes without fail.

    `lost` says afterwards whether anything was cut, left out or replaced by less than it was. A path, a date, a set or
    a dataclass written as text, list or mapping is not less.
    """

    def __init__(self, max_string: int) -> None:
        self.lost = False
        self._max_string = max_string
        self._nodes_left = MAX_NODES
        self._open_containers: set[int] = set()

    def clean(self, value: object, depth: int) -> Any:
        """`value` as plain JSON values."""
        self._nodes_left -= 1
        kind = type(value)
        if kind is str:
            return self._string(value)  # type: ignore[arg-type]
        if value is None or kind is bool:
            return value
        cleaned = attempt(lambda v: self._convert(v, depth), value, _FAILED)
        return self._less(unreadable(value)) if cleaned is _FAILED else cleaned

    def _less(self, stand_in: T) -> T:
        self.lost = True
        return stand_in

    def _convert(self, value: object, depth: int) -> Any:
        if isinstance(value, Enum):
            return self.clean(value.value, depth + 1)
        if isinstance(value, numbers.Number):
            return self._number(value)
        if isinstance(value, date | time):
            return value.isoformat()
        if isinstance(value, str | PurePath | UUID | timedelta | type):
            return self._string(text_of(value))
        if isinstance(value, bytes | bytearray | memoryview):
            return self._bytes(value)
        if isinstance(value, BaseException):
            return self._string(f"{type(value).__name__}: {as_text(value)}")
        return self._nested(value, depth)

    def _nested(self, value: object, depth: int) -> Any:
        if id(value) in self._open_containers:
            return self._less("…[circular]")
        if depth >= MAX_DEPTH:
            return self._less("…[nested too deeply]")
        self._open_containers.add(id(value))
        try:
            if isinstance(value, list | tuple | deque):
                return self._items(value, depth)
            if isinstance(value, Set):
                return sorted(self._items(value, depth), key=repr)
            if isinstance(value, Mapping):
                return self._mapping(value, depth)
            return self._object(value, depth)
        finally:
            self._open_containers.discard(id(value))

    def _object(self, value: Any, depth: int) -> Any:
        if hasattr(value, "dtype") and hasattr(value, "tolist"):  # an array or scalar of numpy and its kin
            if getattr(value, "size", 1) > self._nodes_left:
                return self._less(f"…[array of {value.size} items]")
            return self.clean(value.tolist(), depth + 1)
        members = members_of(value)
        return self._less(self._string(text_of(value))) if members is None else self._mapping(members, depth)

    def _items(self, values: Collection[Any], depth: int) -> list[Any]:
        cleaned: list[Any] = []
        for item in list(islice(values, max(0, self._nodes_left))):
            if self._nodes_left <= 0:
                break
            cleaned.append(self.clean(item, depth + 1))
        if len(cleaned) < len(values):
            cleaned.append(self._less(f"…[+{len(values) - len(cleaned)} items]"))
        return cleaned

    def _mapping(self, members: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        for key, item in list(islice(members.items(), max(0, self._nodes_left))):
            if self._nodes_left <= 0:
                break
            name = self._key(key)
            while name in cleaned:
                name = self._less(f"{name} #{len(cleaned) + 1}")
            cleaned[name] = self.clean(item, depth + 1)
        if len(cleaned) < len(members):
            cleaned["…"] = self._less(f"[+{len(members) - len(cleaned)} items]")
        return cleaned

    def _key(self, key: object) -> str:
        if isinstance(key, Enum):
            return self._key(key.value)
        if key is None or isinstance(key, bool):
            return str(orjson.dumps(key), "ascii")
        text = attempt(text_of, key, _FAILED)
        return self._less(unreadable(key)) if text is _FAILED else self._string(text)

    def _number(self, value: numbers.Number) -> Any:
        if isinstance(value, numbers.Integral):
            whole = int(value)
            if whole in INT64:
                return whole
            return str(whole) if whole.bit_length() < 4096 else self._less(f"<int of {whole.bit_length()} bits>")
        if isinstance(value, numbers.Real | decimal.Decimal):
            real = float(value)
            return real if math.isfinite(real) else self._less(None)
        return str(value)

    def _bytes(self, value: bytes | bytearray | memoryview) -> str:
        try:
            return self._string(bytes(value).decode())
        except UnicodeDecodeError:
            return self._less(self._string(text_of(value)))

    def _string(self, text: str) -> str:
        if len(text) > self._max_string:
            cut = len(text) - self._max_string
            text = self._less(f"{text[: self._max_string]}…[+{cut} chars] #{digest_of(text)}")
        try:
            text.encode()
        except UnicodeEncodeError:
            return self._less(text.encode("utf-8", "backslashreplace").decode())
        return text
