"""What the demo's agent says and does, as data.

Seconds are those of the story, as a real agent would take them; `agent.LIVE_PACE` says how much faster it is played.
`added` is what the prompt grew by since the agent's previous answer: the user's words, and what tools gave back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GOAL = "Refactor the session store to append-only columns"
MODEL = "claude-sonnet-4"
SMALL_MODEL = "claude-haiku-4-5"
CONTEXT_LIMIT = 100_000
"""Tokens of prompt that the agent allows itself."""
SYSTEM_TOKENS = 9_800
"""Tokens of the system prompt and the tools: what every prompt begins with."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a model costs, in dollars per million tokens."""

    input: float
    output: float
    cache_read: float
    cache_write: float


PRICES: Mapping[str, Prices] = {
    MODEL: Prices(input=3.0, output=15.0, cache_read=0.30, cache_write=3.75),
    SMALL_MODEL: Prices(input=1.0, output=5.0, cache_read=0.10, cache_write=1.25),
}


@dataclass(frozen=True, slots=True)
class Llm:
    """A call of the model: tokens added to the prompt, tokens answered; with `overloaded` it fails once before."""

    added: int
    output: int
    content: str
    overloaded: bool = False
    stop_reason: str = "tool_use"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool call; with `error` it fails. One of more than 30 seconds tells them also when it is played faster."""

    name: str
    args: Mapping[str, Any]
    result: str = ""
    seconds: float = 0.1
    error: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Any other event."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.02


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """A look at how full the context is; from 80 % on it is a warning."""


@dataclass(frozen=True, slots=True)
class Compaction:
    """The history is replaced by a summary of so many tokens."""

    summary_tokens: int
    seconds: float = 8.0


@dataclass(frozen=True, slots=True)
class ToolsChange:
    """A server connects and brings tools, which stand at the prompt's very start: nothing after them stays cached."""

    server: str
    tools: int
    added: int


@dataclass(frozen=True, slots=True)
class SubAgent:
    """A tool call that has another agent do something."""

    agent_id: str
    task: str
    iterations: tuple[tuple[Step, ...], ...]
    result: str
    model: str = SMALL_MODEL
    system_tokens: int = 4_200


Step = Llm | Tool | Note | BudgetCheck | Compaction | ToolsChange | SubAgent


def _file_change(path: str, added: int, removed: int, action: str = "edit") -> Note:
    return Note("file_change", {"path": path, "added": added, "removed": removed, "action": action})


def _bash(command: str, result: str = "", seconds: float = 0.4, error: str = "") -> Tool:
    return Tool("bash", {"command": command}, result, seconds, error)


def _read(path: str, lines: int) -> Tool:
    return Tool("read_file", {"path": path}, f"{lines} lines", 0.01 + lines / 10_000)


def _grep(pattern: str, path: str, result: str, seconds: float = 0.2) -> Tool:
    return Tool("grep", {"pattern": pattern, "path": path}, result, seconds)


def _edit(path: str, old: str, new: str) -> Tool:
    return Tool("edit_file", {"path": path, "old": old, "new": new}, "1 replacement", 0.05)


_FAILING_TESTS = _bash(
    "pytest -q tests/store",
    seconds=5.63,
    error="exit 1: 3 failed, 41 passed\nFAILED tests/store/test_usage.py::test_late_usage - KeyError: 'row 17'",
)

_STEPS = (
    "read the store and its callers",
    "columns for events and usage",
    "move SessionStore onto them",
    "corrections as rows of their own",
    "whole test suite green",
)


def _step(kind: str, number: int) -> Note:
    return Note(f"plan_step_{kind}", {"index": number, "step": _STEPS[number - 1]})


_FIND_CALLERS = SubAgent(
    agent_id="a1",
    task="find callers",
    iterations=(
        (
            Llm(620, 150, "I search for every use of SessionStore outside its own package."),
            _grep("SessionStore(", "src", "14 matches in 6 files", 0.46),
            _grep("\\.update_usage\\(", "src", "3 matches in 2 files", 0.38),
        ),
        (
            Llm(2_350, 190, "Two callers write to rows in place. I read both."),
            _read("src/billing/meter.py", 140),
            _read("src/api/stream.py", 318),
        ),
        (Llm(4_900, 260, "14 callers, 2 of them change rows in place.", stop_reason="end_turn"),),
    ),
    result="14 callers; billing/meter.py:88 and api/stream.py:201 change rows in place",
)

