"""Copying what is under the cursor, or the line of an event."""

from __future__ import annotations

from typing import Any

import orjson

from .shown import go_to, toasts
from .story import Story


async def test_y_copies_the_value_under_the_cursor(inspect: Any, story: Story) -> None:
    story.add("custom", text="one\ntwo\n", number=5, args={"a": [1, None]}, json='{"b":  1}')
    async with inspect(0) as it:
        copied = {}
        for row in ("text: 2 lines", "two", "number", "▾ args", "▾ json", "event id", "data", "kind"):
            await go_to(it, row)
            await it.press("y")
            copied[row] = it.app.clipboard
        assert copied["text: 2 lines"] == copied["two"] == "one\ntwo\n"
        assert copied["number"] == "5"
        assert copied["▾ args"] == '{\n  "a": [\n    1,\n    null\n  ]\n}'
        assert copied["▾ json"] == '{"b":  1}'
        assert orjson.loads(copied["data"])["number"] == 5
        assert copied["kind"].startswith("kind: custom · CUSTOM\ntime: ")
        assert toasts(it)[:3] == [
            "copied text (8 characters)",
            "copied text (8 characters)",
            "copied number (1 character)",
        ]
        await it.press("g", "down", "y")
        assert toasts(it)[-1] == "there is nothing to copy in this row"


async def test_capital_y_copies_the_line_of_the_event(inspect: Any, story: Story) -> None:
    story.add("custom", text="x")
    async with inspect(0) as it:
        await it.press("Y")
        assert it.app.clipboard == story.lines[0].decode().rstrip("\n")
        assert toasts(it) == [f"copied event 1 ({len(story.lines[0]) - 1} characters)"]


async def test_y_is_the_dashboards_again_where_the_inspector_is_closed(inspect: Any, story: Story) -> None:
    story.add("custom", text="x")
    async with inspect(0) as it:
        await it.press("escape", "y")
        assert it.app.clipboard == story.lines[0].decode().rstrip("\n")


async def test_much_text_is_copied_with_a_warning_and_too_much_is_not(inspect: Any, story: Story) -> None:
    story.add("custom", much="x" * 200_000, too_much="y" * 9_000_000)
    async with inspect(0) as it:
        await it.press("H")
        await go_to(it, "▸ much")
        await it.press("y")
        assert len(it.app.clipboard) == 200_000
        assert toasts(it) == ["copied much (200,000 characters); some terminals refuse so much, o opens it in a pager"]
        await it.press("down", "y")
        assert len(it.app.clipboard) == 200_000
        assert toasts(it)[-1].startswith("not copied: too_much (9,000,000 characters) is too much")


async def test_what_cannot_be_encoded_is_copied_all_the_same(inspect: Any, story: Story) -> None:
    story.lines.append(b'{"event_id":"e0","kind":"custom","timestamp":1780000000,"data":{"text":"a\\ud800b"}}\n')
    async with inspect(0) as it:
        await go_to(it, "text:")
        await it.press("y")
        assert it.app.clipboard == "a?b"
