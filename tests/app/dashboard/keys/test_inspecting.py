"""Keys that inspect what is under the cursor, and copy it."""

from __future__ import annotations

from ..conftest import messages
from ..shown import has_focus, is_shown


async def test_enter_inspects_the_event_under_the_cursor(show, demo):
    async with show(demo) as it:
        it.screen.move_cursor(30)
        await it.settle()
        await it.press("enter")
        assert is_shown(it, "#trace-inspector")
        assert it.title("inspector").startswith("inspector · event 32 of 162")
        await it.press("escape")
        assert has_focus(it, "timeline")


async def test_enter_inspects_an_issue_and_its_evidence(show, demo):
    async with show(demo) as it:
        await it.press("5", "enter")
        text = it.crop("#trace-inspector")
        assert "HIGH same call 3×" in text
        assert "evidence: 3 events" in text
        first = next(number for number, row in enumerate(text.split("\n")) if "evidence:" in row)
        await it.press(*["down"] * first, "enter")
        assert "inspector · event" in it.title("inspector")


async def test_enter_unfolds_a_tree_node_and_inspects_a_leaf(show, demo):
    async with show(demo) as it:
        await it.press("2", "G")
        assert "session ends" in it.lit_row("#trace-tree-lines")
        rows = it.screen.query_one("#trace-tree-lines").row_count()
        await it.press("up", "enter")
        assert not is_shown(it, "#trace-inspector")
        assert it.screen.query_one("#trace-tree-lines").row_count() > rows
        await it.press("G", "enter")
        assert is_shown(it, "#trace-inspector")
        assert "session_end" in it.title("inspector")


async def test_the_inspector_stays_on_its_event_while_the_trace_grows(show, small, line):
    async with show(small) as it:
        await it.press("enter")
        assert "event 30 of 30" in it.title("inspector")
        with small.open("ab") as file:
            file.write(line("checkpoint", 10, name="later"))
        await it.until(lambda: it.count == 31)
        await it.settle()
        assert it.screen.inspector.event == 29


async def test_y_copies_the_line_of_the_event(show, demo, demo_lines):
    async with show(demo) as it:
        it.screen.move_cursor(50)
        await it.press("y")
        assert it.app.clipboard.encode() == demo_lines[50].rstrip(b"\n")
        assert "copied event 51" in messages(it)
