"""Anything a program may hand us, as one line of JSON; any session id, as a safe file name.

The normal case is one call of orjson. Only what orjson refuses, or a line long enough to hold an over-long string,
is walked and cleaned.
"""

from __future__ import annotations

import dataclasses
import decimal
import hashlib
import math
import numbers
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date, time, timedelta
from enum import Enum
from itertools import islice
from pathlib import PurePath
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import orjson

MAX_STRING = 100_000
"""Characters of one string that are written; the rest is replaced by its length and a digest."""
MAX_DEPTH = 64
"""Levels of nesting that survive cleaning."""
MAX_NODES = 100_000
"""Values that survive cleaning, over the whole event."""

_LINE = orjson.OPT_APPEND_NEWLINE
_INT64 = range(-(2**63), 2**64)
_ORDINARY = 2**63
_MAX_STEM = 120
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]")

T = TypeVar("T")


def attempt(convert: Callable[[Any], T], value: object, fallback: T) -> T:
    """`convert(value)`, or `fallback` when the value's own code raises."""
    try:
        return convert(value)
    except Exception:  # noqa: BLE001 - runs `__str__`, `__iter__` and the like of unknown objects, which may raise anything
        return fallback


def as_text(value: object) -> str:
    """The text of any object, also of one whose `__str__` raises."""
    if type(value) is str:
        return value
    return attempt(_text, value, _unreadable(value))


def as_number(value: object) -> float | int | None:
    """A finite number from a number or a numeric string, else None. What 64 bits cannot hold becomes a float."""
    if (type(value) is int or type(value) is float) and -_ORDINARY < value < _ORDINARY:
        return value
    return attempt(_number, value, None)


def as_int(value: object) -> int | None:
    """A whole number from a number or a numeric string, else None."""
    number = as_number(value)
    return None if number is None else int(number)


def as_payload(value: object) -> dict[str, Any]:
    """A dict of its own from any mapping; anything else becomes the one entry `value`."""
    if value is None:
        return {}
    return attempt(_mapping_copy, value, {"value": _unreadable(value)})


def encode_line(fields: dict[str, Any], max_string: int = MAX_STRING) -> bytes:
    """One line of JSON with its newline.

    Where the values had to be cleaned, `fields` holds afterwards what was written: new objects under the same keys.
    """
    try:
        line = orjson.dumps(fields, option=_LINE)
    except Exception:  # noqa: BLE001 - orjson calls into unknown objects; whatever they raise, the walk below copes
        line = b""
    if line and len(line) <= max_string:
        return line
    cleaner = _Cleaner(max_string)
    cleaned = {key: cleaner.clean(value, 0) for key, value in fields.items()}
    if line and not cleaner.cut:
        return line
    fields.update(cleaned)
    return orjson.dumps(fields, option=_LINE)


def session_file_name(session_id: str) -> str:
    """`session-<id>.jsonl`: one path component, whatever the id holds.

    An id that already begins with `session-` gets no second prefix. An id that cannot be a file name as it is gets a
    digest after a `~`, which no unchanged id can contain, so distinct ids do not meet in one file.
    """
    wanted = session_id.removeprefix("session-")
    stem = _UNSAFE_IN_NAME.sub("_", wanted).lstrip(".")[:_MAX_STEM]
    if stem != wanted or not stem:
        stem = f"{stem}~{_digest(session_id)}"
    return f"session-{stem}.jsonl"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _unreadable(value: object) -> str:
    return f"<unreadable {type(value).__name__}>"


def _text(value: object) -> str:
    if isinstance(value, str):
        return str.__str__(value.value if isinstance(value, Enum) else value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, BaseException):
        return str(value) or type(value).__name__
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if type(value).__str__ is object.__str__ and type(value).__repr__ is object.__repr__:
        # The default text holds an address, which would make equal arguments look different.
        return f"<{type(value).__module__}.{type(value).__qualname__}>"
    return str.__str__(str(value))


