"""The Braille chart draws a line over an area, leaves gaps for what is unknown, and groups what does not fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from tracetop.app.widgets.braille_chart import BrailleChart, Mark

FrameText = Callable[[Any], str]


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


async def test_a_line_over_an_area(stage: Any, frame_text: FrameText) -> None:
    chart = BrailleChart()
    chart.set_series([8, 8, 4, 4, None, 8], [4, 4, 0, 4, 4, 4])
    async with stage(chart).run_test(size=(3, 2)) as pilot:
        assert lines(frame_text(pilot.app)) == ["⠉⡇⠈", "⣿⢩⣿"]


async def test_gaps(stage: Any, frame_text: FrameText) -> None:
    chart = BrailleChart()
    chart.set_series([None, None, 4, 4, None, None], [])
    async with stage(chart).run_test(size=(3, 1)) as pilot:
        assert frame_text(pilot.app) == " ⠉ "


@pytest.mark.parametrize(("how", "shown"), [("mean", "⣤"), ("min", "⣀"), ("max", "⣶")])
async def test_grouping(stage: Any, frame_text: FrameText, how: Any, shown: str) -> None:
    chart = BrailleChart(area_group=how)
    chart.set_series([4.0, None, None] * 2, [1.0, 2.0, 3.0] * 2)
    async with stage(chart).run_test(size=(1, 1)) as pilot:
        assert chart.group_size == 3
        line = ord("⠉") - 0x2800
        gap = ord("⠒") - 0x2800
        assert frame_text(pilot.app) == chr(0x2800 + ((ord(shown) - 0x2800) & ~gap | line))


async def test_axes_legend_marks_and_cursor(stage: Any, frame_text: FrameText) -> None:
    chart = BrailleChart(
        line=("prompt", "input"), area=("cached", "cache_read"), format_value=lambda value: f"{value / 1000:g}k"
    )
    chart.set_series([10_000 * index for index in range(1, 9)], [9_000 * index for index in range(1, 9)])
    chart.marks = [Mark(3, "○", "cache_break")]
    chart.cursor = 5
    async with stage(chart).run_test(size=(40, 12)) as pilot:
        shown = lines(frame_text(pilot.app))
        assert shown[0] == "─ prompt 60k  ⣿ cached 54k"
        assert [row[:4] for row in shown if "┤" in row] == ["75k┤", "50k┤", "25k┤"]
        assert shown[10].startswith("   └") and shown[10].index("▲") > shown[10].index("○")
        assert shown[11].split() == [str(number) for number in range(1, 9)]


async def test_no_data_and_odd_numbers(stage: Any, frame_text: FrameText, assert_clean_frame: Any) -> None:
    chart = BrailleChart(empty_text="no calls yet")
    async with stage(chart).run_test(size=(30, 8)) as pilot:
        assert "no calls yet" in frame_text(pilot.app)
        for line in ([None] * 5, [math.nan, math.inf, -1, 0], [0] * 900, [None, 5] * 900):
            chart.set_series(line, line[:3])
            await pilot.pause()
            assert_clean_frame(frame_text(pilot.app), 30)


async def test_clicks_say_which_column(stage: Any) -> None:
    chart = BrailleChart()
    chart.set_series([1.0] * 10, [])
    async with stage(chart).run_test(size=(42, 8)) as pilot:
        await pilot.pause()
        left = 4  # the axis with "0.5"
        for x in (0, left, left + 2, left + 4, 38):
            await pilot.click(BrailleChart, offset=(x, 3))
        assert [m.index for m in pilot.app.heard] == [0, 0, 1, 9]


async def test_every_size_and_hostile_labels(
    stage: Any, frame_text: FrameText, hostile: list[str], assert_clean_frame: Any
) -> None:
    chart = BrailleChart(
        line=("".join(hostile), hostile[0]),
        area=("".join(reversed(hostile)), "cache_read"),
        format_value=lambda value: f"{value:g}{hostile[int(value) % len(hostile)]}",
        format_label=lambda index: f"{index}{hostile[index % len(hostile)]}",
        empty_text="".join(hostile),
    )
    async with stage(chart).run_test(size=(60, 12)) as pilot:
        for count in (0, 1, len(hostile), 300):
            chart.set_series([index % 7 for index in range(count)], [index % 3 for index in range(count)])
            chart.marks = [Mark(i, text, text, top=i % 2 == 0) for i, text in enumerate(hostile)]
            chart.marks = [*chart.marks, Mark(9999, "x"), Mark(-1, "x")]
            chart.cursor = count // 2
            for width, height in ((200, 12), (60, 12), (17, 6), (5, 4), (1, 1)):
                await pilot.resize_terminal(width, height)
                await pilot.pause()
                assert_clean_frame(frame_text(pilot.app), width)
