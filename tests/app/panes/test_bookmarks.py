"""The list of bookmarks: columns that stand in line at any width, and where its cursor goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of

LIST = "#trace-bookmarks-list"
HEAD = "#trace-bookmarks-head"
SIZES = [(200, 60), (120, 36), (80, 24), (64, 20), (50, 16), (30, 10), (12, 8)]


@pytest.fixture
def marked(small: Path) -> Path:
    """Return a trace with bookmarks on its events, on another, and on one that is not there."""
    notes = {3: "short", 9: "文字 " * 60, 12: "", 29: "the end"}
    marks = [Bookmark(event, note, f"e{event}") for event, note in notes.items()]
    marks += [Bookmark(6, "other", "other", 1.0, "tool_end"), Bookmark(1_234_566, "far", "far", None, "error")]
    small.with_name("small.jsonl.bookmarks").write_bytes(b"".join(line_of(Change(mark)) for mark in marks))
    return small


def rows(it: Any) -> list[str]:
    return [row for row in it.crop(LIST).split("\n") if "⚑" in row]


async def test_rows_fill_any_width(show: Any, marked: Path) -> None:
    async with show(marked) as it:
        await it.press("M")
        for size in SIZES:
            await it.resize(*size)
            for row in (*it.crop(LIST).split("\n"), *it.crop(HEAD).split("\n")):
                assert cell_len(row) == it.screen.query_one(LIST).region.width
        assert it.screen._failure == ""


async def test_columns_stand_below_their_heads(show: Any, marked: Path) -> None:
    async with show(marked) as it:
        await it.press("M")
        (head,) = it.crop(HEAD).split("\n")
        assert head.split() == ["event", "time", "iter", "what", "note"]
        first, stranger, *_, last = rows(it)
        assert first.split()[1:4] == ["4", "20:26:43", "1"]
        assert first.index("short") == stranger.rindex("other ") == last.index("far") == head.index("note")
        assert first.index("◆") == stranger.index("another event now") == head.index("what")
        for row, number in ((first, "4"), (last, "1,234,567")):
            assert row.index(number) + len(number) == head.index("event") + len("event")


async def test_what_is_told_elsewhere_gives_way_where_it_is_narrow(show: Any, marked: Path) -> None:
    async with show(marked, (50, 16)) as it:
        await it.press("M")
        assert "iter" not in it.crop(HEAD)
        assert "short" in rows(it)[0] and "4" in rows(it)[0]


async def test_the_cursor_is_at_the_last_one_before_it(show: Any, marked: Path) -> None:
    async with show(marked) as it:
        for event, marked_event in ((0, 3), (3, 3), (8, 6), (13, 12), (28, 12), (29, 29)):
            it.screen.move_cursor(event)
            await it.press("M")
            assert it.lit_row(LIST).split()[1] == str(marked_event + 1)
            await it.press("escape")


async def test_a_list_that_changes_keeps_the_cursor_on_its_bookmark(
    show: Any, marked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracetop.app.bookmarks.bookmarks._LOOK_SECONDS", 0.0)
    async with show(marked) as it:
        await it.press("M", "G", "up")
        assert "the end" in it.lit_row(LIST)
        with marked.with_name("small.jsonl.bookmarks").open("ab") as file:
            file.write(line_of(Change(Bookmark(1, "new", "e1"))) + line_of(Change(Bookmark(3, "", "e3"), removed=True)))
        await it.settle()
        assert "new" in rows(it)[0]
        assert "the end" in it.lit_row(LIST)


async def test_a_click_on_the_row_under_the_cursor_goes_there(show: Any, marked: Path) -> None:
    async with show(marked) as it:
        await it.press("M", "g")
        await it.pilot.click(LIST, offset=(10, 0))
        await it.settle()
        assert it.place == 3
        assert not it.screen.is_covered


async def test_keys_of_the_list_are_in_the_key_line(show: Any, marked: Path, small: Path) -> None:
    async with show(marked) as it:
        await it.press("M")
        assert it.crop("#trace-keys").split()[:7] == ["⏎", "go", "there", "m", "note", "x", "remove"]


async def test_a_stray_move_does_not_move_the_dashboard(show: Any, marked: Path) -> None:
    async with show(marked) as it:
        it.screen.move_cursor(12)
        await it.press("M", "down", "down", "down", "down", "up", "g")
        assert it.place == 12
