"""What the fields of a payload say, in words: none of this fails, whatever they hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .. import figures
from ..arguments import preview

Data = Mapping[str, Any]


def flat(data: Data) -> Data:
    """The payload with what stands under `metadata` beside it: attocode's stream writer keeps its fields there."""
    metadata = metadata_of(data)
    return {**metadata, **data} if metadata else data


def metadata_of(data: Data) -> Data:
    """What stands under `metadata`, as far as that is a mapping."""
    metadata = data.get("metadata")
    return metadata if metadata is not None and isinstance(metadata, Mapping) else {}


def number_of(value: object) -> float | None:
    """A value as a finite number; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def text(value: object, limit: int = 160) -> str:
    """A value in a few words."""
    return preview(value, limit) if value is not None else ""


def first(data: Data, *names: str) -> str:
    """The first of these fields that says anything, in words."""
    for name in names:
        value = data.get(name)
        if value is not None and value != "":
            return text(value)
    return ""


def join(*parts: str, by: str = " · ") -> str:
    """Those of the parts that say anything."""
    return by.join(part for part in parts if part)


def counted(data: Data, name: str, noun: str) -> str:
    """A number of things."""
    number = number_of(data.get(name))
    return "" if number is None else figures.count(int(number), noun)


def share(data: Data, name: str) -> str:
    """A part of a whole, in per cent."""
    number = number_of(data.get(name))
    return "" if number is None else figures.share(number)
