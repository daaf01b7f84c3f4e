"""Prompts that go away without enter: another takes over, or the screen is popped."""

from __future__ import annotations

from tracetop.app.dashboard.prompt_line import PromptLine

from .typed import is_shown, said, type_in


async def test_a_prompt_of_another_kind_takes_over(show, demo):
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "errors")
        it.screen.action_search()  # by the palette, or a click
        await it.settle()
        assert said(it).startswith(" search ")
        assert it.screen.filtering is None
        assert it.screen.query_one(PromptLine).input.value == ""


async def test_a_screen_that_is_popped_keeps_nothing_that_was_not_entered(push, demo):
    async with push(demo) as (it, dashboard):
        await it.press("F")
        await it.enter("errors")
        await it.press("F")
        await type_in(it, "kind:checkpoint")
        await it.press("ctrl+d")
        await it.app.push_screen(dashboard)
        await it.settle()
        assert not is_shown(it)
        assert it.screen.filtering.text == "errors"
        await it.press("F")
        assert it.app.focused.value == "errors"
        await it.press("up")
        assert it.app.focused.value == "errors"
        await it.press("escape")
        assert it.screen.filtering.text == "errors"
