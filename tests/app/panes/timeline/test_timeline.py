"""The timeline: one cursor whichever way rows are told, a filter, and what is drawn again."""

from __future__ import annotations

import re

from tracetop.app.dashboard.cursor import Cursor, Mode

from .shown import LIST, headline, rows

# -- the cursor


async def test_a_row_is_its_start_and_enter_inspects_what_came_of_it(show, calls):
    async with show(calls) as it:
        await it.press("1", "g", *["down"] * 3)
        assert it.place == 4
        assert "make one" in it.lit_row(LIST)
        await it.press("enter")
        assert "event 7 of 15" in it.screen.inspector.headline
        await it.press("escape")
        assert "make one" in it.lit_row(LIST)
        await it.press("end", "enter")
        assert "event 15 of 15" in it.screen.inspector.headline


async def test_the_cursor_on_an_end_selects_the_row_of_its_call(show, calls):
    async with show(calls) as it:
        await it.press("1", "home", "e")
        assert it.place == 6
        assert "make one" in it.lit_row(LIST)
        await it.press("down")
        assert it.place == 5
        await it.press("full_stop", "full_stop")
        assert it.place == 7
        assert "make two" in it.lit_row(LIST)


async def test_moving_beyond_the_last_row_while_paused_goes_on(show, calls):
    async with show(calls) as it:
        it.screen.cursor = Cursor(4, Mode.PAUSED)
        await it.press("1")
        for place in (5, 8, 9, 11, 13, 14, 14):
            await it.press("down")
            assert it.place == place


async def test_every_row_is_reached_by_its_event_and_leads_back(show, demo):
    async with show(demo) as it:
        await it.press("1")
        for event in range(0, it.count, 3):
            it.screen.move_cursor(event)
            row = it.screen.query_one(LIST).cursor
            shown = it.screen.panes[0]._rows.shown
            assert shown.row_of(event) == row
            assert shown.event_of(row) <= event


# -- with a filter


async def filtered(it, text):
    await it.press("F")
    await it.enter(text)
    await it.until(lambda: it.screen.filtered_through is not None)
    await it.settle()


async def test_a_filter_keeps_the_ends_whose_starts_do_not_match(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        await filtered(it, "kind:tool_error")
        assert len(rows(it)) == 1
        assert re.search("✗ tool +bash make one → exit 2: no rule +2.0s", rows(it)[0])
        assert "1 of 15 events" in headline(it)


async def test_a_filter_joins_what_matches_together(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        await filtered(it, "tool:bash")
        assert len(rows(it)) == 2
        assert "4 of 15 events · 2 rows" in headline(it)
        await it.press("x")
        assert len(rows(it)) == 4
        assert "row" not in headline(it)


async def test_a_filter_goes_on_with_new_events(show, calls, line):
    async with show(calls) as it:
        await it.press("1", "z")
        await filtered(it, "tool:grep")
        assert "running" in rows(it)[0]
        with calls.open("ab") as file:
            file.write(line("tool_end", 2, tool_name="grep", args={"pattern": "needle"}, result="found it"))
        await it.until(lambda: "found it" in it.crop(LIST))
        assert len(rows(it)) == 1
        assert "2 of 16 events · 1 row" in headline(it)


# -- what is seen


async def test_the_visible_events_are_those_of_the_first_and_the_last_row(show, calls, demo):
    async with show(calls) as it:
        assert it.screen.panes[0].visible_events() == (0, 14)
    async with show(demo, (80, 24)) as it:
        await it.press("1", "g")
        pane, page = it.screen.panes[0], it.screen.query_one(LIST).page
        first = pane.visible_events()
        assert first == (0, pane._rows.shown.event_of(page - 1))
        await it.press("G")
        assert pane.visible_events()[1] == pane._rows.shown.event_of(pane._rows.count - 1)
        assert pane.visible_events()[0] > first[0]


async def test_nothing_is_visible_of_an_empty_trace(show, tmp_path):
    path = tmp_path / "empty.jsonl"
    path.touch()
    async with show(path) as it:
        assert it.screen.panes[0].visible_events() is None
        await it.press("1", "x", "w", "enter", "x", "w")
        assert "dashboard error" not in it.text


async def test_more_events_draw_only_rows_that_may_look_different(show, calls, line, monkeypatch):
    async with show(calls) as it:
        it.screen._timer.pause()
        timeline = it.screen.panes[0]
        before = rows(it)
        drawn, row = [], timeline._rows.row
        monkeypatch.setattr(timeline._rows, "row", lambda index, width: drawn.append(index) or row(index, width))
        with calls.open("ab") as file:
            file.write(line("checkpoint", 2))
        await it.until(lambda: it.count == 16)
        await it.settle()
        after = rows(it)
        going_on = {index for index, text in enumerate(before) if "running" in text or "iteration" in text}
        assert going_on
        assert len(before) - 1 in going_on
        assert set(drawn) <= going_on | {0, len(before)}, "what goes on, the session, and the new one"
        assert len(before) in drawn
        drawn.clear()
        with calls.open("ab") as file:
            file.write(line("tool_end", 2, tool_name="grep", args={"pattern": "needle"}, result="found"))
        await it.until(lambda: it.count == 17)
        await it.settle()
        assert "running" in after[len(before) - 1]
        assert "running" not in rows(it)[len(before) - 1], "a call that ended meanwhile is drawn as ended"
