"""A trace whose events happen at given seconds."""

from __future__ import annotations

import itertools

import orjson

from .axes import START


class Recorded:
    """Writes events at given seconds."""

    def __init__(self) -> None:
        self.events = []
        self.ids = itertools.count()

    def add(self, at, kind, iteration=None, parent=None, duration_ms=None, **data):
        event_id = f"e{next(self.ids)}"
        fields = {
            "event_id": event_id,
            "kind": kind,
            "timestamp": START + at,
            "session_id": "s",
            "iteration": iteration,
        }
        self.events.append({**fields, "parent_event_id": parent, "duration_ms": duration_ms, "data": data})
        return event_id

    def tool(self, at, seconds, name, failed=False, **data):
        start = self.add(at, "tool_start", 1, tool_name=name, **data)
        kind = "tool_error" if failed else "tool_end"
        self.add(at + seconds, kind, 1, start, seconds * 1000.0, tool_name=name, **data)

    def write(self, path):
        events = sorted(self.events, key=lambda event: event["timestamp"])
        path.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
        return path
