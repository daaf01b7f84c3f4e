"""Sessions of Claude Code and Codex for the pictures: made up, but in the records in which these agents log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from agent_logs import PROJECTS, Call, ClaudeLog, CodexLog, Log

_HOUR = 3_600.0
_CLAUDE = (
    (2.0, "e80b51c3-7d0f-4e6e-8f2b-5f1f0e7f6a11", "Dark mode for the settings page", "claude-opus-4-5-20251101", 31),
    (26.0, "35c2a9de-1f3b-4a8e-9d3c-c0a4f1d2b377", "Translate the error messages", "claude-haiku-4-5-20251001", 9),
)
"""Hours ago, id, title, model, and how many turns it had."""
_CODEX = (
    (0.001, "019c8a4c-ed82-79a1-aa28-7738fc5ab61a", "parser", "Port the tokenizer to no_std", "gpt-5.1-codex", 23),
    (5.0, "019c7b11-0b0f-7bb0-a9ba-5cc2d8dffde9", "web", "Why does the login test time out?", "gpt-5.1-codex-max", 12),
    (50.0, "019c5f02-a2e4-7b90-8953-38fce393c653", "parser", "Fuzz the number parser", "gpt-5.1-codex", 37),
)
"""The same with the project behind the id."""


def read(path: str, tokens: int, first: int = 1) -> Call:
    """A file is read."""
    lines = "\n".join(f"{number:>6}→" for number in range(first, first + tokens // 12))
    return Call("Read", {"file_path": f"{PROJECTS}/ledger/{path}"}, lines, 0.1, tokens)


def edit(path: str, change: str, tokens: int = 260) -> Call:
    """A file is changed."""
    args = {"file_path": f"{PROJECTS}/ledger/{path}", "old_string": "…", "new_string": change}
    return Call("Edit", args, f"The file {path} has been updated.", 0.2, tokens)


def bash(command: str, result: str, seconds: float, tokens: int, *, failed: bool = False) -> Call:
    """A command is run."""
    return Call("Bash", {"command": command}, result, seconds, tokens, failed)


def shell(command: str, result: str, tokens: int, seconds: float = 0.4) -> Call:
    """A command is run by Codex."""
    return Call("shell", {"command": ["bash", "-lc", command]}, result, seconds, tokens)


TESTS = "pytest -q tests/test_import.py"
FAILED = (
    "FAILED tests/test_import.py::test_a_dropped_connection - sqlite3.OperationalError: database is locked\n1 failed"
)


def delegate(log: ClaudeLog, agent: str, description: str, prompt: str, *steps: tuple[str, tuple[Call, ...]]) -> Log:
    """A sub-agent is asked for something and answers in so many steps; gives its log."""
    folder = log.path.with_suffix("") / "subagents"
    model = "claude-haiku-4-5-20251001"
    began = log.clock + 6.0
    helper = ClaudeLog(folder / f"agent-{agent}.jsonl", model, began, 11_000, session=log.session, agent=agent)
    helper.ask(prompt)
    for text, calls in steps:
        helper.answer(text, 90 + 3 * len(text), *calls, seconds=2.0)
    task = Call("Task", {"description": description, "prompt": prompt}, steps[-1][0], helper.clock - began + 0.4, 420)
    log.answer(f"A sub-agent can {description}.", 210, task, seconds=6.0, spawns=agent)
    return helper


def import_session(folder: Path, began: float) -> Sequence[Log]:
    """An import that is made to survive a dropped connection: with sub-agents, a long pause and a compaction."""
    session = "7c1f6d2e-4b0a-4c53-9a55-0d7e2b9c1f44"
    log = ClaudeLog(folder / f"{session}.jsonl", "claude-sonnet-4-5-20250929", began, session=session)
    importing, store = "ledger/importing.py", "ledger/store.py"
    log.title("Make the import survive a dropped connection")
    log.ask("An import that loses its connection leaves half a file in the ledger. Make it all or nothing.")
    log.answer("Let me look at the import first.", 240, read(importing, 5_200), read(store, 6_900))
    log.answer("And at who calls it.", 130, Call("Grep", {"pattern": "import_file\\("}, "6 files", 0.3, 700))
    writers = delegate(
        log, "a3f19c04", "find every writer", "Which code writes to the ledger outside a transaction?",
        ("Searching for commits.", (Call("Grep", {"pattern": "\\.commit\\("}, "11 files", 0.3, 900),)),
        ("Reading the two that matter.", (read("ledger/rates.py", 3_100), read("ledger/fees.py", 4_400))),
        ("rates.py and fees.py commit row by row.", ()),
    )  # fmt: skip
    log.answer(
        "One transaction around the whole file.", 1_450, edit(importing, "with"), edit(store, "begin"), seconds=21.0
    )
    for guess in ("Now the tests.", "Perhaps it was the leftover lock.", "Once more, to see whether it is flaky."):
        log.answer(guess, 90, bash(TESTS, FAILED, 12.4, 2_300, failed=True), seconds=3.0)
    log.answer("The second connection holds the lock.", 520, read(store, 6_900), seconds=9.0)
    log.answer("Sharing one connection.", 980, edit(store, "shared"), seconds=14.0)
    log.answer("Tests again.", 80, bash(TESTS, "14 passed", 11.8, 400), seconds=3.0)
    review = delegate(
        log, "b70d52e9", "review the change", "Review the change of store.py: what may still leave half a file?",
        ("Reading it.", (read(importing, 5_300), read(store, 7_000))),
        ("Nothing: every path rolls back.", ()),
    )  # fmt: skip
    log.answer("All or nothing now: 14 tests pass.", 260)
    log.pause(512.0)
    log.ask("Good. Do rates.py and fees.py the same way.")
    log.answer("Both commit row by row.", 150, read("ledger/rates.py", 3_100), read("ledger/fees.py", 4_400))
    for name, changes in (("rates.py", 3), ("fees.py", 4)):
        for change in range(changes):
            log.answer(f"Wrapping {name}.", 620, edit(f"ledger/{name}", f"{change}"), seconds=8.0)
    log.answer("The whole suite.", 90, bash("pytest -q", "412 passed in 34.10s\n" + "." * 9_000, 34.6, 21_500))
    log.compact(9_800)
    log.answer("Picking up where I was: a note in the changelog.", 210, read("CHANGELOG.md", 2_400))
    log.answer("Written down.", 330, edit("CHANGELOG.md", "note"))
    log.answer("Imports, rates and fees are all or nothing now.", 410, seconds=7.0)
    return log, writers, review


def short_claude_session(
    folder: Path, began: float, session: str, project: str, title: str, model: str, turns: int
) -> ClaudeLog:
    """A session of so many turns that reads and changes a file."""
    log = ClaudeLog(folder / f"{session}.jsonl", model, began, project=project, session=session)
    log.title(title)
    log.ask(title)
    for turn in range(turns):
        log.answer(
            "Next.",
            180 + 40 * turn,
            read(f"src/page{turn}.ts", 900) if turn % 3 else edit("src/main.ts", str(turn)),
            seconds=5.0,
        )
    log.answer("Done.", 200)
    return log


def codex_session(folder: Path, began: float, thread: str, project: str, goal: str, model: str, turns: int) -> CodexLog:
    """A rollout of so many turns that looks at files and runs tests."""
    day = datetime.fromtimestamp(began, UTC)
    name = f"rollout-{day:%Y-%m-%dT%H-%M-%S}-{thread}.jsonl"
    log = CodexLog(folder / f"{day:%Y/%m/%d}" / name, model, began, 9_200, project=project)
    log.ask(goal)
    for turn in range(turns):
        call = (
            shell("cargo test --quiet", f"{40 + turn} passed", 600, 9.0)
            if turn % 4 == 3
            else shell(f"sed -n 1,200p src/part{turn}.rs", "…", 2_100)
        )
        log.answer("Looking on.", 150, call)
    log.answer("It is done.", 300)
    return log


def write_agent_sessions(claude: Path, codex: Path, now: float) -> Path:
    """Write sessions of several projects where both agents leave them; give the one of Claude Code to be shown."""
    logs = import_session(claude / "projects" / "-home-you-src-ledger", now - 1_500.0)
    for log in logs:
        log.write(max(40.0, now - log.clock), now)
    web = claude / "projects" / "-home-you-src-web"
    for hours, session, title, model, turns in _CLAUDE:
        began = now - (hours + 0.5) * _HOUR
        short_claude_session(web, began, session, "web", title, model, turns).write(hours * _HOUR, now)
    for hours, thread, project, goal, model, turns in _CODEX:
        began = now - (hours + 0.1) * _HOUR
        rollout = codex_session(codex / "sessions", began, thread, project, goal, model, turns)
        rollout.write(hours * _HOUR, now)
    return logs[0].path
