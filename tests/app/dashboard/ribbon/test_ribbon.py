"""The ribbon: the whole session on one line, the mouse on it, and what it costs."""

from __future__ import annotations

import pytest
from textual.app import App
from tracetop.analysis.fold.session import Session
from tracetop.analysis.phases import PhaseIndex
from tracetop.app.dashboard.ribbon import ribbon as module
from tracetop.app.dashboard.ribbon.cells import draw
from tracetop.app.dashboard.ribbon.ribbon import Ribbon

from .pictures import event, session_of, tools

WIDTH = 40
"""Of the app; the line has a margin of one cell at either end."""


class Stage(App[None]):
    CSS = "Screen { layout: vertical; overflow: hidden; }"

    def __init__(self):
        super().__init__()
        self.jumps = []

    def compose(self):
        yield Ribbon(id="trace-ribbon")

    @property
    def ribbon(self):
        return self.query_one(Ribbon)

    def on_ribbon_jumped(self, message):
        self.jumps.append(message.event)

    def styles_at(self, x):
        """The Rich style of a cell of the ribbon."""
        return next(iter(self.ribbon.render_line(0).crop(x, x + 1))).style


@pytest.fixture
def forty():
    """Return a session of 380 events: ten to a cell; an error in cell 20."""
    events = tools("bash", 380)
    events[205] = event("error")
    return session_of(events)


@pytest.fixture
async def stage():
    app = Stage()
    async with app.run_test(size=(WIDTH, 4)) as pilot:
        app.pilot = pilot
        yield app


async def test_it_fills_its_line(stage, forty, frame_text):
    stage.ribbon.show(forty.view(), 379, (370, 379))
    await stage.pilot.pause()
    first, *rest = frame_text(stage).split("\n")
    assert first == f"  running {'▆' * 11}✗{'▆' * 16}  "
    assert {line.strip() for line in rest} == {""}


async def test_an_empty_session_is_an_empty_line_and_takes_no_clicks(stage, forty, frame_text):
    for session in (Session(), forty, Session()):
        stage.ribbon.show(session.view(), None, None)
        await stage.pilot.pause()
        stage.jumps.clear()
        await stage.pilot.click(Ribbon, offset=(9, 0))
        await stage.pilot._post_mouse_events([module.events.MouseScrollUp], Ribbon, offset=(9, 0), button=0)
        assert bool(frame_text(stage).strip()) == bool(stage.jumps) == bool(session.count)


async def test_the_cursor_and_the_visible_part_are_lit(stage, forty):
    stage.ribbon.show(forty.view(), 100, (80, 149))
    plain, seen, cursor = (stage.styles_at(x) for x in (5 + 14, 12, 11))
    assert cursor.reverse
    assert not seen.reverse
    assert seen.bgcolor != plain.bgcolor
    assert [stage.styles_at(x).bgcolor == seen.bgcolor for x in (8, 9, 10, 12, 15, 16)] == [
        False, True, True, True, True, False,
    ]  # fmt: skip


async def test_where_everything_is_visible_no_part_is_lit(stage, forty):
    stage.ribbon.show(forty.view(), 0, (0, 379))
    assert stage.styles_at(10).bgcolor == stage.styles_at(0).bgcolor


async def test_places_outside_the_session_do_no_harm(stage, forty, frame_text):
    stage.ribbon.show(forty.view(), 5_000, (-7, 5_000))
    await stage.pilot.pause()
    assert "running" in frame_text(stage)


async def test_hostile_tool_names_are_not_shown(stage, frame_text):
    names = ["\x1b[31mread\x1b[0m", "[/oops]", "\x00", "x" * 5_000, "漢字"]
    stage.ribbon.show(session_of([each for name in names for each in tools(name, 3)]).view(), 3, (0, 4))
    await stage.pilot.pause()
    text = frame_text(stage)
    assert text.replace("\n", "").isprintable()
    assert {len(line) for line in text.split("\n")} == {WIDTH}


# -- the mouse


async def test_a_click_goes_to_the_first_event_of_a_cell(stage, forty):
    stage.ribbon.show(forty.view(), 379, None)
    await stage.pilot.pause()
    await stage.pilot.click(Ribbon, offset=(1 + 7, 0))
    assert stage.jumps == [70]


async def test_a_click_on_a_mark_goes_to_what_it_marks(stage, forty):
    stage.ribbon.show(forty.view(), 379, None)
    await stage.pilot.pause()
    await stage.pilot.click(Ribbon, offset=(1 + 20, 0))
    assert stage.jumps == [205]


async def test_a_click_at_either_end_goes_to_the_first_or_the_newest_event(stage, forty):
    stage.ribbon.show(forty.view(), 50, None)
    await stage.pilot.pause()
    for x in (0, 1, 38, 39):
        await stage.pilot.click(Ribbon, offset=(x, 0))
    assert stage.jumps == [0, 0, 379, 379]


async def test_another_button_does_nothing(stage, forty):
    stage.ribbon.show(forty.view(), 50, None)
    await stage.pilot.pause()
    await stage.pilot.click(Ribbon, offset=(9, 0), button=3)
    assert stage.jumps == []


