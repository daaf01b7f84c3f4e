"""The list of what stays in the context: opened by a key, as of the cursor, gone from to a result."""

from __future__ import annotations

import pytest
from tracetop.analysis import rent
from tracetop.app.panes import context as context_pane

HOSTILE = "\x1b[31mred [/oops] [@click=app.quit]x[/]"


@pytest.fixture
def renting(line, tmp_path, utc):
    """A trace of three results, the second of which is long, and some requests after each."""
    path = tmp_path / "traces" / "renting.jsonl"
    path.parent.mkdir()
    prompt, lines = 1000, [line("session_start", goal="keep everything", model="m")]
    for number, (name, size) in enumerate((("read", 500), (HOSTILE, 4000), ("bash", 500)), 1):
        lines.append(line("llm_response", number, input_tokens=prompt, output_tokens=0, cost=0.1))
        lines.append(line("tool_end", number, tool_name=name, args={"path": f"{number}.py"}, result="x" * size))
        prompt += size
    lines += [line("llm_response", 4 + more, input_tokens=prompt, output_tokens=0, cost=0.1) for more in range(3)]
    path.write_bytes(b"".join(lines))
    return path


def rows(it):
    return [row.strip("│▌ ") for row in it.crop("#trace-context-list").split("\n") if "×" in row]


async def test_the_dearest_come_first_with_what_they_took(show, renting):
    async with show(renting) as it:
        await it.press("dollar_sign")
        assert it.title("context") == "most expensive in the context · ~15.0k sent again · ~$0.25 (~42% of the cost)"
        assert [row.split()[-4:] for row in rows(it)] == [
            ["~4.00k", "3×", "~12.0k", "~$0.20"],
            ["~500", "4×", "~2.00k", "~$0.034"],
            ["~500", "2×", "~1.00k", "~$0.017"],
        ]
        assert "[/oops]" in rows(it)[0]
        await it.press("dollar_sign")
        assert not it.screen.context_list.has_class("-shown")


async def test_enter_goes_to_the_result_and_back_leads_here_again(show, renting):
    async with show(renting) as it:
        await it.press("dollar_sign", "enter")
        assert not it.screen.is_covered
        assert it.place == 4
        await it.press("u")
        assert it.place == it.count - 1


async def test_it_is_as_of_the_cursor(show, renting):
    async with show(renting) as it:
        it.screen.move_cursor(7)
        await it.press("space", "dollar_sign")
        assert len(rows(it)) == 2
        await it.press("full_stop")
        assert len(rows(it)) == 3


async def test_escape_closes_it_before_anything_else(show, renting):
    async with show(renting) as it:
        await it.press("z", "dollar_sign", "escape")
        assert not it.screen.context_list.has_class("-shown")
        assert it.screen.has_class("-zoomed")


async def test_a_long_session_is_gone_over_in_slices(show, renting, monkeypatch):
    monkeypatch.setattr(rent, "_ROWS_AT_A_TIME", 1)
    async with show(renting) as it:
        await it.press("dollar_sign")
        assert len(rows(it)) == 3
        assert "so far" not in it.title("context")


async def test_a_list_that_is_cut_says_so(show, renting, monkeypatch):
    monkeypatch.setattr(context_pane, "_MOST", 2)
    async with show(renting) as it:
        await it.press("dollar_sign")
        assert len(rows(it)) == 2
        assert "the first 2" in it.title("context")


async def test_where_nothing_stays_it_says_why(show, small):
    async with show(small) as it:
        await it.press("dollar_sign")
        assert "no result of a tool was sent again yet" in it.crop("#trace-context")
        await it.press("enter", "down")
        assert it.screen.context_list.has_class("-shown")


async def test_at_any_size_the_name_and_the_money_are_seen(show, renting):
    async with show(renting) as it:
        await it.press("dollar_sign")
        for size in ((80, 24), (40, 12), (200, 60)):
            await it.resize(*size)
            assert "[/oop" in it.crop("#trace-context-list")
            assert "~$0.2" in it.crop("#trace-context-list")
