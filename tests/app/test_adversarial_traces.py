"""Traces made to be slow, at the commands and on the screen: no hang, no step that grows with the square of them.

Steps are the lines of tracetop's own Python that run, counted, not timed. A line of 50 MB is measured in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from subprocess import run
from typing import Any

import msgspec
import pytest
from tracetop.app.offscreen.offscreen import Stage, offscreen, painted
from tracetop.app.reports.issues import issues_json, issues_text
from tracetop.app.reports.report import report_json, report_text
from tracetop.app.reports.timeline import EVERYTHING, timeline_json, timeline_text
from tracetop.app.reports.tokens import tokens_json, tokens_text
from tracetop.app.reports.tools import tools_json, tools_text
from tracetop.app.trace import Trace, load_trace
from tracetop.collector.events import TraceEvent

FEW, TIMES = 80, 4
MOST = 1.3 * TIMES
"""How many times as many steps `TIMES` as many events may take: sorting takes a few more than as many."""
MEGABYTE = 1_000_000
LONGEST_LINE = 50 * MEGABYTE

Made = Callable[[int], TraceEvent]
Command = Callable[[Trace], Iterable[str]]

COMMANDS: dict[str, Command] = {
    "report": lambda trace: report_text(trace, 100),
    "report --json": lambda trace: [report_json(trace)],
    "issues": lambda trace: issues_text(trace, 100),
    "issues --json": issues_json,
    "timeline": lambda trace: timeline_text(trace, EVERYTHING, 100),
    "timeline --json": timeline_json,
    "tokens": lambda trace: tokens_text(trace, 100),
    "tokens --json": tokens_json,
    "tools": lambda trace: tools_text(trace, 100),
    "tools --json": tools_json,
}


def written(folder: Path, make: Made, count: int) -> Path:
    path = folder / f"{make.__name__}-{count}.jsonl"
    events = (make(number) for number in range(count))
    path.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
    return path


@pytest.fixture
def paths(shape: Made, tmp_path: Path) -> tuple[Path, Path]:
    """Return a trace, and one with `TIMES` as many events."""
    return written(tmp_path, shape, FEW), written(tmp_path, shape, TIMES * FEW)


def test_commands_take_steps_and_print_lines_as_the_trace_has_events(
    paths: tuple[Path, Path], counted_steps: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracetop.app.trace._KEPT_EVENTS", 8)  # of a small trace all would be kept
    traces = [load_trace(path) for path in paths]
    for name, command in COMMANDS.items():
        counts = []
        for trace in traces:
            with counted_steps() as steps:
                lines = list(command(trace))
            counts.append(steps.count)
            assert len(lines) <= 12 * trace.session.count + 100, name
            assert sum(map(len, lines)) < 1_000 * (trace.session.count + 100), name
        assert counts[1] < MOST * counts[0] + 1_000, name


def test_of_events_with_long_lines_few_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracetop.app.trace._KEPT_BYTES", 10_000)
    line = b'{"kind":"custom","timestamp":1e9,"event_id":"e%d","data":{"text":"%s"}}\n'
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"".join(line % (number, b"x" * 3_000) for number in range(9)) + line % (9, b"x" * 30_000))
    trace = load_trace(path)
    for number in range(10):
        assert trace.event(number).event_id == f"e{number}"
        assert len(trace._events) <= 3
    assert trace.event(9) is trace.event(9)  # the last is kept however long it is


# -- on the screen


def one_agent_each(count: int) -> Iterator[bytes]:
    """So many lanes, all in one iteration."""
    yield b'{"kind":"iteration_start","timestamp":1e9,"iteration":1}\n'
    spawn = b'{"kind":"subagent_spawn","timestamp":%d,"iteration":1,"data":{"agent_id":"a%d"}}\n'
    answer = b'{"kind":"llm_response","timestamp":%d,"iteration":1,"data":{"agent_id":"a%d","tokens":%d,"cost":0.01}}\n'
    for number in range(count):
        yield spawn % (10**9 + number, number)
    for number in range(count):
        yield answer % (10**9 + count + number, number, number)


KEYS = ("2", "end", "4", "1", "e")


async def looked_around(screen: Any, pilot: Any, places: Iterable[int]) -> None:
    """Jumps, and keys of every pane, each drawn."""
    for at in places:
        screen.seek(at)
        await painted(screen, pilot)
    for key in KEYS:
        await pilot.press(key)
        await painted(screen, pilot)


async def test_ten_thousand_lanes_take_no_more_steps_on_the_screen_than_a_hundred(
    tmp_path: Path, counted_steps: Any
) -> None:
    found = []
    for count in (100, 10_000):
        path = tmp_path / f"{count}.jsonl"
        path.write_bytes(b"".join(one_agent_each(count)))
        async with offscreen(path, Stage((120, 36)), lambda: 2e9) as (screen, pilot):
            last = screen.source.trace.session.count
            await looked_around(screen, pilot, (last // 2, 1))  # what is looked up once
            with counted_steps() as steps:
                await looked_around(screen, pilot, (last // 3, 2))
            assert not screen._failure
            found.append(steps.count)
    assert found[1] < 1.5 * found[0]


# -- a line of 50 MB


CHILD = """
import sys
from pathlib import Path
from tracetop.app.cli import main
try:
    main()
except SystemExit as end:
    if end.code:
        raise
status = Path("/proc/self/status").read_text().splitlines()
print(next(line for line in status if line.startswith("VmHWM")).split()[1], file=sys.stderr)
"""


@pytest.fixture(scope="module")
def long_line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a trace of four events, the result of one call as long as a line may ever be."""
    path = tmp_path_factory.mktemp("long") / "t.jsonl"
    event = b'{"kind":"%s","timestamp":%d,"iteration":1,"data":{"tool_name":"bash"%s}}\n'
    text = rb"one line of text\n" * (LONGEST_LINE // 18)
    path.write_bytes(
        event % (b"session_start", 10**9, b"")
        + event % (b"tool_end", 10**9 + 1, b',"result":"' + text + b'needle"')
        + event % (b"tool_error", 10**9 + 2, b',"error":"no"')
        + event % (b"llm_response", 10**9 + 3, b',"tokens":5')
    )
    return path


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read the peak of memory from")
def test_a_line_of_50_mb_is_not_held_many_times(long_line: Path) -> None:
    def peak(*arguments: str) -> int:
        done = run([sys.executable, "-c", CHILD, *arguments], capture_output=True, text=True, check=True)
        return int(done.stderr.split()[-1]) * 1024

    base = peak("--version")
    assert peak("report", str(long_line)) - base < 3.5 * LONGEST_LINE
    assert peak("timeline", str(long_line), "--filter", "needle /one.*text/") - base < 4.5 * LONGEST_LINE


async def test_a_line_of_50_mb_can_be_inspected(long_line: Path, counted_steps: Any) -> None:
    async with offscreen(long_line, Stage((120, 36)), lambda: 2e9) as (screen, pilot):
        with counted_steps() as steps:
            screen.seek(2)
            await painted(screen, pilot)
            for key in ("enter", "down", "pagedown", "escape"):
                await pilot.press(key)
                await painted(screen, pilot)
        assert not screen._failure
        assert steps.count < 100_000
