"""The event list asks for visible rows only, follows its end until the user looks up, and survives any text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from tracetop.app.safe_text import fit
from tracetop.app.widgets.event_list import EventList
from tracetop.app.widgets.palette import Cell
from tracetop.app.widgets.row_view import STRIPS_KEPT

FrameText = Callable[[Any], str]


class CountingRows:
    def __init__(self, count: int, text: str = "row {}") -> None:
        self.count = count
        self.text = text
        self.asked: list[int] = []

    def row(self, index: int, width: int) -> list[Cell]:
        self.asked.append(index)
        return [(fit(self.text.format(index), width), "text")]


def lines(text: str) -> list[str]:
    return [line[:-1].rstrip() for line in text.split("\n")]  # the last cell belongs to the scroll bar


async def test_a_million_rows_are_not_looked_at(stage: Any, frame_text: FrameText) -> None:
    rows = CountingRows(1_000_000)
    async with stage(EventList(rows)).run_test(size=(40, 20)) as pilot:
        view = pilot.app.widget
        await pilot.pause()
        assert lines(frame_text(pilot.app))[-1] == "▌row 999999"
        assert set(rows.asked) <= set(range(999_980, 1_000_000))
        for index in (0, 500_000, 123_456, 999_999):
            view.move_to(index)
            await pilot.pause()
            assert f"▌row {index}" in lines(frame_text(pilot.app))
        assert len(rows.asked) <= 20 * 8
        assert len(view._strips) <= STRIPS_KEPT


async def test_growth_asks_for_new_rows_only(stage: Any) -> None:
    rows = CountingRows(1_000)
    async with stage(EventList(rows)).run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        rows.asked.clear()
        rows.count += 3
        pilot.app.widget.refresh_rows()
        await pilot.pause()
        # The three new ones, and the one the cursor left, which looks different now.
        assert set(rows.asked) == {999, 1000, 1001, 1002}
        rows.asked.clear()
        pilot.app.widget.refresh_rows()
        await pilot.pause()
        assert rows.asked == []


async def test_another_version_draws_rows_again(stage: Any, frame_text: FrameText) -> None:
    rows = CountingRows(5)
    async with stage(EventList(rows)).run_test(size=(40, 8)) as pilot:
        view = pilot.app.widget
        rows.text = "changed {}"
        view.refresh_rows()
        await pilot.pause()
        assert " row 0" in lines(frame_text(pilot.app))
        view.refresh_rows(version=1)
        await pilot.pause()
        assert " changed 0" in lines(frame_text(pilot.app))


async def test_follows_until_moved_up_and_again_at_the_end(stage: Any, frame_text: FrameText) -> None:
    rows = CountingRows(100)
    async with stage(EventList(rows)).run_test(size=(40, 10)) as pilot:
        view, heard = pilot.app.widget, pilot.app.heard
        await pilot.pause()
        assert (view.cursor, view.following, view.below) == (99, True, 0)
        rows.count = 150
        view.refresh_rows()
        await pilot.pause()
        assert view.cursor == 149 and lines(frame_text(pilot.app))[-1] == "▌row 149"
        assert heard == []

        await pilot.press("k")
        assert (view.cursor, view.following) == (148, False)
        rows.count = 162
        view.refresh_rows()
        await pilot.pause()
        assert (view.cursor, view.below) == (148, 12)
        assert lines(frame_text(pilot.app))[-1] == " row 149"

        await pilot.press("f")
        assert (view.cursor, view.following, view.below) == (161, True, 0)
        await pilot.press("up", "down")
        assert view.following
        said = [(type(m).__name__, getattr(m, "index", None), getattr(m, "following", None)) for m in heard]
        assert said == [
            ("CursorMoved", 148, None),
            ("FollowChanged", None, False),
            ("CursorMoved", 161, None),
            ("FollowChanged", None, True),
            ("CursorMoved", 160, None),
            ("FollowChanged", None, False),
            ("CursorMoved", 161, None),
            ("FollowChanged", None, True),
        ]


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        (["g"], 0),
        (["home"], 0),
        (["home", "G"], 99),
        (["home", "end"], 99),
        (["home", "j", "j"], 2),
        (["home", "down", "up", "up"], 0),
        (["pageup"], 90),
        (["home", "pagedown"], 9),
        (["k"], 98),
    ],
)
async def test_keys(stage: Any, keys: list[str], index: int) -> None:
    async with stage(EventList(CountingRows(100))).run_test(size=(40, 10)) as pilot:
        await pilot.press(*keys)
        view = pilot.app.widget
        assert view.cursor == index
        assert view.following == (index == 99)
        assert view.top <= index < view.top + 10


async def test_enter_and_a_second_click_choose(stage: Any) -> None:
    async with stage(EventList(CountingRows(100))).run_test(size=(40, 10)) as pilot:
        heard = pilot.app.heard
        await pilot.press("enter")
        await pilot.click(EventList, offset=(5, 2))
        await pilot.pause()
        assert pilot.app.widget.cursor == 92
        assert [m.index for m in heard if isinstance(m, EventList.Chosen)] == [99]
        await pilot.click(EventList, offset=(5, 2))
        assert [m.index for m in heard if isinstance(m, EventList.Chosen)] == [99, 92]


async def wheel(pilot: Pilot[None], event: type[MouseEvent], times: int) -> None:
    for _ in range(times):
        await pilot._post_mouse_events([event], EventList, (3, 3), button=0)
    await pilot.pause()


async def test_the_wheel_scrolls_and_lets_go(stage: Any) -> None:
    rows = CountingRows(100)
    async with stage(EventList(rows)).run_test(size=(40, 10)) as pilot:
        view = pilot.app.widget
        await pilot.pause()
        await wheel(pilot, MouseScrollUp, 3)
        assert not view.following
        assert view.top < 90
        assert view.cursor == 99
        rows.count = 105
        view.refresh_rows()
        assert view.below == 5
        await wheel(pilot, MouseScrollDown, 30)
        assert view.following
        assert view.cursor == 104


async def test_other_rows(stage: Any, frame_text: FrameText) -> None:
    async with stage(EventList(empty_text="no events yet")).run_test(size=(30, 5)) as pilot:
        view = pilot.app.widget
        assert "no events yet" in frame_text(pilot.app)
        await pilot.press("up", "down", "enter", "f", "G")
        assert view.cursor == -1 and pilot.app.heard == []
        view.set_rows(CountingRows(50), version=1)
        await pilot.pause()
        assert view.cursor == 49
        view.move_to(40)
        view.set_rows(CountingRows(3), version=2)
        await pilot.pause()
        assert view.cursor == 2
        assert lines(frame_text(pilot.app))[:4] == [" row 0", " row 1", "▌row 2", ""]
        view.set_rows(CountingRows(0))
        assert view.cursor == -1


async def test_resize_keeps_the_end_and_the_cursor_in_view(stage: Any, frame_text: FrameText) -> None:
    async with stage(EventList(CountingRows(100))).run_test(size=(40, 20)) as pilot:
        view = pilot.app.widget
        for size in ((40, 6), (12, 30), (3, 2), (1, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert view.following and view.top == 100 - size[1]
        view.move_to(50)
        await pilot.resize_terminal(40, 5)
        await pilot.pause()
        assert "▌row 50" in lines(frame_text(pilot.app))
        assert not view.following


async def test_hostile_text(stage: Any, frame_text: FrameText, hostile: list[str], assert_clean_frame: Any) -> None:
    class Rows:
        count = len(hostile)

        def row(self, index: int, width: int) -> list[Cell]:
            return [(hostile[index], "no such style"), (hostile[index] * 9, "error")]

    async with stage(EventList(Rows())).run_test(size=(50, 20)) as pilot:
        await pilot.pause()
        assert_clean_frame(frame_text(pilot.app), 50)
        assert "[/oops] [bold]no[/]" in frame_text(pilot.app)


async def test_theme_and_focus_change_what_the_cursor_looks_like(stage: Any) -> None:
    async with stage(EventList(CountingRows(3))).run_test(size=(20, 5)) as pilot:
        view = pilot.app.widget
        await pilot.pause()

        def backgrounds() -> tuple[Any, Any]:
            strips = pilot.app.screen._compositor.render_strips()
            return tuple(next(iter(strips[row])).style.bgcolor for row in (0, 2))

        focused = backgrounds()
        assert focused[0] != focused[1]
        view.blur()
        await pilot.pause()
        blurred = backgrounds()
        assert len({focused[1], blurred[1], blurred[0]}) == 3
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert backgrounds()[0] != blurred[0]


async def test_follow_is_disabled_while_following(stage: Any) -> None:
    async with stage(EventList(CountingRows(3))).run_test() as pilot:
        view = pilot.app.widget
        assert view.check_action("follow", ()) is None
        await pilot.press("up")
        assert view.check_action("follow", ()) is True


# -- what growth costs


async def test_rows_that_come_lay_out_nothing(stage: Any, frame_text: FrameText, monkeypatch: Any) -> None:
    rows = CountingRows(5)
    async with stage(EventList(rows)).run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        view, screen = pilot.app.widget, pilot.app.screen
        laid_out: list[int] = []
        lay_out = screen._refresh_layout
        monkeypatch.setattr(screen, "_refresh_layout", lambda *args, **kwargs: laid_out.append(1) or lay_out(*args))
        for count, bar, layouts in ((20, False, 0), (21, True, 1), (5_000, True, 0), (100, True, 0), (3, False, 1)):
            await pilot.pause()  # where a bar came, its size came after it
            laid_out.clear()
            rows.count = count
            view.refresh_rows()
            await pilot.pause()
            assert view.show_vertical_scrollbar == bar
            assert min(1, len(laid_out)) == layouts, f"{count} rows"
            shown = [line.rstrip() for line in frame_text(pilot.app).split("\n")]
            assert sum(f"row {count - 1}" in line for line in shown) == 1
            assert view.virtual_size.height == count
            assert view.scroll_offset.y == max(0, count - 20)


async def test_a_bar_is_painted_when_its_thumb_moves(stage: Any, monkeypatch: Any) -> None:
    rows = CountingRows(10_000)
    async with stage(EventList(rows)).run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        view = pilot.app.widget
        bar, painted = view.vertical_scrollbar, []
        monkeypatch.setattr(bar, "refresh", lambda *args, **kwargs: painted.append(1))
        for _ in range(20):
            rows.count += 10
            view.refresh_rows()
            await pilot.pause()
        assert not painted
        assert (bar.window_virtual_size, bar.position) == (10_200, 10_180)
        view.move_to(0)
        assert painted


async def test_forgotten_rows_alone_are_drawn_anew(stage: Any, frame_text: FrameText) -> None:
    rows = CountingRows(1_000)
    async with stage(EventList(rows)).run_test(size=(40, 20)) as pilot:
        view = pilot.app.widget
        await pilot.pause()
        rows.asked.clear()
        rows.text = "line {}"
        view.forget({985, 999, 5})
        await pilot.pause()
        assert sorted(rows.asked) == [985, 999]
        shown = lines(frame_text(pilot.app))
        assert shown[5] == " line 985"
        assert shown[-1] == "▌line 999"
        assert shown[6] == " row 986"


async def test_rows_with_something_around_them_are_drawn_by_textual(stage: Any, frame_text: FrameText) -> None:
    rows = CountingRows(1_000)
    async with stage(EventList(rows)).run_test(size=(40, 20)) as pilot:
        view = pilot.app.widget
        await pilot.pause()
        bare = frame_text(pilot.app).split("\n")
        view.styles.border = ("round", "red")
        await pilot.pause()
        framed = frame_text(pilot.app).split("\n")
        assert framed[0].startswith("╭")
        assert framed[-1].startswith("╰")
        assert [line[1:-2].rstrip() for line in framed[1:-1]] == [line[:-1].rstrip() for line in bare[2:]]
