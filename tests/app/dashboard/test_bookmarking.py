"""Bookmarks on the dashboard: made by a key with a line of text, marked everywhere, listed, gone to, kept."""

from __future__ import annotations

import json
import os

import pytest
from textual.app import App
from tracetop import TraceCollector
from tracetop.app import DashboardHost
from tracetop.app.bookmarks import bookmarks as store
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of
from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.trace import load_trace

HOSTILE = "\x1b[31mred\x1b]0;t\x07 [/oops] [@click=app.quit]x[/] \u202e\u200b 文字"


@pytest.fixture(autouse=True)
def a_look_each_frame(monkeypatch):
    monkeypatch.setattr(store, "_LOOK_SECONDS", 0.0)


def sidecar(path):
    return path.with_name(f"{path.name}.bookmarks")


def lines_of(path):
    return [json.loads(line) for line in sidecar(path).read_text().splitlines()]


def messages(it):
    return " | ".join(notification.message for notification in it.app._notifications)


def ribbon(it):
    return it.crop("#trace-ribbon")


async def mark(it, event, note=""):
    """Go to an event, counted from 0, and bookmark it."""
    it.screen.move_cursor(event)
    await it.settle()
    await it.press("m")
    await it.enter(note)


# -- making one


async def test_m_asks_for_a_line_and_keeps_it_beside_the_trace(show, small):
    before = small.read_bytes()
    async with show(small) as it:
        it.screen.move_cursor(19)
        await it.press("m")
        assert it.crop("#trace-prompt").startswith(" bookmark 20 ")
        assert "a note, or nothing" in it.crop("#trace-prompt")
        await it.press(*"why", "space", *"x?", "enter")
        assert not it.screen.query_one("#trace-prompt").has_class("-shown")
        assert [(line["event"], line["note"], line["event_id"]) for line in lines_of(small)] == [(20, "why x?", "e19")]
        assert "⚑ iteration 7   why x?" in it.lit_row("#trace-timeline-list")
        assert "⚑" in ribbon(it)
        assert it.place == 19 and messages(it) == ""
    assert small.read_bytes() == before


async def test_enter_alone_makes_one_without_text(show, small):
    async with show(small) as it:
        await mark(it, 19)
        assert [(line["event"], line["note"]) for line in lines_of(small)] == [(20, "")]
        assert "⚑ iteration 7" in it.lit_row("#trace-timeline-list")


async def test_escape_makes_none(show, small):
    async with show(small) as it:
        it.screen.move_cursor(19)
        await it.press("m", *"no", "escape")
        assert not sidecar(small).exists()
        assert "⚑" not in it.text


async def test_m_again_changes_the_note(show, small):
    async with show(small) as it:
        await mark(it, 19, "one")
        await it.press("m")
        assert it.app.focused.value == "one"
        await it.press("enter")
        assert len(lines_of(small)) == 1, "nothing changed"
        await it.press("m")
        await it.enter("two")
        assert [line["note"] for line in lines_of(small)] == ["one", "two"]
        assert it.text.count("⚑") == 2, "one in the timeline, one in the ribbon"


async def test_the_event_is_the_one_that_was_newest_when_it_was_asked(show, small, line):
    async with show(small) as it:
        assert it.screen.cursor.follows
        await it.press("m")
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await it.until(lambda: it.count == 31)
        await it.enter("the end")
        assert [line["event"] for line in lines_of(small)] == [30]


async def test_what_was_noted_before_is_offered(show, small):
    async with show(small) as it:
        await mark(it, 4, "flaky test")
        it.screen.move_cursor(7)
        await it.press("m", "up")
        assert it.app.focused.value == "flaky test"


async def test_keys_make_sense_only_with_events_and_bookmarks(show, tmp_path, small):
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    keys = {"m": "bookmark", "apostrophe": "next_bookmark", "quotation_mark": "previous_bookmark"}
    async with show(empty) as it:
        for action in keys.values():
            assert it.screen.check_action(action, ()) is None
        await it.press(*keys)
        assert not it.screen.query_one("#trace-prompt").has_class("-shown")
    async with show(small) as it:
        assert [it.screen.check_action(action, ()) for action in keys.values()] == [True, None, None]
        await mark(it, 3)
        assert [it.screen.check_action(action, ()) for action in keys.values()] == [True, True, True]


