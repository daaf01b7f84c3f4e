"""The dashboard as a guest: nothing of the host is changed, nothing of ours takes it down, and state is kept."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
import tracetop.app
from textual.app import App
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static, TextArea
from tracetop import TraceCollector
from tracetop.app import DashboardHost, DashboardScreen
from tracetop.app.contain import contained
from tracetop.app.dashboard.cursor import Mode
from tracetop.app.dashboard.navigation import navigation, places
from tracetop.app.dashboard.source.collector_source import CollectorSource, RecordingSource
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

PANES = ("timeline", "tree", "tokens", "cache", "issues")

HOSTILE_CSS = """
* { text-style: italic; padding: 1; margin: 1; }
Static { display: none; background: red; }
Input { display: none; height: 3; border: heavy red; }
Vertical { height: 7; border: heavy red; }
Horizontal { width: 20; overflow: scroll; }
Widget { color: red; opacity: 50%; }
Screen { align: center middle; background: red; layout: horizontal; }
"""


class Host(DashboardHost, App[None]):
    BINDINGS = [("f5", "app.push_screen('question')", "Ask"), ("f6", "app.push_screen('page')", "Page")]
    SCREENS = {"question": ModalScreen, "page": Screen}

    def __init__(self, source, css=""):
        super().__init__()
        self.given = source
        self.own_css = css

    def on_load(self):
        if self.own_css:
            self.stylesheet.add_source(self.own_css, read_from=("host", ""))

    def compose(self):
        yield Label("a label")
        yield Button("a button")
        yield Static("a text")
        yield Input(value="a value")
        yield TextArea("a text area")

    def dashboard_source(self):
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


@pytest.fixture
def collector(tmp_path):
    with TraceCollector(tmp_path / "host-traces", flush_interval=0.02) as collector:
        collector.start_session("be embedded", "claude-test")
        yield collector


def is_open(it):
    return isinstance(it.screen, DashboardScreen)


async def open_dashboard(it):
    await it.press("ctrl+d")
    assert is_open(it)
    assert it.screen.source.wait_until_read()
    await it.settle()


def messages(it):
    return " | ".join(notification.message for notification in it.app._notifications)


# -- opening and closing


@pytest.mark.parametrize("focused", [Input, TextArea, Button])
async def test_ctrl_d_opens_and_closes_whatever_has_the_focus(visit, demo, focused):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        widget = app.screen.query_one(focused)
        widget.focus()
        await it.press("home")
        await open_dashboard(it)
        assert "162 events" in it.title("timeline")
        await it.press("ctrl+d")
        assert not is_open(it)
        assert app.focused is widget
        assert app.screen.query_one(Input).value == "a value"
        assert app.screen.query_one(TextArea).text == "a text area"


async def test_escape_closes_and_q_is_not_ours(visit, demo):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        await it.press("q")
        assert app.is_running
        assert is_open(it)
        assert "quit" not in it.crop("#trace-keys")
        await it.press("escape")
        assert not is_open(it)


async def test_ctrl_d_does_nothing_under_a_modal_of_the_host(visit, demo):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await it.press("f5", "ctrl+d")
        assert [type(screen) for screen in app.screen_stack] == [Screen, ModalScreen]
        app.pop_screen()
        await open_dashboard(it)
        await it.press("f5", "ctrl+d")
        assert [type(screen) for screen in app.screen_stack] == [Screen, DashboardScreen, ModalScreen]


async def test_ctrl_d_does_not_open_it_twice_below_a_screen_of_the_host(visit, demo):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        await it.press("f6", "ctrl+d")
        assert [type(screen) for screen in app.screen_stack] == [Screen, DashboardScreen, Screen]
        app.pop_screen()
        await it.press("ctrl+d")
        assert len(app.screen_stack) == 1


async def test_the_key_can_be_another_one(visit, demo):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        app.set_keymap({"trace.toggle": "f12"})
        await it.press("f12")
        assert is_open(it)
        await it.press("f12")
        assert not is_open(it)


# -- state


async def test_state_is_kept_while_hidden(visit, demo):
    app = Host(demo)
    async with app.run_test(size=(160, 48)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        await it.press("2", "g", "down", "enter", "3", "4", "F")
        await it.enter("tool:bash")
        await it.until(lambda: it.screen.filtered_through is not None)
        it.screen.move_cursor(77)
        await it.press("4", "z", "space")
        dashboard, before, cursor = it.screen, it.text, it.screen.cursor
        is_open = [dashboard.query_one("#trace-tree-lines").is_open((0, index)) for index in range(16)]
        assert True in is_open
        await it.press("ctrl+d")
        await open_dashboard(it)
        assert it.screen is dashboard
        assert it.screen.cursor == cursor
        assert it.screen.filtering.text == "tool:bash"
        assert is_open == [dashboard.query_one("#trace-tree-lines").is_open((0, index)) for index in range(16)]
        assert it.text == before
        await it.press("F")
        assert app.focused.value == "tool:bash"


async def test_nothing_ticks_or_reads_while_hidden(visit, small, line, monkeypatch):
    ticks = []
    original = DashboardScreen.on_tick
    monkeypatch.setattr(DashboardScreen, "on_tick", lambda self: ticks.append(1) or original(self))
    app = Host(small)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        source, polls = it.screen.source, []
        poll = source._tail.poll
        monkeypatch.setattr(source._tail, "poll", lambda *args: polls.append(1) or poll(*args))
        await it.until(lambda: ticks and polls)
        await it.press("ctrl+d")
        await it.until(lambda: source._halt.is_set())
        await pilot.pause(0.3)  # a poll that is under way ends
        ticks.clear()
        polls.clear()
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await pilot.pause(0.6)
        assert (ticks, polls) == ([], [])
        assert source.trace.session.count == 30
        await it.press("ctrl+d")
        await it.until(lambda: "31 events" in it.title("timeline"))


async def test_the_palette_over_it_does_not_stop_it(visit, small, line):
    app = Host(small)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        dashboard = it.screen
        await it.press("f5")
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await it.until(lambda: "31 events" in str(dashboard.query_one("#trace-timeline").border_title))


async def test_a_screen_of_the_host_over_it_does(visit, small):
    app = Host(small)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        dashboard = it.screen
        await it.press("f6")
        assert dashboard.source._halt.is_set()
        assert not dashboard._timer._active.is_set()
        app.pop_screen()
        await it.settle()
        assert not dashboard.source._halt.is_set()
        assert dashboard._timer._active.is_set()


async def test_a_screen_pushed_by_hand_can_be_popped_and_pushed_again(visit, demo):
    app = App()
    async with app.run_test(size=(160, 48)) as pilot:
        it = visit(app, pilot)
        dashboard = DashboardScreen(demo)
        await app.push_screen(dashboard)
        assert dashboard.source.wait_until_read()
        await it.press("F")
        await it.enter("tool:bash")
        await it.until(lambda: it.screen.filtered_through is not None)
        dashboard.move_cursor(100)
        await it.settle()
        before = [it.crop(f"#trace-{pane}") for pane in ("timeline", "tokens", "cache")]
        await it.press("ctrl+d")
        assert app.screen is not dashboard
        assert dashboard.source._thread is None
        await app.push_screen(dashboard)
        await it.settle()
        await it.until(lambda: it.screen.filtered_through is not None)
        await it.settle()
        assert [it.crop(f"#trace-{pane}") for pane in ("timeline", "tokens", "cache")] == before
        assert dashboard.source._thread.is_alive()


async def test_two_dashboards_do_not_mix(visit, demo, small):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        await it.press("home")
        first = it.screen
        second = DashboardScreen(small)
        await app.push_screen(second)
        assert second.source.wait_until_read()
        await it.settle()
        assert "30 events" in it.title("timeline")
        await it.press("up")
        await it.press("ctrl+d")
        assert it.screen is first
        assert it.place == 0
        assert "1 of 162" in it.title("timeline")


async def test_another_source_is_another_dashboard(visit, demo, small):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        first = it.screen
        await it.press("ctrl+d")
        app.given = small
        await open_dashboard(it)
        assert it.screen is not first
        assert "30 events" in it.title("timeline")
        assert first.source._thread is None
        assert app.dashboard is it.screen


# -- collectors


async def test_a_collector_that_writes_a_file_is_shown_live(visit, collector):
    app = Host(collector)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        assert isinstance(it.screen.source, RecordingSource)
        assert "be embedded" in it.strip
        collector.record_tool_call("bash", {"command": "true"}, "", 5.0)
        await it.until(lambda: "3 events" in it.title("timeline"))


async def test_a_collector_in_memory_is_shown_live(visit, utc):
    collector = TraceCollector(None)
    collector.start_session("remember", "claude-test")
    app = Host(collector)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        assert isinstance(it.screen.source, CollectorSource)
        collector.record_tool_call("bash", {"command": "echo one"}, "one", 5.0)
        await it.until(lambda: "3 events" in it.title("timeline"))
        assert "bash echo one → one" in it.crop("#trace-timeline")
        await it.press("y")
        assert app.clipboard.encode() == collector.lines()[-1].rstrip(b"\n")
        await it.press("ctrl+d")
        collector.record("checkpoint", {"name": "hidden"})
        await open_dashboard(it)
        await it.until(lambda: "4 events" in it.title("timeline"))


async def test_a_host_opens_it_at_the_event_it_looks_at(visit, collector):
    collector.record_tool_call("bash", {"command": "first"}, "", 5.0)
    event = collector.record("checkpoint", {"name": "here"})
    for _ in range(20):
        collector.record("checkpoint", {"name": "later"})
    app = Host(collector)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        dashboard = await app.open_dashboard(at=event)
        assert it.screen is dashboard
        await it.until(lambda: it.screen.cursor.mode is Mode.PAUSED)
        await it.settle()
        assert it.screen.frame.view.at == 4
        assert "checkpoint · here" in it.lit_row("#trace-timeline-list")
        newest = collector.record("error", {"message": "just now"})
        assert await app.open_dashboard(at=newest) is dashboard  # open already; and not written to the file yet
        await it.until(lambda: it.screen.frame.view.at == 25)
        it.screen.play(2)
        await it.press("ctrl+d")
        assert await app.open_dashboard(at=2) is dashboard
        await it.until(lambda: it.screen.frame.view.at >= 2)
        assert it.screen.cursor.mode is Mode.REPLAY


async def test_a_dashboard_in_memory_is_opened_at_an_event_too(visit, utc):
    collector = TraceCollector(None)
    collector.start_session("remember", "claude-test")
    event = collector.record("checkpoint", {"name": "here"})
    collector.record("checkpoint", {"name": "later"})
    app = Host(collector)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await app.open_dashboard(at=event)
        await it.until(lambda: it.screen.frame is not None and it.screen.frame.view.at == 2)


async def test_a_host_that_names_no_event_is_told(visit, demo):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        assert await app.open_dashboard(at=0) is None
        await it.settle()
        assert "numbered from 1" in messages(it)
        assert not is_open(it)


async def test_a_collector_that_has_written_nothing_yet_is_waited_for(visit, tmp_path):
    collector = TraceCollector(tmp_path / "later", flush_interval=0)
    app = Host(collector)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        assert "nothing recorded yet" in it.text
        collector.start_session("at last", "claude-test")
        await it.until(lambda: "at last" in it.strip)
        await it.until(lambda: "nothing recorded yet" not in it.text)


def test_what_a_dashboard_cannot_show_is_refused():
    with pytest.raises(TypeError, match="not int"):
        DashboardScreen(42)


# -- styles


def styles_of(app):
    host = app.screen_stack[0]
    return {
        f"{type(widget).__name__}#{number}": widget.styles.css for number, widget in enumerate(host.walk_children())
    }


async def test_no_style_of_ours_reaches_the_host(visit, demo):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        before, frame = styles_of(app), it.text
        await open_dashboard(it)
        app.refresh_css(animate=False)
        await it.quiet()
        assert styles_of(app) == before
        await it.press("ctrl+d")
        app.refresh_css(animate=False)
        await it.settle()
        assert styles_of(app) == before
        assert it.text == frame


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_no_style_of_the_host_reaches_ours(visit, demo, size):
    frames = []
    for css in ("", HOSTILE_CSS):
        app = Host(demo, css)
        async with app.run_test(size=size) as pilot:
            it = visit(app, pilot)
            await open_dashboard(it)
            await it.press("slash")
            texts = [it.text]
            await it.press("escape", "home", "enter")
            frames.append([*texts, it.text])
    for plain, hostile in zip(*frames, strict=True):
        assert hostile.split("\n")[1:] == plain.split("\n")[1:]  # the first line tells how long ago that was


async def test_the_dashboard_takes_the_hosts_theme(visit, demo):
    app = Host(demo)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await open_dashboard(it)
        dark = it.screen.styles.background
        app.theme = "textual-light"
        await it.settle()
        assert it.screen.styles.background != dark
        assert set(app.available_themes) == set(App().available_themes)


# -- errors of ours


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
