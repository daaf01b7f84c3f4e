"""The dashboard as a whole: what is on the screen at which size, whatever happens to the trace meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from tracetop.analysis import figures
from tracetop.app.dashboard import screen as screen_module
from tracetop.app.dashboard.look_ahead import AHEAD_SECONDS, look_before
from tracetop.app.trace import load_trace

from .conftest import messages

PANES = ("timeline", "tree", "tokens", "cache", "issues")
NAMES = ("1 timeline", "2 iteration tree", "3 token flow", "4 cache boundary", "5 issues")


def shown_panes(it):
    return [pane for pane in PANES if it.screen.query_one(f"#trace-{pane}").region.height]


def rows_of(it, selector):
    return [row.rstrip() for row in it.crop(selector).split("\n") if row.strip()]


# -- sizes


async def test_everything_is_on_one_screen(show, demo):
    async with show(demo, (160, 48)) as it:
        for size in ((160, 48), (200, 60), (120, 36)):
            await it.resize(*size)
            text = it.text
            for name in NAMES:
                assert name in text
            assert shown_panes(it) == list(PANES)
            for content in ("session ends · complete", "▸ iteration 16", "░ cached", "⣿ cached prefix", "same call 3×"):
                assert content in text
            assert it.screen.query_one("#trace-tabs").region.height == 0


async def test_a_small_screen_shows_one_pane_and_the_names_of_all(show, demo):
    async with show(demo, (80, 24)) as it:
        assert shown_panes(it) == ["timeline"]
        assert "1 timeline  2 tree  3 tokens  4 cache  5 issues (6)" in it.crop("#trace-tabs")
        assert it.screen.query_one("#trace-strip").region.height == 2
        await it.pilot.click("#trace-tabs", offset=(15, 0))
        await it.settle()
        assert shown_panes(it) == ["tree"]


async def test_every_line_is_as_wide_as_the_screen(show, demo):
    async with show(demo, (80, 24)) as it:
        for width, height in ((40, 10), (61, 24), (99, 27), (100, 28), (179, 50), (250, 70)):
            await it.pilot.resize_terminal(width, height)
            await it.settle()
            lines = it.text.split("\n")
            assert len(lines) == height
            assert {len(line) for line in lines} == {width}
            assert "dashboard error" not in it.text


async def test_resizing_live_gives_what_opening_at_that_size_does(show, demo):
    sizes = ((160, 48), (80, 24), (200, 60))
    opened = {}
    for size in sizes:
        async with show(demo, size) as it:
            opened[size] = it.text
    async with show(demo, (120, 36)) as it:
        for size in (*sizes, *sizes[-2::-1]):
            await it.pilot.resize_terminal(*size)
            await it.settle()
            assert it.text == opened[size], size


# -- figures


async def test_headlines_are_the_figures_of_the_view(show, demo):
    view = load_trace(demo).view()
    async with show(demo) as it:
        tokens, cache = it.screen.query_one("#trace-tokens").headline, it.screen.query_one("#trace-cache").headline
        assert it.title("timeline") == "1 timeline · 99 rows of 162 events · following"
        assert it.title("tree") == f"2 iteration tree · {view.iterations} iterations · 1 sub-agent"
        assert tokens.startswith(f"{figures.tokens(view.tokens.total)} · {figures.cost(view.cost)} · budget 87%")
        assert f"{figures.tokens(view.tokens.output)} out" in tokens
        assert cache.startswith(f"{figures.share(view.cache_hit_rate)} hit")
        assert f"boundary {figures.tokens(view.cache.boundary_position)}" in cache
        assert it.title("issues") == f"5 issues · {len(view.issues()) + 2} · ~$0.079 wasted (11%)"


async def test_the_strip_has_the_figures_of_the_session(show, demo):
    view = load_trace(demo).view()
    async with show(demo, (200, 60)) as it:
        assert it.strip.split("  ") != []
        for words in (
            "○ ENDED",
            view.goal,
            view.model,
            "it 16",
            figures.duration(view.duration_seconds * 1000),
            f"{figures.tokens(view.tokens.total)} tok",
            figures.cost(view.cost),
            f"cache {figures.share(view.cache_hit_rate)}",
            f"score {figures.score(view.efficiency.score)}",
            f"{view.errors} errors",
            "ended 87 s ago",
        ):
            assert words in it.strip, words


async def test_an_unfinished_session_is_live_then_just_not_ended(show, small, line):
    async with show(small) as it:
        assert "● LIVE" in it.strip
        assert it.lit_row("#trace-timeline-list").startswith("▌20:27:09")
        it.screen._clock = lambda: 1_780_010_000.0
        await it.settle()
        assert "○ IDLE" in it.strip


# -- files


async def test_an_empty_trace_says_so_everywhere(show, tmp_path):
    path = tmp_path / "empty.jsonl"
    path.touch()
    async with show(path) as it:
        assert "○ WAITING" in it.strip
        for words in ("no events yet", "no iterations yet", "no tokens reported yet", "no issues so far"):
            assert words in it.text
        assert it.title("timeline") == "1 timeline · 0 events · following"
        await it.press("up", "down", "enter", "e", "y", "space", "comma", "home", "end", "2", "enter", "5", "enter")
        assert "dashboard error" not in it.text


async def test_a_file_that_does_not_exist_yet_is_waited_for(show, tmp_path, line):
    path = tmp_path / "later" / "session.jsonl"
    async with show(path, read=False) as it:
        await it.until(lambda: "waiting for" in it.text)
        assert "○ WAITING" in it.strip
        path.parent.mkdir()
        path.write_bytes(line("session_start", goal="here I am"))
        await it.until(lambda: "here I am" in it.strip)
        await it.until(lambda: "waiting for" not in it.text)
        await it.until(lambda: it.screen.query_one("#trace-notice").region.height == 0)


async def test_growth_is_seen(show, small, line):
    async with show(small) as it:
        with small.open("ab") as file:
            file.write(line("tool_end", 11, tool_name="fresh_tool", args={}))
        await it.until(lambda: "fresh_tool" in it.crop("#trace-timeline"))
        assert "31 events · following" in it.title("timeline")
        assert it.lit_row("#trace-timeline-list").find("fresh_tool") > 0
        with small.open("ab") as file:
            file.write(line("session_end"))
        await it.until(lambda: "○ ENDED" in it.strip)


async def test_a_line_is_shown_when_it_is_whole(show, small, line):
    async with show(small) as it:
        whole = line("checkpoint", 10, name="torn_in_two")
        with small.open("ab") as file:
            file.write(whole[:40])
        await it.until(lambda: it.screen.source._tail.torn_size == 40)
        await it.settle()
        assert it.count == 30
        with small.open("ab") as file:
            file.write(whole[40:])
        await it.until(lambda: "torn_in_two" in it.text)
        assert "bad line" not in it.title("timeline")


async def test_what_comes_while_looking_up_is_counted_below(show, small, line):
    async with show(small) as it:
        await it.press("g")
        with small.open("ab") as file:
            file.write(b"".join(line("checkpoint", 10, name=f"n{number}") for number in range(7)))
        await it.until(lambda: "1 of 37 · +7 below" in it.title("timeline"))
        assert it.place == 0
        await it.press("end")
        await it.until(lambda: "37 events · following" in it.title("timeline"))


async def test_moving_up_while_rows_arrive_is_not_undone(show, small, line):
    async with show(small) as it:
        for number in range(8):
            await it.press("end", "up")
            with small.open("ab") as file:
                file.write(line("checkpoint", 10, name=f"n{number}"))
            await it.until(lambda number=number: it.count == 31 + number)
            await it.settle()
            assert not it.screen.cursor.follows
            assert it.place == it.count - 3


async def test_a_session_that_is_told_anew_as_listen_does_is_not_called_truncated(show, tmp_path, line):
    path, new = tmp_path / "t.jsonl", tmp_path / "new"
    path.write_bytes(line("session_start", goal="one") + line("llm_response", 1, input_tokens=5))
    async with show(path) as it:
        await it.until(lambda: "one" in it.strip)
        new.write_bytes(path.read_bytes() + line("session_start", goal="the same, better known"))
        new.replace(path)
        await it.until(lambda: "better known" in it.strip)
        await it.until(lambda: "more is known of the session now: reading it again" in messages(it))


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_trace_that_starts_over_is_read_again(show, demo, line, replaced):
    async with show(demo) as it:
        await it.press("F")
        await it.enter("kind:llm_response")
        await it.until(lambda: it.screen.filtered_through is not None)
        await it.press("up", "up", "space", "enter")
        fresh = line("session_start", goal="another session") + line("llm_response", 1, input_tokens=5, output_tokens=1)
        if replaced:
            new = demo.with_name("new")
            new.write_bytes(fresh)
            new.replace(demo)
        else:
            demo.write_bytes(fresh)
        await it.until(lambda: "another session" in it.strip)
        assert it.screen.cursor.follows
        await it.until(lambda: "truncated or replaced" in messages(it))
        await it.until(lambda: "1 of 2 events" in it.title("timeline"))
        assert it.title("tokens").startswith("3 token flow · 6 ·")
        assert it.title("issues").startswith("5 issues · none")
        await it.press("escape", "escape")
        assert it.title("timeline") == "1 timeline · 2 events · following"
        assert len(rows_of(it, "#trace-timeline-list")) == 2
        assert "dashboard error" not in it.text


async def test_a_deleted_trace_stays_as_it_was_read(show, demo):
    async with show(demo) as it:
        demo.unlink()
        await it.until(lambda: "was deleted; what was read stays" in it.text)
        await it.press("home", "enter")
        assert "event 1 of 162" in it.title("inspector")


async def test_what_cannot_be_read_is_told(show, tmp_path):
    async with show(tmp_path / "session.jsonl", read=False) as it:
        (tmp_path / "session.jsonl").mkdir()
        await it.until(lambda: "cannot be read" in it.text and "is a folder" in it.text)


async def test_bad_lines_are_counted(show, small, line):
    with small.open("ab") as file:
        file.write(b'123\n{"kind": \n\xff\xfe\n' + line("checkpoint", 10))
    async with show(small) as it:
        assert "✗ 3 bad lines" in it.title("timeline")
        assert "31 events" in it.title("timeline")


# -- painting


async def test_nothing_is_painted_when_nothing_changed(show, demo, monkeypatch):
    async with show(demo) as it:
        shown = []
        for pane in it.screen.panes:
            monkeypatch.setattr(pane, "show", lambda frame, pane=pane: shown.append(pane.NAME))
        refreshed = []
        for widget in it.screen.query("#trace-strip, #trace-keys, #trace-notice, #trace-tabs"):
            monkeypatch.setattr(widget, "refresh", lambda *args, widget=widget, **kwargs: refreshed.append(widget.id))
        for _ in range(30):
            it.screen.on_tick()
            await it.quiet()
        assert (shown, refreshed) == ([], [])
        names = [pane.NAME for pane in it.screen.panes]
        it.screen.move_cursor(5)
        assert shown == names[:1], "the pane in use comes first"
        it.screen.on_tick()
        assert shown == [*names[:1], *names], "the others with the next frame"
        it.screen.on_tick()
        assert len(shown) == 6


async def test_what_summarizes_is_painted_less_often_while_events_pour_in(show, demo_lines, tmp_path, monkeypatch):
    path = tmp_path / "grows.jsonl"
    path.write_bytes(demo_lines[0])
    async with show(path) as it:
        screen = it.screen
        screen._timer.pause()
        shown = []
        for pane in screen.panes:
            monkeypatch.setattr(pane, "show", lambda frame, pane=pane: shown.append(pane.NAME))
        monkeypatch.setattr(screen, "_show_strip", lambda view, loading: shown.append("strip"))
        for count in range(2, 17):
            with path.open("ab") as file:
                file.write(demo_lines[count])
            await it.until(lambda count=count: it.count == count)
            screen.on_tick()
        assert shown.count("timeline") == 15
        assert shown.count("cache boundary") == shown.count("issues") == shown.count("strip") == 3
        shown.clear()
        screen.on_tick()
        assert shown == ["strip", *(pane.NAME for pane in screen.panes)], (
            "what is late is made up for as soon as nothing comes"
        )


async def test_a_trace_that_grows_is_looked_at_right_before_the_next_frame(show, small, line, monkeypatch):
    async with show(small) as it:
        it.screen._timer.pause()
        it.screen.on_tick()
        asked = []
        monkeypatch.setattr(screen_module, "look_before", lambda frame, nudge: asked.append((frame, nudge)))
        it.screen.on_tick()
        assert asked == [], "a quiet one is left alone"
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await it.until(lambda: it.count == 31)
        begun = asyncio.get_running_loop().time()
        it.screen.on_tick()
        ended = asyncio.get_running_loop().time()
        [(frame, nudge)] = asked
        assert begun <= frame - 1 / it.screen.frames_per_second <= ended
        assert nudge == it.screen.source.nudge


async def test_a_look_is_due_shortly_before_the_frame(monkeypatch):
    due = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_at", lambda when, call: due.append((when, call)))
    look_before(100.0, print)
    assert due == [(100.0 - AHEAD_SECONDS, print)]


async def test_keys_in_a_row_paint_the_pane_in_use_and_frames_the_rest(show, demo, monkeypatch):
    async with show(demo) as it:
        it.screen._timer.pause()
        shown = []
        for pane in it.screen.panes:
            monkeypatch.setattr(pane, "show", lambda frame, pane=pane: shown.append(pane.NAME))
        names = [pane.NAME for pane in it.screen.panes]
        for event in (5, 6, 7):
            it.screen.move_cursor(event)
        assert shown == [names[0]] * 3
        it.screen.on_tick()
        assert shown[3:] == names
        assert not it.screen.is_behind


async def test_hidden_panes_are_not_painted_and_are_up_to_date_when_shown(show, demo, monkeypatch):
    async with show(demo) as it:
        await it.press("3", "z")
        timeline = it.screen.panes[0]
        shown, show_timeline = [], timeline.show
        monkeypatch.setattr(timeline, "show", lambda frame: shown.append(1) or show_timeline(frame))
        await it.press("home")
        assert shown == []
        await it.press("z")
        assert shown
        assert "1 of 162" in it.title("timeline")
        assert it.screen.query_one("#trace-timeline-list").cursor == 0


async def test_a_frame_is_painted_within_a_tick_of_what_the_thread_read(show, small, line):
    async with show(small) as it:
        with small.open("ab") as file:
            file.write(line("checkpoint", 10) * 50)
        await it.until(lambda: it.count == 80)
        it.screen.on_tick()
        assert "80 events" in it.title("timeline")
