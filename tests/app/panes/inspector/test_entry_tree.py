"""Entries under a cursor: every key of folding, and what stays as it was while stepping and resizing."""

from __future__ import annotations

from typing import Any

from tracetop.app.safe_text import width_of

from .shown import cursor_row, go_to, outline, text_of
from .story import Story


async def test_every_key_of_folding(inspect: Any, story: Story) -> None:
    story.add("custom", args={"deep": {"deeper": {"x": [[1], [2]]}}}, last=True)
    async with inspect(0) as it:
        assert any(row.strip() == "▾ x: 2 items" for row in text_of(it))
        await go_to(it, "▾ args")
        await it.press("h")
        assert cursor_row(it).startswith("▸ args: 1 field  deep: {…}")
        assert not any(row.strip() == "▾ deep: 1 field" for row in text_of(it))
        await it.press("l")
        assert cursor_row(it) == "▾ args: 1 field"
        await it.press("right", "right")
        assert cursor_row(it).strip() == "▾ deeper: 1 field"
        await it.press("left")
        assert cursor_row(it).strip().startswith("▸ deeper: 1 field")
        await it.press("enter")
        assert cursor_row(it).strip() == "▾ deeper: 1 field"
        await it.press("H")
        assert cursor_row(it).startswith("▸ args")
        shown = len([row for row in text_of(it) if row])
        await it.press("L")
        assert len([row for row in text_of(it) if row]) == shown + 1
        await it.press("L")
        assert len([row for row in text_of(it) if row]) == shown + 2


async def test_what_was_folded_stays_folded_and_the_cursor_on_its_key_while_stepping(
    inspect: Any, story: Story
) -> None:
    for number in range(3):
        story.tool({"command": f"echo {number}"}, f"line\nof {number}\n")
    async with inspect(1) as it:
        await go_to(it, "▾ args")
        await it.press("h")
        await go_to(it, "of 0")
        await it.press("full_stop", "full_stop")
        assert it.screen.inspector.event == 3
        assert cursor_row(it) == "▾ result: 2 lines"
        assert any(row.startswith("▸ args") for row in text_of(it))
        await it.press("H", "full_stop", "full_stop")
        assert it.screen.inspector.event == 5
        assert not any("▾" in row for row in text_of(it))
        assert cursor_row(it).startswith("▸ result: line⏎of 2⏎")
        await it.press("escape", "enter")
        assert any(row == "▾ result: 2 lines" for row in text_of(it))
        assert cursor_row(it).startswith("  ✓")


async def test_a_small_payload_is_unfolded_and_a_huge_one_folded_where_it_is_huge(inspect: Any, story: Story) -> None:
    messages = [{"role": "user", "content": "x\n" * 50} for _ in range(1000)]
    story.add("custom", messages=messages, other={"a": 1})
    async with inspect(0) as it:
        assert any(row.startswith("▸ messages: 1,000 items") for row in text_of(it))
        assert "▾ other: 1 field" in text_of(it)
        await go_to(it, "messages")
        await it.press("l")
        assert outline(it).row_count() > 1000
        await it.press("G", "g", "H", "L", "L")
        assert outline(it).row_count() < 20_000


async def test_a_resize_wraps_anew_and_keeps_the_place(inspect: Any, story: Story) -> None:
    words = " ".join(f"word{number}" for number in range(400))
    story.add("custom", text=words, after=1)
    async with inspect(0) as it:
        await go_to(it, "word100 ")
        for width in (80, 200, 120):
            await it.pilot.resize_terminal(width, 36)
            await it.settle()
            assert "word100 " in cursor_row(it) or "word99 " in cursor_row(it), width
            assert all(width_of(row) <= width for row in text_of(it))
