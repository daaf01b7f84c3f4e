"""The ribbon: the whole session on one line, its marks, and the mouse on it."""

from __future__ import annotations

import itertools

import pytest
from textual.app import App
from tracetop.analysis.fold.session import Session
from tracetop.analysis.phases import PhaseIndex
from tracetop.app.dashboard.ribbon import ribbon as module
from tracetop.app.dashboard.ribbon.cells import Axis, draw, legend
from tracetop.app.dashboard.ribbon.marks import IssueMarks
from tracetop.app.dashboard.ribbon.ribbon import Ribbon
from tracetop.collector.events import TraceEvent

WIDTH = 40
"""Of the app; the line has a margin of one cell at either end."""


_ARGS = itertools.count()


def event(kind, iteration=1, **data):
    return TraceEvent(kind=kind, timestamp=1.0, session_id="s", iteration=iteration, data=data)


def tools(name, count, iteration=1):
    return [event("tool_end", iteration, tool_name=name, args=next(_ARGS)) for _ in range(count)]


def session_of(events):
    session = Session()
    session.apply_events(events)
    return session


def picture(session, width, at=None, total=None):
    view = session.view(at)
    phases, issues = PhaseIndex(session), IssueMarks(session)
    assert phases.extend()
    assert issues.extend()
    return draw(view, phases, issues, Axis(total or view.at, width))


def line(session, width, at=None, total=None):
    return "".join(glyph for glyph, _ in picture(session, width, at, total).cells)


def marks(session, width, at=None):
    """Where the marks are, and how they look."""
    cells = picture(session, width, at).cells
    return {cell: look for cell, look in enumerate(cells) if look[0] in "✗○▼!"}


# -- where events are


@pytest.mark.parametrize(
    ("total", "width"), [(1, 1), (1, 40), (3, 40), (39, 40), (40, 40), (41, 40), (1000, 7), (5, 1)]
)
def test_every_event_has_a_cell_and_every_cell_an_event(total, width):
    axis = Axis(total, width)
    bins = axis.bins()
    assert [each.start for each in bins] == [0, *(each.end for each in bins[:-1])]
    assert bins[-1].end == total
    for each in bins:
        for number in range(each.start, each.end):
            assert axis.cell_of(number) == each.cell
    assert bins[-1].cell == axis.cell_of(total - 1) == width - 1
    assert axis.cells_of(0, total - 1) == range(width)
    seen = [cell for number in range(min(total, width)) for cell in axis.cells_of(number, number)]
    assert total > width or seen == list(range(width))


def test_a_million_events_take_no_longer_than_their_cells():
    bins = Axis(1_000_000, 118).bins()
    assert len(bins) == 118
    assert {each.end - each.start for each in bins} == {8474, 8475}


# -- phases


def test_phases_are_bars_by_event_number():
    session = session_of(tools("read", 4) + tools("edit", 4) + tools("bash", 8) + [event("llm_response", 2)] * 4)
    assert line(session, 20) == "▂▂▂▂▄▄▄▄▆▆▆▆▆▆▆▆▁▁▁▁"
    assert line(session, 10) == "▂▂▄▄▆▆▆▆▁▁"
    assert line(session, 5) == "▂▄▆▆▁"


def test_a_cell_shows_the_phase_of_most_of_its_calls():
    events = [each for _ in range(4) for each in tools("read", 2) + tools("bash", 3)]
    assert line(session_of(events), 4) == "▆▆▆▆"


def test_long_stretches_are_named():
    session = session_of(tools("read", 3) + tools("edit", 3) + tools("bash", 2))
    assert line(session, 80) == (" exploring ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂ editing ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ running ▆▆▆▆▆▆▆▆▆▆▆")
    assert line(session, 32) == "▂▂▂▂▂▂▂▂▂▂▂▂ editing ▄▄▄▆▆▆▆▆▆▆▆"


def test_a_name_never_lies_over_a_mark():
    session = session_of([*tools("read", 3), event("error"), *tools("read", 16)])
    assert line(session, 20) == "▂▂▂✗ exploring ▂▂▂▂▂"


def test_few_events_are_stretched_and_one_is_all():
    assert line(session_of([event("session_start", None)]), 12) == "············"
    assert line(session_of(tools("bash", 1)), 10) == "▆▆▆▆▆▆▆▆▆▆"
    assert line(session_of([*tools("bash", 1), event("error"), *tools("edit", 1)]), 9) == "▆▆▆▆▆✗▄▄▄"


def test_a_view_shows_nothing_of_what_came_later():
    events = [*tools("read", 8), event("error"), *tools("bash", 8), event("compaction_start")]
    whole = session_of(events)
    for at in range(1, len(events) + 1):
        assert picture(whole, 12, at) == picture(session_of(events[:at]), 12), at


def test_events_to_come_are_a_line_as_far_as_they_are_counted():
    session = session_of([*tools("bash", 10), event("error"), *tools("edit", 9)])
    assert line(session, 20, at=10, total=20) == "▆▆▆▆▆▆▆▆▆▆──────────"
    assert line(session, 20, at=11, total=20) == "▆▆▆▆▆▆▆▆▆▆✗─────────"
    assert line(session, 5, at=10, total=20) == "▆▆▆──"
    assert picture(session, 5, at=10, total=20).events == [0, 4, 8, 12, 19]


# -- marks


def standing(session):
    return {episode.category for episode in session.view().episodes()}


def test_marks_stand_where_things_happened():
    events = tools("bash", 20)
    events[3], events[12] = event("error"), event("compaction_start")
    assert marks(session_of(events), 20) == {3: ("✗", "error"), 12: ("▼", "compaction")}


