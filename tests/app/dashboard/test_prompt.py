"""The prompt: live results while one types, escape and enter, search with counts, history, completion, safety."""

from __future__ import annotations

import json
import re
import threading

import pytest
from textual.app import App
from textual.events import Paste
from tracetop.app.dashboard import findings, prompt
from tracetop.app.dashboard.prompt_line import PromptLine
from tracetop.app.dashboard.screen import DashboardScreen
from tracetop.app.query import regex
from tracetop.app.query.matching import Query


@pytest.fixture(autouse=True)
def no_pause_ends_by_itself(monkeypatch):
    monkeypatch.setattr(prompt, "TYPING_PAUSE", 1000.0)


def title(it):
    return " ".join(re.sub(r"\[[^]]*\]|─+", " ", it.title("timeline")).split())


def listed(it):
    """How many events the filter lets through into the timeline; None without a filter."""
    match = re.search(r"(\d+) of \d+ events", title(it))
    return None if match is None else int(match[1])


def said(it):
    return it.crop("#trace-prompt").rstrip()


def is_shown(it):
    return it.screen.query_one("#trace-prompt").has_class("-shown")


def messages(it):
    return " | ".join(notification.message for notification in it.app._notifications)


async def type_in(it, text):
    """Type over what the prompt offers, and pause."""
    it.app.focused.value = text
    await it.quiet()
    it.screen.on_typing_paused()
    await it.settle()


# -- what it looks like


@pytest.mark.parametrize(
    ("key", "label", "hint"), [("F", "filter", "tool:bash"), ("slash", "search", "words"), ("colon", "go to", "it 7")]
)
async def test_it_says_what_is_asked_and_how(show, demo, key, label, hint):
    async with show(demo) as it:
        assert not is_shown(it)
        await it.press(key)
        assert said(it).startswith(f" {label} ")
        assert hint in said(it)
        assert it.screen.query_one("#trace-prompt").region.bottom == it.screen.query_one("#trace-keys").region.y


@pytest.mark.parametrize("width", [40, 200])
async def test_hints_are_shown_whole_or_not_at_all(show, demo, width):
    async with show(demo, (width, 24)) as it:
        await it.press("F")
        words = it.app.focused.placeholder.split("   ")
        assert words == list(prompt.HINTS)[: len(words)]
        assert words[:2] == ["words", "tool:bash"]
        assert said(it).endswith("162 events")


async def test_keys_of_the_prompt_are_in_the_key_line(show, demo):
    async with show(demo) as it:
        await it.press("F")
        keys = it.crop("#trace-keys")
        assert all(word in keys for word in ("done", "esc undo", "↑ earlier", "tab complete"))
        assert "/ search" not in keys


# -- the filter, live


async def test_the_filter_shows_its_result_while_one_types(show, demo):
    async with show(demo) as it:
        await it.press("F")
        assert said(it).endswith("162 events")
        await it.press(*"tool")
        assert listed(it) is None
        assert it.screen.filtering is None  # the user has not paused
        it.screen.on_typing_paused()
        await it.until(lambda: "of 162 match" in said(it))
        await type_in(it, "kind:tool_error")
        errors = [event for event in range(162) if it.screen.source.trace.event(event).kind == "tool_error"]
        assert said(it).endswith(f"{len(errors)} of 162 match")
        assert listed(it) == len(errors)
        assert is_shown(it)
        await type_in(it, "kind:session_start")
        assert said(it).endswith("1 of 162 matches")
        await type_in(it, "")
        assert said(it).endswith("162 events")
        assert listed(it) is None


async def test_the_pause_in_typing_is_timed(show, demo, monkeypatch):
    monkeypatch.setattr(prompt, "TYPING_PAUSE", 0.001)
    async with show(demo) as it:
        await it.press("F", *"errors")
        await it.until(lambda: listed(it))


