"""What all tests share: settings are not read, nor is the cache written to; and traces that are made to be slow."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import tracetop
from tracetop.collector.events import TraceEvent


@pytest.fixture(scope="session", autouse=True)
def nobody_elses_sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have no session of an agent that is used on this machine be found."""
    nowhere = tmp_path_factory.mktemp("home") / "nowhere"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLAUDE_CONFIG_DIR", str(nowhere))
        patch.setenv("CODEX_HOME", str(nowhere))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have tracetop find no settings anywhere, and a cache of its own; in child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        nowhere: Path = tmp_path_factory.mktemp("settings") / "none.toml"
        patch.setenv("TRACETOP_CONFIG", str(nowhere))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        for variable in (
            "TRACETOP_THEME",
            "TRACETOP_FRAME_RATE",
            "TRACETOP_LAYOUT",
            "TRACETOP_INDEX",
            "TRACETOP_LIST_PRICES",
        ):
            patch.delenv(variable, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard() -> None:
    """Have child processes end by Ctrl+C, also where a shell that runs the tests in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


START = 1e9


def event(number: int, kind: str, iteration: int | None = None, *, at: float | None = None, **data: Any) -> TraceEvent:
    time = START + number / 10 if at is None else at
    return TraceEvent(kind, time, "s", f"e{number}", iteration=iteration, data=data)


LLM = {"input_tokens": 1_000, "output_tokens": 10, "cost": 0.001}


def iterations_alone(n: int) -> TraceEvent:
    return event(n, "iteration_start", n)


def absurd_iterations(n: int) -> TraceEvent:
    return event(n, "llm_response", (10**9, 5, 10**18, -7)[n % 4] + n, **LLM)


def a_tool_each(n: int) -> TraceEvent:
    return event(n, "tool_end", n // 10, tool_name=f"tool {n}", args={"x": n}, duration_ms=5)


def an_agent_each(n: int) -> TraceEvent:
    kind = ("subagent_spawn", "llm_response", "tool_end", "subagent_complete")[n % 4]
    return event(n, kind, n // 40, agent_id=f"a{n // 4}", tool_name="bash", **LLM)


def one_iteration(n: int) -> TraceEvent:
    kind = ("tool_start", "tool_end", "llm_response")[n % 3]
    return event(n, kind, 1, tool_name="bash", args={"x": n // 3}, **LLM)


def one_moment(n: int) -> TraceEvent:
    return event(n, ("iteration_start", "tool_end", "llm_response")[n % 3], n // 3, at=START, tool_name="bash", **LLM)


def time_runs_backwards(n: int) -> TraceEvent:
    kind = ("iteration_start", "tool_end", "llm_response")[n % 3]
    return event(n, kind, n // 3, at=START - n, tool_name="bash", **LLM)


def nothing_but_errors(n: int) -> TraceEvent:
    return event(n, ("error", "tool_error", "llm_error")[n % 3], n // 3, tool_name="bash", args={"x": 1})


def the_same_call(n: int) -> TraceEvent:
    return event(n, "tool_end", n // 3, tool_name="bash", args={"x": 1}, duration_ms=40_000)


def calls_without_an_end(n: int) -> TraceEvent:
    return event(n, "tool_start", n // 5, tool_name="bash", args={"x": n})


def a_run_each(n: int) -> TraceEvent:
    return event(n, ("session_start", "iteration_start", "llm_response", "session_end")[n % 4], 1, goal="g", **LLM)


def compactions(n: int) -> TraceEvent:
    kind = ("compaction_start", "compaction_end", "llm_response", "context_overflow", "budget_warning")[n % 5]
    return event(n, kind, n // 5, **LLM)


def cache_breaks(n: int) -> TraceEvent:
    return event(n, "llm_response", n, input_tokens=5_000, cache_read_tokens=5_000 * (n % 2), output_tokens=0)


def pieces_of_one_answer(n: int) -> TraceEvent:
    return event(n, "llm_response", None, metadata={"chunk_type": "text"})


def hours_of_silence(n: int) -> TraceEvent:
    return event(n, "custom", None, at=START + n * 10_000.0)


def agents_of_one_iteration(n: int) -> TraceEvent:
    return event(n, ("subagent_spawn", "llm_response")[n % 2], 1, agent_id=f"a{n // 2}", **LLM)


def agents_in_agents(n: int) -> TraceEvent:
    kind, agent = ("subagent_spawn", "llm_response")[n % 2], n // 2
    return event(n, kind, 1, agent_id=f"a{agent}", parent_agent_id=f"a{agent - 1}" if agent % 12 else None, **LLM)


Made = Callable[[int], TraceEvent]
SHAPES: tuple[Made, ...] = (
    iterations_alone, absurd_iterations, a_tool_each, an_agent_each, one_iteration, one_moment, time_runs_backwards,
    nothing_but_errors, the_same_call, calls_without_an_end, a_run_each, compactions, cache_breaks,
    pieces_of_one_answer, hours_of_silence, agents_of_one_iteration, agents_in_agents,
)  # fmt: skip


@pytest.fixture(params=SHAPES, ids=lambda make: make.__name__)
def shape(request: pytest.FixtureRequest) -> Made:
    """Return one of the functions that make the events of traces that are made to be slow, by their numbers."""
    return request.param  # type: ignore[no-any-return]


@dataclass
class Steps:
    """How many lines of tracetop's Python ran; a loop's count as often as it goes round."""

    count: int = 0


@contextmanager
def _counted_steps(within: str = "") -> Iterator[Steps]:
    steps, place = Steps(), str(Path(tracetop.__file__).parent / within)

    def in_ours(frame: FrameType, what: str, argument: object) -> Any:
        steps.count += what == "line"
        return in_ours

    def called(frame: FrameType, what: str, argument: object) -> Any:
        return in_ours if frame.f_code.co_filename.startswith(place) else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        yield steps
    finally:
        sys.settrace(before)


@pytest.fixture
def counted_steps() -> Callable[..., AbstractContextManager[Steps]]:
    """Return a context manager that counts the steps of tracetop, or of a part of it, in this thread."""
    return _counted_steps


@pytest.fixture
def steps_of() -> Callable[..., int]:
    """Return a function that returns how many steps some work takes."""

    def count(work: Callable[[], object], within: str = "") -> int:
        with _counted_steps(within) as steps:
            work()
        return steps.count

    return count
