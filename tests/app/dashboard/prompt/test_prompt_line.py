"""The line where one types: what it says, what fits."""

from __future__ import annotations

import pytest
from tracetop.app.dashboard import prompt

from .typed import is_shown, said, type_in


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


async def test_what_is_wrong_is_cut_at_the_edge(show, demo):
    async with show(demo, (60, 24)) as it:
        await it.press("F")
        await type_in(it, "colour:red")
        assert said(it).startswith(" filter colour:red")
        assert said(it).endswith("…")


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


async def test_go_to_says_what_is_wrong_until_one_types(show, demo):
    async with show(demo) as it:
        await it.press("colon")
        await it.enter("soon")
        assert "⚠ cannot go to 'soon'" in said(it)
        await it.press("x")
        assert "⚠" not in said(it)
