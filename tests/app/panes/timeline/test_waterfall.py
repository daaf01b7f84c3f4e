"""The waterfall: bars on an axis of time, idle time folded, zoomed and moved by keys."""

from __future__ import annotations

import itertools
import math
import re

import orjson
import pytest
from tracetop.analysis.active_time import ActiveTime, GapColumns, IdleGaps, fold_idle
from tracetop.analysis.extents import Extent, State
from tracetop.analysis.fold.session import Session
from tracetop.app.panes.timeline.time_axis import SHORTEST_WINDOW, Axis, offset, short
from tracetop.app.panes.timeline.waterfall import bar_cells, ruler_cells
from tracetop.collector.events import TraceEvent

START = 1_780_000_000.0
LIST, RULER = "#trace-timeline-list", "#trace-timeline-ruler"
HOSTILE = "\x1b]0;t\x07[/x]\u202e漢字\n" * 3


def axis_of(seconds=20.0, cells=20, zero=START):
    return Axis(ActiveTime(GapColumns(), 0, 0.0, START), START, START + seconds, zero, cells)


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


def test_a_tick_stands_where_its_time_is():
    axis = axis_of(cells=77, zero=START - 33.3)
    for x, text in axis.ticks():
        assert x == int(axis.x(axis.zero + float(text[1:-1])))
    assert len(axis.ticks()) > 3


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


@pytest.mark.parametrize(
    ("seconds", "step", "text"),
    [
        (0, 1, "+0s"), (12.4, 0.2, "+12.4s"), (126, 2, "+2m06s"), (126.5, 0.5, "+2m06.5s"), (180, 60, "+3m"),
        (3720, 60, "+1h02m"), (3725, 5, "+1h02m05s"), (7200, 3600, "+2h"), (90_000, 3600, "+1d01h"), (-3, 1, "-3s"),
        (0.0124, 0.0002, "+12.4ms"), (0.5, 0.05, "+500ms"), (1.5, 0.05, "+1.50s"), (59.99, 0.1, "+1m00.0s"),
    ],
)  # fmt: skip
def test_a_time_is_as_exact_as_its_scale(seconds, step, text):
    assert offset(seconds, step) == text


def test_a_gap_is_told_in_four_cells_at_most():
    lengths = [5.0, 59.0, 99.4, 99.6, 3599.0, 5999.0, 86_399.0, 1e6, 8.6e7]
    assert [short(seconds) for seconds in lengths] == ["5s", "59s", "99s", "2m", "60m", "2h", "24h", "12d", "995d"]


# -- zooming and moving


BOUNDS = (START, START + 20.0)


def test_zooming_keeps_a_moment_where_it_is():
    axis = axis_of()
    start, end = axis.zoomed(0.5, START + 5.0, BOUNDS)
    assert (start - START, end - START) == pytest.approx((2.5, 12.5))
    closer = Axis(axis.active, start, end, START, 20)
    assert closer.x(START + 5.0) == pytest.approx(axis.x(START + 5.0))


def test_zooming_around_what_is_not_seen_shows_it():
    start, end = axis_of(4.0).zoomed(1.0, START + 10.0, BOUNDS)
    assert (start - START, end - START) == pytest.approx((8.0, 12.0))


def test_zooming_out_ends_with_the_whole_session():
    axis = Axis(axis_of().active, START + 9, START + 11, START, 20)
    for _ in range(6):
        axis = Axis(axis.active, *axis.zoomed(2.0, START + 10.0, BOUNDS), START, 20)
    assert (axis.start, axis.end) == pytest.approx(BOUNDS)


def test_zooming_in_ends_where_times_are_not_known_more_exactly():
    axis = axis_of()
    for _ in range(60):
        axis = Axis(axis.active, *axis.zoomed(0.5, START + 10.0, BOUNDS), START, 20)
    assert axis.end - axis.start == pytest.approx(SHORTEST_WINDOW, rel=0.1)


