"""What a caller gives, as text, number or mapping, whatever it is. What begins with `as_` never raises."""

from __future__ import annotations

import dataclasses
import decimal
import math
import numbers
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

import msgspec

INT64 = range(-(2**63), 2**64)
"""The whole numbers that orjson writes."""

_ORDINARY = 2**63

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
    return attempt(text_of, value, unreadable(value))


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
    return attempt(_mapping_copy, value, {"value": unreadable(value)})


def as_fields(value: object) -> Mapping[str, Any] | None:
    """The named parts of a mapping, dataclass, msgspec Struct or pydantic model; None for anything else."""
    return attempt(lambda v: v if isinstance(v, Mapping) else members_of(v), value, None)


def unreadable(value: object) -> str:
    """What stands for a value that cannot be read."""
    return f"<unreadable {type(value).__name__}>"


def text_of(value: object) -> str:
    """The text of an object. Raises whatever its `__str__` does."""
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
    if isinstance(number, int) and number not in INT64:
        number = float(number)
    return number if math.isfinite(number) else None


def _mapping_copy(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"value": value}


def members_of(value: object) -> Mapping[str, Any] | None:
    """The named fields of a dataclass, a msgspec Struct or a pydantic model; None for any other object."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    dump = getattr(type(value), "model_dump", None)
    return dump(value) if callable(dump) else None
