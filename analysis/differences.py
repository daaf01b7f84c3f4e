"""What differs between two objects, key by key, and between two texts, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

from .json_value import json_of

_MOST_KEYS = 5_000
_DEEPEST = 8
_CONTEXT = 3
_MOST_CHARACTERS = 4_000_000
_MOST_LINES = 2_000
"""Of two texts, after what they have in common at both ends: comparing lines takes time by the square of these."""


class Change(Enum):
    """What became of a key from one object to the other."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a key. `parts` are those of its value, where both values are objects that differ."""

    key: str
    change: Change
    old: Any = None
    new: Any = None
    parts: tuple[Difference, ...] = ()


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What became of every key: those of `new` in its order, then those that are gone."""
    return list(_compared(old, new, 0))


def is_same(old: Any, new: Any) -> bool:
    """Whether two values are the same JSON, whatever the order of keys; 1, 1.0 and true are three values."""
    if isinstance(old, str) and isinstance(new, str):
        return old == new
    return type(old) is type(new) and json_of(old, sort_keys=True) == json_of(new, sort_keys=True)


def line_diff(old: str, new: str) -> list[str] | None:
    """A unified diff of two texts without its file names; None where they are too long to compare."""
    if len(old) + len(new) > _MOST_CHARACTERS:
        return None
    before, after = old.splitlines(), new.splitlines()
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    if max(len(before), len(after)) - head - tail > _MOST_LINES:
        return None
    # Only a little of what both have in common is given to the comparison: it would take its time over all of it.
    start = max(0, head - _CONTEXT)
    kept = max(0, tail - _CONTEXT)
    lines = difflib.unified_diff(
        before[start : len(before) - kept], after[start : len(after) - kept], lineterm="", n=_CONTEXT
    )
    return [_moved(line, start) for line in islice(lines, 2, None)]


def _compared(old: Mapping[str, Any], new: Mapping[str, Any], depth: int) -> Iterator[Difference]:
    for key, value in new.items():
        if key not in old:
            yield Difference(key, Change.ADDED, new=value)
        elif is_same(old[key], value):
            yield Difference(key, Change.SAME, old[key], value)
        else:
            yield Difference(key, Change.CHANGED, old[key], value, tuple(_parts(old[key], value, depth + 1)))
    for key, value in old.items():
        if key not in new:
            yield Difference(key, Change.REMOVED, old=value)


def _parts(old: Any, new: Any, depth: int) -> Iterator[Difference]:
    both_objects = isinstance(old, Mapping) and isinstance(new, Mapping)
    if both_objects and depth < _DEEPEST and len(old) + len(new) <= _MOST_KEYS:
        yield from _compared(old, new, depth)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines two texts have in common at their start."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _moved(line: str, start: int) -> str:
    """A line of a diff of the lines from `start` on, with the numbers of the whole text in its header."""
    if not line.startswith("@@ ") or not start:
        return line
    ranges = [_range_moved(part, start) if part[:1] in "-+" else part for part in line.split(" ")]
    return " ".join(ranges)


def _range_moved(part: str, start: int) -> str:
    first, comma, count = part[1:].partition(",")
    return f"{part[0]}{int(first) + start}{comma}{count}"
