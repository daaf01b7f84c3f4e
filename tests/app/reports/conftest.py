"""What tests of the reports share: a clock, and traces made of events or of raw lines."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tracetop.app.reports.sessions import newest_sessions, sessions_text
from tracetop.app.sessions.sessions import Sessions
from tracetop.app.trace import Trace, load_trace

START = 1_700_000_000.0


@pytest.fixture(autouse=True)
def a_clock_in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def event(kind: str, after: float = 0.0, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "timestamp": START + after, "session_id": "s", **fields}


def tool(name: str, after: float = 0.0, *, args: Any = None, error: bool = False, **fields: Any) -> dict[str, Any]:
    data = {"tool_name": name, **({} if args is None else {"args": args}), **fields.pop("data", {})}
    return event("tool_error" if error else "tool_end", after, data=data, **fields)


def response(after: float = 0.0, iteration: int | None = None, **data: Any) -> dict[str, Any]:
    return event("llm_response", after, iteration=iteration, data=data)


class Traces:
    """Makes traces of events or raw lines."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "session-1.jsonl"

    def __call__(self, *lines: dict[str, Any] | str) -> Trace:
        numbered = (
            line if isinstance(line, str) else json.dumps({"event_id": f"e{number}", **line})
            for number, line in enumerate(lines, 1)
        )
        self.path.write_text("".join(f"{line}\n" for line in numbered), errors="surrogatepass")
        return load_trace(self.path)


@pytest.fixture
def make(tmp_path: Path) -> Traces:
    return Traces(tmp_path)


def text_of(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def parsed(lines: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def row_of(text: str, name: str) -> list[str]:
    (row,) = [line.split() for line in text.splitlines() if line.split()[:1] == [name]]
    return row


FULL = (
    event("session_start", data={"goal": "fix the parser", "model": "claude-sonnet-4"}),
    event("iteration_start", 1, iteration=1),
    response(
        2, 1, input_tokens=100, cache_read_tokens=300, cache_write_tokens=50, output_tokens=50, tokens=500, cost=0.25
    ),
    event("tool_start", 3, iteration=1, data={"tool_name": "bash", "args": {"command": "ls"}}),
    event("tool_end", 5, iteration=1, data={"tool_name": "bash", "args": {"command": "ls"}}),
    event("iteration_start", 6, iteration=2),
    response(7, 2, input_tokens=50, cache_read_tokens=450, output_tokens=10, tokens=510, cost=0.05),
    event("tool_error", 8, iteration=2, data={"tool_name": "edit", "error": "no such file"}, duration_ms=40.0),
    event("session_end", 10, data={"status": "complete"}),
)


def sessions_list(folder: Path, width: int) -> Iterator[str]:
    return sessions_text(*newest_sessions(Sessions([folder])), START, width)
