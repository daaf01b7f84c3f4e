import decimal
import json
import math
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tracetop import TraceCollector, TraceEvent
from tracetop.collector.events import KINDS

HOUR = 3600.0


class Hostile:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__

    def __float__(self):
        raise RuntimeError("no number")


def events_in(path):
    return [json.loads(line) for line in Path(path).read_bytes().splitlines()]


@pytest.fixture
def memory():
    return TraceCollector(None, "s")


def events_of(collector):
    return [json.loads(line) for line in collector.lines()]


# -- the session


def test_a_session_from_start_to_end(tmp_path):
    collector = TraceCollector(tmp_path / "traces", "abc")
    path = collector.start_session("fix the bug", "claude-x", {"branch": "main"})
    assert path == collector.path == tmp_path / "traces" / "session-abc.jsonl"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [event["kind"] for event in events_in(path)] == ["session_start"], "the start is in the file at once"
    collector.record("iteration_start", iteration=1)
    collector.end_session()
    collector.end_session()
    start, iteration, end = events_in(path)
    assert start["data"] == {"goal": "fix the bug", "model": "claude-x", "branch": "main"}
    assert start["session_id"] == "abc"
    assert iteration["iteration"] == 1
    assert end["kind"] == "session_end"
    assert end["data"]["status"] == "complete"
    assert end["data"]["summary"]["total_events"] == 2
    assert 0 <= end["data"]["duration_seconds"] < 60


def test_the_default_folder_and_a_changed_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    collector = TraceCollector(session_id="abc", flush_interval=HOUR)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert collector.start_session() == tmp_path / ".attocode/traces/session-abc.jsonl"
    assert collector.path.exists()


def test_sessions_without_an_id_get_one_each(tmp_path):
    first, second = TraceCollector(tmp_path), TraceCollector(tmp_path)
    assert first.start_session() != second.start_session()
    assert events_in(first.path)[0]["session_id"] == first.session_id != ""
    assert len(list(tmp_path.glob("session-*.jsonl"))) == 2


def test_the_id_stays_as_given_and_the_file_stays_inside(tmp_path):
    collector = TraceCollector(tmp_path / "in", "../../out\n")
    path = collector.start_session()
    assert path.parent == tmp_path / "in"
    assert events_in(path)[0]["session_id"] == "../../out\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["in"]


def test_a_second_run_appends_and_counts_from_zero(tmp_path):
    collector = TraceCollector(tmp_path, "abc")
    collector.start_session("first")
    collector.record_error("boom")
    collector.end_session("failed")
    assert collector.summary()["errors"] == 1
    collector.start_session("second")
    assert collector.summary()["errors"] == 0
    collector.end_session()
    TraceCollector(tmp_path, "abc").start_session("third")
    events = events_in(collector.path)
    assert [event["data"].get("goal") for event in events if event["kind"] == "session_start"] == [
        "first",
        "second",
        "third",
    ]
    assert [event["data"]["status"] for event in events if event["kind"] == "session_end"] == ["failed", "complete"]


def test_starting_an_open_session_again_ends_it_first(memory):
    memory.start_session("one")
    memory.start_session("two")
    assert [(e["kind"], e["data"].get("status")) for e in events_of(memory)] == [
        ("session_start", None),
        ("session_end", "interrupted"),
        ("session_start", None),
    ]


def test_recording_needs_no_start(tmp_path):
    collector = TraceCollector(tmp_path / "new", "abc")
    collector.record("checkpoint")
    assert collector.flush()
    collector.start_session("late")
    collector.record("checkpoint")
    collector.end_session()
    collector.record("checkpoint")
    collector.end_session()
    kinds = [event["kind"] for event in events_in(collector.path)]
    assert kinds == ["checkpoint", "session_start", "checkpoint", "session_end", "checkpoint"]


def test_nothing_is_created_before_the_first_event(tmp_path):
    with TraceCollector(tmp_path / "new", "abc"):
        pass
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("explicit_start", [True, False])
def test_the_context_manager_says_how_it_ended(tmp_path, explicit_start):
    with TraceCollector(tmp_path, "good") as good:
        good.record("checkpoint")
    assert events_in(good.path)[-1]["data"]["status"] == "complete"
    with pytest.raises(ZeroDivisionError), TraceCollector(tmp_path, "bad") as bad:
        if explicit_start:
            bad.start_session()
        bad.record("checkpoint")
        _ = 1 / 0
    assert events_in(bad.path)[-1]["data"]["status"] == "error"
    with TraceCollector(tmp_path, "own") as own:
        own.record("checkpoint")
        own.end_session("cancelled")
    assert [e["data"]["status"] for e in events_in(own.path) if e["kind"] == "session_end"] == ["cancelled"]


