"""attocode's own writer: fields in `data.metadata`, successful calls as kind `tool`, and known by these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tracetop import TraceCollector
from tracetop.app.trace import load_trace
from tracetop.collector.formats.attocode_stream import recognises, stream_metadata


def event(kind: str, second: float, **data: Any) -> dict[str, Any]:
    return {"event_id": f"{kind}{second}", "kind": kind, "timestamp": second, "session_id": "s", "data": data}


@pytest.mark.parametrize(
    "one",
    [event("llm_response", 1.0, metadata={"chunk_type": "text"}), event("tool", 1.0, tool="ls")],
    ids=["metadata", "kind"],
)
def test_one_event_of_its_kind_tells(one: dict[str, Any]) -> None:
    assert recognises([event("session_start", 0.0, goal="go"), one])


@pytest.mark.parametrize(
    "one",
    [
        event("tool_end", 1.0, tool="ls"),
        event("custom", 1.0, metadata="none"),
        {"kind": "tool"},
        {"data": {"metadata": {}}, "timestamp": 1.0},
        {"kind": "custom", "timestamp": 1.0, "data": [{"metadata": {}}]},
    ],
    ids=["native kind", "text", "no time", "no kind", "list"],
)
def test_others_are_not_taken_for_it(one: dict[str, Any]) -> None:
    assert not recognises([one])


def test_its_durations_chunks_and_ids_count(tmp_path: Path) -> None:
    path = tmp_path / "stream.jsonl"
    events = [
        event("session_start", 0.0, goal="go"),
        event("llm_response", 1.0, metadata={"chunk_type": "text", "content": "o"}),
        event("llm_response", 1.5, metadata={"chunk_type": "text", "content": "k"}),
        event("llm_response", 2.0, tokens=30, cost=0.5, metadata={"duration_ms": 900.0}),
        event("tool_start", 2.5, tool="ls", metadata={"tool_id": "t1"}),
        event("tool", 3.0, tool="ls", metadata={"tool_id": "t1", "duration_ms": 400.0}),
    ]
    path.write_text("".join(json.dumps(each) + "\n" for each in events))
    trace = load_trace(path)
    view = trace.view()
    assert trace.format == "attocode-stream"
    assert (view.llm_calls, view.tool_calls, view.tokens.total, view.cost) == (1, 1, 30, 0.5)


def test_what_the_recorder_writes_is_native(tmp_path: Path) -> None:
    with TraceCollector(tmp_path) as collector:
        path = collector.start_session("go")
        collector.record_tool_call("ls", {}, "fine", 0.1)
    assert load_trace(path).format == "native"


def test_metadata_is_read_as_tolerantly_as_other_fields() -> None:
    assert stream_metadata("none") is None
    read = stream_metadata({"duration_ms": "12.5", "chunk_type": 7, "tool_id": ["t"], "agent_id": "a"})
    assert read is not None
    assert (read.duration_ms, read.chunk_type, read.tool_id, read.agent_id) == (12.5, "7", None, "a")
