"""Errors of ours in a host: told, survived, and nothing of the host goes down with them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
import tracetop.app
from textual.widget import Widget
from tracetop.app import DashboardScreen
from tracetop.app.contain import contained
from tracetop.app.dashboard.navigation import navigation, places
from tracetop.app.dashboard.source.file_source import FileSource
from tracetop.app.dashboard.source.source import TraceSource
from tracetop.app.dashboard.time_travel.replay import Replay
from tracetop.app.panes.inspector import inspector
from tracetop.app.panes.timeline.timeline import TimelinePane, TimelineRows
from tracetop.app.panes.tree import IterationTreeModel
from tracetop.app.query.matching import Query
from tracetop.app.widgets.block_chart import BlockChart
from tracetop.app.widgets.braille_chart import BrailleChart
from tracetop.app.widgets.event_list import EventList

from .conftest import Host, is_open, messages, open_dashboard


def boom(*args, **kwargs):
    raise RuntimeError("boom [/oops] \x1b[31m")


async def lives_and_tells(it, what):
    await it.until(lambda: "RuntimeError: boom [/oops] ␛[31m" in it.text)
    assert what in it.crop("#trace-notice")
    assert it.app.is_running
    await it.press("up", "down")
    await it.press("ctrl+d")
    assert not is_open(it)
    await it.press("ctrl+d")
    assert is_open(it)


@pytest.mark.parametrize(
    ("owner", "name", "what"),
    [
        (TimelinePane, "show", "the timeline pane"),
        (TimelineRows, "row", "RowView.render_line"),
        (IterationTreeModel, "label", "RowView.render_line"),
        (EventList, "row_cells", "RowView.render_line"),
        (EventList, "refresh_rows", "pane: RuntimeError"),
        (BlockChart, "plot", "Chart.render_lines"),
        (BrailleChart, "resample", "Chart.render_lines"),
        (places, "errors", "check_action"),
    ],
)
@pytest.mark.provokes_failures
async def test_an_error_while_drawing_is_told_and_survived(visit, demo, monkeypatch, owner, name, what):
    if owner is places:
        monkeypatch.setitem(navigation.PLACES, "error", (boom, "error"))
    else:
        monkeypatch.setattr(owner, name, boom)
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        await lives_and_tells(it, what)


@pytest.mark.parametrize("name", ["facts_of", "Frame"])
@pytest.mark.provokes_failures
async def test_an_error_in_every_frame_is_told_and_survived(visit, demo, monkeypatch, name):
    from tracetop.app.dashboard import painting

    monkeypatch.setattr(painting, name, boom)
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        await lives_and_tells(it, {"facts_of": "_show_strip", "Frame": "paint"}[name])


@pytest.mark.parametrize(
    ("owner", "name", "keys", "what"),
    [
        (Replay, "faster", ["space", "plus"], "action_speed"),
        (DashboardScreen, "move_cursor", ["up"], "on_pane_cursor_moved"),
        (inspector, "event_card", ["enter"], "on_pane_inspected"),
        (DashboardScreen, "_activate", ["3"], "action_pane"),
        (DashboardScreen, "layers_open", ["escape"], "action_peel"),
        (Replay, "advance", ["home", "space", "space"], "on_tick"),
        (EventList, "user_moved", ["up"], "action_cursor_up"),
    ],
)
@pytest.mark.provokes_failures
async def test_an_error_in_an_action_or_a_handler_is_told_and_survived(
    visit, demo, monkeypatch, owner, name, keys, what
):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        monkeypatch.setattr(owner, name, boom)
        await it.press(*keys)
        await lives_and_tells(it, what)


async def test_an_error_in_a_search_is_told(visit, demo, monkeypatch):
    monkeypatch.setattr(Query, "find", boom)
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        await it.press("slash")
        await it.enter("bash")
        await it.until(lambda: "search failed: boom [/oops] ␛[31m" in messages(it))


async def test_an_error_of_the_reading_thread_is_told_and_reading_taken_up_again(visit, small, line, monkeypatch):
    app = Host(small)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        trace = it.screen.source.trace
        take = trace.take
        monkeypatch.setattr(trace, "take", boom)
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await it.until(lambda: "reading stopped: RuntimeError: boom" in it.text)
        assert "30 events" in it.title("timeline")
        monkeypatch.setattr(trace, "take", take)
        await it.press("ctrl+d", "ctrl+d")
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await it.until(lambda: "events" in it.title("timeline") and it.count > 30)
        await it.until(lambda: "reading stopped" not in it.text)


@pytest.mark.parametrize("error", [RuntimeError("no [/trace] \x1b[31mtoday"), NotImplementedError("say so")])
async def test_a_host_that_cannot_say_what_to_show_is_told(visit, error):
    app = Host(error)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await it.press("ctrl+d")
        assert not is_open(it)
        assert "the dashboard cannot open" in messages(it)
        assert "\x1b" not in messages(it)


async def test_a_source_that_cannot_be_shown_is_told(visit):
    app = Host(3.14)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await it.press("ctrl+d")
        assert not is_open(it)
        assert "not float" in messages(it)


async def test_a_source_of_ones_own_is_shown(visit, small):
    class Own(FileSource):
        note = "from a source of one's own"

    source = Own(small)
    assert isinstance(source, TraceSource)
    app = Host(source)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        assert "30 events" in it.title("timeline")
        assert "from a source of one's own" in it.crop("#trace-notice")


def test_every_handler_of_every_widget_is_contained():
    for module in pkgutil.walk_packages(tracetop.app.__path__, "tracetop.app."):
        if module.name.split(".")[2] not in ("dashboard", "panes", "widgets", "browser"):
            continue
        for cls in vars(importlib.import_module(module.name)).values():
            ours = inspect.isclass(cls) and cls.__module__ == module.name
            if not ours or (not issubclass(cls, Widget) and not cls.__name__.endswith("Actions")):
                continue
            for name, member in vars(cls).items():
                if inspect.isfunction(member) and name.startswith(
                    ("on_", "action_", "watch_", "validate_", "render_line")
                ):
                    assert hasattr(member, "__wrapped__"), f"{cls.__qualname__}.{name} is not contained"


def test_contained_gives_the_value_through():
    @contained
    class Thing:
        def action_add(self, left, right=1):
            return left + right

    assert Thing().action_add(2, right=3) == 5
