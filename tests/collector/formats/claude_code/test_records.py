"""What stands in a record, read without trusting it: times, what is private, anything at all."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.collector.formats.claude_code.records import time_of

from .logs import TEXT, Log
from .told import Told


def test_what_is_private_or_encoded_is_not_taken_over(log: Log) -> None:
    log.add("attachment", attachment={"type": "session_context", "email": "me@example.org"})
    image = {"type": "image", "source": {"type": "base64", "data": "A" * 5_000, "media_type": "image/png"}}
    log.calls("m1", "Read", "t1", file_path="a.png", picture=image)
    log.result("t1", [{"type": "text", "text": "here"}, image])
    told = Told(log)
    written = json.dumps([dict(event.data) for event in told.events])
    assert "example.org" not in written
    assert "AAAA" not in written
    assert told.the("tool_end").data["result"] == "here\n[image, 5,000 characters]"
    assert told.merged.skipped["attachment: session_context"] == 1


def test_times() -> None:
    assert time_of({"timestamp": "1970-01-01T00:00:01.500Z"}) == 1.5
    assert [time_of({"timestamp": told}) for told in ("[trimmed]", 5, None, "9999-99-99")] == [None] * 4


def test_a_time_that_runs_backwards_loses_nothing(log: Log) -> None:
    log.answer("m1", TEXT, after=60.0)
    log.answer("m2", TEXT, after=-30.0)
    told = Told(log)
    assert len(told.of("llm_response")) == 2
    assert all(event.duration_ms is None or event.duration_ms >= 0 for event in told.events)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "type", "uuid", "sessionId", "timestamp", "message", "agentId", "toolUseResult", "data", "subtype", "content",
    "usage", "attachment", "id", "parentToolUseID", "compactMetadata", "snapshot", "isSidechain", "operation",
)  # fmt: skip
TYPES = (
    "assistant", "user", "system", "attachment", "progress", "queue-operation", "permission-mode", "cost-state",
    "file-history-snapshot", "summary", "ai-title",
)  # fmt: skip


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(
    st.lists(
        st.tuples(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(NAMES), anything, max_size=8)), max_size=6
    )
)
def test_no_record_raises(records: list[tuple[str, dict[str, Any]]]) -> None:
    log = Log()
    log.prompt("count")
    log.calls("m1", "Task", "t1", prompt="x")
    for kind, fields in records:
        log.records.append({**log.add(kind), **fields, "type": kind})
    told = Told(log)
    assert all(isinstance(event.event_id, str) and event.timestamp == event.timestamp for event in told.events)