async def test_escape_brings_the_filter_back_that_was_there(show, demo, monkeypatch):
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "errors")
        assert listed(it)
        await it.press("escape")
        assert not is_shown(it)
        assert listed(it) is None
        assert it.screen.filtering is None
        await it.press("F")
        await it.enter("tool:bash pytest")
        await it.until(lambda: it.screen.filtered_through == 162)
        await it.settle()
        kept = title(it), it.crop("#trace-timeline-list")
        await it.press("F")
        assert it.app.focused.value == "tool:bash pytest"
        await type_in(it, "errors")
        assert title(it) != kept[0]
        monkeypatch.setattr(Query, "find", lambda *args: pytest.fail("it was found already"))
        await it.press("escape")
        assert (title(it), it.crop("#trace-timeline-list")) == kept
        assert it.screen.filtering.text == "tool:bash pytest"


async def test_enter_keeps_the_filter(show, demo):
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "kind:tool_error")
        live = title(it)
        await it.press("enter")
        assert not is_shown(it)
        assert title(it) == live
        assert it.screen.filtering.text == "kind:tool_error"
        await it.press("F")
        await it.enter("")
        assert it.screen.filtering is None
        assert listed(it) is None


async def test_enter_does_not_wait_for_the_pause(show, demo):
    async with show(demo) as it:
        await it.press("F", *"errors", "enter")
        assert it.screen.filtering.text == "errors"
        assert listed(it)


async def test_what_has_no_meaning_is_said_and_changes_nothing(show, demo):
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "errors")
        before = title(it)
        for text, why in (
            ("/(a/", "⚠ /(a/ is no regular expression: missing )"),
            ("colour:x", "⚠ unknown field colour:"),
        ):
            await type_in(it, text)
            assert why in said(it)
            assert it.screen.query_one(".trace-prompt-said").has_class("-wrong")
            assert title(it) == before
            await it.press("enter")
            assert is_shown(it)
            assert why.removeprefix("⚠ ") in messages(it)
        await type_in(it, "kind:tool_error")
        assert "match" in said(it)
        assert not it.screen.query_one(".trace-prompt-said").has_class("-wrong")
        await type_in(it, "/(a/")
        await it.press("escape")
        assert listed(it) is None


async def test_what_is_wrong_is_cut_at_the_edge(show, demo):
    async with show(demo, (60, 24)) as it:
        await it.press("F")
        await type_in(it, "colour:red")
        assert said(it).startswith(" filter colour:red")
        assert said(it).endswith("…")


async def test_an_expression_that_takes_too_long_is_given_up(show, demo, monkeypatch):
    monkeypatch.setattr(regex, "_FIRST_TRIALS", (0, 10, 10))
    monkeypatch.setattr(regex, "_SLOW_SECONDS", -1.0)
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "kind:tool_error")
        before = title(it)
        await type_in(it, "/a+b/")
        await it.until(lambda: "takes too long" in messages(it))
        assert "⚠ /a+b/ takes too long" in said(it)
        assert title(it) == before
        assert it.screen.filtering.text == "kind:tool_error"
        await it.press("escape", "slash")
        await it.enter("/a+b/")
        await it.until(lambda: "search failed: /a+b/ takes too long" in messages(it))
        await it.settle()
        assert messages(it).count("search failed") == 1
        assert it.screen.search_status == "0 found · given up"
        assert "nothing found" not in messages(it)


# -- one at a time


class Gate:
    """Holds a search up until it is opened."""

    def __init__(self, monkeypatch, text):
        self.open = threading.Event()
        self.entered = threading.Event()
        find = Query.find

        def held(query, *args):
            if query.text == text:
                self.entered.set()
                assert self.open.wait(20)
            return find(query, *args)

        monkeypatch.setattr(Query, "find", held)


async def test_only_the_newest_query_is_shown(show, demo, monkeypatch):
    gate = Gate(monkeypatch, "session")
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "session")
        await it.until(gate.entered.is_set)
        assert said(it).endswith("looking … 0%")
        assert listed(it) is None
        await type_in(it, "kind:tool_error")
        newest = title(it)
        assert listed(it)
        gate.open.set()
        await it.until(lambda: all(worker.is_finished for worker in it.app.workers))
        await it.settle()
        assert title(it) == newest
        assert "looking" not in said(it)


