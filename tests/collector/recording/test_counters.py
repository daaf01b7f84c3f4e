"""A run's figures, kept while it runs."""

import math

from .conftest import events_of


def test_the_summary_follows_helpers_and_plain_records(memory):
    empty = memory.summary()
    assert empty == {
        "session_id": "s",
        "total_events": 0,
        "total_tokens": 0,
        "total_cost": 0,
        "duration_seconds": 0,
        "iterations": 0,
        "tool_calls": 0,
        "llm_calls": 0,
        "errors": 0,
        "compactions": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
    }
    for iteration in (1, 2, 2):
        memory.record("iteration_start", iteration=iteration)
    memory.record_llm_response({"input": 100, "output": 20, "cache_read": 300}, 0.5, 10)
    memory.record("llm_response", {"tokens": 80, "cost": "0.25", "output_tokens": 30})
    memory.record("llm_response", {"metadata": {}, "tokens": "unknown", "cost": math.nan})
    memory.record_tool_call("a")
    memory.record_tool_call("b", error="x")
    memory.record("tool", {"tool": "c"})
    memory.record("llm_error")
    memory.record_error("e")
    memory.record("compaction_start")
    memory.record_compaction(2, 1, 5)
    summary = memory.summary()
    assert summary.pop("duration_seconds") > 0
    assert summary == {
        "session_id": "s",
        "total_events": 15,
        "total_tokens": 500,
        "total_cost": 0.75,
        "iterations": 2,
        "tool_calls": 3,
        "llm_calls": 3,
        "errors": 3,
        "compactions": 1,
        "input_tokens": 100,
        "output_tokens": 50,
        "cache_read_tokens": 300,
        "cache_write_tokens": None,
    }


def test_the_clock_stops_at_the_end(memory):
    memory.start_session()
    memory.end_session()
    ended = memory.summary()["duration_seconds"]
    assert memory.summary()["duration_seconds"] == ended
    assert events_of(memory)[-1]["data"]["duration_seconds"] == ended
