"""Long texts, of which as much stands there as was read."""

from __future__ import annotations

from typing import Any

import pytest

from .shown import cursor_row, outline, text_of
from .story import Story


async def test_going_down_reads_on(inspect: Any, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracetop.app.panes.inspector import text_entry

    monkeypatch.setattr(text_entry, "MORE_LINES", 150)
    story.add("custom", text="".join(f"line {number}\n" for number in range(500)), after="the end")
    async with inspect(0) as it:
        assert outline(it).row_count() < 120
        await it.press("G")
        assert cursor_row(it) == "  after: the end"
        await it.press("up")
        assert cursor_row(it).strip() == "line 100"  # the cursor came to where it goes on, and so it does
        assert outline(it).row_count() > 250
        await it.press("g")
        for _ in range(9):
            await it.press("pagedown")
        previous = int(cursor_row(it).split()[-1])
        assert previous > 200
        await it.press("down")
        assert cursor_row(it).strip() == f"line {previous + 1}"
        for _ in range(13):
            await it.press("pagedown")
        assert cursor_row(it) == "  after: the end"


async def test_a_click_where_a_text_goes_on_reads_on(inspect: Any, story: Story) -> None:
    story.add("custom", text="".join(f"line {number}\n" for number in range(300)))
    async with inspect(0) as it:
        outline(it).scroll_rows_to(1000)
        await it.settle()
        assert "… " in text_of(it)[-1]
        region = outline(it).region
        await it.pilot.click(offset=(region.x + 8, region.bottom - 1))
        await it.settle()
        assert cursor_row(it).strip().startswith("line ")


async def test_reading_on_skips_no_line(inspect: Any, story: Story) -> None:
    story.add("custom", text="".join(f"line {number}\n" for number in range(300)))
    async with inspect(0) as it:
        seen: set[str] = set()
        for _ in range(15):
            seen.update(row.strip() for row in text_of(it) if row.strip().startswith("line "))
            await it.press("pagedown")
        assert seen == {f"line {number}" for number in range(300)}


async def test_a_text_without_end_says_where_to_read_the_rest(
    inspect: Any, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracetop.app.panes.inspector import wrapped_text

    monkeypatch.setattr(wrapped_text, "MOST_LINES", 200)
    story.add("custom", text="line\n" * 1_000, after="the end")
    async with inspect(0) as it:
        for _ in range(10):
            await it.press("pagedown")
        assert any("… 4,000 more characters not shown: o opens all of it" in row for row in text_of(it))
        await it.press("G", "up")
        assert "not shown" in cursor_row(it)
        await it.press("y")
        assert it.app.clipboard == "line\n" * 1_000
