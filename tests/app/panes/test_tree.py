"""The tree pane: sorted by a key or a click, its cursor and its open nodes kept, marks and bars told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tracetop.app.panes import tree as tree_pane
from tracetop.app.panes.tree_model import Sort

LINES = "#trace-tree-lines"
HEAD = "#trace-tree-head"
HOSTILE = "\x1b]0;t\x07[/x][@click=app.quit]\u202e漢字\n" * 3
COSTS = (0.02, 0.05, 0.01, 0.04, 0.03)
SECONDS = (3, 1, 5, 4, 2)


class Script:
    """Writes a trace, iteration by iteration."""

    def __init__(self, line: Callable[..., bytes], path: Path) -> None:
        self.line = line
        self.path = path
        self.count = 0
        self.path.write_bytes(b"")
        self.add("session_start", goal="sort me", model="claude-test")

    def add(self, kind: str, iteration: int | None = None, **data: Any) -> int:
        """Append an event; gives its number."""
        with self.path.open("ab") as file:
            file.write(self.line(kind, iteration, **data))
        self.count += 1
        return self.count - 1

    def iteration(self, number: int, cost: float | None, seconds: float) -> int:
        """A response, two calls and an end; gives the number of the first event."""
        first = self.add("iteration_start", number)
        money = {} if cost is None else {"cost": cost}
        self.add("llm_response", number, input_tokens=100 * number, output_tokens=0, model="m", duration_ms=10, **money)
        for name, share in (("read", 0.2), ("bash", 0.7)):
            self.add("tool_end", number, tool_name=name, args={"n": number}, duration_ms=seconds * 1000 * share)
        self.add("iteration_end", number, duration_ms=seconds * 1000)
        return first


@pytest.fixture
def script(line: Callable[..., bytes], tmp_path: Path) -> Script:
    return Script(line, tmp_path / "session.jsonl")


@pytest.fixture
def five(script: Script) -> Path:
    """Return a trace of five iterations, none with the same cost or time as another."""
    for number, (cost, seconds) in enumerate(zip(COSTS, SECONDS, strict=True), 1):
        script.iteration(number, cost, seconds)
    return script.path


def shown(it: Any, word: str = "iteration") -> list[str]:
    """What the rows that have a word say of themselves, in the order they are shown."""
    rows = [row[1:].strip().split("  ")[0].strip(" ▾▸◆▪✗…") for row in it.crop(LINES).split("\n")]
    return [row for row in rows if row.startswith(word)]


async def in_tree(it: Any, *keys: str) -> None:
    await it.press("2", *keys)


async def grow(it: Any, script: Script) -> None:
    await it.until(lambda: it.count == script.count, "all was read")
    await it.settle()


async def test_a_folded_iteration_says_what_was_done_in_it(show: Any, script: Script) -> None:
    script.iteration(1, 0.1, 1.0)
    script.add("iteration_start", 2)
    script.add("tool_start", 2, tool_name="Edit", tool_id="t", args={"file_path": "src/session.py", "old_string": "a"})
    script.add("tool_end", 2, tool_name="Edit", tool_id="t", result="done")
    script.add("iteration_end", 2)
    script.add("iteration_start", 3)
    async with show(script.path) as it:
        await in_tree(it, "g")
        rows = it.crop(LINES).split("\n")
        assert any("iteration 1  read, bash" in row for row in rows)
        assert any("iteration 2  Edit …/session.py" in row for row in rows), "as its start told it"
        await it.press("down", "down", "down", "right")
        rows = it.crop(LINES).split("\n")
        assert not any("iteration 2  Edit" in row for row in rows), "it is seen below"
        assert any("▪ Edit src/session.py" in row for row in rows)


async def test_s_goes_through_the_orders(show: Any, five: Path) -> None:
    async with show(five) as it:
        await in_tree(it, "g")
        assert shown(it) == [f"iteration {number}" for number in (1, 2, 3, 4, 5)]
        assert "by" not in it.title("tree") and it.crop(HEAD).startswith(" as it ran")
        await it.press("s")
        assert shown(it) == [f"iteration {number}" for number in (2, 4, 5, 1, 3)]
        assert "by cost" in it.title("tree")
        assert it.crop(HEAD).startswith(" by cost, dearest first") and "▾cost" in it.crop(HEAD)
        await it.press("s")
        assert shown(it) == [f"iteration {number}" for number in (3, 4, 1, 5, 2)]
        assert "by time" in it.title("tree") and "▾time" in it.crop(HEAD)
        await it.press("s")
        assert shown(it) == [f"iteration {number}" for number in (1, 2, 3, 4, 5)]


async def test_calls_within_an_iteration_are_sorted_too(show: Any, five: Path) -> None:
    async with show(five) as it:
        await in_tree(it, "L", "g", "s", "s")
        rows = it.crop(LINES).split("\n")
        top = next(index for index, row in enumerate(rows) if "iteration 3" in row)
        assert ["bash" in rows[top + 1], "read" in rows[top + 2], "llm" in rows[top + 3]] == [True] * 3


async def test_the_key_is_told(show: Any, five: Path) -> None:
    async with show(five) as it:
        assert " s sort" not in it.crop("#trace-keys")
        await in_tree(it)
        assert " s sort" in it.crop("#trace-keys")


async def test_without_cost_tokens_decide(show: Any, script: Script) -> None:
    for number in (1, 2, 3):
        script.iteration(number, None, 1)
    async with show(script.path) as it:
        await in_tree(it, "g", "s")
        assert shown(it) == [f"iteration {number}" for number in (3, 2, 1)]
        assert "by tokens" in it.title("tree") and "▾tokens" in it.crop(HEAD)


async def test_a_click_on_a_head_sorts_and_another_stops_it(show: Any, five: Path) -> None:
    async with show(five) as it:
        await in_tree(it, "g")
        x = it.crop(HEAD).index("time")
        await it.pilot.click(HEAD, offset=(x, 0))
        await it.settle()
        assert shown(it)[0] == "iteration 3"
        await it.pilot.click(HEAD, offset=(x, 0))
        await it.settle()
        assert shown(it)[0] == "iteration 1"
        await it.pilot.click(HEAD, offset=(2, 0))
        await it.settle()
        assert it.screen.query_one("#trace-tree").sort is Sort.AS_IT_RAN


async def test_the_cursor_and_what_is_open_stay_with_their_nodes(show: Any, five: Path) -> None:
    async with show(five) as it:
        await in_tree(it, "g", *["down"] * 5, "right", "down")
        place = it.place
        for _ in Sort:
            await it.press("s")
            assert it.place == place
            assert "◆ llm" in it.lit_row(LINES) and " 400 " in it.lit_row(LINES)
            rows = it.crop(LINES).split("\n")
            lit = next(index for index, text in enumerate(rows) if text.startswith("▌"))
            above = [text for text in rows[:lit] if "iteration" in text]
            assert above[-1].strip().startswith("▾ iteration 4")


async def test_the_cursor_of_the_dashboard_finds_its_node_in_any_order(show: Any, five: Path) -> None:
    async with show(five) as it:
        await in_tree(it, "g", "s", "1", "g")
        for _ in range(4):
            await it.press("right_square_bracket")
        assert "iteration 4" in it.lit_row(LINES)
        await it.press("full_stop")
        assert "llm" in it.lit_row(LINES)


async def test_enter_folds_and_inspects_what_the_row_shows(show: Any, five: Path) -> None:
    async with show(five) as it:
        await in_tree(it, "g", "s", "down", "enter")
        assert "iteration 2" in it.lit_row(LINES)
        assert [row.split(" ")[0] for row in shown(it, "bash")] == ["bash"], "unfolded"
        await it.press("down", "enter")
        assert it.screen.inspector.has_class("-shown")
        assert "llm_response" in it.crop("#trace-inspector")


async def test_a_growing_trace_is_sorted_anew_and_the_cursor_stays(show: Any, five: Path, script: Script) -> None:
    async with show(five) as it:
        await in_tree(it, "g", "s", *["down"] * 2)
        assert "iteration 4" in it.lit_row(LINES)
        script.iteration(6, 0.09, 1)
        await grow(it, script)
        assert shown(it) == [f"iteration {number}" for number in (6, 2, 4, 5, 1, 3)]
        assert "iteration 4" in it.lit_row(LINES)
        script.add("llm_response", 3, input_tokens=5, output_tokens=5, cost=0.2, model="m")
        await grow(it, script)
        assert shown(it)[0] == "iteration 3"
        assert "iteration 4" in it.lit_row(LINES)


async def test_who_follows_sees_the_highest_whatever_comes(show: Any, five: Path, script: Script) -> None:
    for number in range(6, 40):
        script.iteration(number, 0.001, 1)
    async with show(five, size=(80, 24)) as it:
        await in_tree(it, "G", "g", "f", "s")
        assert shown(it)[:2] == ["iteration 2", "iteration 4"]
        script.iteration(40, 0.0001, 1)
        await grow(it, script)
        assert shown(it)[:2] == ["iteration 2", "iteration 4"]
        assert it.screen.cursor.follows


async def test_a_paused_view_is_sorted_by_what_was_known_then(show: Any, five: Path) -> None:
    async with show(five) as it:
        await in_tree(it, "g", "s", "colon")
        await it.enter("it 4")
        await it.press("space")
        assert shown(it) == [f"iteration {number}" for number in (2, 1, 3, 4)]


async def test_what_following_unfolded_is_folded_again(show: Any, five: Path, script: Script) -> None:
    async with show(five) as it:
        script.add("iteration_start", 6)
        script.add("tool_end", 6, tool_name="bash", args={}, duration_ms=1)
        await grow(it, script)
        assert len(shown(it, "bash")) == 1
        script.add("iteration_start", 7)
        script.add("tool_end", 7, tool_name="grep", args={}, duration_ms=1)
        await grow(it, script)
        assert (len(shown(it, "bash")), len(shown(it, "grep"))) == (0, 1)


async def test_what_the_user_walks_in_stays_open(show: Any, five: Path) -> None:
    async with show(five) as it:
        await it.press("1", "colon")
        await it.enter("#9")
        await it.press("2", "up", "1", "end")
        assert len(shown(it, "bash")) == 1


async def test_marks_and_what_failed_or_runs(show: Any, script: Script) -> None:
    script.add("iteration_start", 1)
    script.add("llm_response", 1, input_tokens=100, cache_read_tokens=9900, output_tokens=5, model="m")
    script.add("tool_error", 1, tool_name="bash", args={}, error="no", duration_ms=5)
    script.add("compaction_start", 1)
    script.add("llm_response", 1, input_tokens=9000, cache_read_tokens=100, output_tokens=5, model="m")
    script.add("subagent_spawn", 1, agent_id="lost", task="look")
    script.add("subagent_error", 1, agent_id="lost")
    script.add("subagent_spawn", 1, agent_id="busy", task="wait")
    script.add("tool_start", 1, tool_name="sleep", args={})
    async with show(script.path) as it:
        await in_tree(it)
        rows = it.crop(LINES).split("\n")
        assert any("iteration 1  ✗1 ▼ ○" in row for row in rows)
        assert any("✗ bash" in row for row in rows)
        assert any("✗ sub-agent lost" in row for row in rows)
        assert any("◇ sub-agent busy" in row and "…" in row for row in rows)
        assert any("… sleep" in row and "0ms…" in row for row in rows)


async def test_bars_are_of_what_is_sorted_by(show: Any, five: Path) -> None:
    async with show(five, size=(200, 60)) as it:
        await in_tree(it, "g")

        def bars() -> dict[str, int]:
            rows = [row for row in it.crop(LINES).split("\n") if "iteration " in row and "run" not in row]
            return {row.split("iteration ")[1][0]: row.count("▇") for row in rows}

        full = max(bars().values())
        assert bars() == {str(number): full * number // 5 for number in range(1, 6)}, "tokens"
        assert "bar: tokens" in it.crop(HEAD)
        await it.press("s")
        assert [bars()[number] for number in "24513"] == sorted(bars().values(), reverse=True)
        assert bars()["2"] == full and "bar: cost" in it.crop(HEAD)
        await it.press("s")
        assert bars()["3"] == full and "bar: time" in it.crop(HEAD)


async def test_many_iterations_are_sorted_over_some_frames(
    show: Any, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracetop.app.panes.tree_model.MOST_RANKED", 10)
    monkeypatch.setattr(tree_pane, "_STEP_SECONDS", 0.001)
    with script.path.open("ab") as file:
        for number in range(1, 101):
            file.write(script.line("llm_response", number, cost=number / 100, input_tokens=1, model="m"))
    async with show(script.path) as it:
        await in_tree(it, "g", "s")
        await it.until(lambda: it.screen.query_one("#trace-tree")._model.order.progress is None)
        await it.settle()
        assert shown(it)[:3] == ["iteration 100", "iteration 99", "iteration 98"]
        assert "sorted" not in it.title("tree")


async def test_hostile_names_break_nothing(show: Any, script: Script, frame_segments: Callable[..., list[str]]) -> None:
    script.add("iteration_start", 1)
    script.add("llm_response", 1, input_tokens=5, output_tokens=5, cost=1.0, model=HOSTILE)
    script.add("tool_error", 1, tool_name=HOSTILE, args={HOSTILE: HOSTILE}, error=HOSTILE)
    script.add("subagent_spawn", 1, agent_id=HOSTILE, task=HOSTILE)
    script.add(HOSTILE, 1)
    async with show(script.path) as it:
        await in_tree(it, "L", "L", "s", "g")
        for size in ((80, 24), (120, 36), (200, 60), (60, 20)):
            await it.resize(*size)
            for text in frame_segments(it.app):
                assert text.isprintable(), text
            for row in it.crop(LINES).split("\n"):
                assert cell_len(row) == it.screen.query_one(LINES).region.width


async def test_an_empty_trace_has_no_heads(show: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"")
    async with show(tmp_path / "empty.jsonl") as it:
        await in_tree(it, "s")
        assert "no iterations yet" in it.crop(LINES)
        assert not it.screen.query_one(HEAD).display
