"""A long trace is opened: its newest events at once, the rest behind them, and what the user can do meanwhile."""

from __future__ import annotations

import threading
import time

import orjson
import pytest
from tracetop.app.dashboard.source import opening
from tracetop.app.dashboard.source.file_source import FileSource

DEADLINE = 10.0
START = 1_780_000_000.0


class Gate:
    """Lets the thread that reads take so many deliveries, and no more until it is told."""

    def __init__(self):
        self._allowed = 0
        self._changed = threading.Condition()

    def shut(self):
        with self._changed:
            self._allowed = 0

    def let(self, deliveries):
        with self._changed:
            self._allowed += deliveries
            self._changed.notify_all()

    def pass_one(self, is_over):
        with self._changed:
            while self._allowed < 1 and not is_over():
                self._changed.wait(0.01)
            self._allowed -= 1


@pytest.fixture
def gate(monkeypatch):
    """Have every trace be a long one, read in pieces of about ten events, each when the gate lets it."""
    gate, read = Gate(), FileSource._followed

    def gated(self, tail):
        for delivery in read(self, tail):
            gate.pass_one(self._halt.is_set)
            yield delivery

    monkeypatch.setattr(FileSource, "_followed", gated)
    monkeypatch.setattr(opening, "LONG_BYTES", 1)
    monkeypatch.setattr(opening, "ENOUGH_EVENTS", 50)
    monkeypatch.setattr("tracetop.collector.reading.follow.CHUNK_BYTES", 2_000)
    yield gate
    gate.let(1_000_000)


@pytest.fixture
def long(tmp_path, line):
    """Return a trace of 601 events: tool calls in iterations, an error in the first ten and one in the last."""
    path = tmp_path / "traces" / "long.jsonl"
    path.parent.mkdir()
    lines = [line("session_start", goal="read it all", model="claude-test")]
    for number in range(1, 201):
        lines.append(line("iteration_start", number))
        failed = number in (2, 200)
        tool = {"tool_name": "bash", "args": {"command": f"echo {number}"}}
        lines.append(
            line("tool_error" if failed else "tool_end", number, **tool, **({"error": "no"} if failed else {}))
        )
        lines.append(line("llm_response", number, input_tokens=100, output_tokens=10))
    path.write_bytes(b"".join(lines))
    return path


async def read_some(it, gate, deliveries=5):
    gate.let(deliveries)
    before = it.count
    await it.until(lambda: it.count > before, "more is read")
    await it.settle()


async def read_all(it, gate):
    gate.let(1_000_000)
    await it.until(lambda: it.screen.source.is_read, "all is read")
    await it.settle()


async def test_the_newest_events_are_there_before_any_is_read(show, gate, long):
    async with show(long, read=False) as it:
        assert it.count == 0
        assert "newest" in it.title("timeline")
        assert "read from the start: 0%" in it.title("timeline")
        assert "echo 200" in it.crop("#trace-timeline-list")
        assert "it 200" in it.strip
        assert "read it all" in it.strip
        assert "claude-test" in it.strip or "test" in it.strip
        assert "10m 00s" in it.strip  # from the first event, which stands in the head, to the newest
        assert "reading  0%" in it.crop("#trace-progress")


async def test_figures_of_a_part_say_so(show, gate, long):
    async with show(long, size=(200, 60), read=False) as it:
        await read_some(it, gate)
        for pane in ("tree", "tokens", "cache", "issues"):
            assert "so far" in it.title(pane), pane
        assert "so far" not in it.title("timeline")
        assert "1 error so far" in it.strip
        assert f"{it.count:,} events so far" in it.crop("#trace-progress")
        await read_all(it, gate)
        titles = [it.title(pane) for pane in ("timeline", "tree", "tokens", "cache", "issues")]
        assert not any("so far" in title for title in titles), titles
        assert "so far" not in it.strip
        assert not it.screen.query_one("#trace-progress").has_class("-shown")
        assert "2 errors" in it.strip


async def test_titles_are_told_that_all_is_read_where_nothing_else_has_changed(show, gate, long):
    async with show(long, read=False) as it:
        while it.count < 601:
            before = it.count
            gate.let(1)
            await it.until(lambda before=before: it.count > before)
        await it.settle()
        panes = ("tree", "tokens", "cache", "issues")
        assert all("so far" in it.title(pane) for pane in panes)
        await read_all(it, gate)
        assert not any("so far" in it.title(pane) for pane in panes)


