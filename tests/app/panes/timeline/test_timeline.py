"""The timeline: a row for a call and its end, columns that fit, one cursor whichever way rows are told."""

from __future__ import annotations

import math
import re

import pytest
from rich.cells import cell_len
from tracetop.analysis.fold.session import Session
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of
from tracetop.app.dashboard.cursor import Cursor, Mode
from tracetop.app.panes.timeline.columns import GLYPH_CELLS, WORD_CELLS, Measure, Needs
from tracetop.app.panes.timeline.rows import clock, delta
from tracetop.collector.events import TraceEvent

START = 1_780_000_000.0
LIST = "#trace-timeline-list"


@pytest.fixture
def calls(line, tmp_path, utc):
    """Fifteen events of two iterations: an answer, parallel tools of one name, a failure, a sub-agent, a call that
    runs."""
    path = tmp_path / "calls.jsonl"
    lines = [
        line("session_start", goal="join what belongs together", model="claude-test"),
        line("iteration_start", 1),
        line("llm_request", 1, model="claude-test", messages_count=3),
        line("llm_response", 1, model="claude-test", input_tokens=900, output_tokens=80, duration_ms=900),
        line("tool_start", 1, tool_name="bash", args={"command": "make one"}),
        line("tool_start", 1, tool_name="bash", args={"command": "make two"}),
        line("tool_error", 1, tool_name="bash", args={"command": "make one"}, error="exit 2: no rule"),
        line("tool_end", 1, tool_name="bash", args={"command": "make two"}, result="all done"),
        line("subagent_spawn", 1, agent_id="a1", task="look around"),
        line("llm_request", 1, agent_id="a1", model="claude-small"),
        line("llm_response", 1, agent_id="a1", model="claude-small", input_tokens=50, output_tokens=5),
        line("subagent_complete", 1, agent_id="a1", result="nothing"),
        line("iteration_end", 1),
        line("iteration_start", 2),
        line("tool_start", 2, tool_name="grep", args={"pattern": "needle"}),
    ]
    path.write_bytes(b"".join(lines))
    return path


def rows(it):
    """The rows of the timeline as they are shown, without what is empty."""
    return [row[1:].rstrip(" │") for row in it.crop(LIST).split("\n") if row.strip(" │▌")]


def row_with(it, word):
    found = [row for row in rows(it) if word in row]
    assert len(found) == 1, (word, rows(it))
    return found[0]


def headline(it):
    return it.screen.panes[0].headline


# -- joined rows


