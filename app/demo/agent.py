"""The scripted agent: plays the script in time and records what it does, as a real agent would."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...collector.events import TraceEvent
from ...collector.recording.recorder import TraceCollector
from .script import (
    CONTEXT_LIMIT,
    GOAL,
    MODEL,
    PRICES,
    SCRIPT,
    SYSTEM_TOKENS,
    BudgetCheck,
    Compaction,
    Llm,
    Note,
    Step,
    SubAgent,
    Tool,
    ToolsChange,
)

LIVE_PACE = 4.5
"""How much faster than the story it is played at speed 1."""
TOLD_SECONDS = 30.0
"""A tool call longer than this in the story tells its duration as it is there, however fast it is played."""
LARGE_ADDITION = 20_000
"""Tokens from which on the agent has the newest message cached at once, not only with the message after it."""

_FIRST_TOKEN_SECONDS = 1.4
_OUTPUT_PER_SECOND = 58.0
_RETRY_SECONDS = 2.0
_WARNING_FRACTION = 0.8


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one LLM call, in disjoint buckets."""

    input: int
    output: int
    cache_read: int
    cache_write: int


def cost_of(model: str, usage: Usage) -> float:
    """What a call costs, in dollars."""
    prices = PRICES[model]
    return (
        usage.input * prices.input
        + usage.output * prices.output
        + usage.cache_read * prices.cache_read
        + usage.cache_write * prices.cache_write
    ) / 1e6


class Context:
    """An agent's prompt as it grows, and how much of it is in the provider's cache.

    The cached prefix ends before the newest message: what is sent for the first time is written to the cache by the
    call after, unless it is large.
    """

    def __init__(self, system_tokens: int) -> None:
        self._system = system_tokens
        self._cached = 0
        self._uncached = system_tokens

    @property
    def tokens(self) -> int:
        """The prompt's length, the newest answer included."""
        return self._cached + self._uncached

    def ask(self, added: int, output: int) -> Usage:
        """Send the prompt with `added` tokens more and take the answer into it."""
        at_once = added if added >= LARGE_ADDITION else 0
        usage = Usage(added - at_once, output, self._cached, self._uncached + at_once)
        self._cached += usage.cache_write
        self._uncached = usage.input + output
        return usage

    def change_tools(self, added: int) -> None:
        """Add tools, which stand at the prompt's start: nothing of it is in the cache any more."""
        self._system += added
        self._cached, self._uncached = 0, self.tokens + added

    def compact(self, summary_tokens: int) -> int:
        """Replace the history by a summary and return the tokens saved. The system prompt stays cached."""
        before = self.tokens
        self._cached, self._uncached = min(self._cached, self._system), summary_tokens
        return before - self.tokens


