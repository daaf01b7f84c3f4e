"""What stands on a line of a rollout: `{timestamp, type, payload}`, or the bare items of the oldest versions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ..translator import Record

Payload = Mapping[str, Any]

_OUTER = frozenset({"session_meta", "response_item", "event_msg", "turn_context", "compacted", "token_usage_record"})
_BARE_ITEMS = frozenset(
    {"message", "reasoning", "function_call", "function_call_output", "local_shell_call", "custom_tool_call"}
)
_NOTHING: Payload = {}


def recognises(records: Sequence[Record]) -> bool:
    """Whether these are the first records of a rollout."""
    return any(_is_of_rollout(record) for record in records)


def _is_of_rollout(record: Record) -> bool:
    kind = record.get("type")
    if isinstance(kind, str) and kind in _OUTER and isinstance(record.get("payload"), dict):
        return True
    return kind is None and isinstance(record.get("id"), str) and {"timestamp", "instructions"} <= record.keys()


def time_of(record: Record) -> float | None:
    """The time of a record in epoch seconds, None where it has none."""
    return _epoch(record.get("timestamp"))


def _epoch(stamp: object) -> float | None:
    if not isinstance(stamp, str):
        return None
    try:
        told = datetime.fromisoformat(stamp)
        at = (told if told.tzinfo is not None else told.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return at if math.isfinite(at) else None


def read(record: Record) -> tuple[str, Payload]:
    """The type of a record and its payload: of items and messages the inner type, of the rest the outer one."""
    outer, payload = record.get("type"), record.get("payload")
    if isinstance(payload, dict):
        if outer in ("response_item", "event_msg"):
            return text(payload, "type") or outer, payload
        return outer if isinstance(outer, str) else "", payload
    if isinstance(outer, str):
        return outer, record if outer in _BARE_ITEMS else _NOTHING
    if outer is None and "id" in record and "timestamp" in record:
        return "session_meta", record
    return "", _NOTHING


def is_item(record: Record) -> bool:
    """Whether a record is an item of the conversation itself, not a message about it."""
    return record.get("type") != "event_msg"


def is_bare(record: Record) -> bool:
    """Whether a record is of the oldest versions, which wrote items without any messages about them."""
    return "payload" not in record


def text(payload: Payload, name: str) -> str:
    """A text of a payload; "" where there is none."""
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def part(payload: Payload, name: str) -> Payload:
    """An object in a payload; empty where there is none."""
    value = payload.get(name)
    return value if isinstance(value, dict) else _NOTHING


def number(payload: Payload, name: str) -> float | None:
    """A finite number of a payload."""
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None


def content_text(content: object) -> str:
    """The text of a message's content: a text, or a list of blocks of which some hold texts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(_block_text(block) for block in content if isinstance(block, dict))


def _block_text(block: Payload) -> str:
    found = text(block, "text")
    if found:
        return found
    image = text(block, "image_url")
    return f"[image, {len(image):,} characters]" if image else ""


def duration_ms(span: object) -> float | None:
    """A duration as Codex writes it, `{secs, nanos}`, in milliseconds."""
    if not isinstance(span, dict):
        return None
    seconds, nanos = number(span, "secs"), number(span, "nanos")
    return None if seconds is None else seconds * 1000 + (nanos or 0) / 1e6


@dataclass(frozen=True, slots=True)
class Meta:
    """What the first line of a rollout says of its thread. `parent` is the thread it is a sub-agent of."""

    id: str
    parent: str
    nickname: str
    role: str
    history_start: int
    """Records with a lower ordinal are its parent's history."""
    is_review: bool


def meta_of(payload: Payload) -> Meta:
    """The thread that a session_meta tells of."""
    source = part(payload, "source").get("subagent")
    spawn = part(source, "thread_spawn") if isinstance(source, dict) else _NOTHING
    nickname = text(payload, "agent_nickname") or text(spawn, "agent_nickname")
    role = text(payload, "agent_role") or text(spawn, "agent_role") or text(spawn, "agent_path")
    return Meta(
        id=text(payload, "id") or text(payload, "session_id"),
        parent=text(payload, "parent_thread_id") or text(spawn, "parent_thread_id"),
        nickname=nickname,
        role=role or (source if isinstance(source, str) else ""),
        history_start=int(number(payload, "subagent_history_start_ordinal") or 0),
        is_review=source == "review",
    )


def made_at_ms(id: str) -> int | None:
    """When an id was made, in epoch milliseconds: ids of threads and turns are UUIDs of version 7. None for others."""
    try:
        made = UUID(id)
    except ValueError:
        return None
    return made.int >> 80 if made.version == 7 else None
