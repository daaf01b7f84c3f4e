"""What a tool was asked to do, in a few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

_MAIN_ARGUMENTS = (
    "command",
    "cmd",
    "path",
    "file_path",
    "filename",
    "pattern",
    "query",
    "url",
    "prompt",
    "task",
    "name",
)

_PATHS = frozenset({"path", "file_path", "filename"})
_BODIES = frozenset({"content", "file_text", "new_source", "new_str", "new_string", "old_str", "old_string"})
_SAYS_LITTLE = {**dict.fromkeys(_PATHS, _BODIES), **dict.fromkeys(("command", "cmd"), frozenset({"description"}))}
"""By the argument that tells most, others that say less than they take room: what is put into a file, for instance."""
_LONGEST_PATH = 40


def preview(args: Any, limit: int = 200) -> str:
    """The argument that tells most first, then the others: `pytest -q tests/`, `src/a.py limit=900`."""
    if args is None:
        return ""
    if not isinstance(args, Mapping):
        return _value(args, limit)
    names = [str(name) for name in args]
    main = next((name for name in _MAIN_ARGUMENTS if name in args), names[0] if len(names) == 1 else None)
    parts = [_value(args[main], limit)] if main is not None and main in args else []
    if main in _PATHS:
        parts = [short_path(part) for part in parts]
    says_little = _SAYS_LITTLE.get(main or "", frozenset())
    for name, value in args.items():
        says_nothing = name in says_little or (main is not None and value is False)
        if str(name) != main and sum(map(len, parts)) < limit and not says_nothing:
            parts.append(f"{name}={_value(value, 40)}")
    return _cut(" ".join(parts), limit)


def short_path(path: str) -> str:
    """A path with its end in sight: of a long one its last parts, `…/collector/formats/native.py`."""
    if len(path) <= _LONGEST_PATH or "/" not in path:
        return path
    start = path.find("/", len(path) - _LONGEST_PATH)
    return f"…{path[start if start >= 0 else path.rfind('/') :]}"


def preview_json(raw: bytes, limit: int = 200) -> str:
    """The same for arguments as raw JSON, possibly cut short."""
    try:
        return preview(orjson.loads(raw), limit)
    except orjson.JSONDecodeError:
        return _cut(raw[: 4 * limit].decode(errors="replace"), limit)


def _value(value: Any, limit: int) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, float | int | bool) or value is None:
        text = _safely(str, value)
    else:
        try:
            text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
        except (TypeError, ValueError, RecursionError):
            text = _safely(repr, value)
    return _cut(text.strip(), limit)


def _safely(write: Callable[[Any], str], value: Any) -> str:
    try:
        return write(value)
    except (ValueError, RecursionError):  # more digits than Python converts, or nested too deep
        return "…"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