def test_in_memory_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with TraceCollector(None, "abc") as collector:
        assert collector.start_session() == Path("session-abc.jsonl")
        assert collector.path is None
        collector.record("checkpoint", {"n": 1})
    assert list(tmp_path.iterdir()) == []
    assert [json.loads(line)["kind"] for line in collector.lines()] == ["session_start", "checkpoint", "session_end"]
    assert collector.lines(1) == collector.lines()[1:]
    assert all(line.endswith(b"\n") for line in collector.lines())


def test_one_line_by_its_number(memory, tmp_path):
    memory.record("checkpoint")
    assert memory.line(0) == memory.lines()[0]
    with pytest.raises(IndexError):
        memory.line(1)
    with pytest.raises(IndexError, match="written to"):
        TraceCollector(tmp_path).line(0)


def test_with_a_file_no_lines_are_kept(tmp_path):
    with TraceCollector(tmp_path, "abc") as collector:
        collector.record("checkpoint")
    assert collector.lines() == []


# -- one event


def test_the_line_says_what_is_known_and_no_more(memory):
    before = time.time()
    event = memory.record("checkpoint")
    assert isinstance(event, TraceEvent)
    (line,) = events_of(memory)
    assert list(line) == ["event_id", "kind", "timestamp", "session_id", "data"]
    assert line["data"] == {}
    assert before <= line["timestamp"] <= time.time()
    assert (line["event_id"], line["timestamp"]) == (event.event_id, event.timestamp)


def test_the_line_and_the_event_say_the_same(memory):
    event = memory.record("custom", {"a": 1}, iteration=2, parent_event_id="p", duration_ms=1.5, event_id="mine")
    (line,) = events_of(memory)
    names = ("event_id", "kind", "timestamp", "session_id", "iteration", "data", "parent_event_id", "duration_ms")
    assert line == {name: getattr(event, name) for name in names}
    assert (line["event_id"], line["iteration"], line["parent_event_id"], line["duration_ms"]) == ("mine", 2, "p", 1.5)


def test_every_kind_and_any_other(memory):
    for kind in (*KINDS, "kind_of_tomorrow"):
        memory.record(kind)
    assert [event["kind"] for event in events_of(memory)] == [*KINDS, "kind_of_tomorrow"]


def test_later_changes_by_the_caller_do_not_reach_the_event(memory):
    data = {"a": 1}
    event = memory.record("custom", data)
    data["a"] = 2
    assert event.data == {"a": 1} == events_of(memory)[0]["data"]


