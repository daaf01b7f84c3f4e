"""What a dashboard shows: sources read in a thread of their own, sleep when told to, and say how things stand."""

from __future__ import annotations

import threading
import time

import pytest
from tracetop import TraceCollector
from tracetop.analysis.rules.thresholds import Tuning
from tracetop.app.dashboard.source.collector_source import CollectorSource, RecordingSource
from tracetop.app.dashboard.source.file_source import FileSource
from tracetop.app.dashboard.source.open_source import open_source
from tracetop.app.dashboard.source.source import TraceSource
from tracetop.collector.reading.delivery import TailState

DEADLINE = 10.0


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.005)


@pytest.fixture
def opened():
    """Return a function that starts a source, which is closed at the end."""
    sources = []

    def start(given):
        source = open_source(given)
        sources.append(source)
        source.start()
        return source

    yield start
    for source in sources:
        source.close()


def threads():
    return {thread for thread in threading.enumerate() if thread.name.startswith("tracetop")}


def test_what_is_given_makes_the_source(tmp_path):
    with TraceCollector(tmp_path) as writing, TraceCollector(None) as remembering:
        assert type(open_source(writing)) is RecordingSource
        assert type(open_source(remembering)) is CollectorSource
    assert type(open_source("a/b.jsonl")) is type(open_source(tmp_path / "x")) is FileSource
    source = FileSource("x")
    assert open_source(source) is source
    with pytest.raises(TypeError, match="not list"):
        open_source([])


def test_a_file_is_read_to_its_end_and_on(opened, small, line):
    source = opened(small)
    assert source.wait_until_read(DEADLINE)
    assert source.trace.session.count == 30
    assert (source.state, source.note, source.progress) == (TailState.FOLLOWING, "", None)
    new = line("checkpoint", 10)
    with small.open("ab") as file:
        file.write(new)
    wait_for(lambda: source.trace.session.count == 31)
    assert source.trace.line(30) == new.rstrip(b"\n")


def test_what_the_user_set_holds_for_every_session_of_a_trace(small, line):
    tuning = Tuning({"cache_break.short_life": 60.0})
    source = open_source(small, tuning=tuning)
    try:
        source.start()
        assert source.wait_until_read(DEADLINE)
        assert source.trace.session.cache_breaks.limits.short_life == 60.0
        small.write_bytes(line("checkpoint", 1))
        wait_for(lambda: source.trace.session.count == 1)
        assert source.trace.session.cache_breaks.limits.short_life == 60.0
    finally:
        source.close()


def test_how_things_stand_is_told(opened, tmp_path, small):
    path = tmp_path / "later.jsonl"
    source = opened(path)
    assert source.wait_until_read(DEADLINE)
    assert source.note == f"waiting for {path} to appear"
    path.write_bytes(small.read_bytes())
    wait_for(lambda: source.trace.session.count == 30)
    assert source.note == ""
    path.unlink()
    wait_for(lambda: source.state is TailState.GONE)
    assert "later.jsonl was deleted" in source.note
    path.mkdir()
    wait_for(lambda: "is a folder" in source.note)


def test_a_trace_is_followed_into_its_next_parts(opened, small, line):
    source = opened(small)
    assert source.wait_until_read(DEADLINE)
    parts = [small.with_name(f"small~{number:03}.jsonl") for number in (2, 3)]
    new = [line("checkpoint", 10, name=part.name) for part in parts]
    for part, text in zip(parts, new, strict=True):
        part.write_bytes(text)
    wait_for(lambda: source.trace.session.count == 32)
    source.close()
    assert [source.trace.event(number).data.get("name") for number in (29, 30, 31)] == [None, *(p.name for p in parts)]
    assert [source.trace.line(number) + b"\n" for number in (30, 31)] == new
    assert source.trace.generation == 0
    source.start()
    parts[1].unlink()
    wait_for(lambda: source.state is TailState.GONE)
    assert source.note == "small~003.jsonl was deleted; what was read stays"


