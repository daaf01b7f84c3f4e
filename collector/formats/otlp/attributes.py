"""Attributes of spans as plain values, whichever way their writer put them into JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_DEEPEST = 32
_LARGEST = 1 << 64
Attributes = Mapping[str, Any]


def attributes_of(given: object) -> dict[str, Any]:
    """Attributes by name: of OTLP's list of keys and values, or of an object, as the JavaScript SDK dumps them."""
    if isinstance(given, dict):
        return {str(name): _value(value, 0) for name, value in given.items()}
    found: dict[str, Any] = {}
    for pair in given if isinstance(given, list) else ():
        if isinstance(pair, dict) and isinstance(name := pair.get("key"), str):
            value = pair.get("value")
            text = value.get("stringValue") if isinstance(value, dict) else None
            found[name] = _value(value, 0) if text is None else text  # most are texts
    return found


def _value(given: object, depth: int) -> Any:
    """A plain value of one that names its type (`{"intValue": "3"}`); others stay as they are."""
    if not isinstance(given, dict) or depth > _DEEPEST:
        return given
    for name, read in _READ.items():
        if name in given:
            return read(given[name], depth + 1)
    return given


def _values(given: object, depth: int) -> list[Any]:
    values = given.get("values") if isinstance(given, dict) else None
    return [_value(each, depth) for each in values] if isinstance(values, list) else []


def _named_values(given: object, depth: int) -> dict[str, Any]:
    values = given.get("values") if isinstance(given, dict) else None
    pairs = [pair for pair in values if isinstance(pair, dict)] if isinstance(values, list) else []
    return {str(pair.get("key")): _value(pair.get("value"), depth) for pair in pairs}


def _number(given: object, depth: int) -> Any:
    number = number_of(given)
    return given if number is None else number


_READ: dict[str, Callable[[Any, int], Any]] = {
    "stringValue": lambda given, depth: given,
    "intValue": _number,
    "doubleValue": _number,
    "boolValue": lambda given, depth: given,
    "arrayValue": _values,
    "kvlistValue": _named_values,
    "bytesValue": lambda given, depth: f"({len(str(given))} characters of base64)",
}


def number_of(value: object) -> int | float | None:
    """A finite number, also where it came as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number: int | float = int(value) if isinstance(value, int | str) else value
    except ValueError:
        try:
            number = float(value)
        except ValueError:
            return None
    return number if abs(number) < _LARGEST else None


def first_text(attributes: Attributes, names: Sequence[str]) -> str:
    """The first of these attributes that is a text and not empty; else an empty one."""
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def first_number(attributes: Attributes, names: Sequence[str]) -> float | None:
    """The first of these attributes that is a number, not below 0."""
    for name in names:
        number = number_of(attributes.get(name))
        if number is not None and number >= 0:
            return number
    return None
