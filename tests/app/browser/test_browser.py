"""The session browser on the screen: what is listed, what is opened, and where one comes back to."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tracetop.app.browser.browser import BrowserScreen
from tracetop.app.browser.rows import SessionRows, age, column_at, heads, silent_columns
from tracetop.app.dashboard.screen import DashboardScreen
from tracetop.app.safe_text import width_of
from tracetop.app.sessions.entry import Entry, Figures, Glance
from tracetop.app.sessions.order import COLUMNS, Order
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
            await it.until(lambda: not any(each.is_waiting for each in it.screen._rows.entries))
            await it.settle()
            yield it

    return browsed


def rows_of(it):
    return [row.strip() for row in it.crop("#browser-list").split("\n") if row.strip()]


async def test_the_key_line_says_what_can_be_done_and_help_all_of_it(browse, folder):
    async with browse(folder, size=(120, 40)) as it:
        for words in ("⏎ open", "q quit"):
            assert words in it.crop("#browser-keys")
        await it.press("question_mark")
        for words in ("Sort by the next column", "Show only some sessions", "Watch several sessions", "cost:>1"):
            assert words in it.text
        await it.press("escape")
        assert isinstance(it.screen, BrowserScreen)


async def test_sessions_are_listed_newest_first_with_their_figures(browse, folder):
    async with browse(folder) as it:
        first, second, third = rows_of(it)
        for words in (
            "○ ended",
            "Refactor the session store",
            "claude-sonnet-4",
            "459k",
            "$0.72",
            "90%",
            "!6",
        ):
            assert words in first
        assert first.endswith("5s")
        for words in ("● live", "count to ten", "990", "10s"):
            assert words in second
        for words in ("✗", "broken", "not a trace", "1d"):
            assert words in third
        assert "3 sessions · 1 live" in it.text and "age▲" in it.text


async def test_nobody_goes_along_with_a_session_that_turns_out_to_be_none(browse, folder):
    async with browse(folder) as it:
        first = it.screen._rows.entries[0]
        it.screen.sessions.stop()
        it.screen.sessions._set(replace(first, error="needs something"))
        it.screen.list_sessions()
        assert it.screen._rows.entries[-2].path == first.path, "it stands with those that are none"
        assert it.screen.selected == it.screen._rows.entries[0].path != first.path
        assert it.screen.query_one("#browser-list").cursor == 0


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
        await it.until(lambda: "no sessions in" in it.text)
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
        monkeypatch.setattr(sessions, "look", lambda changed: looks.append(1))
        await it.pilot.pause(1.3)
        assert len(looks) <= 1
        await it.press("escape")
        await it.until(lambda: looks)


async def test_s_sorts_by_the_next_column_and_S_the_other_way_round(browse, folder):
    async with browse(folder) as it:
        assert "age▲" in it.crop("#browser-heads")
        await it.press(*"ssss")
        assert "cost▼" in it.crop("#browser-heads")
        assert [row.split()[1] for row in rows_of(it)[:2]] == ["ended", "live"]  # $0.72, then unknown
        await it.press("s", "s", "s")
        assert "issues▼" in it.crop("#browser-heads")
        await it.press("S")
        assert "issues▲" in it.crop("#browser-heads")
        assert "count to ten" in rows_of(it)[0]
        assert "broken" in rows_of(it)[2]


async def test_the_top_of_the_list_stays_in_sight_and_what_was_chosen_stays_chosen(browse, folder):
    async with browse(folder) as it:
        await it.press("s", "S")  # by goal, from z on
        assert it.screen.query_one("#browser-list").cursor == 0
        assert "Refactor" in it.lit_row("#browser-list")
        await it.press("down", "S")
        assert "count to ten" in it.lit_row("#browser-list")
        assert it.screen.query_one("#browser-list").cursor == 0


async def test_a_click_on_a_head_sorts_by_it(browse, folder):
    async with browse(folder) as it:
        heads_line = it.crop("#browser-heads")
        for head, expected in (("cost", "cost▼"), ("cost▼", "cost▲"), ("goal", "goal▲"), ("cache", "cache▲")):
            await it.pilot.click("#browser-heads", offset=(it.crop("#browser-heads").index(head) + 1, 0))
            await it.settle()
            assert expected in it.crop("#browser-heads")
        await it.pilot.click("#browser-heads", offset=(heads_line.index("state"), 0))
        await it.settle()
        assert "cache▲" in it.crop("#browser-heads")


async def test_a_filter_is_shown_as_it_is_typed_and_esc_shows_all(browse, folder):
    async with browse(folder) as it:
        await it.press("slash")
        assert "filter" in it.crop("#browser-prompt")
        await it.enter("cost:>0.5")
        assert [row.split()[2] for row in rows_of(it)] == ["Refactor"]
        assert "1 of 3 sessions" in it.text
        assert "filter cost:>0.5" in it.text
        assert "esc all" in it.crop("#browser-keys")
        await it.press("F")
        assert it.app.focused.value == "cost:>0.5"
        it.app.focused.value = "ten"
        it.screen.on_typing_paused()
        await it.settle()
        assert "count to ten" in rows_of(it)[0]
        assert "1 matches" in it.crop("#browser-prompt")
        await it.press("escape")
        assert "filter cost:>0.5" in it.text
        await it.press("escape")
        assert len(rows_of(it)) == 3
        assert "esc all" not in it.crop("#browser-keys")


async def test_a_filter_without_meaning_says_so_and_leaves_the_list(browse, folder):
    async with browse(folder) as it:
        await it.press("slash", *"swq")
        assert it.app.focused.value == "swq"  # no commands
        await it.enter("cost:dear")
        assert "⚠ cost:dear is no comparison (cost:>1 is meant)" in it.crop("#browser-prompt")
        assert len(rows_of(it)) == 3
        await it.enter("nothing like this")
        assert "none of 3 sessions matches nothing like this; esc shows all" in it.text
        await it.press("enter", "up", "s", "escape")
        assert len(rows_of(it)) == 3


async def test_the_list_does_not_move_under_who_reads_it(browse, tmp_path, line):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        path = folder / f"{number:02}.jsonl"
        path.write_bytes(line("session_start", goal=f"goal {number}"))
        os.utime(path, (NOW - 100 - number,) * 2)
    async with browse(folder, size=(100, 20), sessions=60) as it:
        await it.press(*["down"] * 30)
        rows = it.screen.query_one("#browser-list")
        before, offset = it.lit_row("#browser-list"), rows.cursor - rows.top
        for number in range(3):
            path = folder / f"new-{number}.jsonl"
            path.write_bytes(line("session_start", goal="fresh"))
            os.utime(path, (NOW - 50, NOW - 50))
        await it.until(lambda: len(it.screen._rows.entries) == 63)
        await it.settle()
        assert it.lit_row("#browser-list").split()[:5] == before.split()[:5]
        assert rows.cursor == 33
        assert rows.cursor - rows.top == offset


async def test_the_title_says_how_many_are_still_to_be_folded(browse, folder, monkeypatch):
    async with browse(folder, (140, 36)) as it:
        waiting = [Entry(Path("a"), 1, NOW, Glance(goal="g", iteration=7, ended=False)), it.screen._rows.entries[0]]
        monkeypatch.setattr(type(it.screen.sessions), "entries", waiting)
        it.screen.list_sessions()
        await it.settle()
        assert "figures of 1 of 2" in it.text
        row = next(row for row in rows_of(it) if " at 7" in row)
        assert row.split()[-7:-1] == ["7", "–", "–", "–", "–", "–"]
        await it.press("home")
        assert "at iteration 7" in it.crop("#browser-facts")


async def test_what_is_cut_of_the_selected_session_is_told_whole_below_the_list(browse, folder):
    async with browse(folder, (80, 24)) as it:
        goal = "Refactor the session store to append-only columns"
        assert goal not in it.crop("#browser-list") and goal in it.crop("#browser-goal")
        assert "native · claude-sonnet-4 · 19 iterations" in it.crop("#browser-facts")
        await it.press("down")
        assert "count to ten" in it.crop("#browser-goal")
        await it.press("down")
        assert "not a trace" in it.crop("#browser-goal") and "broken.jsonl" in it.crop("#browser-facts")
        await it.press("slash")
        await it.enter("nothing like this")
        assert not it.crop("#browser-selected").strip()
        await it.pilot.resize_terminal(80, 12)
        assert not it.screen.query_one("#browser-selected").display, "a list of a few lines needs them"


async def test_the_title_names_the_order_where_no_head_does(browse, folder):
    async with browse(folder) as it:
        it.screen._sort(Order("agent"))
        await it.settle()
        assert "sorted by agent" in it.text, "all are of one, so there is no such column"


def of(agent="", project=""):
    return Entry(Path("x"), 1, NOW, Glance(goal="g", agent=agent, project=project))


@pytest.mark.parametrize(
    ("entries", "silent"),
    [
        ([], {"agent", "project"}),
        ([of(), of()], {"agent", "project"}),
        ([of("codex", "/src/web"), of("claude-code", "/src/web")], {"project"}),
        ([of("codex", "/src/web"), of("codex", "/src/cli")], {"agent"}),
        ([of(), of("codex", "/src/web")], set()),
    ],
)
def test_columns_in_which_all_would_be_the_same_are_left_out(entries, silent):
    assert silent_columns(entries) == silent
    names = "".join(text for text, _ in heads(160, silent=silent_columns(entries)))
    assert {name for name in ("agent", "project") if name not in names} == silent


@pytest.mark.parametrize("project", ["/home/me/src/web", "C:\\Users\\me\\web", "web"])
def test_a_project_is_called_by_the_last_of_its_folders(project):
    rows = SessionRows(lambda: NOW)
    rows.entries = [of("codex", project)]
    assert "web" in [text.strip() for text, _ in rows.row(0, 160)]


ENTRIES = [
    Entry(Path("文字" * 40), 1, NOW),
    Entry(Path("short"), 1, NOW, error="cannot be read"),
    Entry(Path("x"), 1, NOW, Glance(goal="g" * 300, model="m" * 99, iteration=10**15, ended=True)),
    Entry(Path("x"), 1, NOW, Glance(), Figures(9, 10**9, 1, 10**9, 10**15, 10**12, score=100.0, cache_hit_rate=1.0)),
]


@pytest.mark.parametrize("width", [20, 49, 50, 70, 90, 110, 160, 198])
def test_a_row_and_the_heads_are_as_wide_as_they_may_be(width):
    rows = SessionRows(lambda: NOW)
    rows.entries = ENTRIES
    for index in range(len(ENTRIES)):
        assert sum(width_of(text) for text, _ in rows.row(index, width)) == width
    for column in COLUMNS:
        cells = heads(width, Order(column, True))
        assert sum(width_of(text) for text, _ in cells) == width


@pytest.mark.parametrize("width", [20, 80, 160])
def test_every_head_is_where_its_column_is_sorted_by(width):
    line = "".join(text for text, _ in heads(width, Order("none")))
    for name in COLUMNS:
        if found := re.search(rf" {name}\b", line):
            assert column_at(found.start() + 1, width) == name
    assert column_at(0, width) == column_at(width, width) == ""


@pytest.mark.parametrize(("seconds", "words"), [(-5, "0s"), (59, "59s"), (61, "1m"), (7200, "2h"), (200_000, "2d")])
def test_age_is_told_in_one_unit(seconds, words):
    assert age(seconds) == words
