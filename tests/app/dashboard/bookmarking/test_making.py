"""A bookmark is made by a key, with a line of text."""

from __future__ import annotations

from ...bookmarks.beside import lines_of, sidecar
from ..conftest import messages
from .marked import mark, ribbon


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
