"""The spans that stand on a line: another writer's, how they are recognised, and nothing that is too odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.collector.formats import registry
from tracetop.collector.formats.native import decode_line
from tracetop.collector.formats.otlp import OTLP
from tracetop.collector.formats.translator import Origin, Settling
from tracetop.collector.reading.translated import native_line

from .reading import event_of, read_whole
from .spans import write


def test_spans_as_the_javascript_sdk_dumps_them(tmp_path: Path) -> None:
    def dumped(id: str, parent: str | None, start: int, end: int, attributes: dict[str, Any]) -> bytes:
        record = {
            "traceId": "t", "spanId": id, "parentSpanContext": {"traceId": "t", "spanId": parent} if parent else None,
            "name": id, "kind": 2, "startTime": [start, 500_000_000], "endTime": [end, 0],
            "attributes": attributes, "status": {"code": 0}, "events": [],
        }  # fmt: skip
        return json.dumps(record).encode() + b"\n"

    about = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.response.finish_reasons": ["stop"],
    }
    usage = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 3}
    root = dumped("a", None, 10, 30, {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "cli"})
    reading = read_whole(write(tmp_path / "js.jsonl", [dumped("c", "a", 11, 13, {**about, **usage}), root]))
    assert (reading.view.llm_calls, reading.view.tokens.total) == (1, 103)
    response = event_of(reading, "llm_response")
    assert (response["timestamp"], response["duration_ms"]) == (13.0, 1500.0)
    assert response["data"]["stop_reason"] == "stop"


def test_a_file_is_told_by_its_first_records() -> None:
    assert registry.recognise([{"resourceLogs": []}, {"resourceSpans": []}]) is OTLP
    assert registry.recognise([{"traceId": "1", "spanId": "2", "attributes": {}}]) is OTLP
    assert registry.recognise([{"resourceSpans": "none"}, {"traceId": "1", "spanId": "2"}]) is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("9" * 400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "gen_ai.operation.name", "gen_ai.usage.input_tokens", "gen_ai.usage.cache_read.input_tokens", "operation.cost",
    "gen_ai.agent.name", "gen_ai.conversation.id", "gen_ai.tool.call.arguments", "gen_ai.response.finish_reasons",
    "gen_ai.input.messages", "llm.input_messages.", "gen_ai.response.time_to_first_chunk", "virtual_parent.genai",
]  # fmt: skip
odd_attributes = st.dictionaries(st.sampled_from(KEYS), anything, max_size=4)
roles = st.sampled_from(["chat", "invoke_agent", "execute_tool", "plan", "invoke_workflow", "embeddings"])
odd_spans = st.fixed_dictionaries(
    {"spanId": st.sampled_from("abcd"), "role": roles, "odd": odd_attributes},
    optional={
        "traceId": anything, "parentSpanId": st.sampled_from("abcd") | anything, "name": anything,
        "startTimeUnixNano": anything, "endTimeUnixNano": anything, "status": anything, "events": anything,
        "attributes": anything, "startTime": anything, "duration": anything, "parentSpanContext": anything,
    },
)  # fmt: skip


@given(st.lists(odd_spans, min_size=1, max_size=5))
@settings(deadline=None, max_examples=100)
def test_nothing_that_a_span_may_hold_makes_it_fail(odd: list[dict[str, Any]]) -> None:
    translator = OTLP.translator(Path("odd"))
    assert isinstance(translator, Settling)
    for record in odd:
        named = {"gen_ai.operation.name": record.pop("role"), **record.pop("odd")}
        listed = [{"key": key, "value": value} for key, value in named.items()]
        record.setdefault("attributes", listed)
        OTLP.time_of(record)
        translator.take({"resourceSpans": [{"scopeSpans": [{"spans": [record]}]}]}, Origin(Path("odd"), 1))
        translator.take({**record, "traceId": "js", "attributes": named}, Origin(Path("odd"), 2))
        for event, _ in translator.settle() or ():
            decoded, _ = decode_line(native_line(event))
            assert decoded.timestamp >= 0
    assert translator.merged.records == 2 * len(odd)