def responses(*reads):
    return [event("llm_response", input_tokens=9000 - read, cache_read_tokens=read, output_tokens=9) for read in reads]


def test_issues_are_marked_by_severity_and_cache_breaks_as_such():
    events = [*responses(8900, 8900, 100), *tools("bash", 3)]
    events += [event("llm_response", input_tokens=9, output_tokens=0), event("context_overflow")]
    session = session_of(events)
    assert standing(session) == {"cache_drop", "empty_response", "context_overflow"}
    assert marks(session, 8) == {2: ("○", "cache_break"), 6: ("!", "high"), 7: ("!", "critical")}


def test_of_several_marks_in_a_cell_the_worst_shows():
    error, compaction, overflow = event("error"), event("compaction_start"), event("context_overflow")
    empty = event("llm_response", input_tokens=9, output_tokens=0)
    worse = [[compaction], responses(8900, 3900), [error], [empty], [overflow]]
    glyphs = [("▼", "compaction"), ("○", "cache_break"), ("✗", "error"), ("!", "high"), ("!", "critical")]
    for count in range(1, len(worse) + 1):
        for events in (worse[:count], worse[:count][::-1]):
            together = [each for some in events for each in some]
            assert marks(session_of(together), 1) == {0: glyphs[count - 1]}


def test_an_issue_of_low_severity_is_the_last_to_show():
    slow = TraceEvent("tool_end", 1.0, "s", iteration=1, data={"tool_name": "bash"}, duration_ms=60_000.0)
    assert marks(session_of([slow]), 1) == {0: ("!", "low")}
    assert marks(session_of([event("compaction_start"), slow]), 1) == {0: ("▼", "compaction")}


def test_an_issue_that_was_withdrawn_is_marked_only_before():
    failing = [event("tool_error", tool_name="bash", args=number) for number in range(3)]
    session = session_of([*failing, *tools("bash", 30)])
    raised = next(each for each in session.issues.episodes if each.category == "tool_error_rate")
    assert raised.withdrawn < session.count
    assert ("!", "high") in marks(session, 33, at=raised.withdrawn).values()
    assert set(marks(session, 33).values()) == {("✗", "error")}


def test_where_nearly_every_cell_has_marks_those_show_that_have_most():
    events = []
    for cell in range(30):
        block = tools("bash", 10)
        block[: 1 + (cell % 5 == 0)] = [event("error")] * (1 + (cell % 5 == 0))
        events += block
    crowded = marks(session_of(events), 30)
    assert len(crowded) == 10
    assert {0, 5, 10, 15, 20, 25} <= set(crowded)
    assert len(marks(session_of(events), 300)) == 36  # few events to a cell: nothing is left out


def test_a_critical_issue_always_shows():
    events = []
    for cell in range(30):
        block = tools("bash", 10)
        block[0] = event("context_overflow", agent_id=f"a{cell}") if cell % 2 else event("error")
        events += block
    drawn = marks(session_of(events), 30)
    assert drawn == dict.fromkeys(range(1, 30, 2), ("!", "critical"))


def bookmarked(session, width, bookmarks, at=None, total=None):
    """Where bookmarks are drawn, and the events that these cells stand for."""
    view, phases, issues = session.view(at), PhaseIndex(session), IssueMarks(session)
    assert phases.extend()
    assert issues.extend()
    drawn = draw(view, phases, issues, Axis(total or view.at, width), bookmarks)
    return {cell: drawn.events[cell] for cell, look in enumerate(drawn.cells) if look == ("⚑", "bookmark")}


def test_a_bookmark_is_drawn_in_its_cell():
    session = session_of(tools("bash", 40))
    assert bookmarked(session, 20, (7, 30, 31)) == {3: 7, 15: 30}
    assert bookmarked(session, 80, (7,)) == {15: 7}
    assert bookmarked(session, 20, ()) == {}


def test_a_bookmark_is_drawn_where_the_view_has_not_come_yet():
    session = session_of(tools("bash", 40))
    assert bookmarked(session, 20, (7, 30), at=10, total=40) == {3: 7, 15: 30}


def test_what_went_wrong_is_drawn_before_a_bookmark_and_a_bookmark_before_the_rest():
    session = session_of([event("error"), event("compaction_end"), event("context_overflow"), *tools("bash", 1)])
    assert list(bookmarked(session, 4, (0, 1, 2, 3))) == [1, 3]


def test_bookmarks_show_however_crowded_it_is():
    events = [event("compaction_end") for _ in range(400)]
    assert len(bookmarked(session_of(events), 20, range(5, 400, 20))) == 20


def test_the_index_of_issues_grows_by_bounded_pieces():
    session = session_of(
        [event("llm_response", number, input_tokens=1, output_tokens=number % 2) for number in range(40)]
    )
    issues = IssueMarks(session)
    assert not issues.extend(3)
    assert len(issues) == 3
    while not issues.extend(3):
        pass
    assert len(issues) == len(session.issues.episodes) > 3


def test_the_legend_names_every_glyph():
    words = {word: glyph for glyph, word, _ in legend()}
    assert words["exploring"] == "▂"
    assert words["cache break"] == "○"
    assert len({glyph for glyph, _, _ in legend()}) == 9


# -- the widget


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


async def test_hostile_tool_names_are_not_shown(stage, frame_text):
    names = ["\x1b[31mread\x1b[0m", "[/oops]", "\x00", "x" * 5_000, "漢字"]
    stage.ribbon.show(session_of([each for name in names for each in tools(name, 3)]).view(), 3, (0, 4))
    await stage.pilot.pause()
    text = frame_text(stage)
    assert text.replace("\n", "").isprintable()
    assert {len(line) for line in text.split("\n")} == {WIDTH}