async def test_a_filter_that_still_looks_is_restored_and_goes_on(show, demo, monkeypatch):
    gate = Gate(monkeypatch, "session")
    async with show(demo) as it:
        await it.press("F")
        await it.enter("session")
        await it.until(gate.entered.is_set)
        await it.press("F")
        await type_in(it, "errors")
        await it.press("escape")
        gate.open.set()
        await it.until(lambda: it.screen.filtered_through == 162)
        await it.settle()
        assert listed(it) == 162


async def test_what_is_found_is_shown_as_it_is_found(show, demo, monkeypatch):
    monkeypatch.setattr("tracetop.app.dashboard.finding._FIRST_STRETCH", 50)
    find, second, opened = Query.find, threading.Event(), threading.Event()

    def held(query, trace, start, *args):
        if start == 50:
            second.set()
            assert opened.wait(20)
        return find(query, trace, start, *args)

    monkeypatch.setattr(Query, "find", held)
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "session")
        await it.until(second.is_set)
        await it.settle()
        assert listed(it) == 50
        assert said(it).endswith("looking … 31% · 50 so far")
        assert it.screen.filtered_through is None
        await it.press("escape", "slash")
        await it.enter("session")
        await it.until(lambda: it.place == 0)
        assert it.screen.search_status == "1 of 50 found · looking … 31%"
        opened.set()
        await it.until(lambda: it.screen.search_status == "1 of 162 found")


# -- search


async def test_a_search_counts_while_one_types_and_enter_goes_on_from_the_cursor(show, demo):
    async with show(demo) as it:
        errors = list(it.screen.source.trace.session.errors)
        it.screen.move_cursor(errors[1] + 1)
        await it.press("slash")
        assert said(it).startswith(" search ")
        await type_in(it, "errors")
        assert said(it).endswith(f"{len(errors)} of 162 match")
        assert it.place == errors[1] + 1
        assert listed(it) is None
        await it.press("enter")
        assert it.place == errors[2]
        assert it.screen.search_status == f"3 of {len(errors)} found"
        await it.press("N")
        assert it.screen.search_status == f"2 of {len(errors)} found"
        await it.press("n", "n")
        assert it.screen.search_status == f"4 of {len(errors)} found"
        await it.press("comma")
        assert it.screen.search_status == f"{len(errors)} found"
        assert messages(it) == ""
        it.screen.move_cursor(161)
        await it.press("slash", "enter")
        assert it.place == errors[0]  # round to the first


async def test_escape_brings_the_search_back_that_was_there(show, demo):
    async with show(demo) as it:
        await it.press("slash")
        await it.enter("errors")
        found, place = list(it.screen.found), it.place
        await it.press("slash")
        await type_in(it, "kind:checkpoint")
        assert list(it.screen.found) != found
        await it.press("escape")
        assert list(it.screen.found) == found
        assert it.place == place
        await it.press("slash")
        await it.enter("")
        assert it.screen.search_status == ""
        assert it.screen.check_action("found_next", ()) is None


async def test_a_search_can_be_gone_back_from(show, demo):
    async with show(demo) as it:
        it.screen.move_cursor(20)
        await it.press("slash")
        await it.enter("kind:session_end")
        assert it.place == 161
        await it.press("u")
        assert it.place == 20


async def test_growth_extends_the_filter_and_the_search(show, small, line):
    async with show(small) as it:
        await it.press("F")
        await it.enter("kind:checkpoint")
        await it.press("slash")
        await it.enter("needle")
        await it.until(lambda: "nothing found for 'needle'" in messages(it))
        assert it.screen.search_status == "0 found"
        await it.press("F")
        with small.open("ab") as file:
            file.write(line("checkpoint", 10, name="needle") + line("mode_change", 10) + line("checkpoint", 10))
        await it.until(lambda: listed(it) == 2)
        await it.until(lambda: said(it).endswith("2 of 33 match"))
        await it.press("escape")
        await it.until(lambda: it.screen.search_status == "1 found")
        assert it.screen.check_action("found_next", ()) is True
        await it.press("n")
        assert it.place == 30
        assert it.screen.search_status == "1 of 1 found"