async def test_help_lists_the_keys_and_what_the_mark_means(show, small):
    async with show(small, (200, 60)) as it:
        await it.press("question_mark")
        text = it.crop("#trace-help")
        assert "Bookmark the event, with a note" in text
        assert "All bookmarks" in text
        assert "bookmark, in the ribbon" in text


# -- going to them


async def test_keys_go_from_one_to_the_next_and_remember_the_way(show, small):
    async with show(small) as it:
        for event in (4, 10, 20):
            await mark(it, event)
        it.screen.move_cursor(0)
        places = []
        for key in ("apostrophe", "apostrophe", "apostrophe", "apostrophe", "quotation_mark", "u"):
            await it.press(key)
            places.append(it.place)
        assert places == [4, 10, 20, 20, 10, 20]
        assert "no next bookmark" in messages(it)


async def test_bookmarks_later_than_the_paused_view_are_gone_to(show, small):
    async with show(small) as it:
        await mark(it, 20, "later")
        it.screen.move_cursor(4)
        await it.press("space")
        assert "⚑" in ribbon(it)
        assert "later" not in it.crop("#trace-timeline-list")
        await it.press("apostrophe")
        assert it.place == 20
        assert "later" in it.crop("#trace-timeline-list")


# -- the list


async def test_the_list_shows_all_and_leads_there(show, small):
    async with show(small) as it:
        await mark(it, 19, "first")
        await mark(it, 4, "second")
        await it.press("M")
        assert it.title("bookmarks") == "bookmarks · 2"
        rows = [row.strip("▌ ").split() for row in it.crop("#trace-bookmarks-list").splitlines() if "⚑" in row]
        assert [row[1] for row in rows] == ["5", "20"]
        assert "second" in it.lit_row("#trace-bookmarks-list"), "the one at the cursor"
        await it.press("down", "enter")
        assert it.place == 19
        assert not it.screen.is_covered
        assert it.app.focused.id == "trace-timeline-list"


async def test_escape_peels_the_list_and_only_that(show, small):
    async with show(small) as it:
        await it.press("enter", "M")
        assert it.screen.inspector.has_class("-shown")
        await it.press("question_mark")
        region = it.screen.query_one("#trace-help").region
        assert region == it.screen.query_one("#trace-body").region, "each lies over all below it"
        for pane in ("help", "bookmark_list", "inspector"):
            assert it.screen.overlay is getattr(it.screen, pane)
            assert it.app.focused in it.screen.overlay.query("*")
            await it.press("escape")
        assert not it.screen.is_covered
        await it.press("M", "M")
        assert not it.screen.is_covered


async def test_an_empty_list_says_how_to_make_one(show, small):
    async with show(small) as it:
        await it.press("M")
        assert "no bookmarks yet: m on an event makes one" in it.crop("#trace-bookmarks-list")
        assert it.title("bookmarks") == "bookmarks · none"
        await it.press("x", "enter", "m")
        assert not it.screen.query_one("#trace-prompt").has_class("-shown")
        assert it.screen.overlay is it.screen.bookmark_list


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_removing_from_the_list(show, small, key):
    async with show(small) as it:
        for event in (4, 10, 20):
            await mark(it, event, f"note {event}")
        it.screen.move_cursor(12)
        await it.press("M", key)
        assert [(line["event"], line.get("removed")) for line in lines_of(small)][-1] == (11, True)
        assert "note 20" in it.lit_row("#trace-bookmarks-list")
        await it.press(key, key)
        assert "no bookmarks yet" in it.crop("#trace-bookmarks-list")
        assert "⚑" not in it.text


async def test_m_in_the_list_changes_the_note_there(show, small):
    async with show(small) as it:
        await mark(it, 4, "one")
        it.screen.move_cursor(20)
        await it.press("M", "m")
        assert it.crop("#trace-prompt").startswith(" bookmark 5 one ")
        await it.enter("other")
        assert it.screen.overlay is it.screen.bookmark_list
        assert it.app.focused.id == "trace-bookmarks-list"
        assert "other" in it.lit_row("#trace-bookmarks-list")
        assert it.place == 20


