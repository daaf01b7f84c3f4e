"""The waterfall: bars on an axis of time under a ruler, idle time folded."""

from __future__ import annotations

import math
import re

import pytest
from tracetop.analysis.active_time import IdleGaps, fold_idle
from tracetop.analysis.extents import Extent, State
from tracetop.analysis.fold.session import Session
from tracetop.app.panes.timeline.time_axis import Axis
from tracetop.app.panes.timeline.waterfall import bar_cells, ruler_cells
from tracetop.collector.events import TraceEvent

from .axes import START, axis_of
from .recorded import Recorded
from .shown import LIST, RULER, bar_of

HOSTILE = "\x1b]0;t\x07[/x]\u202e漢字\n" * 3


def gapped_axis(cells=30, gap=6):
    """An axis of some seconds, an idle hour, and some seconds more."""
    session = Session()
    times = (0.0, 10.0, 3610.0, 3620.0)
    session.apply_events(TraceEvent("custom", START + time, "s") for time in times)
    gaps = IdleGaps(session)
    gaps.extend()
    active = fold_idle(gaps, len(times), START, START + 3620.0, cells, gap)
    return Axis(active, START, START + 3620.0, START, cells)


def bar(axis, start, end, state=State.DONE, **thin):
    text = "".join(text for text, _ in bar_cells(axis, Extent(state, START + start, START + end), "▪", "ok", **thin))
    assert len(text) == axis.cells
    return text.rstrip()


def ruler(axis):
    text = "".join(text for text, _ in ruler_cells(axis))
    assert len(text) == axis.cells
    return text


# -- bars


def test_a_bar_reaches_from_start_to_end():
    axis = axis_of()
    assert bar(axis, 0, 5) == "█" * 5
    assert bar(axis, 3, 5) == " " * 3 + "█" * 2
    assert bar(axis, 18, 20) == " " * 18 + "█" * 2


@pytest.mark.parametrize(("seconds", "drawn"), [(0.125, "▏"), (0.5, "▌"), (1.0, "█"), (1.25, "█▎"), (2.875, "██▉")])
def test_a_bar_ends_to_the_eighth_of_a_cell(seconds, drawn):
    assert bar(axis_of(), 4, 4 + seconds) == " " * 4 + drawn


def test_what_took_hardly_any_time_is_seen_too():
    assert bar(axis_of(20_000.0), 5000, 5000.001) == " " * 5 + "▏"


def test_a_moment_is_its_glyph():
    assert bar(axis_of(), 7, 7, State.MOMENT) == " " * 7 + "▪"
    assert bar(axis_of(), 20, 20, State.MOMENT) == " " * 19 + "▪"
    assert bar(axis_of(), 7, 7, State.LOST) == " " * 7 + "▪"


@pytest.mark.parametrize("state", [State.RUNNING, State.ANSWERING])
def test_what_runs_says_so_at_its_end(state):
    assert bar(axis_of(), 15, 20, state) == " " * 15 + "████▶"
    assert bar(axis_of(), 20, 20, state) == " " * 19 + "▶"


def test_what_holds_others_is_a_line():
    assert bar(axis_of(), 5, 10, thin=True) == " " * 5 + "├────"
    assert bar(axis_of(), 5, 5.1, thin=True) == " " * 5 + "├"


def test_what_lies_outside_is_told_by_an_arrow():
    axis = axis_of()
    assert bar(axis, -5, -1) == "←"
    assert bar(axis, 25, 30) == " " * 19 + "→"
    assert bar(axis, -5, 4) == "←███"
    assert bar(axis, 17, 30) == " " * 17 + "██→"
    assert bar(axis, 17, 30, State.RUNNING) == " " * 17 + "██→"
    assert bar(axis, -5, 30, thin=True) == "←" + "─" * 18 + "→"
    assert bar(axis, 25, 25, State.MOMENT) == " " * 19 + "→"


def test_an_unknown_time_has_no_bar():
    assert bar(axis_of(), math.nan, math.nan) == ""


def test_a_bar_behind_a_gap_is_near():
    axis = gapped_axis()
    before, behind = bar(axis, 5, 10), bar(axis, 3610, 3615)
    assert before.rstrip("┊ ").endswith("█")
    assert behind.startswith(" " * 12 + "┊    ┊█")
    assert len(behind) == 24


# -- the ruler


def test_the_ruler_tells_round_times():
    assert ruler(axis_of(60.0, 60)) == "│+0s" + " " * 6 + "".join(f"│+{time}s".ljust(10) for time in range(10, 60, 10))