def test_moving_stops_at_the_ends():
    axis = Axis(axis_of().active, START + 4, START + 8, START, 20)
    assert axis.panned(0.5, BOUNDS) == pytest.approx((START + 6, START + 10))
    assert axis.panned(-9, BOUNDS) == pytest.approx((START, START + 4))
    assert axis.panned(9, BOUNDS) == pytest.approx((START + 16, START + 20))


# -- in the pane


class Recorded:
    """Writes events at given seconds."""

    def __init__(self) -> None:
        self.events = []
        self.ids = itertools.count()

    def add(self, at, kind, iteration=None, parent=None, duration_ms=None, **data):
        event_id = f"e{next(self.ids)}"
        fields = {
            "event_id": event_id,
            "kind": kind,
            "timestamp": START + at,
            "session_id": "s",
            "iteration": iteration,
        }
        self.events.append({**fields, "parent_event_id": parent, "duration_ms": duration_ms, "data": data})
        return event_id

    def tool(self, at, seconds, name, failed=False, **data):
        start = self.add(at, "tool_start", 1, tool_name=name, **data)
        kind = "tool_error" if failed else "tool_end"
        self.add(at + seconds, kind, 1, start, seconds * 1000.0, tool_name=name, **data)

    def write(self, path):
        events = sorted(self.events, key=lambda event: event["timestamp"])
        path.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
        return path


@pytest.fixture
def parallel(tmp_path):
    """Two tools side by side, a sub-agent beside a failed one, an idle hour, and a tool that still runs."""
    trace = Recorded()
    trace.add(0, "session_start", goal="side by side")
    trace.add(0, "iteration_start", 1)
    trace.tool(1, 6, "left")
    trace.tool(2, 4, "right")
    trace.add(8, "subagent_spawn", 1, agent_id="a1", task="look")
    trace.tool(9, 5, "broken", failed=True)
    trace.add(10, "custom", agent_id="a1", message="busy")
    trace.add(19, "subagent_complete", 1, agent_id="a1")
    trace.add(20, "iteration_end", 1, duration_ms=20_000.0)
    trace.add(3620, "iteration_start", 2)
    trace.add(3621, "tool_start", 2, tool_name="last")
    trace.add(3640, "budget_check", 2, status="ok")
    return trace.write(tmp_path / "parallel.jsonl")


def bar_of(it, word):
    """The axis in the row that says a word."""
    row = next(row for row in it.crop(LIST).split("\n") if word in row)
    return row[it.screen.panes[0]._ruler._left :]


def window(it):
    axis = it.screen.panes[0]._rows.axis
    return axis.start - START, axis.end - START


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


async def test_zooming_in_and_out_around_the_cursor(show, parallel):
    async with show(parallel) as it:
        await it.press("1", "z", "w", "g", "down", "down", "down")
        assert "right" in it.lit_row(LIST)
        whole = window(it)
        before = bar_of(it, "right").index("█")
        await it.press("greater_than_sign")
        closer = window(it)
        assert closer[1] - closer[0] < whole[1] - whole[0]
        assert abs(bar_of(it, "right").index("█") - before) <= 1
        await it.press("greater_than_sign")
        assert window(it)[1] - window(it)[0] < closer[1] - closer[0]
        await it.press(*["less_than_sign"] * 9)
        assert window(it) == pytest.approx((0, 3640), abs=0.01)
        assert "dashboard error" not in it.text


async def test_moving_by_half_of_what_is_shown(show, parallel):
    async with show(parallel) as it:
        await it.press("1", "z", "w", "g", *["greater_than_sign"] * 3)
        first = window(it)
        await it.press("right")
        later = window(it)
        assert later[0] == pytest.approx(first[0] + (first[1] - first[0]) / 2, rel=0.05)
        await it.press("left")
        assert window(it) == pytest.approx(first, abs=0.1)
        await it.press(*["left"] * 9)
        assert window(it)[0] == pytest.approx(0, abs=0.01)


async def test_0_fits_the_visible_rows_again(show, parallel):
    async with show(parallel) as it:
        await it.press("1", "z", "w", "g")
        fitted = window(it)
        await it.press("greater_than_sign", "right")
        assert window(it) != fitted
        await it.press("0")
        assert window(it) == fitted