async def test_a_backlog_is_looked_through_in_a_thread(show, small, line, monkeypatch):
    monkeypatch.setattr(findings, "_MOST_PER_FRAME", 3)
    threads, find = set(), Query.find

    def noted(query, *args):
        threads.add(threading.current_thread() is threading.main_thread())
        return find(query, *args)

    async with show(small) as it:
        await it.press("F")
        await it.enter("kind:checkpoint")
        await it.until(lambda: it.screen.filtered_through == 30)
        monkeypatch.setattr(Query, "find", noted)
        with small.open("ab") as file:
            file.write(b"".join(line("checkpoint", 10) for _ in range(20)))
        await it.until(lambda: listed(it) == 20)
        assert False in threads


async def test_a_trace_that_starts_over_is_searched_anew(show, small, line):
    async with show(small) as it:
        await it.press("slash")
        await it.enter("tool:bash")
        assert it.screen.search_status == "1 of 10 found"
        await it.press("F")
        await type_in(it, "tool:bash")
        small.write_bytes(line("session_start") + line("tool_end", 1, tool_name="bash"))
        await it.until(lambda: it.count == 2)
        await it.until(lambda: it.screen.search_status == "1 of 1 found")
        await it.until(lambda: said(it).endswith("1 of 2 matches"))
        await it.press("escape")
        assert it.screen.filtering is None
        assert listed(it) is None


# -- issues


async def test_a_filter_of_issues_follows_them(show, small, line):
    async with show(small) as it:
        await it.press("F")
        await it.enter("issues tool:grep")
        assert listed(it) == 0
        same = {"tool_name": "grep", "args": {"q": "x"}}
        with small.open("ab") as file:
            file.write(line("tool_end", 10, **same) + line("tool_end", 10, **same))
        await it.until(lambda: it.count == 32 and listed(it) == 0)
        with small.open("ab") as file:
            file.write(line("tool_end", 10, **same))
        await it.until(lambda: listed(it) == 3)
        it.screen.move_cursor(31)
        await it.press("space")  # paused at an event before the issue
        await it.until(lambda: listed(it) == 0)


# -- history and completion


async def test_up_and_down_walk_through_what_was_asked(show, demo):
    async with show(demo) as it:
        for text in ("errors", "tool:bash", "errors", "cat:llm"):
            await it.press("F")
            await it.enter(text)
        await it.press("escape", "F", *"dra")
        seen = []
        for key in ("up", "up", "up", "up", "down", "down", "down", "down"):
            await it.press(key)
            seen.append(it.app.focused.value)
        assert seen == ["cat:llm", "errors", "tool:bash", "tool:bash", "errors", "cat:llm", "dra", "dra"]
        assert it.app.focused.cursor_position == 3
        await it.press("escape", "slash", "up")
        assert it.app.focused.value == ""
        await it.press("escape", "colon")
        await it.enter("120")
        await it.press("colon", "up")
        assert it.app.focused.value == "120"


async def test_tab_and_right_take_the_completion(show, demo):
    async with show(demo) as it:
        await it.press("F", *"too")
        await it.until(lambda: "filter tool:" in said(it))
        assert it.app.focused.value == "too"
        await it.press("tab")
        assert it.app.focused.value == "tool:"
        await it.press(*"b")
        await it.until(lambda: "filter tool:bash" in said(it))
        await it.press("right")
        assert it.app.focused.value == "tool:bash"
        await it.press("space", *"zz", "tab")
        assert it.app.focused.value == "tool:bash zz"
        await it.press("escape", "colon", *"too")
        assert it.app.focused._suggestion == ""


