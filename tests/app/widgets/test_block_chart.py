"""The block chart fills its room, groups what does not fit and says so, and draws something sensible of anything."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from tracetop.app.widgets.block_chart import BlockChart, Limit, Mark, Series, Track
from tracetop.app.widgets.scale import Slots, nice_axis

FrameText = Callable[[Any], str]
LAYERS = [Series("cached", "cache_read", "░"), Series("fresh", "input"), Series("output", "output")]


def thousands(value: float) -> str:
    return f"{value / 1000:g}k" if value else "0"


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


async def test_a_chart(stage: Any, frame_text: FrameText) -> None:
    chart = BlockChart(LAYERS, format_value=thousands)
    chart.set_columns([(20_000, 10_000, 10_000), (40_000, 0, 0), (0, 0, 80_000), (0, 0, 0)])
    chart.cursor = 2
    chart.marks = [Mark(1, "▼", "compaction"), Mark(2, "✗", "error", top=True)]
    async with stage(chart).run_test(size=(36, 14)) as pilot:
        assert lines(frame_text(pilot.app)) == [
            "░ cached 0  █ fresh 0  █ output 80k",
            "                      ✗",
            "   │                ██████",
            "75k┤                ██████",
            "   │                ██████",
            "   │                ██████",
            "50k┤                ██████",
            "   │██████  ░░░░░░  ██████",
            "   │▆▆▆▆▆▆  ░░░░░░  ██████",
            "25k┤░░░░░░  ░░░░░░  ██████",
            "   │░░░░░░  ░░░░░░  ██████",
            "   │░░░░░░  ░░░░░░  ██████",
            "   └──────────▼───────▲─────────────",
            "      1       2       3       4",
        ]


async def test_eighths(stage: Any, frame_text: FrameText) -> None:
    chart = BlockChart()
    chart.set_columns([(value,) for value in range(9)])
    async with stage(chart).run_test(size=(9, 1)) as pilot:
        assert frame_text(pilot.app) == " ▁▂▃▄▅▆▇█"


async def test_what_is_too_small_still_shows(stage: Any, frame_text: FrameText) -> None:
    chart = BlockChart(LAYERS[1:])
    chart.set_columns([(1e9, 0), (0, 1), (0, 0)])
    async with stage(chart).run_test(size=(3, 1)) as pilot:
        assert frame_text(pilot.app) == "█▁ "


async def test_layers_meet_within_a_cell(stage: Any) -> None:
    chart = BlockChart(LAYERS[1:])
    chart.set_columns([(4, 4)])
    async with stage(chart).run_test(size=(1, 1)) as pilot:
        await pilot.pause()
        (segment,) = list(chart.render_line(0))
        assert segment.text == "▄"
        assert segment.style is not None
        looks = chart.looks()
        assert (segment.style.color, segment.style.bgcolor) == (looks["input"].color, looks["output"].color)


@pytest.mark.parametrize(("group", "highest"), [("sum", "40"), ("max", "10"), ("mean", "10")])
async def test_too_many_columns_share_bars(stage: Any, frame_text: FrameText, group: Any, highest: str) -> None:
    chart = BlockChart([Series("n", "bar")], group=group)
    chart.set_columns([(10.0,)] * 388)
    async with stage(chart).run_test(size=(100, 12)) as pilot:
        await pilot.pause()
        assert chart.group_size == 4
        frame = frame_text(pilot.app)
        assert ("mean of 4" if group == "mean" else "4 per bar") in frame
        assert f"{highest}┤█████" in frame
        await pilot.resize_terminal(500, 12)
        await pilot.pause()
        assert chart.group_size == 1
        assert "per bar" not in frame_text(pilot.app)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20, 37, 50, 70, 75, 76, 77, 200, 1000])
def test_bars_fill_the_room(count: int) -> None:
    slots = Slots.lay_out(count, 76, 1, 8)
    assert slots.span <= 76
    assert slots.span >= min(count * 8, 50)
    seen = [slots.index_at(cell) for cell in range(76)]
    assert seen[0] == 0
    for index in range(0, count, slots.group):
        cells = slots.cells_of(index)
        assert len(cells) >= 1
        assert all(seen[cell] == index for cell in cells)


@pytest.mark.parametrize("peak", [0, -1, math.nan, math.inf, 1e-9, 0.3, 1, 7, 99, 101, 101_000, 1.2e6, 9.99e17, 1e300])
@pytest.mark.parametrize("at_most", [0, 1, 3, 5])
def test_an_axis_ends_hardly_above_the_peak_and_has_a_few_round_values(peak: float, at_most: int) -> None:
    full, ticks = nice_axis(peak, at_most)
    assert 1 <= len(ticks) <= max(1, at_most)
    assert full / 2 <= ticks[-1] <= full * 1.000001
    assert [tick / ticks[0] for tick in ticks] == pytest.approx(range(1, len(ticks) + 1))
    if 0 < peak < math.inf:
        assert peak * 0.999999 <= full <= peak * 1.35


def test_an_awkward_peak_has_more_than_one_value() -> None:
    assert nice_axis(13_900, 2) == (14_000, [5_000, 10_000])


async def test_no_data(stage: Any, frame_text: FrameText) -> None:
    async with stage(BlockChart(empty_text="no tokens yet")).run_test(size=(33, 5)) as pilot:
        assert lines(frame_text(pilot.app)) == ["", "", " " * 10 + "no tokens yet", "", ""]
        for x in (0, 3):
            await pilot.click(BlockChart, offset=(x, 3))
        assert pilot.app.heard == []


async def test_numbers_that_are_none(stage: Any, frame_text: FrameText, assert_clean_frame: Any) -> None:
    chart = BlockChart(LAYERS)
    chart.set_columns([(math.nan, -5, math.inf), (), (1,), (1, 2, 3, 4, 5), (0, 0, 0)])
    async with stage(chart).run_test(size=(30, 10)) as pilot:
        assert_clean_frame(frame_text(pilot.app), 30)
        chart.set_columns([(0, 0, 0)] * 500)
        await pilot.pause()
        assert_clean_frame(frame_text(pilot.app), 30)
        chart.set_columns([(1,), (1, 2), ()] * 300)
        await pilot.pause()
        assert_clean_frame(frame_text(pilot.app), 30)


async def test_clicks_say_which_column(stage: Any) -> None:
    chart = BlockChart()
    chart.set_columns([(1.0,)] * 4)
    async with stage(chart).run_test(size=(34, 8)) as pilot:
        await pilot.pause()
        left = 4  # the axis with "0.5"
        for x in (0, left, left + 6, left + 7, left + 27):
            await pilot.click(BlockChart, offset=(x, 3))
        assert [m.index for m in pilot.app.heard] == [0, 0, 1, 3]


async def test_same_version_is_not_drawn_again(stage: Any, frame_text: FrameText) -> None:
    chart = BlockChart()
    chart.set_columns([(1.0,)], version=7)
    async with stage(chart).run_test(size=(10, 1)) as pilot:
        before = frame_text(pilot.app)
        chart.set_columns([(1.0,), (1.0,)], version=7)
        await pilot.pause()
        assert frame_text(pilot.app) == before
        chart.set_columns([(1.0,), (1.0,)], version=8)
        await pilot.pause()
        assert frame_text(pilot.app) != before


async def test_every_size_and_hostile_labels(
    stage: Any, frame_text: FrameText, hostile: list[str], assert_clean_frame: Any
) -> None:
    chart = BlockChart(
        [Series(text, text) for text in hostile],
        format_value=lambda value: f"{value:g}{hostile[int(value) % len(hostile)]}",
        format_label=lambda index: f"{index}{hostile[index % len(hostile)]}",
        empty_text="".join(hostile),
    )
    async with stage(chart).run_test(size=(60, 12)) as pilot:
        for count in (0, 1, len(hostile), 300):
            chart.set_columns([(index % 7, 2) for index in range(count)])
            chart.marks = [Mark(i, text, text, top=i % 2 == 0) for i, text in enumerate(hostile)]
            chart.marks = [*chart.marks, Mark(9999, "x"), Mark(-1, "x")]
            chart.cursor = count // 2
            for width, height in ((200, 12), (60, 12), (17, 6), (5, 4), (1, 1)):
                await pilot.resize_terminal(width, height)
                await pilot.pause()
                assert_clean_frame(frame_text(pilot.app), width)


# -- tracks, limits, legend


async def drawn(stage: Any, frame_text: FrameText, chart: BlockChart, size: tuple[int, int]) -> list[str]:
    async with stage(chart).run_test(size=size) as pilot:
        await pilot.pause()
        return lines(frame_text(pilot.app))


async def test_a_track_shows_the_last_value_known_and_a_zero_is_no_blank(stage: Any, frame_text: FrameText) -> None:
    chart = BlockChart([Series("", "bar")])
    chart.set_columns([(1,)] * 4)
    chart.tracks = [Track("hit", "idle", [0.0, None, 0.5, 1.0], full=1.0)]
    rows = await drawn(stage, frame_text, chart, (36, 8))
    assert rows[6] == "hit│▁▁▁▁▁▁▁▁        ▄▄▄▄▄▄▄▄████████"
    chart.tracks = [Track("hit", "idle", [0.0, None, 0.5, None] * 20, full=1.0)]
    chart.set_columns([(1,)] * 80)
    rows = await drawn(stage, frame_text, chart, (44, 8))
    assert rows[6].startswith("hit│▁▄▁▄")


async def test_tracks_give_way_where_there_is_no_height_for_them(stage: Any, frame_text: FrameText) -> None:
    chart = BlockChart([Series("", "bar")])
    chart.set_columns([(1,)] * 4)
    chart.tracks = [Track("hit", "idle", [1.0] * 4)]
    assert not any("hit" in row for row in await drawn(stage, frame_text, chart, (36, 7)))
    assert sum("│████" in row for row in await drawn(stage, frame_text, chart, (36, 14))) > 0


@pytest.mark.parametrize(("limit", "in_sight"), [(90, True), (120, True), (60, True), (400, False)])
async def test_a_limit_is_drawn_where_it_does_not_flatten_the_bars(
    stage: Any, frame_text: FrameText, limit: float, in_sight: bool
) -> None:
    chart = BlockChart([Series("", "bar")])
    chart.set_columns([(100,), (50,)])
    chart.limit = Limit("limit", limit)
    rows = await drawn(stage, frame_text, chart, (40, 12))
    assert any("limit" in row and "····" in row for row in rows) is in_sight


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (60, "░ cached 5  █ fresh 6  █ output 7" + " " * 17 + "it 1 $0.10"),
        (45, "░ cached 5  █ fresh 6  █ output 7  it 1 $0.10"),
        (44, "░ cached 5  █ fresh 6  █ output 7       it 1"),
        (38, "░ cached  █ fresh  █ output" + " " * 7 + "it 1"),
        (31, "░ cached █ fresh █ output  it 1"),
        (27, "░ cached  █ fresh  █ output"),
        (20, "░ cached █ fresh"),
    ],
)
async def test_the_legend_shows_what_fits_whole(stage: Any, frame_text: FrameText, width: int, expected: str) -> None:
    chart = BlockChart(LAYERS)
    chart.set_columns([(5, 6, 7)])
    chart.cursor = 0
    chart.captions = [[("it 1 $0.10", "text")], [("it 1", "text")]]
    assert (await drawn(stage, frame_text, chart, (width, 8)))[0] == expected


async def test_how_many_share_a_bar_is_said_beside_the_labels_where_the_legend_is_full(
    stage: Any, frame_text: FrameText
) -> None:
    chart = BlockChart(LAYERS, format_value=lambda value: f"{value:6g}")
    chart.set_columns([(1, 1, 1)] * 60)
    rows = await drawn(stage, frame_text, chart, (30, 8))
    assert "per bar" not in rows[0]
    assert rows[-1].startswith("3/bar")


async def test_a_pattern_ends_in_a_cap_to_an_eighth(stage: Any, frame_text: FrameText) -> None:
    chart = BlockChart([Series("", "cache_read", "░")])
    chart.set_columns([(19,), (16,), (12,), (8,), (5,), (2,), (0,), (24,)])
    rows = await drawn(stage, frame_text, chart, (8, 5))
    assert rows[:3] == ["▂      ▇", "░▇▄    ░", "░░░░░▂ ░"]


async def test_a_cap_is_as_bright_as_its_pattern_but_where_it_is_all_there_is(stage: Any) -> None:
    chart = BlockChart([Series("", "cache_read", "░", cap="cache_read_cap")])
    chart.set_columns([(19,), (2,), (24,)])
    async with stage(chart).run_test(size=(3, 5)) as pilot:
        await pilot.pause()
        looks = chart.looks()
        top, base = (list(chart.render_line(y)) for y in (0, 2))
        assert [segment.style.color for segment in top if segment.text in "▂▇"] == [looks["cache_read_cap"].color] * 2
        assert [segment.style.color for segment in base if "▂" in segment.text] == [looks["cache_read"].color]
