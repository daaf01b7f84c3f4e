"""The session browser on the screen: what is listed, what is opened, and where one comes back to."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tracetop.app.browser import BrowserScreen, Entry, SessionRows, age
from tracetop.app.dashboard.screen import DashboardScreen
from tracetop.app.safe_text import width_of
from tracetop.app.standalone import TracetopApp

NOW = 1_780_000_300.0


@pytest.fixture
def folder(demo, small, line):
    """Return a folder of three traces: the demo, an open one and one that is none, newest first."""
    (small.parent / "broken.jsonl").write_text("no trace at all\n")
    for seconds, name in ((5, "session-demo.jsonl"), (10, "small.jsonl"), (90_000, "broken.jsonl")):
        os.utime(demo.parent / name, (NOW - seconds, NOW - seconds))
    return demo.parent


@pytest.fixture
def browse(utc, visit):
    @asynccontextmanager
    async def browsed(folder, size=(120, 30), sessions=3):
        app = TracetopApp(folder, clock=lambda: NOW)
        async with app.run_test(size=size) as pilot:
            it = visit(app, pilot)
            await it.until(lambda: len(it.screen._rows.entries) == sessions)
            await it.until(lambda: all(each.summary or each.error for each in it.screen._rows.entries))
            await it.settle()
            yield it

    return browsed


def rows_of(it):
    return [row.strip() for row in it.crop("#browser-list").split("\n") if row.strip()]


async def test_the_key_line_says_what_can_be_done(browse, folder):
    async with browse(folder) as it:
        for words in ("⏎ inspect", "q quit"):
            assert words in it.crop("#browser-keys")


async def test_sessions_are_listed_newest_first_with_their_figures(browse, folder):
    async with browse(folder) as it:
        first, second, third = rows_of(it)
        for words in (
            "○ ended",
            "Refactor the session store",
            "claude-sonnet-4",
            "19 it",
            "459k",
            "$0.72",
            "90%",
            "!4",
        ):
            assert words in first
        assert first.endswith("5s")
        for words in ("● live", "count to ten", "10 it", "10s"):
            assert words in second
        for words in ("✗", "broken", "not a trace", "1d"):
            assert words in third
        assert "3 sessions · 1 live" in it.text


async def test_enter_opens_a_session_and_ctrl_d_leads_back_to_it(browse, folder):
    async with browse(folder) as it:
        await it.press("down", "enter")
        assert isinstance(it.screen, DashboardScreen)
        assert it.screen.source.wait_until_read()
        await it.settle()
        assert "count to ten" in it.strip
        await it.press("escape")
        assert isinstance(it.screen, BrowserScreen)
        assert it.screen.selected == folder / "small.jsonl"
        await it.press("up", "enter")
        assert it.screen.source.wait_until_read()
        await it.settle()
        assert "Refactor" in it.strip


async def test_ctrl_d_reopens_the_same_dashboard(browse, folder):
    async with browse(folder) as it:
        await it.press("enter")
        dashboard = it.screen
        assert dashboard.source.wait_until_read()
        await it.press("home", "ctrl+d", "ctrl+d")
        assert it.screen is dashboard
        assert it.place == 0


async def test_a_new_session_appears_and_the_cursor_stays_on_its_own(browse, folder):
    async with browse(folder) as it:
        await it.press("down")
        copy = folder / "newest.jsonl"
        shutil.copy(folder / "small.jsonl", copy)
        os.utime(copy, (NOW, NOW))
        await it.until(lambda: len(it.screen._rows.entries) == 4)
        assert it.screen._rows.entries[0].path == copy
        assert it.screen.selected == folder / "small.jsonl"
        assert it.screen.query_one("#browser-list").cursor == 2


async def test_a_deleted_session_goes(browse, folder):
    async with browse(folder) as it:
        (folder / "session-demo.jsonl").unlink()
        await it.until(lambda: len(rows_of(it)) == 2)
        assert it.screen.selected is not None


async def test_an_empty_folder_says_where_it_looks(browse, tmp_path):
    (tmp_path / "none").mkdir()
    async with browse(tmp_path / "none", sessions=0) as it:
        assert "no traces in" in it.text
        await it.press("enter", "up", "down", "f", "r")
        await it.press("ctrl+d")
        assert isinstance(it.screen, BrowserScreen)
        assert any("no session to show yet" in each.message for each in it.app._notifications)


async def test_a_trace_that_is_none_can_be_opened_all_the_same(browse, folder):
    async with browse(folder) as it:
        await it.press("G", "enter")
        assert isinstance(it.screen, DashboardScreen)
        await it.until(lambda: "✗ 1 bad line" in it.title("timeline"))


async def test_q_quits(browse, folder):
    async with browse(folder) as it:
        await it.press("q")
        assert not it.app.is_running


async def test_nothing_is_looked_for_under_a_dashboard(browse, folder, monkeypatch):
    async with browse(folder) as it:
        sessions, looks = it.screen.sessions, []
        await it.press("enter")
        await it.until(lambda: not sessions._awake.is_set())
        monkeypatch.setattr(sessions, "look", lambda: looks.append(1))
        await it.pilot.pause(1.3)
        assert len(looks) <= 1
        await it.press("escape")
        await it.until(lambda: looks)


@pytest.mark.parametrize("width", [20, 49, 50, 70, 90, 110, 160])
def test_a_row_is_as_wide_as_it_may_be(width):
    rows = SessionRows(lambda: NOW)
    rows.entries = [Entry(Path("文字" * 40), 1, NOW), Entry(Path("short"), 1, NOW, error="cannot be read")]
    for index in range(2):
        assert sum(width_of(text) for text, _ in rows.row(index, width)) == width


@pytest.mark.parametrize(("seconds", "words"), [(-5, "0s"), (59, "59s"), (61, "1m"), (7200, "2h"), (200_000, "2d")])
def test_age_is_told_in_one_unit(seconds, words):
    assert age(seconds) == words
