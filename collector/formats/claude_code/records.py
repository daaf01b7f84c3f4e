"""What stands in a record of Claude Code, read without trusting it: times, texts, numbers, parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..translator import Record

_NONE: Mapping[str, Any] = {}
_INFINITY = float("inf")


def time_of(record: Record) -> float | None:
    """When a record was written, in epoch seconds; None where it does not say."""
    return seconds(record.get("timestamp"))


def seconds(told: object) -> float | None:
    """An ISO 8601 time in epoch seconds; None for whatever else."""
    if not isinstance(told, str):
        return None
    try:
        time = datetime.fromisoformat(told)
        return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def part(record: Record, name: str) -> Mapping[str, Any]:
    """An object in a record; an empty one where there is none."""
    value = record.get(name)
    return value if isinstance(value, dict) else _NONE


def text(record: Record, name: str) -> str:
    """A text in a record; empty where there is none."""
    value = record.get(name)
    return value if isinstance(value, str) else ""


def number(record: Record, name: str) -> int | float | None:
    """A number in a record that is not negative; None where there is none."""
    value = record.get(name)
    if type(value) is not int and type(value) is not float:  # a truth value is none
        return None
    return value if 0 <= value < _INFINITY else None


def count(record: Record, name: str) -> int:
    """A number of tokens in a record; 0 where there is none."""
    return int(number(record, name) or 0)


def blocks(content: object) -> Iterator[Mapping[str, Any]]:
    """The blocks of a message; a plain text is one block."""
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    elif isinstance(content, list):
        yield from (block for block in content if isinstance(block, dict))


def plain(content: object) -> str:
    """What a message or a result says, as text; of images and other data only how long they are."""
    return "\n".join(filter(None, map(_plain_block, blocks(content))))


def without_data(value: Any) -> Any:
    """A value of a record as it may be kept: of what is encoded in it only how long that is."""
    if isinstance(value, dict):
        if value.get("type") == "base64" and isinstance(value.get("data"), str):
            return {**value, "data": f"({len(value['data']):,} characters)"}
        return {name: without_data(each) for name, each in value.items()}
    return [without_data(each) for each in value] if isinstance(value, list) else value


def known(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _plain_block(block: Mapping[str, Any]) -> str:
    kind = text(block, "type")
    if kind == "text":
        return text(block, "text")
    data = text(part(block, "source"), "data")
    return f"[{kind}, {len(data):,} characters]" if data else f"[{kind}]" if kind else ""