def _number(value: object) -> float | int | None:
    if value is None or isinstance(value, bool):
        return None
    number: float | int
    if isinstance(value, str):
        text = value.strip()
        number = int(text) if text.lstrip("+-").isdecimal() else float(text)
    elif isinstance(value, numbers.Integral):
        number = int(value)
    elif isinstance(value, numbers.Real | decimal.Decimal):
        number = float(value)
    else:
        return None
    if isinstance(number, int) and number not in _INT64:
        number = float(number)
    return number if math.isfinite(number) else None


def _mapping_copy(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"value": value}


class _Cleaner:
    """One walk over one event's values that leaves only what orjson writes without fail.

    `cut` says afterwards whether anything was shortened or left out.
    """

    def __init__(self, max_string: int) -> None:
        self.cut = False
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
        return attempt(lambda v: self._convert(v, depth), value, _unreadable(value))

    def _convert(self, value: object, depth: int) -> Any:
        if isinstance(value, Enum):
            return self.clean(value.value, depth + 1)
        if isinstance(value, numbers.Number):
            return self._number(value)
        if isinstance(value, date | time):
            return value.isoformat()
        if isinstance(value, str | bytes | bytearray | memoryview | PurePath | UUID | timedelta | type):
            return self._string(_text(value))
        if isinstance(value, BaseException):
            return self._string(f"{type(value).__name__}: {as_text(value)}")
        return self._nested(value, depth)

    def _nested(self, value: object, depth: int) -> Any:
        if id(value) in self._open_containers:
            return "…[circular]"
        if depth >= MAX_DEPTH:
            self.cut = True
            return "…[nested too deeply]"
        self._open_containers.add(id(value))
        try:
            if isinstance(value, list | tuple | deque):
                return self._items(value, depth)
            if isinstance(value, Set):
                return sorted(self._items(list(value), depth), key=repr)
            members = value if isinstance(value, Mapping) else _members(value)
            return self._string(_text(value)) if members is None else self._mapping(members, depth)
        finally:
            self._open_containers.discard(id(value))

    def _items(self, values: Sequence[Any] | deque[Any], depth: int) -> list[Any]:
        cleaned: list[Any] = []
        for item in islice(tuple(values), MAX_NODES):
            if self._nodes_left <= 0:
                break
            cleaned.append(self.clean(item, depth + 1))
        if len(cleaned) < len(values):
            self.cut = True
            cleaned.append(f"…[+{len(values) - len(cleaned)} items]")
        return cleaned

    def _mapping(self, members: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        for key, item in tuple(members.items()):
            if self._nodes_left <= 0:
                self.cut = True
                cleaned["…"] = f"[+{len(members) - len(cleaned)} items]"
                break
            name = self._key(key)
            while name in cleaned:
                name = f"{name} #{len(cleaned) + 1}"
            cleaned[name] = self.clean(item, depth + 1)
        return cleaned

    def _key(self, key: object) -> str:
        if isinstance(key, Enum):
            return self._key(key.value)
        if key is None or isinstance(key, bool):
            return str(orjson.dumps(key), "ascii")
        return self._string(as_text(key))

    def _number(self, value: numbers.Number) -> Any:
        if isinstance(value, numbers.Integral):
            whole = int(value)
            if whole in _INT64:
                return whole
            return str(whole) if whole.bit_length() < 4096 else f"<int of {whole.bit_length()} bits>"
        if isinstance(value, numbers.Real | decimal.Decimal):
            real = float(value)
            return real if math.isfinite(real) else None
        return str(value)

    def _string(self, text: str) -> str:
        if len(text) > self._max_string:
            self.cut = True
            text = f"{text[: self._max_string]}…[+{len(text) - self._max_string} chars] #{_digest(text)}"
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-8", "backslashreplace").decode()
        return text


def _members(value: object) -> Mapping[str, Any] | None:
    """The named fields of a dataclass, a msgspec Struct or a pydantic model; None for any other object."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    dump = getattr(type(value), "model_dump", None)
    return dump(value) if callable(dump) else None