class DemoAgent:
    """Plays the script into a collector.

    Args:
        collector: records what the agent does.
        speed: 1 takes about 50 seconds, infinity none.
        sleep: waits so many seconds; None waits for `stop` meanwhile.
        stop: when set, the session ends as interrupted.
        clock: measures how long things take, in seconds.

    Raises ValueError for a speed that is not above 0.
    """

    def __init__(
        self,
        collector: TraceCollector,
        *,
        speed: float = 1.0,
        sleep: Callable[[float], object] | None = None,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.collector = collector
        self.clock = clock
        self._stop = threading.Event() if stop is None else stop
        self._sleep = sleep or self._stop.wait
        self._pace = LIVE_PACE * speed

    def run(self) -> None:
        """Record the whole script as a session, or as much as there is time for until stopped."""
        self.collector.start_session(GOAL, MODEL, {"agent": "tracetop demo", "context_limit": CONTEXT_LIMIT})
        try:
            _Lane(self, MODEL, SYSTEM_TOKENS).play(SCRIPT)
        except _StoppedError:
            self.collector.end_session("interrupted")
        else:
            self.collector.end_session("complete")

    def wait(self, seconds: float) -> None:
        """Let so many seconds of the story pass. Raises `_StoppedError`."""
        self._sleep(seconds / self._pace)
        if self._stop.is_set():
            raise _StoppedError


class _StoppedError(Exception):
    """The agent was told to stop."""


class _Lane:
    """One agent of the session, the main one or a sub-agent: its prompt, its model, its iterations."""

    def __init__(self, agent: DemoAgent, model: str, system_tokens: int, agent_id: str = "", parent: str = "") -> None:
        self.tokens = 0
        self.cost = 0.0
        self._agent = agent
        self._model = model
        self._context = Context(system_tokens)
        self._messages = 1
        self._iteration = 0
        self._tag: dict[str, Any] = {"agent_id": agent_id} if agent_id else {}
        self._parent = parent or None

    def play(self, iterations: tuple[tuple[Step, ...], ...]) -> None:
        """Play these iterations, one after another."""
        for number, steps in enumerate(iterations, 1):
            self._iteration = number
            began = self._agent.clock()
            self._record("iteration_start")
            for step in steps:
                self._play(step)
            self._record("iteration_end", duration_ms=self._since(began))

    def _play(self, step: Step) -> None:
        match step:
            case Llm():
                self._call_llm(step)
            case Tool():
                self._call_tool(step)
            case SubAgent():
                self._delegate(step)
            case Note():
                self._record(step.kind, step.data)
                self._agent.wait(step.seconds)
            case BudgetCheck():
                self._check_budget()
            case Compaction():
                self._compact(step)
            case ToolsChange():
                self._record("mcp_connect", {"server": step.server, "tools": step.tools})
                self._context.change_tools(step.added)

    def _call_llm(self, step: Llm) -> None:
        began = self._agent.clock()
        request = self._ask()
        if step.overloaded:
            self._agent.wait(_FIRST_TOKEN_SECONDS)
            error = {"error": "Overloaded", "error_type": "overloaded_error", "status_code": 529}
            self._record("llm_error", error, parent=request, duration_ms=self._since(began))
            self._record("llm_retry", {"attempt": 2, "delay": _RETRY_SECONDS, "error": "Overloaded"}, parent=request)
            self._agent.wait(_RETRY_SECONDS)
            began = self._agent.clock()
            request = self._ask(attempt=2)
        self._agent.wait(_FIRST_TOKEN_SECONDS + step.output / _OUTPUT_PER_SECOND)
        usage = self._context.ask(step.added, step.output)
        cost = round(cost_of(self._model, usage), 6)
        self._messages += 1
        self.cost += cost
        self.tokens += usage.input + usage.output + usage.cache_read + usage.cache_write
        self._agent.collector.record_llm_response(
            cost=cost,
            duration_ms=self._since(began),
            iteration=self._iteration,
            model=self._model,
            input_tokens=usage.input,
            output_tokens=usage.output,
            cache_read_tokens=usage.cache_read,
            cache_write_tokens=usage.cache_write,
            parent_event_id=request.event_id,
            stop_reason=step.stop_reason,
            content=step.content,
            **self._tag,
        )

    def _ask(self, **extra: Any) -> TraceEvent:
        data = {"messages_count": self._messages, "model": self._model, **extra}
        return self._record("llm_request", data)

    def _call_tool(self, step: Tool) -> None:
        start, began = self._begin(step.name, step.args)
        self._agent.wait(step.seconds)
        took = self._since(began)
        if step.seconds > TOLD_SECONDS:
            took = max(took, step.seconds * 1000)
        outcome = {"error": step.error} if step.error else {"result": step.result}
        kind = "tool_error" if step.error else "tool_end"
        self._end(kind, step.name, step.args, outcome, start, took)

    def _delegate(self, step: SubAgent) -> None:
        args = {"task": step.task, "agent": step.agent_id}
        start, began = self._begin("task", args)
        spawn = self._tell(step, "spawn", start, {"task": step.task, "model": step.model})
        lane = _Lane(self._agent, step.model, step.system_tokens, step.agent_id, spawn.event_id)
        lane.play(step.iterations)
        spent = {"tokens": lane.tokens, "cost": round(lane.cost, 6), "duration_ms": self._since(began)}
        self._tell(step, "complete", start, {"result": step.result, "iterations": len(step.iterations), **spent})
        self._end("tool_end", "task", args, {"result": step.result}, start, self._since(began))

    def _tell(self, step: SubAgent, event_type: str, call: TraceEvent, data: Mapping[str, Any]) -> TraceEvent:
        record = self._agent.collector.record_subagent
        return record(step.agent_id, event_type, data, iteration=self._iteration, parent_event_id=call.event_id)

    def _check_budget(self) -> None:
        used = self._context.tokens / CONTEXT_LIMIT
        status = "warning" if used >= _WARNING_FRACTION else "ok"
        self._agent.collector.record_budget_check(status, round(used, 3), iteration=self._iteration)

    def _compact(self, step: Compaction) -> None:
        used = round(self._context.tokens / CONTEXT_LIMIT, 3)
        self._record("compaction_start", {"usage": used, "trigger": "context nearly full"})
        self._agent.wait(step.seconds)
        before, self._messages = self._messages, 3
        saved = self._context.compact(step.summary_tokens)
        self._agent.collector.record_compaction(before, self._messages, saved, iteration=self._iteration)

    def _begin(self, tool: str, args: Mapping[str, Any]) -> tuple[TraceEvent, float]:
        began = self._agent.clock()
        return self._record("tool_start", {"tool_name": tool, "args": args}), began

    def _end(
        self, kind: str, tool: str, args: Mapping[str, Any], outcome: Mapping[str, Any], start: TraceEvent, took: float
    ) -> None:
        self._messages += 1
        data = {"tool_name": tool, "args": args, **outcome}
        self._record(kind, data, parent=start, duration_ms=took)

    def _record(
        self,
        kind: str,
        data: Mapping[str, Any] | None = None,
        *,
        parent: TraceEvent | None = None,
        duration_ms: float | None = None,
    ) -> TraceEvent:
        return self._agent.collector.record(
            kind,
            {**self._tag, **(data or {})},
            iteration=self._iteration,
            parent_event_id=self._parent if parent is None else parent.event_id,
            duration_ms=duration_ms,
        )

    def _since(self, began: float) -> float:
        return round((self._agent.clock() - began) * 1000, 1)
