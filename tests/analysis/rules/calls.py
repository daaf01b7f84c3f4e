"""Traces of tool calls that rules judge: loops, reads, edits, failures, waits, and how a session ends."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

Made = Callable[[Any], object]


def run(trace: Any, iteration: int, command: str, **more: Any) -> None:
    trace.tool(iteration, "bash", args={"command": command}, **more)


def read(trace: Any, iteration: int, path: str, **more: Any) -> None:
    trace.tool(iteration, "read_file", args={"path": path}, **more)


def edit(trace: Any, iteration: int, path: str = "a.py", text: str = "x", **more: Any) -> None:
    trace.tool(iteration, "edit_file", args={"path": path, "new": text}, **more)


def known_edits(trace: Any, numbers: range) -> None:
    read(trace, numbers.start, "a.py")
    for number in numbers:
        edit(trace, number, text=str(number))


def turns(*commands: str, rounds: int = 3, change: bool = False) -> Made:
    def make(trace: Any) -> None:
        read(trace, 1, "a.py")
        for number in range(rounds):
            for command in commands:
                run(trace, number + 1, command)
            if change:
                edit(trace, number + 1)

    return make


def commands(*all_of_them: str) -> Made:
    def make(trace: Any) -> None:
        for number, command in enumerate(all_of_them, 1):
            run(trace, number, command)

    return make


def asks(tool: str, *all_of_them: dict[str, Any]) -> Made:
    def make(trace: Any) -> None:
        for number, arguments in enumerate(all_of_them, 1):
            trace.tool(number, tool, args=arguments)

    return make


def polls(gaps: list[float], *commands: str) -> Made:
    """One command after the other, from the first again behind the last."""

    def make(trace: Any) -> None:
        turns = cycle(commands or ("gh run view 7",))
        for number, gap in enumerate(gaps, 1):
            trace.now += gap
            run(trace, number, next(turns))

    return make


def fruitless(iterations: int, *, passes_in: int = 0) -> Made:
    def make(trace: Any) -> None:
        read(trace, 1, "a.py")
        for number in range(2, iterations + 2):
            read(trace, number, "a.py") if number % 2 else run(trace, number, f"make {number}", failed=True)
            if number == passes_in:
                run(trace, number, "make check")

    return make


def reads(*paths: str, together: bool = False) -> Made:
    def make(trace: Any) -> None:
        for number, path in enumerate(paths, 1):
            read(trace, 1 if together else number, path)
        trace.add("iteration_start", len(paths) + 1)

    return make


def reads_with(between: Made) -> Made:
    def make(trace: Any) -> None:
        for number in range(1, 4):
            read(trace, number, "a.py")
            between(trace)

    return make


def churn(edits: int, *, failing: bool = True, apart: int = 1) -> Made:
    def make(trace: Any) -> None:
        read(trace, 1, "a.py")
        for number in range(1, edits + 1):
            edit(trace, number * apart, text=str(number))
            run(trace, number * apart, "pytest -q", failed=failing)
            for between in range(1, apart):
                trace.add("iteration_start", number * apart + between)

    return make


def failures(*pairs: tuple[str, bool]) -> Made:
    def make(trace: Any) -> None:
        for number, (command, failed) in enumerate(pairs, 1):
            run(trace, number, command, failed=failed)

    return make


def mixed(outcomes: str) -> Made:
    def make(trace: Any) -> None:
        for number, outcome in enumerate(outcomes):
            trace.tool(number, "fetch", args={"id": f"{number}{'x' * number}"}, failed=outcome == "x")

    return make


def durations(*milliseconds: float) -> Made:
    def make(trace: Any) -> None:
        for number, duration in enumerate(milliseconds):
            trace.tool(number, "fetch", args={"id": number}, duration_ms=duration)

    return make


def hung(seconds: float, *, ends: bool = False, session_ends: bool = False) -> Made:
    def make(trace: Any) -> None:
        start = trace.add("tool_start", 1, tool_name="fetch", args={"id": 1})
        trace.now += seconds
        trace.llm(2)
        if ends:
            trace.add("tool_end", 2, parent=start, tool_name="fetch")
        if session_ends:
            trace.add("session_end")

    return make


def troubles(count: int, gap: float) -> Made:
    def make(trace: Any) -> None:
        for _ in range(count):
            trace.now += gap
            trace.add("llm_retry", 1)

    return make


def tail(
    iterations: int,
    *,
    ends: bool = True,
    of_turn: bool = False,
    goes_on: bool = False,
    change_in: int = 0,
    new_in: int = 0,
) -> Made:
    def make(trace: Any) -> None:
        known_edits(trace, range(1, 2))
        run(trace, 2, "pytest -q")
        for number in range(3, iterations + 3):
            run(trace, number, "pytest -q")
            if number == change_in:
                edit(trace, number)
            if number == new_in:
                read(trace, number, "b.py")
        if ends:
            trace.add("custom", name="turn_end") if of_turn else trace.add("session_end")
        if goes_on:
            read(trace, iterations + 3, "a.py")

    return make


def finish(*steps: str) -> Made:
    does: dict[str, Callable[[Any, int], None]] = {
        "read": lambda trace, number: read(trace, number, "a.py"),
        "edit": lambda trace, number: edit(trace, number),
        "note": lambda trace, number: trace.tool(number, "write_file", args={"path": "notes.md"}),
        "run": lambda trace, number: run(trace, number, "pytest -q"),
        "end": lambda trace, number: trace.add("session_end"),
        "turn": lambda trace, number: trace.add("custom", name="turn_end"),
    }

    def make(trace: Any) -> None:
        for number, step in enumerate(steps, 1):
            does[step](trace, number)

    return make


def blind(*paths: str, first: str = "") -> Made:
    def make(trace: Any) -> None:
        if first:
            run(trace, 1, first)
        for path in paths:
            edit(trace, 2, path)

    return make


def written(trace: Any) -> None:
    trace.tool(1, "write_file", args={"path": "a.py", "content": ""})
    edit(trace, 2, "a.py")


def patched(trace: Any) -> None:
    trace.tool(1, "apply_patch", args={"files": ["new.py"]})
    trace.add("file_change", 1, path="src/new.py", action="create")
    trace.tool(2, "apply_patch", args={"path": "src/new.py"})


def after_a_loop(*later: tuple[str, bool]) -> Made:
    """The same command fails three times, then these run."""
    return failures(("make x", True), ("make x", True), ("make x", True), *later)


def called_then_quiet(trace: Any) -> None:
    run(trace, 1, "make")
    trace.quiet(range(2, 20))


USUAL = [100.0] * 20