def test_ids_are_unique_over_threads():
    collectors = [TraceCollector(None, "s") for _ in range(2)]
    threads = [threading.Thread(target=lambda c=c: [c.record("custom") for _ in range(1000)]) for c in collectors * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [event["event_id"] for c in collectors for event in events_of(c)]
    assert len(set(ids)) == len(ids) == 4000
    assert all(len(event_id) >= 12 and int(event_id, 16) >= 0 for event_id in ids)


RING: dict = {}
RING["ring"] = RING


@pytest.mark.parametrize(
    ("args", "keywords"),
    [
        ((None,), {}),
        ((Hostile(), Hostile()), {}),
        (("k", "text"), {}),
        (("k", [1]), {}),
        (("k", RING), {}),
        (("k", {Hostile(): Hostile()}), {}),
        (("k\ud800", {"\ud800": "\udfff"}), {}),
        (("k", {"x": math.nan, "y": b"\xff", "z": {1, 2}}), {"duration_ms": math.inf}),
        (
            ("k",),
            {"iteration": Hostile(), "parent_event_id": Hostile(), "duration_ms": Hostile(), "event_id": Hostile()},
        ),
        (("k",), {"iteration": "7", "duration_ms": "1.5", "parent_event_id": 5, "event_id": 6}),
        (("k",), {"iteration": 10**30, "duration_ms": 10**400}),
        (("x" * 300_000, {"big": "y" * 300_000}), {}),
    ],
)
def test_record_never_raises_and_writes_one_good_line(args, keywords):
    collector = TraceCollector(None, "s\ud800")
    event = collector.record(*args, **keywords)
    (raw,) = collector.lines()
    line = json.loads(raw.decode("utf-8"))
    assert raw.count(b"\n") == 1
    assert len(raw) < 250_000
    assert line["event_id"] == event.event_id
    assert line["kind"] == event.kind
    assert collector.summary()["total_events"] == 1


def test_numbers_as_text_are_understood(memory):
    event = memory.record("k", iteration="7", duration_ms="1.5")
    assert (event.iteration, event.duration_ms) == (7, 1.5)


def test_altered_events_are_counted(memory):
    event = memory.record("k", {"path": Path("a")})
    assert event.data == {"path": "a"}
    assert memory.stats()["altered"] == 0, "a path written as text is all there"
    memory.record("k", {"share": math.nan})
    assert memory.stats()["altered"] == 1
    assert TraceCollector(None, max_string=5).record("k", {"t": "123456"}).data["t"].startswith("12345…[+1 chars]")


# -- the helpers, as printed


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


# -- counters


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


# -- enabled, subscribers, stats


def test_switched_off_nothing_is_recorded(tmp_path):
    collector = TraceCollector(tmp_path, "abc", flush_interval=HOUR)
    seen = []
    collector.subscribe(seen.append)
    collector.record("checkpoint", {"n": 1})
    collector.enabled = False
    assert [event["data"] for event in events_in(collector.path)] == [{"n": 1}], "switching off writes the buffer"
    event = collector.record("checkpoint", {"n": 2})
    assert event.data == {"n": 2}
    collector.record_tool_call("t")
    collector.enabled = True
    collector.record("checkpoint", {"n": 3})
    collector.flush()
    assert [event["data"]["n"] for event in events_in(collector.path)] == [1, 3]
    assert collector.summary()["total_events"] == 2
    assert [event.data["n"] for event in seen] == [1, 3]


def test_a_session_started_switched_off_writes_its_start_when_switched_on(tmp_path):
    collector = TraceCollector(tmp_path / "new", "abc", enabled=False)
    before = time.time()
    collector.start_session("goal")
    assert not (tmp_path / "new").exists()
    started = time.time()
    collector.enabled = True
    collector.enabled = True
    (event,) = events_in(collector.path)
    assert event["kind"] == "session_start"
    assert before <= event["timestamp"] <= started


def test_a_session_wholly_switched_off_leaves_nothing(tmp_path):
    with TraceCollector(tmp_path / "new", "abc", enabled=False) as collector:
        collector.start_session()
        collector.record("checkpoint")
    assert not (tmp_path / "new").exists()


def test_subscribers_get_each_event_after_it_is_buffered(memory):
    seen = []
    unsubscribe = memory.subscribe(lambda event: seen.append((event, len(memory.lines()))))
    first = memory.record("a")
    memory.record_tool_call("t")
    unsubscribe()
    unsubscribe()
    memory.record("b")
    assert [(event.kind, lines) for event, lines in seen] == [("a", 1), ("tool_start", 2), ("tool_end", 3)]
    assert seen[0][0] is first


def test_a_failing_subscriber_is_counted_and_then_dropped(memory):
    calls, good = [], []

    def fails(event):
        calls.append(event)
        raise RuntimeError("dashboard")

    memory.subscribe(fails)
    memory.subscribe(good.append)
    for _ in range(25):
        memory.record("k")
    assert len(calls) == 10
    assert len(good) == 25
    assert memory.stats()["subscriber_errors"] == 10


def test_a_subscriber_that_recovers_stays(memory):
    calls = []

    def moody(event):
        calls.append(event)
        if len(calls) % 10:
            raise RuntimeError

    memory.subscribe(moody)
    for _ in range(40):
        memory.record("k")
    assert len(calls) == 40


def test_a_subscriber_may_record(memory):
    seen = []
    memory.subscribe(seen.append)
    memory.subscribe(lambda event: memory.record("echo", {"of": event.kind}))
    memory.record("k")
    assert [event["kind"] for event in events_of(memory)] == ["k", "echo"]
    assert [event.kind for event in seen] == ["k", "echo"]
    assert memory.stats()["subscriber_errors"] == 0


def test_stats_tell_of_a_file_that_cannot_be_written(tmp_path):
    (tmp_path / "blocked").write_text("")
    collector = TraceCollector(tmp_path / "blocked", "abc", flush_interval=HOUR)
    path = collector.start_session()
    collector.record("checkpoint")
    assert not collector.flush()
    stats = collector.stats()
    assert (stats["written"], stats["buffered"], stats["dropped"]) == (0, 2, 0)
    assert stats["write_errors"] >= 1
    assert stats["last_error"]
    (tmp_path / "blocked").unlink()
    collector.end_session()
    assert [event["kind"] for event in events_in(path)] == ["session_start", "checkpoint", "session_end"]
    assert collector.stats()["written"] == 3


# -- threads, processes, exits


def run(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=30
    )


def test_eight_threads_lose_nothing(tmp_path):
    collector = TraceCollector(tmp_path, "abc", buffer_size=17, flush_interval=0.002)

    def work(name):
        for number in range(500):
            collector.record("custom", {"thread": name, "n": number})
            collector.record_llm_response({"input": 1}, 0.5)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collector.end_session()
    events = events_in(collector.path)
    assert len({event["event_id"] for event in events}) == len(events) == 8001
    custom = [(event["data"]["thread"], event["data"]["n"]) for event in events if event["kind"] == "custom"]
    assert sorted(custom) == [(name, number) for name in range(8) for number in range(500)]
    summary = collector.summary()
    assert (summary["llm_calls"], summary["total_tokens"], summary["total_cost"]) == (4000, 4000, 2000)


EXIT = """
import sys
from tracetop import TraceCollector
collector = TraceCollector(sys.argv[1], "abc", flush_interval=3600)
collector.start_session()
for n in range(5):
    collector.record("custom", {{"n": n}})
{}
"""


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise RuntimeError('agent')", "del collector"])
def test_no_exit_loses_events(tmp_path, ending):
    run(EXIT.format(ending), tmp_path)
    events = events_in(tmp_path / "session-abc.jsonl")
    assert [event["data"].get("n") for event in events] == [None, 0, 1, 2, 3, 4]


FORK = """
import os, sys
from tracetop import TraceCollector
collector = TraceCollector(sys.argv[1], "abc", flush_interval=3600)
collector.start_session()
collector.record("custom", {"who": "parent", "n": 0})
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        for n in range(20):
            collector.record("custom", {"who": child, "n": n})
        os._exit(0)
    children.append(pid)
    collector.record("custom", {"who": "parent", "n": child + 1})
for pid in children:
    os.waitpid(pid, 0)
collector.end_session()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_children_write_their_own_lines_once(tmp_path):
    result = run(FORK, tmp_path)
    assert result.returncode == 0, result.stderr
    events = events_in(tmp_path / "session-abc.jsonl")
    assert len({event["event_id"] for event in events}) == len(events) == 1 + 4 + 60 + 1
    custom = [(str(e["data"]["who"]), e["data"]["n"]) for e in events if e["kind"] == "custom"]
    expected = [("parent", n) for n in range(4)] + [(str(child), n) for child in range(3) for n in range(20)]
    assert sorted(custom) == sorted(expected)


FORK_WHILE_BUSY = """
import os, sys, threading
from tracetop import TraceCollector
collector = TraceCollector(sys.argv[1], "abc", buffer_size=3, flush_interval=0.001)
stop = threading.Event()
def work():
    while not stop.is_set():
        collector.record("custom", {"who": "thread"})
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for child in range(20):
    pid = os.fork()
    if pid == 0:
        collector.record("custom", {"who": "child"})
        collector.summary()
        collector.flush()
        os._exit(0)
    os.waitpid(pid, 0)
stop.set()
for thread in threads: thread.join()
collector.end_session()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_never_inherits_a_held_lock(tmp_path):
    result = run(FORK_WHILE_BUSY, tmp_path)
    assert result.returncode == 0, result.stderr
    events = events_in(tmp_path / "session-abc.jsonl")
    assert len({event["event_id"] for event in events}) == len(events)
    assert sum(event["data"].get("who") == "child" for event in events) == 20


MANY = """
import sys
from tracetop import TraceCollector
with TraceCollector(sys.argv[1], "abc", buffer_size=13) as collector:
    for n in range(2000):
        collector.record("custom", {"who": sys.argv[2], "n": n, "fill": "x" * (n % 700)})
"""


def test_two_processes_on_one_file_tear_no_line(tmp_path):
    processes = [subprocess.Popen([sys.executable, "-c", MANY, str(tmp_path), who]) for who in "ab"]
    assert [process.wait(30) for process in processes] == [0, 0]
    events = events_in(tmp_path / "session-abc.jsonl")
    assert len({event["event_id"] for event in events}) == len(events) == 4002
    for who in "ab":
        assert [e["data"]["n"] for e in events if e["data"].get("who") == who] == list(range(2000))


def test_the_recorder_brings_no_user_interface():
    code = (
        "import sys; from tracetop import TraceCollector; TraceCollector(None);"
        "bad = {'textual', 'rich', 'watchfiles', 'tracetop.analysis', 'tracetop.app'} & set(sys.modules);"
        "sys.exit(str(bad) if bad else 0)"
    )
    result = run(code)
    assert result.returncode == 0, result.stderr
