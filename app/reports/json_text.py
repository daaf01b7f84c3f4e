"""JSON for pipes: always valid, never NaN, and with nothing raw in it that a terminal would obey."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import orjson

_DEEPEST = 200
# What JSON lets stand in a string though it is no text to see: DEL, C1 controls, joiners, bidi marks, separators, tags.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def json_text(content: object, *, indent: bool = False) -> str:
    """`content` as JSON; what JSON cannot hold becomes null (NaN, Infinity) or the nearest it can."""
    options = orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    try:
        text = orjson.dumps(content, option=options).decode()
    except TypeError:  # lone surrogates, integers beyond 64 bits, nested too deep
        text = json.dumps(_plain(content), allow_nan=False, indent=2 if indent else None)
    return _UNSEEN.sub(_escaped, text)


def known(number: float | None, digits: int = 10) -> float | None:
    """A number as JSON holds it: rounded, None where it is not finite."""
    if number is None or not math.isfinite(number):
        return None
    return round(number, digits)


def _plain(content: object, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(content, Mapping):
        return {str(key): _plain(value, depth + 1) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value, depth + 1) for value in content]
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if content is None or isinstance(content, str | int | bool):
        return content
    return str(content)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[start]:02x}{units[start + 1]:02x}" for start in range(0, len(units), 2))
