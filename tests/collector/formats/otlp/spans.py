"""Spans of chats, agents and tools as OTLP/JSON has them, and the lines of a file of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write(path: Path, lines: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def span(id: str, parent: str = "", start: float = 0, end: float = 0, /, **more: Any) -> dict[str, Any]:
    """A span of OTLP/JSON, in seconds; `attributes` by name, integers as strings, as the format has them."""

    def value(given: Any) -> dict[str, Any]:
        if isinstance(given, bool):
            return {"boolValue": given}
        if isinstance(given, int):
            return {"intValue": str(given)}
        if isinstance(given, list):
            return {"arrayValue": {"values": [value(each) for each in given]}}
        return {"doubleValue": given} if isinstance(given, float) else {"stringValue": given}

    attributes = more.pop("attributes", {})
    return {
        "traceId": "t", "spanId": id, "parentSpanId": parent, "name": id,
        "startTimeUnixNano": str(int((1_000 + start) * 1e9)), "endTimeUnixNano": str(int((1_000 + end) * 1e9)),
        "attributes": [{"key": key, "value": value(given)} for key, given in attributes.items()], **more,
    }  # fmt: skip


def chat(id: str, parent: str, start: float, end: float, *, name: str = "", **usage: int) -> dict[str, Any]:
    tokens = {f"gen_ai.usage.{key}_tokens": number for key, number in usage.items()}
    agent = {"gen_ai.agent.name": name} if name else {}
    model = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "claude-x"}
    return span(id, parent, start, end, attributes={**model, **agent, **tokens})


def agent(id: str, parent: str, start: float, end: float, name: str, **more: Any) -> dict[str, Any]:
    about = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}
    return span(id, parent, start, end, attributes={**about, **more.pop("attributes", {})}, **more)


def tool(id: str, parent: str, start: float, end: float, name: str = "bash", **more: Any) -> dict[str, Any]:
    about = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.call.id": id}
    return span(id, parent, start, end, attributes={**about, **more.pop("attributes", {})}, **more)


def line_of(*spans: dict[str, Any]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}).encode() + b"\n"


def sub_agent(names_agents: bool) -> list[dict[str, Any]]:
    """A main agent that calls a sub-agent, in the order of their ends."""
    main, other = ("coder", "explorer") if names_agents else ("", "")
    return [
        chat("c1", "A", 1, 2, name=main, input=100, output=1),
        chat("c2", "B", 4, 5, name=other, input=10, output=1),
        tool("x", "B", 5, 6, "grep"),
        agent("B", "T", 4, 7, "explorer"),
        tool("T", "A", 3, 8, "delegate", attributes={"gen_ai.tool.call.arguments": '{"task": "look around"}'}),
        chat("c3", "A", 9, 10, name=main, input=200, output=1),
        agent("A", "", 0, 11, "coder"),
    ]
