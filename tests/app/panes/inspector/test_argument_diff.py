"""A call beside the one before it."""

from __future__ import annotations

from typing import Any

import pytest

from .shown import cursor_row, go_to, text_of, toasts
from .story import Story


async def test_d_compares_with_the_call_before_and_goes_back(inspect: Any, story: Story) -> None:
    story.tool({"command": "pytest", "env": {"CI": "1", "N": 1}, "gone": True}, "3 failed\nend")
    story.tool({"path": "x"}, name="read")
    end = story.tool({"command": "pytest -x", "env": {"CI": "1", "N": 2}, "new": None}, "2 failed\nend")
    async with inspect(end) as it:
        await go_to(it, "▾ args")
        await it.press("d")
        assert text_of(it) == [
            "  bash compared with the call before it, event #1",
            "  4 of 4 arguments not the same",
            "",
            '→ before     #1       20:26:40  ▪ bash pytest env={"CI":"1","N":1} gone=True',
            '→ this one   #5       20:26:44  ▪ bash pytest -x env={"CI":"1","N":2} new=None',
            "",
            "  arguments",
            "  ± command: pytest → pytest -x",
            "▾ ± env: 1 of 2 fields not the same",
            '    = CI: "1"',
            "    ± N: 1 → 2",
            "  + new: null",
            "  - gone: true",
            "",
            "  result",
            "▾ ± not the same: 1 line added, 1 removed",
            "    @@ -1,2 +1,2 @@",
            "    -3 failed",
            "    +2 failed",
            "     end",
            *[""] * (len(text_of(it)) - 20),
        ]
        await it.press("d")
        assert cursor_row(it) == "▾ args: 3 fields"
        await it.press("d")
        await go_to(it, "→ before")
        await it.press("enter")
        assert it.screen.inspector.event == 0
        assert text_of(it)[0].startswith("  ▪ bash pytest")


async def test_an_identical_call_is_called_so(inspect: Any, story: Story) -> None:
    for _ in range(3):
        story.tool({"a": 1, "b": 2}, "same")
    story.tool({"a": 2}, "other")
    again = story.tool({"b": 2, "a": 1}, "same")
    async with inspect(5) as it:
        await it.press("d")
        assert "  identical to event #3 (3rd identical call)" in text_of(it)
        assert "  = the same: same" in text_of(it)
        it.screen.inspect(again)
        await it.settle()
        assert "  2 of 2 arguments not the same" in text_of(it)
        assert "  but identical to event #5 further back (4th identical call)" in text_of(it)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("text", "text", "= args: text"),
        ('{"a": 1}', {"a": 1}, "= a: 1"),
        ([1], [1, 2], "± args: 2 lines added, 1 removed"),
        ({"n": 1}, {"n": "1"}, '± n: 1 → "1"'),
        ({"t": "x" * 200}, {"t": "y" * 200}, "± t: changed"),
        ({"t": "x" * 3_000_000}, {"t": "y" * 3_000_000}, "± t: changed; too long to compare"),
        ({"t": "a\nb\n"}, {"t": "a\nb"}, "± t: changed in nothing but line ends"),
        (None, None, "neither call says"),
    ],
)
async def test_arguments_of_any_shape_are_compared(
    inspect: Any, story: Story, before: Any, after: Any, told: str
) -> None:
    story.tool(before)
    end = story.tool(after)
    async with inspect(end) as it:
        await it.press("d")
        assert any(told in row for row in text_of(it)), text_of(it)


async def test_a_result_that_is_not_told_is_not_compared(inspect: Any, story: Story) -> None:
    story.tool({"a": 1})
    story.add("tool_start", tool_name="bash", args={"a": 1})
    async with inspect(2) as it:
        await it.press("d")
        assert "  – this call has told no result so far" in text_of(it)


async def test_d_is_disabled_where_there_is_nothing_to_compare_with(inspect: Any, story: Story) -> None:
    story.add("checkpoint", name="x")
    story.tool({"a": 1})
    story.tool({"a": 2})
    async with inspect(0) as it:
        inspector = it.screen.inspector
        states = []
        for event in range(it.count):
            it.screen.inspect(event)
            await it.settle()
            states.append(inspector.check_action("diff", ()))
        assert states == [None, None, None, True, True]
        it.screen.inspect(0)
        await it.press("d")
        assert "compared" not in " ".join(text_of(it))
        assert toasts(it) == []


async def test_stepping_goes_on_comparing(inspect: Any, story: Story) -> None:
    for number in range(3):
        story.tool({"n": number})
    async with inspect(3) as it:
        await it.press("d", "full_stop", "full_stop")
        assert it.screen.inspector.event == 5
        assert "  ± n: 1 → 2" in text_of(it)
        assert "compared with the call before" in it.title("inspector")
        await it.press("home", "escape")
