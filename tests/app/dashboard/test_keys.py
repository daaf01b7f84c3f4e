"""Every key of the dashboard does what it says, or is shown as not available."""

from __future__ import annotations

import re

import pytest
from textual.command import CommandPalette
from textual.events import Key
from tracetop.app.browser.browser import BrowserScreen
from tracetop.app.dashboard.cursor import Cursor, Mode
from tracetop.app.dashboard.screen import DashboardScreen

PANES = ("timeline", "tree", "tokens", "cache", "issues")
LAST = 161


def has_focus(it, pane):
    return it.app.focused is not None and it.screen.query_one(f"#trace-{pane}") in it.app.focused.ancestors


def messages(it):
    return " | ".join(notification.message for notification in it.app._notifications)


def is_shown(it, selector):
    return it.screen.query_one(selector).has_class("-shown")


def state_of(it, action, *parameters):
    return it.screen.check_action(action, parameters)


# -- closing


async def test_ctrl_d_closes_and_opens(show, demo):
    async with show(demo) as it:
        await it.press("ctrl+d")
        assert isinstance(it.screen, BrowserScreen)
        await it.press("ctrl+d")
        assert isinstance(it.screen, DashboardScreen)


async def test_escape_peels_one_layer_at_a_time(show, demo):
    async with show(demo) as it:
        await it.press("z", "F")
        await it.enter("tool:bash")
        await it.until(lambda: it.screen.filtered_through is not None)
        await it.press("enter", "question_mark", "slash")
        layers = (
            lambda: is_shown(it, "#trace-prompt"),
            lambda: is_shown(it, "#trace-help"),
            lambda: is_shown(it, "#trace-inspector"),
            lambda: it.screen.filtering is not None,
            lambda: it.screen.has_class("-zoomed"),
            lambda: isinstance(it.screen, DashboardScreen),
        )
        for still_open in range(len(layers)):
            dashboard = it.screen
            assert [is_open() for is_open in layers] == [False] * still_open + [True] * (len(layers) - still_open)
            await it.press("escape")
            if still_open < len(layers) - 1:
                assert it.screen is dashboard
        assert isinstance(it.screen, BrowserScreen)


async def test_q_quits(show, demo):
    async with show(demo) as it:
        await it.press("q")
        assert it.app.return_code == 0
        assert not it.app.is_running


# -- panes


async def test_a_number_makes_its_pane_the_active_one(show, demo):
    async with show(demo) as it:
        for key, pane in reversed(list(zip("12345", PANES, strict=True))):
            await it.press(key)
            assert it.screen.panes[it.screen.active].id == f"trace-{pane}"
            assert it.screen.query_one(f"#trace-{pane}").has_class("-active")
            if pane not in ("tokens", "cache"):
                assert has_focus(it, pane)


async def test_a_number_shows_its_pane_where_there_is_room_for_one(show, demo):
    async with show(demo, (80, 24)) as it:
        for key, pane in reversed(list(zip("12345", PANES, strict=True))):
            await it.press(key)
            assert [name for name in PANES if it.screen.query_one(f"#trace-{name}").region.height] == [pane]


async def test_tab_and_shift_tab_go_round_the_panes(show, demo):
    async with show(demo) as it:
        seen = []
        for _ in range(5):
            await it.press("tab")
            seen.append(it.screen.active)
        for _ in range(5):
            await it.press("shift+tab")
            seen.append(it.screen.active)
        assert seen == [1, 2, 3, 4, 0, 4, 3, 2, 1, 0]


async def test_z_zooms_the_active_pane_and_back(show, demo):
    async with show(demo) as it:
        before = it.text
        await it.press("5", "z")
        shown = [name for name in PANES if it.screen.query_one(f"#trace-{name}").region.height]
        assert shown == ["issues"]
        assert it.screen.query_one("#trace-issues").region.width == 120
        await it.press("z", "1")
        assert it.text == before


# -- moving in the timeline