async def test_where_there_is_no_room_a_mark_says_so(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        assert "tok…" in it.strip
        await read_all(it, gate)
        assert "…" not in it.strip


async def test_tabs_inspector_and_transport_say_so_too(show, gate, long, line):
    long.write_bytes(long.read_bytes().replace(b'"output_tokens":10', b'"output_tokens":0', 1))
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        assert "5 issues (1…)" in it.crop("#trace-tabs")
        await it.press("e", "enter")
        assert "so far" in it.title("inspector")
        await it.press("escape", "space")
        assert f"of {it.count:,}…" in it.crop("#trace-transport")
        assert "so far" not in it.title("timeline")  # as of that event it was all
        await read_all(it, gate)
        assert "…" not in it.crop("#trace-transport")


async def test_the_list_stays_as_it_is_when_all_is_read(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        before = it.crop("#trace-timeline-list").split("\n")
        await read_all(it, gate)
        assert it.count == 601
        after = it.crop("#trace-timeline-list").split("\n")
        assert [row[:-2] for row in after[-len(before) :]] == [row[:-2] for row in before]
        assert it.screen.cursor.follows


async def test_keys_move_among_the_newest_and_stay_there_when_all_is_read(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        await it.press("k", "k", "k", "k")
        row, height = it.lit_row("#trace-timeline-list"), it.crop("#trace-timeline-list").split("\n")
        assert "of the newest" in it.title("timeline")
        assert it.screen.cursor.follows
        await read_all(it, gate)
        assert it.lit_row("#trace-timeline-list") == row
        assert it.place == 601 - 5
        below = len(height) - height.index(row)
        after = it.crop("#trace-timeline-list").split("\n")
        assert len(after) - after.index(row) in (below, below + 1)


async def test_an_event_of_the_newest_can_be_inspected_and_copied(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        await it.press("k", "k")
        wanted = long.read_bytes().splitlines()[-3]
        await it.press("y")
        assert it.app.clipboard.encode() == wanted
        assert it.screen.check_action("bookmark", ()) is None
        await it.press("enter")
        assert "iteration" in it.crop("#trace-inspector")
        assert "one of the newest" in it.title("inspector")
        await read_some(it, gate)
        assert "one of the newest" in it.title("inspector")
        assert orjson.loads(wanted)["event_id"] in it.crop("#trace-inspector")
        await read_all(it, gate)
        assert "event 599 of 601" in it.title("inspector")
        assert orjson.loads(wanted)["event_id"] in it.crop("#trace-inspector")
        assert it.place == 598


async def test_other_keys_go_to_what_is_read_and_f_comes_back(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        await it.press("e")
        assert it.place == 5
        assert "so far" in it.title("timeline")
        assert "newest" not in it.title("timeline")
        await it.press("f")
        assert "newest" in it.title("timeline")
        await it.press("k", "g")
        assert it.place == 0
        assert "so far" in it.title("timeline")
        await it.press("end")
        assert "newest" in it.title("timeline")
        await it.press("k", "k", "f")
        assert "of the newest" not in it.title("timeline")


async def test_above_the_oldest_of_the_newest_the_user_is_told_where_the_others_are(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        await it.press(*["pageup"] * 20)
        assert [note.message for note in it.app._notifications] == [
            "older events are read from the start · home: the first"
        ]


async def test_a_filter_is_of_what_is_read(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        await it.press("F")
        await it.enter("kind:tool_error")
        await it.until(lambda: "1 of" in it.title("timeline"))
        assert "so far" in it.title("timeline")
        await it.press("escape")
        assert "newest" in it.title("timeline")


async def test_places_are_those_that_are_read(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        for asked, told in (
            ("50%", "not read yet"),
            ("it 199", "as far as it is read"),
            ("500", "as far as it is read"),
        ):
            await it.press("colon")
            await it.enter(asked)
            assert told in it.crop("#trace-prompt") or told in [*it.app._notifications][-1].message
            await it.press("escape")
        assert "newest" in it.title("timeline")
        await it.press("colon")
        await it.enter("it 2")
        assert it.place == 4
        assert "so far" in it.title("timeline")


async def test_escape_stops_the_reading_and_a_key_has_it_go_on(show, gate, long):
    async with show(long, read=False) as it:
        await read_some(it, gate)
        await it.press("escape")
        gate.let(1_000)
        await it.until(lambda: it.screen.source._opening.is_stopped)
        count = it.count
        with long.open("ab") as file:  # the newest are followed nevertheless
            file.write(orjson.dumps({"kind": "checkpoint", "timestamp": START + 700, "data": {"name": "late"}}) + b"\n")
        await it.until(lambda: "late" in it.crop("#trace-timeline-list"))
        assert it.count <= count + 20  # what was under way
        count = it.count
        assert "stopped at" in it.crop("#trace-progress")
        assert "R reads on" in it.crop("#trace-progress")
        assert "R read on" in it.crop("#trace-keys")
        assert "so far" in it.title("tokens")
        await it.press("R")
        await it.until(lambda: it.screen.source.is_read)
        await it.settle()
        assert it.count == 602
        assert "so far" not in it.title("tokens")
        assert it.screen.check_action("reading", ()) is None


async def test_stopped_and_quit_at_once(show, gate, long):
    async with show(long, size=(80, 24), read=False) as it:
        await it.press("R")
        source = it.screen.source
        thread = source._thread
        source.stop()
        assert not thread.is_alive()
        assert not source.is_read


async def test_a_trace_that_grows_while_it_is_read(show, gate, long, monkeypatch):
    monkeypatch.setattr(opening, "_DELIVERIES_A_LOOK", 1)
    async with show(long, size=(80, 24), read=False) as it:
        with long.open("ab") as file:
            file.write(orjson.dumps({"kind": "checkpoint", "timestamp": START + 700, "data": {"name": "late"}}) + b"\n")
        await read_some(it, gate, 2)
        await it.until(lambda: "late" in it.crop("#trace-timeline-list"))
        await read_all(it, gate)
        assert it.count == 602


async def test_a_trace_that_is_cut_short_or_deleted_while_it_is_read(show, gate, long, line):
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        await it.press("escape")
        await it.until(lambda: it.screen.source._opening.is_stopped)
        gate.let(1)
        long.write_bytes(line("session_start", goal="another", model="m") + line("checkpoint"))
        await read_all(it, gate)
        await it.until(lambda: it.count == 2)
        await it.settle()
        assert "another" in it.strip
        assert "newest" not in it.title("timeline")
    gate.shut()
    long.write_bytes(b"".join(line("checkpoint") for _ in range(500)))
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        long.unlink()
        await read_all(it, gate)
        await it.until(lambda: "was deleted" in it.text)
        assert it.count == 500


async def test_a_last_line_too_long_to_look_at(show, gate, long, monkeypatch):
    monkeypatch.setattr(opening, "TAIL_BYTES", 5_000)
    with long.open("ab") as file:
        file.write(orjson.dumps({"kind": "checkpoint", "timestamp": START, "data": {"x": "y" * 9_000}}) + b"\n")
    async with show(long, size=(80, 24), read=False) as it:
        await read_some(it, gate)
        assert it.screen.source.newest is None
        assert "READING" in it.strip
        assert "it –" in it.strip
        assert "last event" not in it.strip
        assert "read it all" in it.strip
        assert "so far" in it.title("timeline")
        await read_all(it, gate)
        assert "READING" not in it.strip


async def test_a_short_trace_has_no_opening(show, small):
    async with show(small, read=False) as it:
        assert it.screen.source.newest is it.screen.source.reading is None
        assert not it.screen.query_one("#trace-progress").has_class("-shown")
        assert it.screen.check_action("reading", ()) is None


def test_all_parts_count(tmp_path, line, gate):
    first, second = tmp_path / "s.jsonl", tmp_path / "s~002.jsonl"
    first.write_bytes(b"".join(line("checkpoint") for _ in range(30)))
    second.write_bytes(b"".join(line("checkpoint", name="second") for _ in range(30)))
    source = FileSource(first)
    try:
        source.start()
        source.newest_seen()
        source.wait_until_looked()
        assert source.reading.total == sum(path.stat().st_size for path in (first, second))
        assert source.newest.trace.session.count == 30
        shares = [source.progress]
        while (before := source.reading) is not None:
            gate.let(1)
            deadline = time.monotonic() + DEADLINE
            while source.reading is before and not source.is_read:
                assert time.monotonic() < deadline
                time.sleep(0.001)
            shares.append(source.progress or 1.0)
        assert shares == sorted(shares)
        assert len(set(shares)) > 4
        assert source.wait_until_read(DEADLINE)
        assert source.trace.session.count == 60
        source.close()
        source.start()
        source.wait_until_looked()
        assert source.newest is source.reading is None  # it was read before
    finally:
        gate.let(1_000)
        source.close()
