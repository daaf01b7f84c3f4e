"""What the arguments of calls have in common that are alike but for numbers which change from call to call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

_PAGING = """
    page offset limit start end line lines first last from to cursor skip index count top depth range head tail
"""
_PLACES = frozenset(_PAGING.split())
"""Numbers under these names say what is asked for: the next page is another question."""
_TIMES_AND_IDS = "timestamp ts time now date nonce seed attempt retry retries request_id run_id trace_id"
_CHANGING = frozenset(_TIMES_AND_IDS.split())
_NAMED = "|".join(sorted(_PLACES | _CHANGING))
_NUMBER = re.compile(rf"(?:\b({_NAMED})=)?(\d+(?:\.\d+)*)", re.IGNORECASE)
_FEWEST_DIGITS = 6
"""So many digits has a number that is a time or an id, whatever it is called."""
_MOST_VALUES = 200
_BLOT = "#"


def blotted(arguments: Any, *, is_question: bool) -> str | None:
    """A call's arguments with the numbers blotted out that may change from call to call; None where none may.

    Of a call that only asks something (`is_question`) numbers may be what it asks for: then only times and ids count.
    """
    if isinstance(arguments, Mapping | list):
        parts = []
        for number, (name, value) in enumerate(_values(arguments, "")):
            if number == _MOST_VALUES:
                return None
            parts.append((name, value, _blot(name.rsplit(".", 1)[-1].casefold(), value, is_question)))
    else:
        parts = [("", arguments, _blot("", arguments, is_question))]
    if all(value == told or str(value) == told for _, value, told in parts):
        return None
    try:
        return orjson.dumps([(name, told) for name, _, told in parts]).decode()
    except TypeError:
        return None


def _values(arguments: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every value within arguments, with the names that lead to it."""
    if isinstance(arguments, Mapping):
        for key in sorted(arguments, key=str):
            yield from _values(arguments[key], f"{name}.{key}")
    elif isinstance(arguments, Sequence) and not isinstance(arguments, str):
        for each in arguments:
            yield from _values(each, name)
    else:
        yield name, arguments


def _blot(name: str, value: Any, is_question: bool) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    if isinstance(value, str):
        return _NUMBER.sub(
            lambda found: _blot_number(found[0], found[2], (found[1] or name).casefold(), is_question), value
        )
    return _blot_number(str(value), str(value), name, is_question)


def _blot_number(text: str, number: str, name: str, is_question: bool) -> str:
    """A number, with its name before it or without, as it is told: blotted out where it may change."""
    if name in _PLACES:
        return text
    is_long = sum(map(str.isdigit, number)) >= _FEWEST_DIGITS
    return text.removesuffix(number) + _BLOT if is_long or not is_question or name in _CHANGING else text
