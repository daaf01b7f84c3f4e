"""The list of all bookmarks: it leads to them, changes and removes them, and tells of those that are elsewhere."""

from __future__ import annotations

import pytest
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of

from ...bookmarks.beside import lines_of, sidecar
from ..conftest import messages
from .marked import mark


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