async def test_a_call_and_its_end_are_one_row(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        assert len(rows(it)) == 10
        assert headline(it) == "10 rows of 15 events · following"
        assert re.search(r"1 · +✗ tool +bash make one → exit 2: no rule +2\.0s", row_with(it, "make one"))
        assert re.search(r"1 · +✓ tool +bash make two → all done +2\.0s", row_with(it, "make two"))
        assert re.search(r"1 · +◆ llm +900 → 80 · claude-test +900ms", row_with(it, "900 → 80"))
        assert re.search(r"1 · +▸ iteration 1 +11\.0s", row_with(it, "iteration 1"))
        assert re.search(r"2 · +… tool +grep needle +running", row_with(it, "grep"))


async def test_spawn_and_done_have_rows_of_their_own(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        spawn, llm, done = (row for row in rows(it) if "a1" in row)
        assert re.search("├ a1 ▾ spawn +sub-agent a1 spawned · look around", re.sub(" +", " ", spawn))
        assert "│ a1" in llm
        assert "claude-small" in llm
        assert "└ a1" in done
        assert "▴ done" in done
        assert "3.0s" in done
        assert not spawn.endswith("s")


async def test_x_gives_every_event_a_row_and_takes_it_back(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        joined = it.text
        await it.press("x")
        assert len(rows(it)) == 15
        assert headline(it) == "15 events · following"
        assert "▪ call" in row_with(it, "grep")
        assert len([row for row in rows(it) if "make one" in row]) == 2
        assert row_with(it, "iteration ends")
        await it.press("x")
        assert it.text == joined


async def test_a_paused_call_runs_and_then_has_ended(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        it.screen.cursor = Cursor(6, Mode.PAUSED)
        await it.settle()
        assert re.search("… tool +bash make two +running", row_with(it, "make two"))
        assert "✗ tool" in it.lit_row(LIST)
        await it.press("comma")
        assert re.search("… tool +bash make one +running", row_with(it, "make one"))
        await it.press("full_stop", "full_stop")
        assert "→ all done" in it.lit_row(LIST)
        it.screen.cursor = Cursor(2, Mode.PAUSED)
        await it.settle()
        assert re.search("… asking +claude-test · 3 messages +running", it.lit_row(LIST))


async def test_an_answer_that_streams_in_is_one_row(show, line, tmp_path):
    path = tmp_path / "stream.jsonl"
    request = line("llm_request", 1, model="claude-test")
    pieces = [line("llm_response", metadata={"chunk_type": "text", "content": text}) for text in ("I will", " look")]
    path.write_bytes(b"".join([request, *pieces]))
    async with show(path) as it:
        await it.press("1", "z")
        assert len(rows(it)) == 1
        assert re.search("… answers +claude-test +running", rows(it)[0])
        with path.open("ab") as file:
            file.write(line("llm_response", 1, input_tokens=100, output_tokens=7))
        await it.until(lambda: it.count == 4)
        await it.settle()
        assert len(rows(it)) == 1
        assert re.search("◆ llm +100 → 7 · claude-test +3.0s", rows(it)[0])


async def test_a_request_that_failed_or_was_lost_says_so(show, line, tmp_path):
    path = tmp_path / "lost.jsonl"
    path.write_bytes(
        line("llm_request", 1, model="one")
        + line("llm_error", 1, error="overloaded")
        + line("llm_request", 1, model="two")
        + line("tool_start", 1, tool_name="bash", args={"command": "sleep"})
        + line("session_end")
    )
    async with show(path) as it:
        await it.press("1", "z")
        assert "asks · one → failed" in row_with(it, "one")
        assert "overloaded" in row_with(it, "✗ llm")
        assert "asks · two → no answer" in row_with(it, "two")
        assert "bash sleep → no end" in row_with(it, "sleep")
        assert "running" not in it.crop(LIST)


async def test_the_outcome_is_seen_where_the_call_is_cut(show, line, tmp_path):
    path = tmp_path / "long.jsonl"
    long = {"command": "pytest " + " ".join(f"tests/test_{number}.py" for number in range(30))}
    path.write_bytes(
        line("tool_start", 1, tool_name="bash", args=long)
        + line("tool_error", 1, tool_name="bash", args=long, error="3 failed")
    )
    async with show(path, (80, 24)) as it:
        assert re.search(r"bash pytest .*… → 3 failed", rows(it)[0])


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


# -- columns


async def test_a_short_session_is_told_to_the_millisecond(show, tmp_path, utc):
    path = tmp_path / "short.jsonl"
    times = (0.0, 0.0031, 0.0532, 1.5)
    path.write_bytes(
        b"".join(b'{"kind":"custom","timestamp":%f,"data":{"message":"m"}}\n' % (START + time) for time in times)
    )
    async with show(path, (120, 36)) as it:
        await it.press("1", "z")
        told = [re.split(" +", row)[:2] for row in rows(it)]
        assert told == [
            ["20:26:40.000", "·"],
            ["20:26:40.003", "+3ms"],
            ["20:26:40.053", "+50ms"],
            ["20:26:41.500", "+1.4s"],
        ]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_rows_fit_whatever_the_size(show, calls, size):
    async with show(calls, size) as it:
        for keys in (("1",), ("x",), ("z",), ("w",), ("x",)):
            await it.press(*keys)
            lines = it.text.split("\n")
            assert {cell_len(line) for line in lines} == {size[0]}
            assert "dashboard error" not in it.text


@pytest.mark.parametrize("width", range(1, 200, 7))
@pytest.mark.parametrize("waterfall", [False, True])
@pytest.mark.parametrize("needs", [Needs(4, 0, False), Needs(10, 10, True)])
def test_columns_take_all_of_a_row(width, waterfall, needs):
    columns = needs.columns(width, waterfall)
    left = columns.before_axis - 1
    whole = left + (columns.axis + 1 if columns.axis else 0)
    assert columns.text >= 0
    assert whole == max(width, GLYPH_CELLS + WORD_CELLS)


def test_columns_are_as_wide_as_the_events_so_far_need():
    session = Session()
    session.apply_events(
        TraceEvent("custom", START, "s", iteration=number, data={"agent_id": agent})
        for number, agent in ((1, ""), (2, "ab"), (123456, "ab"), (3, "a-long-name-of-an-agent"))
    )
    measure = Measure(session)
    told = [measure.needs(session.view(at)) for at in range(5)]
    assert [(needs.iteration, needs.agent) for needs in told] == [(4, 0), (4, 0), (4, 2), (6, 2), (6, 10)]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "+0ms"), (0.00004, "+0ms"), (0.0003, "+0.3ms"), (0.003, "+3ms"), (0.9994, "+999ms"), (0.9996, "+1.0s"),
        (3.44, "+3.4s"), (59.94, "+59.9s"), (59.96, "+1m00"), (126.0, "+2m06"), (3599.0, "+59m59"), (3720.0, "+1h02"),
        (86_400.0 * 3, "+3d00"), (-0.003, "-3ms"), (-90.0, "-1m30"), (math.nan, "–"), (math.inf, "–"),
    ],
)  # fmt: skip
def test_a_delta_is_short_and_as_exact_as_it_needs_to_be(seconds, text):
    assert delta(seconds) == text
    assert len(text) <= 7


def test_a_time_of_day(utc):
    assert clock(START) == "20:26:40"
    assert clock(START + 0.0567, precise=True) == "20:26:40.056"
    assert clock(math.nan) == "--:--:--"
    assert clock(math.nan, precise=True) == "--:--:--.---"


# -- bookmarks


async def test_marks_keep_the_columns_in_line(show, calls):
    path = calls.with_name("calls.jsonl.bookmarks")
    notes = enumerate(("", "a note", "文字 " * 40, "x" * 500, "y", "\x1b[31m[/oops]"))
    path.write_bytes(b"".join(line_of(Change(Bookmark(2 * number, note, f"e{2 * number}"))) for number, note in notes))
    async with show(calls, (200, 60)) as it:
        for keys in (("1", "z"), ("w",), ("w", "x")):
            await it.press(*keys)
            for size in ((200, 60), (120, 36), (80, 24), (50, 20), (34, 16), (24, 14), (12, 10)):
                await it.resize(*size)
                for row in it.crop(LIST).split("\n"):
                    assert cell_len(row) == it.screen.query_one(LIST).region.width
            await it.resize(200, 60)
        assert it.screen._failure == ""


async def test_a_note_stands_behind_the_words_where_there_is_room(show, calls):
    notes = {1: "short", 14: "z" * 200}
    marks = (line_of(Change(Bookmark(event, note, f"e{event}"))) for event, note in notes.items())
    calls.with_name("calls.jsonl.bookmarks").write_bytes(b"".join(marks))
    async with show(calls) as it:
        await it.press("1", "z")
        unmarked = row_with(it, "iteration 2")
        marked, running = row_with(it, "iteration 1"), row_with(it, "needle")
        assert "⚑ iteration 1   short" in marked
        assert marked.index("⚑") == unmarked.index("iteration")
        assert "zzz… " in running and running.split("⚑")[1].startswith(" grep needle   zzz")


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