@pytest.mark.provokes_failures
async def test_a_completion_that_fails_is_told(show, demo, monkeypatch):
    def boom(*args):
        raise RuntimeError("boom")

    monkeypatch.setattr(prompt, "completion", boom)
    async with show(demo) as it:
        await it.press("F", *"t")
        await it.until(lambda: "dashboard error in the prompt's suggestion: RuntimeError: boom" in it.text)


# -- safety and going away

ATTACK = "\x1b]0;owned\x07\x1b[31mred \x9b1m\u202e\u200b[/oops] e" + "\u0301" * 9


async def test_nothing_raw_reaches_the_terminal(show, tmp_path, frame_segments):
    path = tmp_path / "t.jsonl"
    kinds = [("tool_end", {"tool_name": f"b{ATTACK}"}), ("llm_response", {"model": f"b{ATTACK}", "tokens": 1})]
    kinds += [(f"b{ATTACK}", {}), ("checkpoint", {"agent_id": f"b{ATTACK}"})]
    lines = [{"kind": kind, "timestamp": 1e9, "session_id": "s", "data": data} for kind, data in kinds]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def check(it):
        for text in frame_segments(it.app):
            assert text.isprintable(), repr(text)

    async def leave(it):
        await it.settle()
        check(it)
        await it.press("enter")
        check(it)
        if is_shown(it):
            await it.press("escape")
            check(it)

    meanings = (f"/({ATTACK}/", f"x:{ATTACK}", f"cat:{ATTACK}")
    completions = ("tool:b", "model:b", "agent:b", "kind:b")
    async with show(path) as it:
        for key, texts in (("F", (*completions, *meanings)), ("slash", ("tool:b", *meanings[:1])), ("colon", meanings)):
            await it.press(key)
            it.app.focused.post_message(Paste(ATTACK))
            await it.settle()
            assert "owned" in it.app.focused.value
            it.screen.on_typing_paused()
            await leave(it)
            for text in texts:
                await it.press(key)
                await type_in(it, text)
                await leave(it)
        assert all(message.isprintable() for message in messages(it).split("\n"))


async def test_a_very_long_text_is_cut(show, demo):
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "x" * 100_000)
        assert len(it.app.focused.value) == 1000
        assert said(it).endswith("0 of 162 match")


@pytest.mark.parametrize("text", ["it:" + "1234567890" * 8 + "x", "x" * 90 + "文字END"])
async def test_the_end_of_what_is_typed_stays_in_sight(show, demo, text):
    async with show(demo, (80, 24)) as it:
        await it.press("F")
        it.app.focused.value = text
        it.app.focused.cursor_position = len(text)
        await it.settle()
        it.screen.on_typing_paused()
        await it.settle()
        typed = it.crop(".trace-prompt-text").rstrip()
        assert text.endswith(typed)
        assert 10 < len(typed) < len(text)


async def test_a_prompt_of_another_kind_takes_over(show, demo):
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "errors")
        it.screen.action_search()  # by the palette, or a click
        await it.settle()
        assert said(it).startswith(" search ")
        assert it.screen.filtering is None
        assert it.screen.query_one(PromptLine).input.value == ""


async def test_go_to_says_what_is_wrong_until_one_types(show, demo):
    async with show(demo) as it:
        await it.press("colon")
        await it.enter("soon")
        assert "⚠ cannot go to 'soon'" in said(it)
        await it.press("x")
        assert "⚠" not in said(it)


async def test_a_screen_that_is_popped_keeps_nothing_that_was_not_entered(visit, demo):
    app = App()
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        dashboard = DashboardScreen(demo)
        await app.push_screen(dashboard)
        assert dashboard.source.wait_until_read()
        await it.press("F")
        await it.enter("errors")
        await it.press("F")
        await type_in(it, "kind:checkpoint")
        await it.press("ctrl+d")
        await app.push_screen(dashboard)
        await it.settle()
        assert not is_shown(it)
        assert it.screen.filtering.text == "errors"
        await it.press("F")
        assert app.focused.value == "errors"
        await it.press("up")
        assert app.focused.value == "errors"
        await it.press("escape")
        assert it.screen.filtering.text == "errors"
