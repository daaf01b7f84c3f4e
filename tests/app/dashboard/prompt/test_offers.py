"""What the prompt offers: what was asked before, and how a word may go on."""

from __future__ import annotations

import pytest
from tracetop.app.dashboard import prompt

from .typed import said


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