async def test_keys_that_move_by_rows(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        for key, place in (
            ("up", LAST - 1),
            ("k", LAST - 2),
            ("down", LAST - 1),
            ("j", LAST),
            ("g", 0),
            ("j", 1),
            ("G", LAST),
            ("home", 0),
            ("end", LAST),
        ):
            await it.press(key)
            assert it.place == place, key
            assert it.screen.query_one("#trace-timeline-list").cursor == place
            assert it.screen.cursor.follows == (place == LAST)


async def test_page_keys_move_by_a_page(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        page = it.screen.query_one("#trace-timeline-list").page - 1
        await it.press("pageup")
        assert it.place == LAST - page
        await it.press("pageup", "pagedown")
        assert it.place == LAST - page


async def test_following_lets_go_when_moving_up_and_takes_hold_again(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        for key in ("f", "end", "G"):
            await it.press("up")
            assert not it.screen.cursor.follows
            assert "161 of 162" in it.title("timeline")
            await it.press(key)
            assert it.screen.cursor.follows
            assert "following" in it.title("timeline")


async def test_home_end_and_f_mean_the_session_in_every_pane(show, demo):
    async with show(demo) as it:
        for pane in "12345":
            for key, place in (("home", 0), ("f", LAST), ("home", 0), ("end", LAST)):
                await it.press(pane, key)
                assert it.place == place, (pane, key)
                assert it.screen.cursor.follows == (key != "home")


async def test_home_and_end_move_within_the_prompt(show, demo):
    async with show(demo) as it:
        await it.press("slash", *"fee", "home", *"co", "end", "f")
        assert it.app.focused.value == "cofeef"
        assert it.screen.cursor.follows


# -- inspecting


async def test_enter_inspects_the_event_under_the_cursor(show, demo):
    async with show(demo) as it:
        it.screen.move_cursor(30)
        await it.settle()
        await it.press("enter")
        assert is_shown(it, "#trace-inspector")
        assert it.title("inspector").startswith("inspector · event 32 of 162")
        await it.press("escape")
        assert has_focus(it, "timeline")


async def test_enter_inspects_an_issue_and_its_evidence(show, demo):
    async with show(demo) as it:
        await it.press("5", "enter")
        text = it.crop("#trace-inspector")
        assert "HIGH same call 3×" in text
        assert "evidence: 3 events" in text
        first = next(number for number, row in enumerate(text.split("\n")) if "evidence:" in row)
        await it.press(*["down"] * first, "enter")
        assert "inspector · event" in it.title("inspector")


async def test_enter_unfolds_a_tree_node_and_inspects_a_leaf(show, demo):
    async with show(demo) as it:
        await it.press("2", "G")
        assert "session ends" in it.lit_row("#trace-tree-lines")
        rows = it.screen.query_one("#trace-tree-lines").row_count()
        await it.press("up", "enter")
        assert not is_shown(it, "#trace-inspector")
        assert it.screen.query_one("#trace-tree-lines").row_count() > rows
        await it.press("G", "enter")
        assert is_shown(it, "#trace-inspector")
        assert "session_end" in it.title("inspector")


async def test_the_inspector_stays_on_its_event_while_the_trace_grows(show, small, line):
    async with show(small) as it:
        await it.press("enter")
        assert "event 30 of 30" in it.title("inspector")
        with small.open("ab") as file:
            file.write(line("checkpoint", 10, name="later"))
        await it.until(lambda: it.count == 31)
        await it.settle()
        assert it.screen.inspector.event == 29


# -- search


async def test_search_then_n_and_N_go_round_what_was_found(show, demo):
    async with show(demo) as it:
        assert state_of(it, "found_next") is None
        await it.press("slash")
        await it.enter("errors")
        await it.until(lambda: len(it.screen.found))
        found = list(it.screen.found)
        assert found == list(it.screen.source.trace.session.errors)
        assert it.place == found[0]
        assert not is_shown(it, "#trace-prompt")
        for key, place in (("n", found[1]), ("n", found[2]), ("N", found[1]), ("N", found[0]), ("N", found[-1])):
            await it.press(key)
            assert it.place == place
        await it.press("n")
        assert it.place == found[0]
        assert state_of(it, "found_next") is True


async def test_a_search_that_finds_nothing_says_so(show, demo):
    async with show(demo) as it:
        await it.press("slash")
        await it.enter("no such words")
        await it.until(lambda: "nothing found for 'no such words'" in messages(it))
        assert it.screen.cursor.follows


# -- filter


async def filter_by(it, text):
    await it.press("F")
    await it.enter(text)


async def test_filter_shows_only_what_matches(show, demo):
    async with show(demo) as it:
        await filter_by(it, "kind:tool_error")
        await it.until(lambda: "of 162 events" in it.title("timeline"))
        rows = [row for row in it.crop("#trace-timeline-list").split("\n") if row.strip()]
        assert rows
        assert all("✗ tool" in row for row in rows)
        await it.press("F")
        it.app.focused.value = ""
        await it.press("enter")
        assert it.title("timeline").startswith("1 timeline · 99 rows of 162 events")


async def test_growth_passes_the_filter_too(show, small, line):
    async with show(small) as it:
        await filter_by(it, "kind:checkpoint")
        await it.until(lambda: "0 of 30 events" in it.title("timeline"))
        with small.open("ab") as file:
            file.write(
                line("checkpoint", 10, name="one") + line("mode_change", 10) + line("checkpoint", 10, name="two")
            )
        await it.until(lambda: "2 of 33 events" in it.title("timeline"))
        rows = [row for row in it.crop("#trace-timeline-list").split("\n") if row.strip()]
        assert len(rows) == 2
        assert "one" in rows[0]
        assert "two" in rows[1]


async def test_a_search_under_a_filter_loses_no_growth(show, small, line):
    async with show(small) as it:
        await filter_by(it, "kind:checkpoint")
        await it.until(lambda: "0 of 30 events" in it.title("timeline"))
        it.screen._timer.pause()
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await it.until(lambda: it.count == 31)
        await it.press("slash")
        await it.enter("echo")
        await it.until(lambda: len(it.screen.found))
        it.screen._timer.resume()
        await it.until(lambda: "1 of 31 events" in it.title("timeline"))


async def test_a_bad_query_tells(show, demo):
    async with show(demo) as it:
        await filter_by(it, "colour:red")
        assert "unknown field colour:" in messages(it)
        assert is_shown(it, "#trace-prompt")
        assert it.screen.filtering is None


# -- stepping and replay


async def test_comma_and_full_stop_step_one_event(show, demo):
    async with show(demo) as it:
        await it.press("comma", "comma")
        assert it.place == LAST - 2
        await it.press("full_stop")
        assert it.place == LAST - 1
        await it.press("home", "comma")
        assert it.place == 0


async def test_brackets_go_to_the_iteration_before_and_after(show, demo):
    async with show(demo) as it:
        firsts = list(it.screen.source.trace.session.iterations.first)[1:]
        await it.press("left_square_bracket")
        assert it.place == firsts[-1]
        await it.press("left_square_bracket")
        assert it.place == firsts[-2]
        await it.press("right_square_bracket")
        assert it.place == firsts[-1]


async def test_space_pauses_every_pane_at_the_cursor(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        it.screen.move_cursor(40)
        await it.press("space")
        assert "■ PAUSED" in it.strip
        assert it.screen.cursor.mode is Mode.PAUSED
        assert it.screen.frame.view.at == 41
        assert "41 events" in it.title("timeline")
        assert "41 of 162" in it.crop("#trace-transport")
        assert it.screen.query_one("#trace-timeline-list").row_count() == 41


async def test_space_again_plays_on_and_ends_live(show, demo):
    async with show(demo) as it:
        it.screen.move_cursor(100)
        await it.press("space", "space")
        assert "▶ REPLAY 1x" in it.strip
        it.screen.replay.speed = 1000.0
        await it.until(lambda: it.screen.cursor.follows, "the replay catches up")
        await it.settle()
        assert it.place == LAST
        assert "○ ENDED" in it.strip


async def test_replay_moves_on_at_the_pace_of_the_recording(show, small):
    async with show(small) as it:
        it.screen._timer.pause()
        it.screen.move_cursor(0)
        await it.press("space", "space")
        for _ in range(36):  # three seconds of frames; events are one second apart
            it.screen.on_tick()
        assert it.place in (2, 3)
        it.screen.replay.speed = 10.0
        for _ in range(12):
            it.screen.on_tick()
        assert it.place in (12, 13)


async def test_plus_and_minus_change_the_speed(show, demo):
    async with show(demo) as it:
        assert state_of(it, "speed", 1) is None
        await it.press("plus")
        assert it.screen.replay.speed == 1.0
        await it.press("space")
        assert state_of(it, "speed", 1) is True
        await it.press("plus", "plus")
        assert it.screen.replay.speed == 5.0
        await it.press("minus")
        assert it.screen.replay.speed == 2.0
        await it.press("equals_sign")
        assert "5x" in it.crop("#trace-transport")


async def test_moving_while_paused(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        for key, place in (("up", 39), ("down", 41), ("j", 41), ("G", LAST), ("g", 0), ("end", LAST), ("f", LAST)):
            it.screen.cursor = Cursor(40, Mode.PAUSED)
            await it.settle()
            await it.press(key)
            assert it.place == place, key
            assert it.screen.cursor.follows == (key in ("end", "f"))


async def test_a_page_down_while_paused_goes_a_page_on(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        it.screen.move_cursor(40)
        await it.press("space", "pagedown")
        page = it.screen.query_one("#trace-timeline-list").page - 1
        assert it.place == 40 + page


async def test_a_filter_while_paused_shows_nothing_of_later(show, demo):
    async with show(demo) as it:
        calls = [event for event in range(162) if it.screen.source.trace.event(event).kind == "llm_response"]
        it.screen.move_cursor(calls[3])
        await it.press("space")
        await filter_by(it, "kind:llm_response")
        await it.until(lambda: "4 of" in it.title("timeline"))
        await it.press("down")
        assert it.place == calls[4]
        assert it.screen.query_one("#trace-timeline-list").row_count() == 5


# -- going places


@pytest.mark.parametrize(
    ("forward", "back", "places"),
    [
        ("e", "E", lambda session: list(session.errors)),
        ("b", "B", lambda session: list(session.cache_breaks.events)),
        ("i", "I", lambda session: sorted(e.raised for e in session.issues.standing(162))),
    ],
)
async def test_next_and_previous_of_what_matters(show, demo, forward, back, places):
    async with show(demo) as it:
        events = places(it.screen.source.trace.session)
        assert events
        await it.press("home")
        seen = []
        for _ in events:
            await it.press(forward)
            seen.append(it.place)
        assert seen == events
        await it.press(forward)
        assert it.place == events[-1]
        assert "no next" in messages(it)
        seen = [it.place]
        for _ in events[1:]:
            await it.press(back)
            seen.append(it.place)
        assert seen == events[::-1]


async def test_i_lights_the_issue_in_its_pane(show, demo):
    async with show(demo) as it:
        await it.press("home", "i")
        first = it.screen.query_one("#trace-issues").selected
        await it.press("i")
        second = it.screen.query_one("#trace-issues").selected
        assert first.raised < second.raised == it.place


async def test_colon_goes_to_an_event_an_iteration_a_share_or_a_time(show, demo):
    async with show(demo) as it:
        for text, place in (("1", 0), ("#120", 119), ("162", 161), ("50%", 81), ("100%", 161), ("0%", 0)):
            await it.press("colon")
            await it.enter(text)
            assert it.place == place, text
            assert not is_shown(it, "#trace-prompt")
        await it.press("colon")
        await it.enter("20:29:58")
        assert it.lit_row("#trace-timeline-list").startswith("▌20:29:26")  # the row of the call that ended then
        await it.press("colon")
        await it.enter("it 7")
        assert re.match(r"▌\d\d:\d\d:\d\d +(\S+ +)?7 +▸ iteration 7 ", it.lit_row("#trace-timeline-list"))


async def test_colon_tells_what_it_cannot_do(show, demo):
    async with show(demo) as it:
        for text, answer in (
            ("0", "there are 162 events"),
            ("it 99", "no iteration 99"),
            ("23:59", "no event at or after 23:59"),
            ("soon", "cannot go to 'soon'"),
            ("", "cannot go to ''"),
        ):
            await it.press("colon")
            await it.enter(text)
            assert answer in messages(it)
            assert is_shown(it, "#trace-prompt")
            assert it.screen.cursor.follows
            await it.press("escape")


async def test_y_copies_the_line_of_the_event(show, demo, demo_lines):
    async with show(demo) as it:
        it.screen.move_cursor(50)
        await it.press("y")
        assert it.app.clipboard.encode() == demo_lines[50].rstrip(b"\n")
        assert "copied event 51" in messages(it)


# -- help and palette

SECTION_5 = {
    "ctrl+d": "ctrl+d", "esc": "esc", "q": "q", "1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "tab": "tab",
    "z": "z", "up": "↑", "down": "↓", "j": "j", "k": "k", "pgup": "pgup", "pgdn": "pgdn", "g": "g", "G": "G",
    "enter": "⏎", "f": "f", "/": "/", "n": "n", "N": "N", "F": "F", ",": ",", ".": ".", "[": "[", "]": "]",
    "space": "space", "+": "+", "-": "-", "home": "home", "end": "end", "e": "e", "E": "E", "i": "i", "I": "I",
    "b": "b", "B": "B", "y": "y", ":": ":", "?": "?", "ctrl+p": "ctrl+p",
}  # fmt: skip


async def test_help_lists_every_key(show, demo):
    async with show(demo, (160, 100)) as it:
        await it.press("question_mark")
        assert is_shown(it, "#trace-help")
        listed = set(it.crop("#trace-help").split())
        assert set(SECTION_5.values()) <= listed, set(SECTION_5.values()) - listed
        await it.press("question_mark")
        assert not is_shown(it, "#trace-help")


async def test_help_says_what_does_not_work_now(show, demo):
    async with show(demo, (160, 100)) as it:
        await it.press("question_mark")
        rows = it.crop("#trace-help").split("\n")
        assert any("Next event found" in row and "(not now)" in row for row in rows)
        assert any("Next error" in row and "(not now)" not in row for row in rows)


async def test_the_palette_has_our_commands(show, demo):
    async with show(demo) as it:
        await it.press("ctrl+p")
        assert isinstance(it.screen, CommandPalette)
        await it.press(*"Error")
        await it.until(lambda: "Error (e)" in it.text)
        await it.press("down", "enter") if it.app.focused is None else await it.press("enter")
        await it.until(lambda: isinstance(it.screen, DashboardScreen))
        await it.until(lambda: it.place in it.screen.source.trace.session.errors)


# -- keys that make no sense now


async def test_keys_are_disabled_where_they_make_no_sense(show, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    async with show(empty) as it:
        for action, *parameters in (
            ("found_next",),
            ("found_previous",),
            ("speed", 1),
            ("next", "error"),
            ("previous", "error"),
            ("next", "issue"),
            ("next", "break"),
            ("next", "iteration"),
            ("copy",),
            ("step", 1),
            ("play",),
            ("first",),
            ("live",),
        ):
            assert state_of(it, action, *parameters) is None, action
        for action in ("close", "peel", "help", "search", "filter", "zoom", "quit_tracetop"):
            assert state_of(it, action) is True, action


async def test_pane_keys_are_disabled_under_the_inspector(show, demo):
    async with show(demo) as it:
        await it.press("enter")
        for action, parameter in (("pane", 1), ("next_pane", 1), ("zoom", None)):
            assert state_of(it, action, parameter) is None
        await it.press("2", "tab", "z")
        assert it.screen.active == 0
        assert is_shown(it, "#trace-inspector")


async def test_keys_come_to_life_in_the_key_line_as_the_trace_grows(show, tmp_path, line):
    path = tmp_path / "new.jsonl"
    path.write_bytes(line("session_start", goal="g"))
    async with show(path) as it:

        def error_key_is_lit():
            return "trace.error" in {
                active.binding.id for active in it.screen.active_bindings.values() if active.enabled
            } and any(key.action == "next('error')" for _, _, key in it.screen.query_one("#trace-keys")._places)

        assert not error_key_is_lit()
        with path.open("ab") as file:
            file.write(line("error", message="oops"))
        await it.until(error_key_is_lit)


async def test_any_order_of_keys_is_survived(show, demo):
    keys = "j k g G 1 2 3 4 5 tab shift+tab z enter escape f n N comma full_stop left_square_bracket space plus minus"
    keys += " right_square_bracket home end e E i I b B y question_mark escape up pageup pagedown down z H L l h enter"
    async with show(demo) as it:
        for round_ in range(2):
            await it.press(*keys.split()[round_:])
            assert it.app.is_running
            if not isinstance(it.screen, DashboardScreen):
                await it.press("ctrl+d")
            assert not it.screen._failure


async def test_what_is_typed_right_behind_a_key_goes_where_that_led(show, demo):
    async with show(demo) as it:
        for key in "2s":
            it.app.post_message(Key(key, key))
        await it.settle()
        assert "by cost" in it.title("tree")