def test_a_paused_source_does_not_look(opened, small, line, monkeypatch):
    source = opened(small)
    assert source.wait_until_read(DEADLINE)
    polls = []
    poll = source._tail.poll
    monkeypatch.setattr(source._tail, "poll", lambda *args: polls.append(1) or poll(*args))
    wait_for(lambda: polls)
    source.pause()
    time.sleep(0.4)  # longer than a look and the wait after it
    polls.clear()
    with small.open("ab") as file:
        file.write(line("checkpoint", 10))
    time.sleep(0.4)
    assert polls == []
    assert source.trace.session.count == 30
    source.start()
    wait_for(lambda: source.trace.session.count == 31)


def test_a_source_can_be_stopped_and_started_again_and_again(small, line):
    before = threads()
    source = FileSource(small)
    for number in range(5):
        source.start()
        source.start()
        assert len(threads() - before) == 1
        wait_for(lambda number=number: source.trace.session.count == 30 + number)
        source.pause()
        source.close()
        assert threads() == before
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
    assert source.trace.generation == 0


def test_stopping_does_not_take_long(small):
    source = FileSource(small)
    source.start()
    assert source.wait_until_read(DEADLINE)
    began = time.monotonic()
    source.stop()
    assert time.monotonic() - began < 1.0


def test_every_event_says_where_its_line_stands(tmp_path, opened):
    with TraceCollector(tmp_path, "s", max_bytes=300) as collector:
        path = collector.start_session()
        for number in range(6):
            collector.record("checkpoint", {"name": f"n{number}"})
    source = opened(path)
    assert source.wait_until_read(DEADLINE)
    places = [source.trace.place(number) for number in range(source.trace.session.count)]
    assert places[0] == "line 1, byte 0 of session-s.jsonl"
    assert "line 1, byte 0 of session-s~002.jsonl" in places
    memory = TraceCollector(None, "m")
    memory.record("checkpoint")
    source = opened(memory)
    assert source.wait_until_read(DEADLINE)
    assert source.trace.place(0) == "line 1 in memory"


def test_an_error_ends_the_thread_is_kept_and_forgotten_at_the_next_start():
    class Failing(TraceSource):
        fails = True

        def deliveries(self):
            if self.fails:
                raise RuntimeError("boom")
            yield None

    source = Failing("failing", lambda position: b"", str)
    source.start()
    wait_for(lambda: source.error is not None)
    assert str(source.error) == "boom"
    assert not source.wait_until_read(0.1)
    source.fails = False
    source.start()
    assert source.wait_until_read(DEADLINE)
    assert source.error is None
    source.close()


def test_a_collector_in_memory_is_followed(opened):
    collector = TraceCollector(None)
    collector.start_session("remember", "m")
    source = opened(collector)
    assert source.wait_until_read(DEADLINE)
    assert source.trace.view().goal == "remember"
    for number in range(100):
        collector.record("checkpoint", {"name": f"n{number}"})
    wait_for(lambda: source.trace.session.count == 101)
    assert source.trace.event(100).data["name"] == "n99"
    assert source.trace.line(0) == collector.lines()[0].rstrip(b"\n")


def test_a_collector_is_left_alone_when_its_dashboard_goes():
    collector = TraceCollector(None)
    source = CollectorSource(collector)
    source.start()
    assert source.wait_until_read(DEADLINE)
    source.close()
    assert collector._subscribers.listening == ()
    collector.record("checkpoint")
    assert len(collector.lines()) == 1


def test_what_a_collector_still_holds_is_shown_at_once(opened, tmp_path):
    collector = TraceCollector(tmp_path, buffer_size=1000, flush_interval=3600)
    collector.start_session("buffered", "m")
    collector.record("checkpoint")
    source = opened(collector)
    assert source.wait_until_read(DEADLINE)
    assert source.trace.session.count == 2
    collector.end_session()