async def test_a_bookmark_on_another_event_is_listed_and_not_gone_to(show, small):
    kept = line_of(Change(Bookmark(4, "of another day", "other", 1.0, "tool_end")))
    sidecar(small).write_bytes(kept)
    async with show(small) as it:
        assert "⚑" not in it.text
        await it.press("M")
        assert it.title("bookmarks") == "bookmarks · 1 · 1 on other events"
        assert "another event now: tool_end" in it.crop("#trace-bookmarks-list")
        assert "of another day" in it.crop("#trace-bookmarks-list")
        await it.press("enter")
        assert "event 5 is another than was marked" in messages(it)
        assert it.screen.overlay is it.screen.bookmark_list
        await it.press("m")
        await it.enter("still of another day")
        assert "still of another day" in it.crop("#trace-bookmarks-list")
        await it.press("x")
        assert "no bookmarks yet" in it.crop("#trace-bookmarks-list")
    assert sidecar(small).read_bytes().startswith(kept)


async def test_a_bookmark_on_an_event_that_is_not_read_is_listed(show, small, line):
    sidecar(small).write_bytes(line_of(Change(Bookmark(30, "to come", "e30", None, "checkpoint"))))
    async with show(small) as it:
        await it.press("M")
        assert "not read yet: checkpoint" in it.crop("#trace-bookmarks-list")
        await it.press("enter")
        assert "event 31 has not been read" in messages(it)
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await it.until(lambda: it.count == 31)
        await it.settle()
        assert "not read yet" not in it.crop("#trace-bookmarks-list")
        await it.press("enter")
        assert it.place == 30


async def test_what_is_wrong_with_the_file_is_said(show, small):
    sidecar(small).write_bytes(b"123\n{\n")
    async with show(small) as it:
        await it.press("M")
        assert it.title("bookmarks").startswith("bookmarks · none · 2 bad lines (line 1: not an object but a number)")


# -- where they show


async def test_the_inspector_tells_the_note(show, small):
    async with show(small) as it:
        it.screen.move_cursor(19)
        await it.press("enter")
        assert "bookmark" not in it.crop("#trace-inspector")
        await it.press("m")
        await it.enter("why here?")
        assert "bookmark   ⚑ why here?" in it.crop("#trace-inspector")
        assert it.app.focused.id == "trace-inspector-lines"
        await it.press("escape", "enter")
        assert "bookmark   ⚑ why here?" in it.crop("#trace-inspector")
        await it.press("comma")
        assert "bookmark" not in it.crop("#trace-inspector")


async def test_another_dashboard_sees_it(show, small):
    trace, other = load_trace(small), Bookmarks(small)
    async with show(small) as it:
        other.look(trace)
        other.mark(trace, 19, "from elsewhere")
        await it.settle()
        assert "from elsewhere" in it.crop("#trace-timeline-list")
        other.remove(other.placed[19])
        await it.settle()
        assert "⚑" not in it.text


async def test_a_call_is_marked_by_its_end_too(show, line, tmp_path):
    path = tmp_path / "t.jsonl"
    call = {"tool_name": "bash", "args": {"command": "ls"}}
    path.write_bytes(line("session_start") + line("tool_start", 1, **call) + line("tool_end", 1, **call))
    async with show(path) as it:
        await mark(it, 2, "the end")
        assert it.crop("#trace-timeline-list").count("⚑") == 1
        it.screen.move_cursor(1)
        await it.press("space")
        assert "⚑" not in it.crop("#trace-timeline-list"), "not yet"
        await it.press("end", "1", "x")
        assert it.crop("#trace-timeline-list").count("⚑") == 1
        await it.press("x", "F")
        await it.enter("kind:tool_end")
        assert it.crop("#trace-timeline-list").count("⚑") == 1


@pytest.mark.parametrize("size", [(40, 12), (120, 36)])
async def test_hostile_notes_are_shown_as_they_are(show, small, size, frame_segments):
    marks = [
        Bookmark(19, HOSTILE, "e19"),
        Bookmark(20, "x" * 3_000, "e20"),
        Bookmark(5, HOSTILE, "[/oops]", None, HOSTILE),
    ]
    sidecar(small).write_bytes(b"".join(line_of(Change(bookmark)) for bookmark in marks))
    async with show(small, size) as it:
        it.screen.move_cursor(19)
        for keys in (("enter",), ("escape",), ("M",), ("m",), ("enter",), ("escape",), ("apostrophe", "m"), ("enter",)):
            await it.press(*keys)
            for text in frame_segments(it.app):
                assert text.isprintable(), text
        assert it.screen._failure == ""
        assert all(message.isprintable() for message in messages(it).split("\n"))
        assert lines_of(small)[0]["note"] == HOSTILE


