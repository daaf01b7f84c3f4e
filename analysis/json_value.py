"""Any value of a payload as JSON, all of it, whatever its depth and whatever odd numbers and characters it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import orjson

_Parts: TypeAlias = "Iterator[str | _Parts]"


def json_of(value: Any, *, sort_keys: bool = False) -> str:
    """`value` as indented JSON; numbers that are none (NaN, Infinity) stand there as Python writes them."""
    options = orjson.OPT_INDENT_2 | (orjson.OPT_SORT_KEYS if sort_keys else 0)
    try:
        text = orjson.dumps(value, option=options)
    except TypeError:  # nested deep, lone surrogates, integers beyond 64 bits
        text = b"null"
    # What is null to orjson may have been a NaN.
    return text.decode() if b"null" not in text else "".join(_written(value, sort_keys))


def _written(value: Any, sort_keys: bool) -> Iterator[str]:
    """The pieces of the text; without recursion, for a payload may be nested deeper than Python may call."""
    pile = [_parts(value, 0, sort_keys)]
    while pile:
        for part in pile[-1]:
            if not isinstance(part, str):
                pile.append(part)
                break
            yield part
        else:
            pile.pop()


def _parts(value: Any, depth: int, sort_keys: bool) -> _Parts:
    if not isinstance(value, Mapping | list | tuple) or not value:
        yield _scalar(value)
        return
    end = "\n" + "  " * depth
    inner = end + "  "
    if isinstance(value, Mapping):
        before = "{"
        for key in sorted(value, key=str) if sort_keys else value:
            yield f"{before}{inner}{_scalar(str(key))}: "
            yield _parts(value[key], depth + 1, sort_keys)
            before = ","
        yield end + "}"
    else:
        before = "["
        for item in value:
            yield before + inner
            yield _parts(item, depth + 1, sort_keys)
            before = ","
        yield end + "]"


def _scalar(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    if text.isprintable():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate: as an escape it can be encoded
        return json.dumps(value, default=str)
    return text
