"""Links of an event: to its other half and its parent, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .shown import cursor_row, go_to, text_of
from .story import Story


async def test_enter_goes_from_an_end_to_its_start_and_back(inspect: Any, story: Story) -> None:
    story.add("session_start", goal="g")
    end = story.tool({"command": "ls"})
    async with inspect(end) as it:
        await go_to(it, "→ start")
        await it.press("enter")
        assert it.screen.inspector.event == it.place == end - 1
        await go_to(it, "→ end")
        await it.press("enter")
        assert it.screen.inspector.event == it.place == end


async def test_enter_goes_from_a_response_to_its_request_and_to_its_parent(inspect: Any, story: Story) -> None:
    root = story.add("iteration_start")
    request = story.add("llm_request", root, model="m")
    response = story.add("llm_response", root, model="m", output_tokens=3)
    async with inspect(response) as it:
        await go_to(it, "→ request")
        await it.press("enter")
        assert it.screen.inspector.event == request
        await go_to(it, "→ parent")
        assert "#1 " in cursor_row(it)
        await it.press("enter")
        assert it.screen.inspector.event == root


async def test_a_parent_that_is_not_near_is_told_by_its_id(inspect: Any, story: Story) -> None:
    far = story.add("checkpoint", name="far")
    for _ in range(250):
        story.add("checkpoint", name="x")
    child = story.add("custom", far, note="child of far")
    near = story.add("custom", child, note="child of near")
    async with inspect(child) as it:
        (row,) = (row for row in text_of(it) if "parent" in row)
        assert row == "  parent     e0 (not among the events just before)"
        await go_to(it, "parent")
        await it.press("enter", "y")
        assert it.screen.inspector.event == child
        assert it.app.clipboard == "e0"
        it.screen.inspect(near)
        await it.settle()
        assert any(row.startswith("→ parent     #252 ") for row in text_of(it))


async def test_nothing_that_is_yet_to_come_is_shown_while_paused(show: Any, story: Story, tmp_path: Path) -> None:
    story.add("session_start", goal="g")
    end = story.tool({"command": "ls"})
    async with show(story.write(tmp_path)) as it:
        await it.press("comma", "space", "enter")
        inspector = it.screen.inspector
        inspector.inspect_event(it.screen.source.trace, end - 1, at=end)
        it.screen.move_cursor(end - 1)
        await it.settle()
        assert any(row.split() == ["end", "not", "yet"] for row in text_of(it))


async def test_the_end_of_a_call_appears_when_it_comes(show: Any, story: Story, tmp_path: Path) -> None:
    story.add("tool_start", tool_name="bash", args={"command": "sleep"})
    path = story.write(tmp_path)
    async with show(path) as it:
        await it.press("enter")
        assert any("not yet" in row for row in text_of(it))
        await go_to(it, "command: sleep")
        story.add("tool_end", 0, tool_name="bash", result="x")
        with path.open("ab") as file:
            file.write(story.lines[1])
        await it.until(lambda: it.count == 2)
        await it.settle()
        assert any(row.startswith("→ end        #2 ") for row in text_of(it))
        assert "command: sleep" in cursor_row(it)
        assert it.screen.inspector.event == 0
