"""The token pane: bars, context, cost and budget as of any event, and a table below that shares the cursor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tracetop.analysis.budget import Budget
from tracetop.analysis.view import View
from tracetop.app.list_prices import ListPrices
from tracetop.app.panes.token_words import axis_tokens, budget_text

TABLE = "#trace-tokens-list"
CHART = "#trace-tokens-chart"
HOSTILE = "\x1b[31m[/oops]\u202e文字\n" * 4


class Agent:
    """Writes a trace, call by call."""

    def __init__(self, line: Callable[..., bytes], path: Path) -> None:
        self.line = line
        self.path = path
        self.lines = [line("session_start", goal="count tokens", model="claude-test")]

    def call(self, iteration: int | None, read: int = 0, fresh: int = 1_000, **data: Any) -> int:
        """A response; gives the number of its event."""
        tokens = {"cache_read_tokens": read, "input_tokens": fresh, "cache_write_tokens": 0, "output_tokens": 100}
        return self.add("llm_response", iteration, **{"cost": 0.01, **tokens, **data})

    def add(self, kind: str, iteration: int | None = None, **data: Any) -> int:
        self.lines.append(self.line(kind, iteration, **data))
        return len(self.lines) - 1

    def write(self) -> Path:
        self.path.write_bytes(b"".join(self.lines))
        return self.path


@pytest.fixture
def agent(line: Callable[..., bytes], tmp_path: Path) -> Agent:
    return Agent(line, tmp_path / "session.jsonl")


@pytest.fixture
def growing(agent: Agent) -> tuple[Path, list[int]]:
    """A trace of twelve iterations of one call each; the events of the calls."""
    calls = [agent.call(number, read=1_000 * number) for number in range(1, 13)]
    return agent.write(), calls


def pane(it: Any) -> Any:
    return it.screen.query_one("#trace-tokens")


def rows_of(it: Any) -> list[str]:
    return [row[1:].strip() for row in it.crop(TABLE).split("\n")]


# -- one cursor


async def test_left_and_right_walk_over_the_bars_and_enter_inspects(show: Any, growing: Any) -> None:
    path, calls = growing
    async with show(path) as it:
        await it.press("3")
        assert not pane(it).has_table
        await it.press("left", "left", "h")
        assert it.place == calls[8]
        await it.press("right", "l")
        assert it.place == calls[10]
        assert it.screen.query_one(CHART).cursor == 10
        await it.press("enter")
        assert it.screen.inspector.has_class("-shown")


async def test_the_table_moves_the_cursor_and_the_cursor_the_table(show: Any, growing: Any) -> None:
    path, calls = growing
    async with show(path, (80, 24)) as it:
        await it.press("3")
        assert pane(it).has_table and it.app.focused.id == "trace-tokens-list"
        assert it.lit_row(TABLE).split()[:2] == ["▌", "12"]
        await it.press("up", "k")
        assert it.place == calls[9]
        assert it.screen.query_one(CHART).cursor == 9
        await it.press("left")
        assert it.place == calls[8] and it.lit_row(TABLE).split()[1] == "9"
        await it.press("g")
        assert it.place == calls[0]
        await it.press("enter")
        assert it.screen.inspector.has_class("-shown")
        await it.press("escape")
        it.screen.move_cursor(calls[4])
        await it.settle()
        assert it.lit_row(TABLE).split()[1] == "5"


async def test_down_from_the_last_row_follows_the_trace(show: Any, agent: Agent) -> None:
    for number in range(1, 4):
        last = agent.call(number)
    end = agent.add("session_end")
    async with show(agent.write(), (80, 24)) as it:
        await it.press("3")  # the table has no rows before its pane is laid out
        await it.press("up", "down")
        assert it.place == last and not it.screen.cursor.follows
        await it.press("down")
        assert it.place == end and it.screen.cursor.follows


@pytest.mark.parametrize("key", ["right", "down"])
async def test_a_paused_view_goes_on_to_the_next_iteration(show: Any, growing: Any, key: str) -> None:
    path, calls = growing
    async with show(path, (80, 24)) as it:
        await it.press("3")
        it.screen.move_cursor(calls[4])
        await it.press("space")
        assert len(pane(it)._plot._columns) == 5
        await it.press(key)
        assert it.place == calls[5]
        assert it.lit_row(TABLE).split()[1] == "6"


async def test_a_click_on_a_row_moves_the_cursor(show: Any, growing: Any) -> None:
    path, calls = growing
    async with show(path, (80, 24)) as it:
        await it.press("3")  # the table has no rows before its pane is laid out
        await it.press("g")
        await it.pilot.click(TABLE, offset=(5, 2))
        await it.settle()
        assert it.place == calls[2]


async def test_a_click_on_the_chart_leaves_the_keys_to_the_table(show: Any, growing: Any) -> None:
    path, calls = growing
    async with show(path, (80, 24)) as it:
        await it.press("3")
        await it.pilot.click(CHART, offset=(it.screen.query_one(CHART)._left + 2, 3))
        await it.settle()
        assert it.place == calls[0] and it.app.focused.id == "trace-tokens-list"
        await it.press("down")
        assert it.place == calls[1]


async def test_the_table_comes_and_goes_with_the_room_and_the_keys_with_it(show: Any, growing: Any) -> None:
    path, _ = growing
    async with show(path) as it:
        await it.press("3")
        assert not pane(it).has_table and it.app.focused is pane(it)
        await it.press("z")
        assert pane(it).has_table and it.app.focused.id == "trace-tokens-list"
        assert len(rows_of(it)) == 12, "no more lines than rows"
        await it.press("z")
        assert not pane(it).has_table and it.app.focused is pane(it)


# -- what is shown


async def test_a_compaction_is_a_cliff_with_its_mark(show: Any, agent: Agent) -> None:
    for number in range(1, 6):
        agent.call(number, read=8_000 * number)
    agent.add("compaction_end", 5, tokens_saved=30_000)
    after = agent.call(6, read=2_000)
    path = agent.write()
    async with show(path, (80, 24)) as it:
        await it.press("3")
        chart = it.screen.query_one(CHART)
        context, _cost = chart.tracks
        assert list(context.values) == [9_000, 17_000, 25_000, 33_000, 41_000, 3_000]
        assert [(mark.index, mark.glyph) for mark in chart.marks] == [(5, "▼")]
        (row,) = [row for row in it.crop(CHART).split("\n") if "3.00k│" in row]
        drawn = row.partition("│")[2].rstrip()
        assert drawn == "".join(eighths * 8 for eighths in "▂▃▅▆█▁"), "the context falls"
        assert rows_of(it)[5].split()[:2] == ["▼", "6"]
        it.screen.move_cursor(after - 1)
        await it.press("space")
        assert [mark.index for mark in chart.marks] == [4], "the call after it is not known yet"


async def test_the_context_of_an_iteration_is_its_last_prompt(show: Any, agent: Agent) -> None:
    for number in range(1, 4):
        for call in range(5):
            agent.call(number, read=1_000 * (5 * number + call))
    async with show(agent.write(), (80, 24)) as it:
        await it.press("3")
        chart = it.screen.query_one(CHART)
        context, _cost = chart.tracks
        assert (context.name, list(context.values)) == ("context", [10_000, 15_000, 20_000])
        assert "▃ context" in it.crop(CHART)
        assert "context 20.0k" in pane(it).headline


async def test_a_sub_agents_prompt_is_no_cliff_and_its_name_no_danger(
    show: Any, agent: Agent, frame_segments: Callable[[Any], list[str]]
) -> None:
    agent.call(1, read=30_000)
    agent.add("subagent_spawn", 1, agent_id=HOSTILE)
    agent.call(1, read=2_000, agent_id=HOSTILE)
    agent.call(2, read=31_000)
    async with show(agent.write(), (80, 24)) as it:
        await it.press("3")
        chart = it.screen.query_one(CHART)
        assert list(chart.tracks[0].values) == [31_000, None, 32_000]
        await it.press("up")
        assert {cell_len(row) for row in it.crop(TABLE).split("\n")} == {78}
        assert "main" in rows_of(it)[0] and "␛[31m[/oops…" in rows_of(it)[1]
        assert not any(set(text) & set("\x1b\n\u202e") for text in frame_segments(it.app))


async def test_what_is_not_told_is_unknown(show: Any, agent: Agent) -> None:
    agent.call(None, read=10)
    agent.add("llm_response", 1, tokens=500)
    async with show(agent.write(), (120, 30)) as it:
        await it.press("3", "z")
        first, second = rows_of(it)
        assert first.split()[0] == "–"
        assert second.split()[:8] == ["1", "1", "–", "–", "–", "–", "500", "–"]
        assert second.split()[8:] == ["–", "$0.010"]
        assert "░ cached" in it.crop(CHART) and "█ not told apart" in it.crop(CHART)


async def test_without_a_call_nothing_is_claimed(show: Any, agent: Agent) -> None:
    async with show(agent.write(), (80, 24)) as it:
        await it.press("3")
        assert pane(it).headline == "–"
        assert "no tokens reported yet" in it.text and not pane(it).has_table
        await it.press("left", "right", "enter")
        assert not it.screen.inspector.has_class("-shown")


async def test_the_cost_rises_to_what_the_session_cost(show: Any, growing: Any) -> None:
    path, _ = growing
    async with show(path) as it:
        _context, cost = it.screen.query_one(CHART).tracks
        assert list(cost.values) == pytest.approx([0.01 * number for number in range(1, 13)])
        await it.press("3", "z")
        assert "$0.12│" in it.crop(CHART)


async def test_whose_prices_the_cost_is_estimated_by_is_told_where_there_is_room(show: Any, agent: Agent) -> None:
    measured = agent.call(1)
    agent.call(2, model="claude-sonnet-4-20250514", cost=None)
    async with show(agent.write(), (160, 40)) as it:
        await it.press("3", "z")
        assert f"~ by {ListPrices().name}" in pane(it).headline
        assert rows_of(it)[-1].split()[-2:] == ["~$0.0045", "~$0.014"]
        it.screen.move_cursor(measured)
        await it.press("space")
        assert "~" not in pane(it).headline


async def test_the_budget_is_told_as_of_the_view(show: Any, agent: Agent) -> None:
    for number in range(1, 5):
        agent.add("budget_check", number, status="ok", usage_fraction=number / 4)
        agent.call(number)
    path = agent.write()
    async with show(path, (80, 24)) as it:
        await it.press("3")
        assert "budget 100% used" in pane(it).headline
        it.screen.move_cursor(4)
        await it.press("space")
        assert "budget 50% used" in pane(it).headline
        it.screen.move_cursor(2)
        await it.settle()
        assert "budget 25% used" in pane(it).headline
        it.screen.move_cursor(0)
        await it.settle()
        assert pane(it).headline == "–"


async def test_a_context_limit_is_a_line(show: Any, agent: Agent) -> None:
    agent.add("budget_check", 1, usage_fraction=0.5, context_limit=40_000)
    for number in range(1, 4):
        agent.call(number, read=10_000 * number)
    async with show(agent.write(), (80, 24)) as it:
        await it.press("3")
        assert "limit 40.0k" in it.crop(CHART) and "····" in it.crop(CHART)
        assert it.screen.query_one(CHART).tracks[0].full == 40_000
        assert "context 31.0k of 40.0k" in pane(it).headline


async def test_the_limit_of_one_prompt_is_not_held_against_many(show: Any, agent: Agent) -> None:
    agent.add("budget_check", 1, usage_fraction=0.5, context_limit=40_000)
    for _ in range(4):
        agent.call(1, read=10_000)
    async with show(agent.write(), (80, 24)) as it:
        await it.press("3")
        assert "limit 40.0k" not in it.crop(CHART)
        assert it.screen.query_one(CHART).tracks[0].full == 40_000


async def test_more_than_five_hundred_iterations_are_grouped_but_not_in_the_table(
    show: Any, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [agent.call(number, read=number) for number in range(1, 2_000)]
    agent.add("compaction_end", 1_999)
    agent.call(2_000, read=5)
    points: list[int] = []
    flow_point = View.flow_point
    monkeypatch.setattr(View, "flow_point", lambda self, row: points.append(row) or flow_point(self, row))
    async with show(agent.write(), (80, 24)) as it:
        await it.press("3")
        chart = it.screen.query_one(CHART)
        assert chart.data_group == 4 and chart.count() == 500
        assert "mean of" in it.crop(CHART) or "/bar" in it.crop(CHART)
        assert [mark.index for mark in chart.marks] == [499]
        assert chart._columns[0] == (2.5, 0.0, 1_000.0, 100.0)
        assert it.lit_row(TABLE).split()[1:3] == ["▼", "2000"]
        await it.press("g", "down")
        assert it.place == calls[1] and rows_of(it)[1].split()[0] == "2"
        assert chart.cursor == 0
        await it.press("right")
        assert it.place == calls[4]
        assert len(set(points)) < 60, "only what is seen is looked at"


async def test_the_last_group_is_what_is_in_it_as_of_the_view(show: Any, agent: Agent) -> None:
    calls = [agent.call(number, read=number) for number in range(1, 1_004)]
    async with show(agent.write(), (80, 24)) as it:
        await it.press("3")
        chart = it.screen.query_one(CHART)
        assert chart.data_group == 4 and chart._columns[-1][0] == 1_002
        it.screen.move_cursor(calls[1_001])
        await it.press("space")
        assert chart.data_group == 4 and chart._columns[-1][0] == 1_001.5


# -- words


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (7.0, "7"), (2_500, "2.5k"), (15_000, "15k"), (100_000, "100k"), (1e6, "1M"), (10, "10")],
)
def test_round_numbers_are_short(count: float, text: str) -> None:
    assert axis_tokens(count) == text


@pytest.mark.parametrize(
    ("budget", "text"),
    [
        (Budget(0, 0.98, "ok"), "budget 98% used"),
        (Budget(0, 0.0, ""), "budget 0% used"),
        (Budget(0, 0.0002, ""), "budget <1% used"),
        (Budget(0, 1e9, ""), "budget >999% used"),
        (Budget(0, 0.41, "", token_limit=1e6), "budget 41% of 1.00M used"),
        (Budget(0, None, "", token_limit=1e6), "budget 41% of 1.00M used"),
        (Budget(0, 0.41, "", cost_limit=2.0), "budget 41% of $2.00 used"),
        (Budget(0, None, "", cost_limit=2.0), "budget of $2.00"),
    ],
)
def test_a_budget_in_words(budget: Budget, text: str) -> None:
    assert budget_text(budget, 410_000) == text
    if budget.used == 0.98:
        assert budget_text(budget, 410_000, brief=True) == "budget 98%"


@pytest.fixture
def approaching(line, tmp_path, utc):
    """A trace of prompts that grow by 1,000 tokens a turn, and of a budget of which each turn takes 5 %."""
    path = tmp_path / "traces" / "approaching.jsonl"
    path.parent.mkdir()
    lines = [line("session_start", goal="grow", model="m")]
    for number in range(1, 9):
        lines.append(line("iteration_start", number))
        told = {"usage_fraction": number / 20, "status": "ok", "context_limit": 20_000}
        lines.append(line("budget_check", number, **told))
        lines.append(line("llm_response", number, input_tokens=1000 * number, output_tokens=10))
    path.write_bytes(b"".join(lines))
    return path


async def test_what_comes_if_it_goes_on_like_this_is_in_the_title(show, approaching, line):
    async with show(approaching, (200, 60)) as it:
        await it.press("3", "z")
        assert "compaction in ~12 turns · budget lasts ~12 turns, ~36.0s" in it.title("tokens")
        it.screen.move_cursor(12)
        await it.press("space")
        assert "compaction" not in it.title("tokens")  # of four prompts nothing is concluded
        await it.press("end")
        with approaching.open("ab") as file:
            file.write(line("session_end"))
        await it.until(lambda: "compaction" not in it.title("tokens"))
