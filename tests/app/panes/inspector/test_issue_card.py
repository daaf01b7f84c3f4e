"""The card of an issue and the events that prove it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from .shown import go_to, text_of, toasts
from .story import Story


async def test_the_card_of_an_issue(show: Any, story: Story, tmp_path: Path, pager: Path, lent: list[str]) -> None:
    story.add("session_start", goal="g")
    for _ in range(4):
        story.tool({"command": "pytest -q"}, "3 failed")
    async with show(story.write(tmp_path)) as it:
        await it.press("5", "enter")
        text = text_of(it)
        assert text[0] == "  HIGH same call 4×: bash pytest -q"
        assert [row.split()[:2] for row in text[2:5]] == [
            ["category", "repeated_tool_calls"],
            ["iteration", "1"],
            ["since", "event"],
        ]
        assert "agent      main" in text[2]
        assert "count      4 times" in text[3]
        assert "event 2 · 20:26:41.250" in text[4]
        assert "latest     event 8 · 20:26:47.250" in text[4]
        assert text[5].split()[0] == "cost"
        assert "  what to do" in text
        heading = text.index("  evidence: 4 events, enter goes there")
        assert [row.split()[1] for row in text[heading + 1 : heading + 5]] == ["#2", "#4", "#6", "#8"]
        await go_to(it, "was called 4 times")
        await it.press("y", "o")
        assert it.app.clipboard.startswith("bash was called 4 times with identical arguments")
        assert (pager / "seen").read_text().startswith("bash was called 4 times")
        await it.press("Y")
        assert toasts(it)[-1] == "there is no event in this row"
        assert it.screen.inspector.check_action("diff", ()) is None
        await go_to(it, "#6")
        await it.press("Y", "o")
        assert orjson.loads(it.app.clipboard)["event_id"] == "e5"
        assert orjson.loads((pager / "seen").read_bytes())["event_id"] == "e5"
        await it.press("enter")
        assert it.screen.inspector.event == it.place == 5


async def test_the_evidence_of_an_issue_is_read_when_it_is_seen(
    show: Any, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3_000):
        story.add("tool_error", tool_name="bash", error="no")
    async with show(story.write(tmp_path)) as it:
        await it.press("5", "g")
        trace, read = it.screen.source.trace, []
        line = trace._line
        monkeypatch.setattr(trace, "_line", lambda position: read.append(position) or line(position))
        issue = it.screen.panes[4].selected
        assert len(issue.events) == 3_000
        await it.press("enter")
        assert len(read) < 200
