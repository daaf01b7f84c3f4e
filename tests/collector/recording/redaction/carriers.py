"""Lines about to be written that carry a text, in JSON within JSON too."""

from collections.abc import Callable
from typing import Any

import orjson

Carrier = Callable[[str], Any]


def encoded(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def nested(value: Any) -> str:
    return orjson.dumps(value).decode()


CARRIERS: dict[str, Carrier] = {
    "alone": lambda text: {"data": {"content": text}},
    "after words": lambda text: {"content": f"so I use {text} and go on"},
    "at the end": lambda text: ["x", f"it is {text}"],
    "after a newline": lambda text: {"content": f"A=1\n{text}\nB=2"},
    "after a Windows newline": lambda text: {"content": f"A=1\r\n{text}\r\nB=2"},
    "after a tab": lambda text: {"content": f"A\t{text}\tB"},
    "in colour": lambda text: {"content": f"\x1b[01;31m{text}\x1b[0m"},
    "unicode around it": lambda text: {"content": f"Schlüssel 🔑 {text} 日本語"},
    "JSON in JSON": lambda text: {"arguments": nested({"command": text, "n": 1})},
    "JSON in JSON, after a newline": lambda text: {"arguments": nested({"content": f"A=1\n{text}\nB=2"})},
    "JSON in JSON in JSON": lambda text: {"raw": nested({"arguments": nested({"content": f"A\n{text}"})})},
    "JSON in JSON, cut off": lambda text: {"arguments": nested({"command": text})[:-2]},
}
IN_QUOTES: dict[str, Carrier] = {
    "shell": lambda text: {"command": f'echo "{text}" | cat'},
    "shell in JSON": lambda text: {"arguments": nested({"command": f'echo "{text}" | cat'})},
    "source": lambda text: {"content": f"client = Client('{text}', 1)"},
    "member of a list": lambda text: {"content": nested([text, "x"])},
}


def shape(value: Any) -> Any:
    """The value without its strings."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "" if isinstance(value, str) else value
