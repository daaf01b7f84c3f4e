"""The filter, live: its result while one types, escape and enter, what has no meaning."""

from __future__ import annotations

import pytest
from tracetop.app.dashboard import prompt
from tracetop.app.query import regex
from tracetop.app.query.matching import Query

from ..conftest import messages
from .typed import is_shown, listed, said, title, type_in


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