async def test_the_axis_moves_as_one_scrolls(show, demo):
    async with show(demo, (80, 24)) as it:
        await it.press("w", "g")
        first = window(it)
        await it.press("pagedown", "pagedown")
        assert window(it)[0] > first[0]
        await it.press(*["pagedown"] * 20)
        last = window(it)
        assert last[1] == pytest.approx(it.screen.frame.view.time_span[1] - START)
        await it.press("g")
        assert window(it) == first


async def test_a_chosen_window_stays_while_rows_scroll_and_follows_the_cursor(show, demo):
    async with show(demo, (80, 24)) as it:
        await it.press("w", "g", "greater_than_sign", "greater_than_sign")
        chosen = window(it)
        await it.press("down")
        assert window(it) == chosen
        await it.press("G")
        start = it.screen.panes[0]._rows.start_of(it.screen.query_one(LIST).cursor) - START
        assert window(it)[0] <= start <= window(it)[1]
        assert window(it)[1] - window(it)[0] == pytest.approx(chosen[1] - chosen[0], rel=0.01)


async def test_the_keys_of_the_axis_are_not_there_without_it(show, parallel):
    async with show(parallel, (200, 60)) as it:
        await it.press("1")
        timeline = it.screen.query_one(LIST)
        actions = ("zoom_axis", "pan_axis", "fit_axis")
        assert [timeline.check_action(action, ()) for action in actions] == [False] * 3
        assert "zoom in" not in it.crop("#trace-keys")
        before = it.text
        await it.press("less_than_sign", "greater_than_sign", "left", "right", "0")
        assert it.text == before
        await it.press("w")
        assert [timeline.check_action(action, ()) for action in actions] == [True] * 3
        assert "zoom in" in it.crop("#trace-keys")


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


async def test_a_running_call_reaches_to_the_newest_event(show, parallel):
    async with show(parallel) as it:
        await it.press("1", "z", "w")
        before = window(it)[1]
        with parallel.open("ab") as file:
            event = {"kind": "budget_check", "timestamp": START + 3700, "session_id": "s", "iteration": 2, "data": {}}
            file.write(orjson.dumps(event) + b"\n")
        await it.until(lambda: it.count == 16)
        await it.settle()
        assert window(it)[1] == pytest.approx(3700)
        assert before == pytest.approx(3640)
        assert bar_of(it, "last").rstrip().endswith("▶")


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


async def test_what_began_before_the_session_does_not_widen_it(show, tmp_path):
    trace = Recorded()
    trace.add(0, "session_start", goal="late to the party")
    trace.add(1, "tool_end", 1, duration_ms=500_000.0, tool_name="ancient")
    trace.tool(2, 3, "usual")
    async with show(trace.write(tmp_path / "early.jsonl")) as it:
        await it.press("1", "z", "w")
        assert window(it) == pytest.approx((0, 5))
        assert bar_of(it, "ancient").startswith("←██")
        await it.press("less_than_sign")
        assert window(it) == pytest.approx((0, 5))


async def test_a_row_without_a_time_can_be_zoomed_around(show, tmp_path):
    path = tmp_path / "odd.jsonl"
    times = (0, 1, -START - 1, 3)
    events = ({"kind": "custom", "timestamp": START + at, "session_id": "s", "data": {"message": "m"}} for at in times)
    path.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
    async with show(path) as it:
        await it.press("1", "w", "g", "down", "down", "greater_than_sign")
        assert window(it) == pytest.approx((0.75, 2.25))
        await it.press("up", "down")
        assert window(it) == pytest.approx((0.75, 2.25))
        assert "dashboard error" not in it.text


async def test_a_trace_without_times_has_no_axis_and_no_error(show, tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b"".join(b'{"kind":"custom","timestamp":-1,"data":{}}\n' for _ in range(3)))
    async with show(path) as it:
        await it.press("1", "w", "greater_than_sign", "left", "0", "x", "w")
        assert "dashboard error" not in it.text
