"""The dashboard as a guest: nothing of the host is changed, nothing of ours takes it down, and state is kept."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Input, TextArea
from tracetop import TraceCollector
from tracetop.app import DashboardScreen
from tracetop.app.dashboard.cursor import Mode
from tracetop.app.dashboard.source.collector_source import CollectorSource, RecordingSource

from .conftest import Host, is_open, messages, open_dashboard

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


@pytest.fixture
def collector(tmp_path):
    with TraceCollector(tmp_path / "host-traces", flush_interval=0.02) as collector:
        collector.start_session("be embedded", "claude-test")
        yield collector


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


async def test_a_screen_pushed_by_hand_can_be_popped_and_pushed_again(push, demo):
    async with push(demo, size=(160, 48)) as (it, dashboard):
        await it.press("F")
        await it.enter("tool:bash")
        await it.until(lambda: it.screen.filtered_through is not None)
        dashboard.move_cursor(100)
        await it.settle()
        before = [it.crop(f"#trace-{pane}") for pane in ("timeline", "tokens", "cache")]
        await it.press("ctrl+d")
        assert it.app.screen is not dashboard
        assert dashboard.source._thread is None
        await it.app.push_screen(dashboard)
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
