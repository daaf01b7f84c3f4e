"""The JSON objects on a line of somebody's log, read as tolerantly as can be."""

from __future__ import annotations

import json
from typing import Any

import orjson

from ..records import NotAnEventError
from .native import parse_object

_MOST_ON_A_LINE = 1_000
_decoder = json.JSONDecoder(strict=False)


def records_of(line: bytes) -> tuple[list[dict[str, Any]], str]:
    """The objects on a line, seldom more than one, and what was wrong with it ("" if nothing).

    Two records end up on one line where a writer was killed before its newline.
    """
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _odd(line)
    if isinstance(record, dict):
        return [record], ""
    return [], "not an object"


def _odd(line: bytes) -> tuple[list[dict[str, Any]], str]:
    try:
        record, defect = parse_object(line)
    except NotAnEventError as error:
        several, is_whole = _several(line)
        return several, "" if several and is_whole else str(error)
    return [record], defect


def _several(line: bytes) -> tuple[list[dict[str, Any]], bool]:
    """Objects that stand one behind the other, and whether they are whole: of the last there may be only the start.

    None where anything else stands there too.
    """
    text, place = line.decode(errors="replace").strip(), 0
    found: list[dict[str, Any]] = []
    while place < len(text) and len(found) < _MOST_ON_A_LINE:
        try:
            record, place = _decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return found if text[place] == "{" else [], False
        if not isinstance(record, dict):
            return [], False
        found.append(record)
        while place < len(text) and text[place].isspace():
            place += 1
    return found, place >= len(text)