async def test_a_drag_goes_along_and_ends_with_the_button(stage, forty):
    stage.ribbon.show(forty.view(), 379, None)
    pilot = stage.pilot
    await pilot.pause()
    await pilot.mouse_down(Ribbon, offset=(1 + 3, 0))
    assert stage.mouse_captured is stage.ribbon
    for x, y in ((4, 0), (4, 2), (9, 3), (39, 1)):
        await pilot.hover(None, offset=(x, y))
    assert stage.jumps == [30, 80, 379]
    await pilot.mouse_up(None, offset=(39, 3))
    assert stage.mouse_captured is None
    await pilot.hover(Ribbon, offset=(12, 0))
    assert stage.jumps == [30, 80, 379]


async def test_a_drag_goes_on_along_the_line_that_was_grasped(stage, forty):
    """A paused dashboard shows the session as of the cursor, which is what the drag moves."""
    pilot = stage.pilot
    stage.ribbon.show(forty.view(), 379, None)
    await pilot.pause()
    await pilot.mouse_down(Ribbon, offset=(20, 0))
    for x in (19, 20, 30):
        at = stage.jumps[-1] + 1
        stage.ribbon.show(forty.view(at), at - 1, None)
        await pilot.pause()
        await pilot.hover(Ribbon, offset=(x, 0))
    await pilot.mouse_up(Ribbon, offset=(30, 0))
    assert stage.jumps == [190, 180, 190, 290]


async def scroll(stage, kind, times=1):
    for _ in range(times):
        await stage.pilot._post_mouse_events([kind], Ribbon, offset=(10, 0), button=0)


async def test_the_wheel_goes_by_pages(stage, forty):
    stage.ribbon.show(forty.view(), None, None)
    await stage.pilot.pause()
    await scroll(stage, module.events.MouseScrollUp, 3)
    assert stage.jumps == [349, 319, 289]
    await scroll(stage, module.events.MouseScrollDown)
    assert stage.jumps[3:] == [319]
    stage.ribbon.show(forty.view(), 379, None)
    await scroll(stage, module.events.MouseScrollDown)
    assert stage.jumps[4:] == []
    stage.ribbon.show(forty.view(100), 99, None, total=380)
    await scroll(stage, module.events.MouseScrollDown)
    assert stage.jumps[4:] == [129]


async def test_a_few_events_are_scrolled_one_by_one(stage):
    stage.ribbon.show(session_of(tools("bash", 3)).view(), 2, None)
    await stage.pilot.pause()
    await scroll(stage, module.events.MouseScrollUp, 3)
    assert stage.jumps == [1, 0]


# -- what it costs


@pytest.fixture
def drawings(monkeypatch):
    """Return a list that grows by one with every picture that is drawn."""
    drawn = []
    monkeypatch.setattr(module, "draw", lambda *args: drawn.append(args) or draw(*args))
    return drawn


async def test_it_draws_only_what_changed(stage, forty, drawings, monkeypatch):
    refreshed = []
    refresh = Ribbon.refresh
    monkeypatch.setattr(
        Ribbon, "refresh", lambda self, *args, **more: refreshed.append(1) or refresh(self, *args, **more)
    )
    for view, cursor, pictures, refreshes in (
        (forty.view(100), 99, 1, 1),
        (forty.view(100), 99, 1, 1),
        (forty.view(100), 50, 1, 2),  # the cursor alone: the same picture
        (forty.view(101), 50, 2, 3),
    ):
        stage.ribbon.show(view, cursor, None)
        await stage.pilot.pause()
        assert (len(drawings), len(refreshed)) == (pictures, refreshes)


async def test_a_new_width_is_drawn_at_once(stage, forty, frame_text):
    stage.ribbon.show(forty.view(), 379, None)
    for width in (2, 3, 7, 80):
        await stage.pilot.resize_terminal(width, 4)
        await stage.pilot.pause()
        assert len(frame_text(stage).split("\n")[0]) == width
    assert frame_text(stage).startswith("  running ▆")


async def test_a_long_session_is_taken_in_by_pieces_without_being_shown_again(stage, monkeypatch, frame_text):
    monkeypatch.setattr(PhaseIndex.extend, "__defaults__", (50,))
    session = session_of(tools("read", 400))
    sizes = []
    monkeypatch.setattr(
        module, "draw", lambda view, phases, *args: sizes.append(len(phases)) or draw(view, phases, *args)
    )
    stage.ribbon.show(session.view(), None, None)
    await stage.pilot.pause()
    await stage.pilot.pause()
    assert sizes[-1] == 400
    assert frame_text(stage).split("\n")[0] == f"  exploring {'▂' * 27} "


async def test_another_session_is_another_line(stage, forty, frame_text):
    stage.ribbon.show(forty.view(), None, None)
    await stage.pilot.pause()
    stage.ribbon.show(session_of(tools("edit", 380)).view(), None, None)
    await stage.pilot.pause()
    assert "editing" in frame_text(stage)
    assert "running" not in frame_text(stage)
