"""The stretch of time that a waterfall shows: what the visible rows take, or what keys chose."""

from __future__ import annotations

import orjson
import pytest

from .axes import START
from .recorded import Recorded
from .shown import LIST, bar_of, window


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


# -- odd times


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