SCRIPT: tuple[tuple[Step, ...], ...] = (
    (
        Llm(1_150, 95, "I look at the store and its tests first."),
        Tool("list_files", {"path": "src/store"}, "session_store.py  usage.py  __init__.py"),
        _read("src/store/session_store.py", 412),
    ),
    (
        Llm(4_300, 120, "The store keeps one dict per row. Who reads and writes those?"),
        _grep("def (load|append|update)", "src/store", "9 matches"),
        _read("src/store/usage.py", 156),
        _read("tests/store/test_usage.py", 203),
    ),
    (
        Llm(4_600, 610, "A plan in five steps: the columns first, then the store on top of them."),
        Note("plan_created", {"plan": GOAL, "steps": list(_STEPS)}),
        _step("complete", 1),
        Note("mode_change", {"from_mode": "plan", "to_mode": "edit"}),
        Note("checkpoint", {"checkpoint_id": "before-refactor"}),
        BudgetCheck(),
    ),
    (
        _step("start", 2),
        Llm(420, 980, "The columns: one array per field, and appending is all they can do."),
        Note("tool_approval", {"tool_name": "write_file", "args": {"path": "src/store/columns.py"}, "approved": True}),
        Tool("write_file", {"path": "src/store/columns.py", "lines": 88}, "88 lines written", 0.06),
        _file_change("src/store/columns.py", 88, 0, "create"),
        _step("complete", 2),
    ),
    (
        Llm(310, 210, "Before I change the store I want to know everyone who writes to it."),
        _FIND_CALLERS,
    ),
    (
        _step("start", 3),
        Llm(640, 860, "SessionStore now keeps columns; rows are made when somebody asks.", overloaded=True),
        _edit("src/store/session_store.py", "self._rows: list[dict]", "self._columns = EventColumns()"),
        _file_change("src/store/session_store.py", 71, 118),
        _FAILING_TESTS,
    ),
    (
        Llm(1_900, 340, "A late usage report looks up a row by its key. An off-by-one, most likely."),
        _edit("src/store/usage.py", "row - 1", "row"),
        _file_change("src/store/usage.py", 1, 1),
        _FAILING_TESTS,
    ),
    (
        Llm(1_800, 130, "The same failure. Let me run the tests once more to be sure."),
        _FAILING_TESTS,
    ),
    (
        Llm(1_750, 170, "Guessing does not help. What did the history of this file intend?"),
        _bash(
            "git log -p --color=always src/store",
            "\x1b[31m-        self._rows[key].update(usage)\x1b[0m\n(2,140 lines)",
            seconds=1.34,
        ),
    ),
    (
        Llm(56_500, 420, "Usage was always patched into the row. That cannot work with append-only columns."),
        BudgetCheck(),
        Compaction(summary_tokens=6_400),
        Note("mode_change", {"from_mode": "edit", "to_mode": "focused edit"}),
    ),
    (
        _step("complete", 3),
        _step("start", 4),
        Llm(2_700, 720, "So a correction becomes a row of its own that holds the difference."),
        _edit("src/store/usage.py", "self._rows[key].update(usage)", "self._columns.append_delta(key, usage)"),
        _file_change("src/store/usage.py", 34, 22),
    ),
    (
        ToolsChange("scratch-db", tools=6, added=1_900),
        Llm(900, 300, "With a scratch database I can try late corrections against real sessions."),
        Tool("db_query", {"query": "select count(*) from usage where late"}, "1,204 [late] of 88,310", 0.84),
        Tool("db_query", {"query": "select key, sum(tokens) from usage group by key limit 5"}, "5 rows", 0.57),
    ),
    (
        Llm(1_300, 540, "Late corrections may arrive before their row: those wait in a small table."),
        _edit("src/store/usage.py", "def append_delta", "def append_delta  # may come first"),
        _file_change("src/store/usage.py", 19, 3),
        _bash("pytest -x -q tests/store/test_usage.py", "12 passed in 1.71s", 2.37),
        _step("complete", 4),
    ),
    (
        _step("start", 5),
        Llm(680, 140, "Those pass. Now everything, with the slow tests."),
        _bash("pytest -q --run-slow", "318 passed in 30.86s", 31.42),
        _step("complete", 5),
    ),
    (
        Llm(540, 290, "All green. A look at the whole change, and a line for the notes."),
        _bash("git diff --stat", "4 files changed, 213 insertions(+), 144 deletions(-)", 0.1),
        Note("quality_check", {"score": 0.94, "verdict": "no row is written twice"}),
        Note("learning_proposed", {"text": "corrections of a row are rows of their own"}),
        Tool("write_file", {"path": "docs/store.md", "lines": 24}, "24 lines written", 0.05),
        _file_change("docs/store.md", 24, 0, "create"),
    ),
    (
        Llm(
            480,
            380,
            "The session store is append-only now: 4 files, 318 tests pass, and late usage is a row of its own.",
            stop_reason="end_turn",
        ),
        Note("checkpoint", {"checkpoint_id": "refactor-done"}),
        Note("mcp_disconnect", {"server": "scratch-db"}),
    ),
)
"""The main agent's iterations."""
