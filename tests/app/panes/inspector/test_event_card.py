"""The card of an event: what happened, its facts, its payload."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .shown import text_of, toasts
from .story import Story


async def test_an_event_at_a_glance(inspect: Any, story: Story) -> None:
    story.add("iteration_start")
    end = story.tool({"command": "ls -la"}, "a\nb")
    async with inspect(end) as it:
        text = text_of(it)
        assert text[0] == "  ✓ bash ls -la → a⏎b"
        facts = [row.split() for row in text[2:6]]
        assert facts[0] == ["kind", "tool_end", "·", "TOOL", "time", "20:26:42.250", "·", "2026-05-28"]
        assert facts[1] == ["iteration", "1", "agent", "main"]
        assert facts[2] == ["duration", "1.5s", "size", f"{len(story.lines[end]) - 1}", "bytes"]
        position = sum(map(len, story.lines[:end]))
        assert facts[3][:3] == ["event", "id", "e2"]
        assert f"byte {position:,} of story.jsonl" in text[5]
        assert "→ start" in text[6]
        assert "(its parent)" in text[6]
        assert text[8:] == [
            "  data  3 fields",
            "  tool_name: bash",
            "▾ args: 1 field",
            "    command: ls -la",
            "▾ result: 2 lines",
            "    a",
            "    b",
            *[""] * (len(text) - 15),
        ]


async def test_facts_stand_below_each_other_where_it_is_narrow(inspect: Any, story: Story) -> None:
    story.add("checkpoint", name="x")
    async with inspect(0, (60, 30)) as it:
        names = [row.split()[0] for row in text_of(it)[2:9]]
        assert names == ["kind", "time", "iteration", "agent", "duration", "size", "event"]


async def test_an_event_without_a_payload_says_so(inspect: Any, story: Story) -> None:
    story.add("iteration_start")
    async with inspect(0) as it:
        assert "  no payload" in text_of(it)


async def test_a_line_that_is_gone_is_told(inspect: Any, story: Story, tmp_path: Path) -> None:
    for _ in range(3):
        story.add("checkpoint", name="x")
    async with inspect(2) as it:
        it.screen.inspector._line_known = None
        it.screen.source.trace._line = lambda position: (_ for _ in ()).throw(OSError("\x1b[31mgone"))
        it.screen.inspect(1)
        await it.settle()
        assert any("the line cannot be read again: ␛[31mgone" in row for row in text_of(it))
        assert any("size       –" in row for row in text_of(it))
        await it.press("Y", "o")
        assert toasts(it) == ["the event cannot be read again: ␛[31mgone"] * 2
