"""The issues pane: what is told at which width, what is selected, what an issue costs as it goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tracetop.app.panes.issues import WATCHED_FOR

LIST = "#trace-issues-list"
HEAD = "#trace-issues-head"
HOSTILE = "\x1b]0;t\x07[/x][@click=app.quit]\u202e漢字\n" * 3
SIZES = [(80, 24), (120, 36), (200, 60), (60, 20)]


class Script:
    """Writes a trace, event by event."""

    def __init__(self, line: Callable[..., bytes], path: Path) -> None:
        self.line = line
        self.path = path
        self.count = 0
        self.path.write_bytes(b"")
        self.add("session_start", goal="waste", model="claude-test")

    def add(self, kind: str, iteration: int | None = None, **data: Any) -> int:
        """Append an event; gives its number."""
        with self.path.open("ab") as file:
            file.write(self.line(kind, iteration, **data))
        self.count += 1
        return self.count - 1

    def call(self, iteration: int, name: str = "bash", ms: float = 2000, **data: Any) -> int:
        return self.add("tool_end", iteration, tool_name=name, args={"command": "ls"}, duration_ms=ms, **data)

    def empty(self, iteration: int, cost: float = 0.25) -> int:
        return self.add("llm_response", iteration, input_tokens=31_200, output_tokens=0, cost=cost, model="m")


@pytest.fixture
def script(line: Callable[..., bytes], tmp_path: Path) -> Script:
    return Script(line, tmp_path / "session.jsonl")


@pytest.fixture
def wasteful(script: Script) -> dict[str, list[int]]:
    """Write the same call four times, an overflow between, and two empty responses; gives their events."""
    calls = [script.call(number) for number in (1, 2, 3)]
    overflow = [script.add("context_overflow", 3)]
    calls.append(script.call(9))
    return {"calls": calls, "overflow": overflow, "empty": [script.empty(10), script.empty(11)]}


def rows(it: Any) -> list[str]:
    return [row.strip("▌ ") for row in it.crop(LIST).split("\n") if row.strip("▌ ")]


def selected(it: Any) -> str:
    issue = it.screen.query_one("#trace-issues").selected
    return issue.category if issue is not None else ""


async def grow(it: Any, script: Script) -> None:
    await it.until(lambda: it.count == script.count, "all was read")
    await it.settle()


async def test_worst_first_then_newest_with_what_it_cost(show: Any, script: Script, wasteful: Any) -> None:
    async with show(script.path, size=(200, 60)) as it:
        assert [row.split("  ")[0] for row in rows(it)] == ["‼ critical context overflow", "! high", "! high"]
        overflow, empty, calls = rows(it)
        assert overflow.endswith("–") and "it 3" in overflow
        assert "2 empty responses" in empty and "it 10–11" in empty
        assert empty.endswith("$0.50")
        assert "same call 4×: bash ls" in calls and "it 1–9" in calls and calls.endswith("6.0s")
        assert calls.split()[-2] == "20:26:41", "since its first evidence"
        assert it.crop(HEAD).split() == ["issue", "iter", "since", "wasted", "cost"]
        assert it.title("issues").endswith("3 · ~$0.50 of $0.50 wasted (100%) · 1 critical · 2 high")
        assert "~$0.50" in empty and "~" not in calls, "each dollar is wasted by one of them"


async def test_the_title_stays_readable_where_it_is_narrow(show: Any, script: Script, wasteful: Any) -> None:
    async with show(script.path, size=(120, 36)) as it:
        overflow, empty, calls = rows(it)
        assert overflow.startswith("‼ crit context overflow")
        assert empty.startswith("! high 2 empty responses in a row") and empty.endswith("$0.50")
        assert calls.startswith("! high same call 4×: bash ls") and calls.endswith("6.0s")
        assert not it.screen.query_one(HEAD).display


async def test_each_dollar_wasted_stands_once_on_the_smallest_screen(show: Any, script: Script, wasteful: Any) -> None:
    async with show(script.path, size=(80, 24)) as it:
        await it.press("5")
        assert it.crop(HEAD).split() == ["issue", "iter", "wasted", "cost"]
        overflow, empty, calls = rows(it)
        assert overflow.split()[-2:] == ["3", "–"]
        assert empty.startswith("! high 2 empty responses in a row") and empty.split()[-2:] == ["~$0.50", "$0.50"]
        assert calls.split()[-2:] == ["1–9", "6.0s"]


async def test_rows_fill_any_width(show: Any, script: Script, wasteful: Any) -> None:
    async with show(script.path) as it:
        await it.press("5", "z")
        for size in SIZES:
            await it.resize(*size)
            for row in it.crop(LIST).split("\n"):
                assert cell_len(row) == it.screen.query_one(LIST).region.width


async def test_hostile_names_break_nothing(show: Any, script: Script, frame_segments: Callable[..., list[str]]) -> None:
    for number in range(4):
        script.call(number, HOSTILE, 40_000, agent_id=HOSTILE)
    script.add("subagent_error", 5, agent_id=HOSTILE)
    async with show(script.path) as it:
        await it.press("5", "z")
        for size in SIZES:
            await it.resize(*size)
            assert "same call 4×" in it.crop(LIST)
            for text in frame_segments(it.app):
                assert text.isprintable(), text
            for row in it.crop(LIST).split("\n"):
                assert cell_len(row) == it.screen.query_one(LIST).region.width


async def test_without_issues_it_says_what_is_watched_for(show: Any, small: Path) -> None:
    async with show(small) as it:
        await it.press("5", "z")
        assert rows(it)[0] == "no issues so far"
        assert " ".join(rows(it)[1:]) == WATCHED_FOR
        assert it.title("issues").endswith("none")
        assert not it.screen.query_one(HEAD).display


async def test_there_is_no_word_of_it_without_room(show: Any, small: Path) -> None:
    async with show(small, size=(120, 30)) as it:
        assert it.screen.query_one(LIST).page < 8
        assert rows(it) == ["no issues so far"]


async def test_enter_tells_all_about_the_issue(show: Any, script: Script, wasteful: Any) -> None:
    async with show(script.path) as it:
        await it.press("5", "g", "down", "enter")
        assert "empty" in it.crop("#trace-inspector") and "evidence" in it.crop("#trace-inspector")


async def test_the_cursor_of_the_dashboard_selects_what_an_event_raised(
    show: Any, script: Script, wasteful: Any
) -> None:
    async with show(script.path) as it:
        assert selected(it) == "context_overflow", "who follows sees the worst"
        await it.press("1", "colon")
        await it.enter(f"#{wasteful['calls'][2] + 1}")
        assert selected(it) == "repeated_tool_calls"
        await it.press("full_stop")
        assert selected(it) == "context_overflow"


async def test_an_event_that_proves_the_selected_issue_does_not_select_another(show: Any, script: Script) -> None:
    calls = [script.call(number, ms=31_000) for number in (1, 2, 3)]  # each raises an issue of its own too
    async with show(script.path) as it:
        await it.press("5", "g")
        assert selected(it) == "repeated_tool_calls"
        await it.press("1")
        for event in calls:
            await it.press("colon")
            await it.enter(f"#{event + 1}")
            assert selected(it) == "repeated_tool_calls"


async def test_what_is_selected_stays_so_as_issues_come(show: Any, script: Script, wasteful: Any) -> None:
    async with show(script.path) as it:
        await it.press("5", "g", "down")
        assert selected(it) == "empty_response"
        await it.press("1")
        script.add("context_overflow", 30)
        script.add("context_overflow", 40)
        await grow(it, script)
        assert rows(it)[1].startswith("‼ crit"), "another above it"
        assert selected(it) == "empty_response"


async def test_who_follows_sees_the_worst_whatever_is_raised(show: Any, script: Script, wasteful: Any) -> None:
    async with show(script.path) as it:
        script.call(20, "slow", 31_000)
        await grow(it, script)
        assert selected(it) == "long_tool_execution", "raised just now"
        script.call(21, "other", 31_000)
        script.call(22, "third")
        await grow(it, script)
        assert selected(it) == "context_overflow"
        assert any("slow took" in row for row in rows(it))


async def test_an_issue_that_is_withdrawn_is_gone(show: Any, script: Script) -> None:
    for number in range(3):
        script.call(number, f"tool{number}")
    script.add("tool_error", 4, tool_name="bash", args={}, duration_ms=1)
    script.add("tool_error", 5, tool_name="bash", args={"a": 1}, duration_ms=1)
    async with show(script.path) as it:
        assert any("tool calls failed" in row for row in rows(it))
        for number in range(6):
            script.call(10 + number, f"other{number}")
        await grow(it, script)
        assert rows(it)[0] == "no issues so far"


async def test_what_it_cost_goes_on_though_the_issue_does_not_change(show: Any, script: Script) -> None:
    for _ in range(2):
        script.call(1)
    script.add("tool_start", 1, tool_name="bash", args={"command": "ls"})
    async with show(script.path) as it:
        assert rows(it)[0].endswith("2.0s"), "the third runs"
        script.add("tool_end", 1, tool_name="bash", args={"command": "ls"}, duration_ms=5000)
        await grow(it, script)
        assert rows(it)[0].endswith("7.0s")
        await it.press("comma", "space")
        assert rows(it)[0].endswith("2.0s"), "as of the event before"


async def test_a_finding_stands_among_the_issues_and_tells_by_what_it_fires(show: Any, script: Script) -> None:
    for number in range(1, 4):
        script.add("tool_error", number, tool_name="bash", args={"command": f"make {number}"})
    async with show(script.path, size=(120, 36)) as it:
        await it.press("5", "z")
        (row,) = [row for row in rows(it) if "error_loop" in row]
        assert "error_loop: failed 3× alike: bash make" in row
        index = rows(it).index(row)
        await it.press(*["down"] * index, "enter")
        card = it.crop("#trace-inspector-lines")
        assert "error_loop" in card
        assert "confidence" in card
        assert "3 failures of the same call in a row" in card


async def test_as_of_an_event_before_it_a_finding_is_not_there(show: Any, script: Script) -> None:
    for number in range(1, 5):
        script.add("tool_error", number, tool_name="bash", args={"command": f"make {number}"})
    async with show(script.path, size=(120, 36)) as it:
        await it.press("5", "z")
        assert any("failed 4× alike" in row for row in rows(it))
        await it.press("comma", "space")
        assert any("failed 3× alike" in row for row in rows(it)), "as of the event before"
