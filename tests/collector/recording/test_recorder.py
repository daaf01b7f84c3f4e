"""A session that is recorded, and what its lines say."""

import json
import math
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tracetop import TraceCollector, TraceEvent
from tracetop.collector.events import KINDS

from .conftest import RING, Hostile, events_in, events_of

HOUR = 3600.0


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


# -- enabled, stats


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


def test_the_recorder_brings_no_user_interface():
    code = (
        "import sys; from tracetop import TraceCollector; TraceCollector(None);"
        "bad = {'textual', 'rich', 'watchfiles', 'tracetop.analysis', 'tracetop.app'} & set(sys.modules);"
        "sys.exit(str(bad) if bad else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stderr
