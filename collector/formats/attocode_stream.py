"""The dialect of attocode's own trace writer: events of the native format that keep some fields in `data.metadata`.

Both are read by one decoder, for a file may hold lines of both. `native` decodes the lines, `records` reads the fields
that are known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ..loose_values import as_number, as_text

NAME = "attocode-stream"
_OWN_KIND = "tool"
"""A successful end of a tool call; the native format has `tool_end`."""


class StreamMetadata(msgspec.Struct, gc=False):
    """The fields of `data.metadata` that change a number somewhere.

    `chunk_type` says that a response is one chunk of an answer that is streamed.
    """

    duration_ms: float | None = None
    chunk_type: str | None = None
    tool_id: str | None = None
    agent_id: str | None = None


def stream_metadata(value: object) -> StreamMetadata | None:
    """The metadata of an event given as a parsed JSON object; None where it is none."""
    if not isinstance(value, Mapping):
        return None
    return StreamMetadata(
        duration_ms=as_number(value.get("duration_ms")),
        chunk_type=as_text(value.get("chunk_type")),
        tool_id=as_text(value.get("tool_id")),
        agent_id=as_text(value.get("agent_id")),
    )


def recognises(records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any of these events is one as only attocode's writer writes it."""
    return any("kind" in record and "timestamp" in record and _is_own(record) for record in records)


def _is_own(event: Mapping[str, Any]) -> bool:
    data = event.get("data")
    has_metadata = isinstance(data, Mapping) and isinstance(data.get("metadata"), Mapping)
    return has_metadata or event["kind"] == _OWN_KIND