def test_the_ruler_tells_how_long_a_gap_is():
    text = ruler(gapped_axis())
    assert "┊ 60m┊" in text or "┊60m ┊" in text
    assert text.startswith("│+0s")
    assert "h" not in text.split("┊")[0]
    assert "60m idle" in ruler(gapped_axis(90, 10))


@pytest.mark.parametrize("cells", range(1, 24))
@pytest.mark.parametrize("seconds", [1e-5, 0.01, 3.0, 500.0, 1e5, 1e9])
def test_the_ruler_fits_whatever_the_window(cells, seconds):
    ruler(axis_of(seconds, cells, START - 1000))
    bar(axis_of(seconds, cells), 0, seconds)


# -- in the pane


async def test_w_shows_and_hides_the_waterfall(show, parallel):
    async with show(parallel) as it:
        before = it.text
        await it.press("1", "w")
        assert it.screen.query_one(RULER).region.height == 1
        assert "│+0s" in it.crop(RULER)
        assert it.screen.panes[0].headline.startswith("waterfall · 60m 40s of 60m 40s · 1 gap folded · ")
        await it.press("w")
        assert it.screen.query_one(RULER).region.height == 0
        assert it.text == before


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_calls_side_by_side_are_seen_side_by_side(show, parallel, size):
    async with show(parallel, size) as it:
        await it.press("1", "z", "w", "g")
        left, right, broken = (bar_of(it, word) for word in ("left", "right", "broken"))
        begin = {text: len(text) - len(text.lstrip()) for text in (left, right, broken)}
        assert begin[left] < begin[right] < left.rindex("█")
        assert right.rindex("█") < left.rindex("█") < begin[broken]
        assert "▶" in bar_of(it, "last")
        agent = bar_of(it, "spawn")
        assert agent.index("█") <= begin[broken]
        assert agent.rindex("█") > broken.rindex("█")
        assert re.search("├─+", bar_of(it, "iteration 1"))
        lines = it.text.split("\n")
        assert {len(line) for line in lines} == {size[0]}


async def test_an_idle_hour_is_folded_and_marked(show, parallel):
    async with show(parallel) as it:
        await it.press("1", "z", "w")
        assert re.search("┊ *60m.*┊", it.crop(RULER))
        for row in it.crop(LIST).split("\n")[:4]:
            assert row.count("┊") == 2
        ruler = it.crop(RULER)
        assert ruler.index("┊") - ruler.index("│+0s") > 10


async def test_a_click_selects_the_row(show, parallel):
    async with show(parallel) as it:
        await it.press("1", "z", "w")
        await it.pilot.click(LIST, offset=(100, 3))
        await it.settle()
        assert it.screen.query_one(LIST).cursor == 3
        assert "right" in it.lit_row(LIST)


async def test_a_paused_waterfall_knows_nothing_of_later(show, parallel, tmp_path):
    async with show(parallel) as it:
        await it.press("1", "z", "w", "g", *["full_stop"] * 6, "space", "0")
        at = it.screen.frame.view.at
        paused = it.crop(LIST), it.crop(RULER)
    shorter = tmp_path / "shorter.jsonl"
    shorter.write_bytes(b"".join(parallel.read_bytes().splitlines(keepends=True)[:at]))
    async with show(shorter) as it:
        await it.press("1", "z", "w", "G", "space")
        rows = [row.replace("▌", " ") for row in it.crop(LIST).split("\n")]
        assert (rows, it.crop(RULER)) == ([row.replace("▌", " ") for row in paused[0].split("\n")], paused[1])


async def test_hostile_names_break_no_column(show, tmp_path, frame_segments):
    trace = Recorded()
    trace.add(0, "session_start", goal=HOSTILE)
    for number in range(12):
        trace.tool(number, 0.5, HOSTILE * (1 + number * 40), failed=number % 2 == 0, args={"command": HOSTILE})
        trace.add(number + 0.1, "subagent_spawn", 1, agent_id=HOSTILE, task=HOSTILE)
        trace.add(number + 0.2, "llm_request", number, model=HOSTILE, agent_id=HOSTILE)
    async with show(trace.write(tmp_path / "hostile.jsonl")) as it:
        for keys in (("1", "z", "w"), ("x",), ("g",), ("greater_than_sign",), ("w",)):
            await it.press(*keys)
            for size in ((80, 24), (40, 12), (120, 36)):
                await it.resize(*size)
                text = "".join(frame_segments(it.app))
                assert all(character.isprintable() for character in text)
                rows = it.screen._compositor.render_strips()
                assert {strip.cell_length for strip in rows} == {size[0]}
                assert "dashboard error" not in it.text
