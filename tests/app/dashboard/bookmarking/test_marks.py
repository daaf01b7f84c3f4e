"""Where bookmarks show, and keys that go from one to the next."""

from __future__ import annotations

import pytest
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of
from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.trace import load_trace

from ...bookmarks.beside import lines_of, sidecar
from ..conftest import messages
from .marked import mark, ribbon

HOSTILE = "\x1b[31mred\x1b]0;t\x07 [/oops] [@click=app.quit]x[/] \u202e\u200b 文字"


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
