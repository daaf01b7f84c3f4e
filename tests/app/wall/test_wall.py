"""The wall on the screen: what is shown, what opens, and where one comes back to."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager

import pytest
from tracetop.app.browser.browser import BrowserScreen
from tracetop.app.dashboard.screen import DashboardScreen
from tracetop.app.standalone import TracetopApp
from tracetop.app.wall.view import WallView
from tracetop.app.wall.wall import WallScreen

NOW = 1_780_000_300.0


@pytest.fixture
def folder(demo, small, line):
    """Return a folder of four traces: two that go on, the demo, which has ended, and one that is none."""
    other = demo.parent / "other.jsonl"
    other.write_bytes(line("session_start", session="s2", goal="another one", model="gpt-5"))
    (demo.parent / "broken.jsonl").write_text("no trace at all\n")
    for seconds, name in ((5, "session-demo"), (10, "small"), (20, "other"), (1, "broken")):
        os.utime(demo.parent / f"{name}.jsonl", (NOW - seconds, NOW - seconds))
    return demo.parent


@pytest.fixture
def wall(utc, visit):
    @asynccontextmanager
    async def shown(folder, size=(120, 36), sessions=3):
        app = TracetopApp(None, clock=lambda: NOW, wall=[folder])
        async with app.run_test(size=size) as pilot:
            it = visit(app, pilot)
            await it.until(lambda: isinstance(it.screen, WallScreen) and it.screen.query("#wall-strips"))
            await it.until(lambda: len(view_of(it).plan.shown) == sessions)
            await it.until(lambda: not any(entry.is_waiting for entry in it.screen.sessions.entries))
            it.screen.show()
            await it.settle()
            yield it

    return shown


def view_of(it) -> WallView:
    return it.screen.query_one(WallView)


def lines_of(it):
    return it.crop("#wall-strips").split("\n")


async def test_those_that_go_on_have_three_lines_and_the_ended_ones_say_so(wall, folder):
    async with wall(folder) as it:
        lines = lines_of(it)
        assert [line[:3] for line in lines if line[1:2].strip()] == ["▌1 ", " 2 ", " 3 "]
        for words in ("● LIVE", "another one", "gpt-5"):
            assert words in lines[0]
        assert "it –" in lines[1]
        assert "count to ten" in lines[4]
        assert "990 tok" in lines[5]
        assert "▆" in lines[6]  # the ribbon
        assert "○ ENDED" in lines[8]
        assert "$0.72" in lines[9]
        assert "3 of 4 sessions" in it.text
        assert "broken" not in it.text


async def test_any_size_will_do(wall, folder):
    async with wall(folder, (80, 24)) as it:
        for size, sessions in (((20, 5), 3), ((40, 6), 2), ((200, 60), 3)):
            await it.pilot.resize_terminal(*size)
            await it.until(lambda sessions=sessions: len(view_of(it).plan.shown) == sessions)
            assert all(len(line) <= size[0] for line in lines_of(it))
            await it.press("down", "down", "down", "up", "G", "g")


async def test_a_key_opens_a_session_and_esc_comes_back_to_the_wall(wall, folder):
    async with wall(folder) as it:
        await it.press("2")
        assert isinstance(it.screen, DashboardScreen)
        assert it.screen.source.wait_until_read()
        await it.settle()
        assert "count to ten" in it.strip
        await it.press("escape")
        assert isinstance(it.screen, WallScreen)
        assert lines_of(it)[4].startswith("▌2")
        await it.press("down", "enter")
        assert it.screen.source.wait_until_read()
        await it.settle()
        assert "Refactor" in it.strip
        await it.press("ctrl+d", "ctrl+d")
        assert isinstance(it.screen, DashboardScreen)
        await it.press("escape", "9", "x")  # nobody has these
        assert isinstance(it.screen, WallScreen)


async def test_esc_leads_to_the_list_and_w_back(wall, folder):
    async with wall(folder) as it:
        await it.press("2")
        await it.press("escape", "escape")
        assert isinstance(it.screen, BrowserScreen)
        assert it.screen.selected == folder / "small.jsonl"
        await it.press("w")
        assert isinstance(it.screen, WallScreen)
        await it.until(lambda: len(view_of(it).plan.shown) == 3)
        await it.press("q")
        assert not it.app.is_running


async def test_a_session_that_starts_appears_and_one_that_ends_says_so(wall, folder, line):
    async with wall(folder) as it:
        fresh = folder / "fresh.jsonl"
        fresh.write_bytes(line("session_start", session="s3", goal="brand new"))
        os.utime(fresh, (NOW, NOW))
        await it.until(lambda: "brand new" in it.text)
        assert lines_of(it)[0].startswith(" 4")
        with (folder / "other.jsonl").open("ab") as file:
            file.write(line("session_end", session="s2"))
        await it.until(lambda: any("ENDED" in line and "another one" in line for line in lines_of(it)))
        await it.press("1")
        assert it.screen.source.wait_until_read()
        await it.settle()
        assert "another one" in it.strip


async def test_a_click_selects_and_a_second_one_opens_and_help_lists_the_keys(wall, folder):
    async with wall(folder) as it:
        await it.press("question_mark")
        for words in ("Open the selected session", "The key at the left of a strip"):
            assert words in it.text
        await it.press("q")
        assert isinstance(it.screen, WallScreen)
        await it.pilot.click("#wall-strips", offset=(30, 5))
        await it.settle()
        assert it.screen.selected == folder / "small.jsonl"
        await it.pilot.click("#wall-strips", offset=(30, 3))  # between two
        assert isinstance(it.screen, WallScreen)
        await it.pilot.click("#wall-strips", offset=(30, 4))
        await it.until(lambda: isinstance(it.screen, DashboardScreen))


async def test_a_hidden_wall_does_nothing(wall, folder, monkeypatch):
    async with wall(folder) as it:
        screen = it.screen
        await it.press("1")
        assert not screen.sessions._awake.is_set()
        monkeypatch.setattr(screen, "show", lambda: pytest.fail("drawn under the dashboard"))
        screen.on_tick()
        monkeypatch.undo()
        await it.press("escape")
        assert screen.sessions._awake.is_set()


async def test_more_than_fit_can_be_scrolled(wall, tmp_path, line):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(12):
        path = folder / f"{number:02}.jsonl"
        path.write_bytes(line("session_start", goal=f"goal {number}"))
        os.utime(path, (NOW, NOW))
    async with wall(folder, (80, 10), sessions=8) as it:
        assert "4 more that go on" in it.text
        await it.until(lambda: "goal 11" in lines_of(it)[0])
        await it.press("G")
        await it.until(lambda: "goal 0 " in lines_of(it)[-1])
        await it.press("enter")
        assert it.screen.source.wait_until_read()
        await it.settle()
        assert "goal 0 " in it.strip


async def test_an_empty_folder_says_where_it_looks(wall, tmp_path):
    (tmp_path / "none").mkdir()
    async with wall(tmp_path / "none", sessions=0) as it:
        await it.until(lambda: "no sessions in" in it.text)
        await it.press("enter", "down", "1")
        assert isinstance(it.screen, WallScreen)
