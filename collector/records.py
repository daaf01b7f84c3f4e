"""Events as the fold reads them: only those fields that change a number somewhere, typed.

An `EventRecord` is decoded straight from the bytes of a line, or made here from an event that exists as an object.
What comes with a wrong type is read as well as it can be; unknown stays None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias

import msgspec
import orjson

from .events import TraceEvent
from .formats.attocode_stream import StreamMetadata, stream_metadata
from .loose_values import MAX_SAFE_INT, as_integer, as_number, as_text, as_truth

_TEXT_FIELDS = (
    "tool_name",
    "tool",
    "tool_id",
    "tool_call_id",
    "agent_id",
    "parent_agent_id",
    "task_id",
    "model",
    "goal",
    "name",
    "status",
    "stop_reason",
    "revises",
)
ARGUMENT_FIELDS = ("args", "arguments", "input")
"""Where the arguments of a tool's call may stand in its payload; the first that is there holds them."""
_NUMBER_FIELDS = (
    "tokens",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "cost",
    "duration_ms",
)


Head: TypeAlias = "tuple[str, float, str, str, int | None, str | None, float | None]"
"""Kind, time, session id, event id, iteration, parent and duration of an event: all but its payload."""


class NotAnEventError(ValueError):
    """A line that holds no event; the message says why."""


class CacheCreation(msgspec.Struct, gc=False):
    """The part of `data.cache_creation` that is dearer, where a writer keeps it as Anthropic reports it."""

    ephemeral_1h_input_tokens: float | None = None


class Payload(msgspec.Struct, gc=False):
    """The fields of `data` that change a number somewhere; everything else stays in the trace.

    `args` is the raw JSON of the tool's arguments, empty where the event has none; some writers call it `arguments` or
    `input`. `name` is what a `custom` event is called. `revises` is the id of an earlier response: the buckets are what
    came to it in addition. `output_lower_bound` says that there is at least so much output, and with False that it is
    known after all. `waits_for` are the arguments of a call that only waits for something else that runs.
    """

    tool_name: str | None = None
    tool: str | None = None
    args: msgspec.Raw = msgspec.Raw()
    arguments: msgspec.Raw = msgspec.Raw()
    input: msgspec.Raw = msgspec.Raw()
    waits_for: msgspec.Raw = msgspec.Raw()
    tool_id: str | None = None
    tool_call_id: str | None = None
    agent_id: str | None = None
    parent_agent_id: str | None = None
    task_id: str | None = None
    model: str | None = None
    goal: str | None = None
    name: str | None = None
    status: str | None = None
    stop_reason: str | None = None
    revises: str | None = None
    output_lower_bound: bool | None = None
    tokens: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    cache_read_tokens: float | None = None
    cache_write_tokens: float | None = None
    cache_write_1h_tokens: float | None = None
    cache_creation: CacheCreation | None = None
    cost: float | None = None
    duration_ms: float | None = None
    metadata: StreamMetadata | None = None


class EventRecord(msgspec.Struct, gc=False):
    """An event as the fold reads it: the line's own fields and a typed `Payload` (None where `data` is absent)."""

    kind: Annotated[str, msgspec.Meta(min_length=1)]
    timestamp: float
    session_id: str = ""
    event_id: str = ""
    iteration: Annotated[int, msgspec.Meta(ge=-MAX_SAFE_INT, le=MAX_SAFE_INT)] | None = None
    data: Payload | None = None
    parent_event_id: str | None = None
    duration_ms: float | None = None


def arguments_of(data: Mapping[str, Any]) -> Any:
    """The arguments of a tool's call by its payload, also those that stand there as JSON in a string; None without."""
    told = next((data[name] for name in ARGUMENT_FIELDS if data.get(name) is not None), None)
    if isinstance(told, str) and told.startswith("{"):
        try:
            return orjson.loads(told)
        except orjson.JSONDecodeError:
            return told
    return told


def raw_arguments(data: Payload) -> bytes:
    """The same as raw JSON; empty without."""
    raw = bytes(data.args) or bytes(data.arguments) or bytes(data.input)
    if raw.startswith(b'"{'):
        try:
            return str(orjson.loads(raw)).encode()
        except (orjson.JSONDecodeError, UnicodeEncodeError):
            return raw
    return raw


def record_from_object(content: Mapping[str, Any]) -> EventRecord:
    """The record of an event given as a parsed JSON object. Raises `NotAnEventError` without a kind or a time."""
    kind, timestamp, session_id, event_id, iteration, parent_event_id, duration_ms = head_of(content)
    data = _payload(content.get("data"))
    return EventRecord(kind, timestamp, session_id, event_id, iteration, data, parent_event_id, duration_ms)


def head_of(content: Mapping[str, Any]) -> Head:
    """What an event given as a parsed JSON object says but for its payload. Raises `NotAnEventError`."""
    kind = content.get("kind")
    if not isinstance(kind, str) or not kind:
        raise NotAnEventError("no kind")
    if "timestamp" not in content:
        raise NotAnEventError("no timestamp")
    timestamp = as_number(content["timestamp"])
    if timestamp is None:
        raise NotAnEventError("timestamp is not a number")
    return (
        kind,
        timestamp,
        as_text(content.get("session_id")) or "",
        as_text(content.get("event_id")) or "",
        as_integer(content.get("iteration")),
        as_text(content.get("parent_event_id")),
        as_number(content.get("duration_ms")),
    )


def record_from_event(event: TraceEvent) -> EventRecord:
    """The record of an event that exists as an object, not as a line."""
    timestamp = as_number(event.timestamp)
    return EventRecord(
        kind=event.kind,
        timestamp=math.nan if timestamp is None else timestamp,
        session_id=event.session_id,
        event_id=event.event_id,
        iteration=as_integer(event.iteration),
        data=_payload(event.data),
        parent_event_id=event.parent_event_id,
        duration_ms=as_number(event.duration_ms),
    )


def _payload(data: object) -> Payload | None:
    if not isinstance(data, Mapping):
        return None
    payload = Payload()
    for name, value in data.items():
        read = _READ.get(name)
        if read is not None:
            setattr(payload, name, read(value))
    return payload


def _cache_creation(value: object) -> CacheCreation | None:
    if not isinstance(value, Mapping):
        return None
    return CacheCreation(as_number(value.get("ephemeral_1h_input_tokens")))


def _raw(value: object) -> msgspec.Raw:
    try:
        return msgspec.Raw(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    except TypeError:
        pass
    try:
        return msgspec.Raw(orjson.dumps(repr(value).encode(errors="replace").decode()))
    except (RecursionError, ValueError):
        return msgspec.Raw()


_READ: dict[object, Callable[[Any], Any]] = {
    **dict.fromkeys(_TEXT_FIELDS, as_text),
    **dict.fromkeys(_NUMBER_FIELDS, as_number),
    **dict.fromkeys(ARGUMENT_FIELDS, _raw),
    "waits_for": _raw,
    "output_lower_bound": as_truth,
    "metadata": stream_metadata,
    "cache_creation": _cache_creation,
}
"""How each field of a payload is read that counts."""
