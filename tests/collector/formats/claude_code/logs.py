"""Logs as Claude Code writes them, record by record."""

from __future__ import annotations

import json
from typing import Any

SESSION = "11111111-2222-3333-4444-555555555555"
MODEL = "claude-opus-4-5-20251101"


class Log:
    """Records as Claude Code writes them, a second apart, and what they are translated to."""

    def __init__(self, agent: str = "") -> None:
        self.records: list[dict[str, Any]] = []
        self.agent = agent
        self.second = 0.0

    def add(self, kind: str, after: float = 1.0, **fields: Any) -> dict[str, Any]:
        self.second += after
        minute, second = divmod(self.second, 60)
        record = {
            "type": kind,
            "uuid": f"{self.agent}u{len(self.records)}",
            "sessionId": SESSION,
            "timestamp": f"2026-01-28T02:{int(minute):02d}:{second:06.3f}Z",
            "isSidechain": bool(self.agent),
            "version": "2.1.20",
            **({"agentId": self.agent} if self.agent else {}),
            **fields,
        }
        self.records.append(record)
        return record

    def bare(self, kind: str, **fields: Any) -> None:
        """A record without id and time."""
        self.records.append({"type": kind, "sessionId": SESSION, **fields})

    def prompt(self, said: str, **fields: Any) -> None:
        self.add("user", message={"role": "user", "content": said}, **fields)

    def answer(self, id: str, *blocks: dict[str, Any], output: int = 1, stop: str | None = None, **fields: Any) -> None:
        usage = {
            "input_tokens": 3,
            "cache_read_input_tokens": 1_000,
            "cache_creation_input_tokens": 200,
            "cache_creation": {"ephemeral_1h_input_tokens": 150, "ephemeral_5m_input_tokens": 50},
            "output_tokens": output,
            **fields.pop("usage", {}),
        }
        message = {"id": id, "model": MODEL, "role": "assistant", "content": list(blocks), "usage": usage}
        self.add("assistant", message={**message, "stop_reason": stop}, **fields)

    def calls(self, id: str, tool: str, tool_id: str, **args: Any) -> None:
        self.answer(id, {"type": "tool_use", "id": tool_id, "name": tool, "input": args})

    def result(self, tool_id: str, said: Any = "fine", *, error: bool = False, told: Any = None, **fields: Any) -> None:
        block = {"type": "tool_result", "tool_use_id": tool_id, "content": said, "is_error": error}
        told = {} if told is None else {"toolUseResult": told}
        self.add("user", message={"role": "user", "content": [block]}, **told, **fields)

    def text(self) -> str:
        return "".join(json.dumps(record) + "\n" for record in self.records)


TEXT = {"type": "text", "text": "Let me see."}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "secret"}
