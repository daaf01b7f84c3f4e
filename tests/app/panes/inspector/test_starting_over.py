"""A trace that is truncated while the inspector is open on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .shown import text_of
from .story import Story


async def test_a_trace_that_starts_over_takes_what_it_proved_with_it(show: Any, story: Story, tmp_path: Path) -> None:
    story.add("session_start", goal="g")
    for _ in range(4):
        story.tool({"command": "pytest -q"}, "3 failed")
    path = story.write(tmp_path)
    async with show(path) as it:
        await it.press("5", "enter")
        generation = it.screen.source.trace.generation
        path.write_bytes(story.lines[0])
        await it.until(lambda: it.screen.source.trace.generation > generation and it.count == 1)
        await it.settle()
        assert text_of(it)[0] == "  ● g"
        assert it.screen._failure == ""


async def test_a_resize_right_after_the_trace_was_truncated(show: Any, small: Path) -> None:
    async with show(small) as it:
        it.screen.move_cursor(28)
        await it.press("enter")
        trace = it.screen.source.trace
        it.screen.hold_still()  # no frame comes before the resize
        small.write_bytes(small.read_bytes().splitlines(keepends=True)[0])
        await it.until(lambda: trace.generation == 1 and trace.session.count == 1)
        await it.pilot.resize_terminal(90, 30)
        await it.settle()
        assert "count to ten" in it.text