# -- where it cannot be kept


async def test_one_that_cannot_be_saved_is_kept_and_told(show, small, monkeypatch):
    really_open = os.open

    def refuse(path, flags, *args, **options):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(30, "Read-only file system", path)
        return really_open(path, flags, *args, **options)

    async with show(small) as it:
        monkeypatch.setattr(os, "open", refuse)
        await mark(it, 19, "kept")
        assert messages(it) == "bookmark 20 not saved: Read-only file system: small.jsonl.bookmarks"
        assert "kept" in it.lit_row("#trace-timeline-list")
        await it.press("M")
        assert it.title("bookmarks") == "bookmarks · 1 · 1 not saved"
        await it.press("x")
        assert "removal of bookmark 20 not saved" in messages(it)
        monkeypatch.undo()


async def test_a_trace_that_started_over_has_other_events(show, small, line):
    async with show(small) as it:
        await mark(it, 4, "of the first")
        it.screen.move_cursor(7)
        await it.press("m")
        generation = it.screen.source.trace.generation
        small.write_bytes(b"".join(line("checkpoint") for _ in range(12)))
        await it.until(lambda: it.screen.source.trace.generation != generation and it.count == 12)
        await it.settle()
        await it.enter("too late")
        assert "the trace has started over" in messages(it)
        await it.press("escape")
        assert "⚑" not in it.text
        await it.press("M")
        assert "of the first" in it.crop("#trace-bookmarks-list")


# -- as a guest, and again


class Host(DashboardHost, App[None]):
    def __init__(self, source):
        super().__init__()
        self.given = source

    def dashboard_source(self):
        return self.given


async def opened(it):
    await it.press("ctrl+d")
    assert it.screen.source.wait_until_read()
    await it.settle()


async def test_a_host_that_records_a_file_keeps_them_beside_it(visit, tmp_path):
    with TraceCollector(tmp_path / "traces") as collector:
        path = collector.start_session("be embedded", "claude-test")
        collector.record_tool_call("bash", {"command": "ls"}, "ok", 5)
        collector.flush()
        app = Host(collector)
        async with app.run_test(size=(120, 36)) as pilot:
            it = visit(app, pilot)
            await opened(it)
            before = path.read_bytes()
            await mark(it, 1, "the first call")
            assert [line["event"] for line in lines_of(path)] == [2]
            await it.press("ctrl+d")
            await opened(it)
            assert "the first call" in it.crop("#trace-timeline-list")
            assert path.read_bytes() == before


async def test_a_trace_in_memory_has_bookmarks_until_it_ends(visit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with TraceCollector(None) as collector:
        collector.start_session("be embedded", "claude-test")
        collector.record_tool_call("bash", {"command": "ls"}, "ok", 5)
        app = Host(collector)
        async with app.run_test(size=(120, 36)) as pilot:
            it = visit(app, pilot)
            await opened(it)
            await mark(it, 1, "the first call")
            assert messages(it) == "bookmark 2 not saved: the trace is no file to keep it beside"
            await it.press("ctrl+d")
            await opened(it)
            assert "the first call" in it.crop("#trace-timeline-list")
    assert not list(tmp_path.rglob("*.bookmarks"))


async def test_they_are_there_when_the_trace_is_opened_again(show, small):
    async with show(small) as it:
        await mark(it, 19, "why here?")
    async with show(small) as it:
        assert "why here?" in it.crop("#trace-timeline-list")
        await it.press("apostrophe")
        assert it.place == 19


async def test_a_screen_that_is_shown_again_shows_them_again(push, small):
    async with push(small) as (it, dashboard):
        await it.settle()
        await mark(it, 19, "why here?")
        await it.press("M", "ctrl+d")
        await it.app.push_screen(dashboard)
        await it.settle()
        assert "why here?" in it.crop("#trace-timeline-list")
        await it.press("M")
        assert "why here?" in it.crop("#trace-bookmarks-list")
