"""A trace that a test tells line by line, to be inspected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

START = 1_780_000_000.0


class Story:
    """Lines of a trace, a second apart; an event's number is its place."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def add(self, kind: str, parent: int | None = None, duration_ms: float | None = None, **data: Any) -> int:
        number = len(self.lines)
        event = {
            "event_id": f"e{number}",
            "kind": kind,
            "timestamp": START + number + 0.25,
            "session_id": "s1",
            "iteration": 1,
            "data": data,
            "parent_event_id": None if parent is None else f"e{parent}",
            "duration_ms": duration_ms,
        }
        self.lines.append(orjson.dumps(event) + b"\n")
        return number

    def tool(self, args: Any, result: Any = "done", name: str = "bash") -> int:
        start = self.add("tool_start", tool_name=name, args=args)
        return self.add("tool_end", start, 1500, tool_name=name, args=args, result=result)

    def write(self, folder: Path) -> Path:
        path = folder / "story.jsonl"
        path.write_bytes(b"".join(self.lines))
        return path
