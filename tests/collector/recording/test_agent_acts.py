"""What an agent does, told act by act, as the page prints it."""

import decimal
import json
import math

import pytest
from tracetop import TraceCollector

from .conftest import RING, Hostile, events_of

CALLS = [
    ("record_llm_request", {"iteration": 3, "messages_count": 12, "model": "m"}),
    ("record_llm_response", {"tokens": 1500, "cost": 0.25, "duration_ms": 900.5}),
    ("record_tool_call", {"tool": "read", "args": {"path": "x"}, "result": "ok", "duration": 20.0}),
    ("record_budget_check", {"status": "ok", "usage_fraction": 0.5}),
    ("record_compaction", {"messages_before": 40, "messages_after": 10, "tokens_saved": 9000}),
    ("record_subagent", {"agent_id": "a1", "event_type": "spawn", "data": {"task": "t"}}),
    ("record_error", {"error": "boom", "context": "parsing", "iteration": 4}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_helpers_by_position_and_by_keyword(name, arguments):
    by_position, by_keyword = TraceCollector(None, "s"), TraceCollector(None, "s")
    getattr(by_position, name)(*arguments.values())
    getattr(by_keyword, name)(**arguments)

    def without_identity(collector):
        volatile = ("event_id", "timestamp", "parent_event_id")
        return [{key: value for key, value in event.items() if key not in volatile} for event in events_of(collector)]

    assert without_identity(by_position) == without_identity(by_keyword) != []


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_helpers_never_raise(name, arguments):
    for value in (None, Hostile(), RING, "\ud800", math.nan, b"\xff", {"input": Hostile()}, 10**400):
        collector = TraceCollector(None, "s")
        event = getattr(collector, name)(**dict.fromkeys(arguments, value))
        assert events_of(collector)[-1]["event_id"] == event.event_id
        collector.end_session()


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_helpers_take_iteration_and_parent(name, arguments):
    collector = TraceCollector(None, "s")
    getattr(collector, name)(**{**arguments, "iteration": 9}, parent_event_id="mother")
    events = events_of(collector)
    assert [event["iteration"] for event in events] == [9] * len(events)
    assert events[0]["parent_event_id"] == "mother"


def test_llm_request(memory):
    event = memory.record_llm_request(3, 12, "m")
    assert (event.kind, event.iteration, event.data) == ("llm_request", 3, {"messages_count": 12, "model": "m"})


def test_llm_response_with_a_total(memory):
    event = memory.record_llm_response(1500, 0.25, 900)
    assert event.data == {"tokens": 1500, "cost": 0.25, "duration_ms": 900}
    assert event.duration_ms == 900


@pytest.mark.parametrize(
    "told",
    [
        {"cache_write_1h": 4},
        {"cache_write_1h_tokens": "4"},
        {"cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 4}},
    ],
)
def test_what_is_kept_an_hour_is_a_part_of_what_is_written(memory, told):
    event = memory.record_llm_response({"input": 100, "output": 20, "cache_write": 5, **told})
    assert event.data["cache_write_1h_tokens"] == 4
    assert event.data["tokens"] == 125


@pytest.mark.parametrize("told", [{"cache_creation": 3}, {"cache_creation": {}}, {"cache_write_1h": "many"}, {}])
def test_what_is_kept_an_hour_is_left_out_where_nobody_says(memory, told):
    assert "cache_write_1h_tokens" not in memory.record_llm_response({"cache_write": 5, **told}).data


@pytest.mark.parametrize(
    "tokens",
    [
        {"input": 100, "output": 20, "cache_read": 300, "cache_write": 5},
        {"input_tokens": 100, "output_tokens": 20, "cache_read_tokens": 300, "cache_write_tokens": 5},
        {"input": "100", "output": 20, "cache_read_input_tokens": 300, "cache_creation_input_tokens": 5},
    ],
)
def test_llm_response_with_buckets(memory, tokens):
    event = memory.record_llm_response(tokens, decimal.Decimal("0.5"), 10, iteration=2, model="m", stop_reason="end")
    assert event.data == {
        "model": "m",
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 300,
        "cache_write_tokens": 5,
        "tokens": 425,
        "cost": 0.5,
        "duration_ms": 10,
        "stop_reason": "end",
    }
    assert event.iteration == 2


def test_llm_response_buckets_by_keyword_and_a_total(memory):
    event = memory.record_llm_response(999, input_tokens=100, output_tokens=0)
    assert event.data == {"tokens": 999, "input_tokens": 100, "output_tokens": 0}
    assert memory.record_llm_response({"total": 7, "input": 1}, input_tokens=2).data == {"tokens": 7, "input_tokens": 2}
    assert memory.record_llm_response().data == {}


def test_absurd_numbers_do_not_cost_the_event(memory):
    event = memory.record_llm_response({"input": 10**308, "output": 1e308, "cache_read": 10**308}, 10**400, -1)
    assert event.data["input_tokens"] == 1e308
    assert "cost" not in event.data
    memory.record_llm_response(input_tokens=5)
    memory.record_tool_call("t", duration=1e300)
    memory.record_tool_call("t", duration=-50)
    assert [event["timestamp"] >= 0 for event in events_of(memory)] == [True] * 6
    memory.end_session()
    assert json.loads(memory.lines()[-1])["data"]["summary"]["llm_calls"] == 2


def test_tool_call_is_a_back_dated_pair(memory):
    end = memory.record_tool_call("read", {"path": "x"}, "text", 1500, iteration=2, parent_event_id="llm")
    start, ended = events_of(memory)
    assert (start["kind"], ended["kind"], end.kind) == ("tool_start", "tool_end", "tool_end")
    assert start["data"] == {"tool_name": "read", "args": {"path": "x"}}
    assert ended["data"] == {"tool_name": "read", "args": {"path": "x"}, "result": "text", "duration_ms": 1500}
    assert ended["timestamp"] - start["timestamp"] == pytest.approx(1.5, abs=1e-5)
    assert start["parent_event_id"] == "llm"
    assert ended["parent_event_id"] == start["event_id"]
    assert ended["duration_ms"] == 1500
    assert "duration_ms" not in start
    assert ended["event_id"] == end.event_id


def test_tool_call_that_failed_and_one_of_unknown_duration(memory):
    memory.record_tool_call("read", error=OSError("gone"))
    start, failed = events_of(memory)
    assert failed["kind"] == "tool_error"
    assert failed["data"] == {"tool_name": "read", "args": {}, "error": "gone", "error_type": "OSError"}
    assert "duration_ms" not in failed
    assert start["timestamp"] == failed["timestamp"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("ok", "budget_check"),
        ("WARNING", "budget_warning"),
        ("warn", "budget_warning"),
        ("exhausted", "budget_exhausted"),
        ("limit exceeded", "budget_exhausted"),
    ],
)
def test_budget_kinds(memory, status, kind):
    event = memory.record_budget_check(status, 0.8)
    assert (event.kind, event.data) == (kind, {"status": status, "usage_fraction": 0.8})


def test_compaction(memory):
    event = memory.record_compaction(40, 10, 9000)
    assert event.kind == "compaction_end"
    assert event.data == {"messages_before": 40, "messages_after": 10, "tokens_saved": 9000}


@pytest.mark.parametrize("given", ["spawn", "complete", "error", "timeout", "subagent_timeout", "paused"])
def test_subagent_kinds(memory, given):
    what = given.removeprefix("subagent_")
    event = memory.record_subagent("a1", given, {"task": "t"})
    assert event.kind == f"subagent_{what}"
    assert event.data == {"task": "t", "agent_id": "a1", "event_type": what}


def test_errors_as_exception_and_text(memory):
    event = memory.record_error(KeyError("k"), {"file": "x"}, 4)
    assert event.data == {"error": "'k'", "error_type": "KeyError", "context": {"file": "x"}}
    assert event.iteration == 4
    assert memory.record_error(TimeoutError()).data["error"] == "TimeoutError"
    assert memory.record_error("boom").data == {"error": "boom", "error_type": None, "context": ""}
