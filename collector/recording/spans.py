"""Spans: `with` blocks that record a start and an end, how long it took, and what went wrong.

Events recorded inside one, in the same thread or asyncio task, are linked to it. The exception that leaves a span is
recorded and goes on its way.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, overload

from ..events import TraceEvent
from .agent_acts import AgentActs, error_fields, known, response_fields
from .plain_values import as_int, as_payload, as_text, attempt
from .scope import Scope, current_scope, leave, scope_of
from .traced import traced

P = ParamSpec("P")
R = TypeVar("R")

_TOLD = "__tracetop_told__"


class Span:
    """One `with` block of a collector's. `data` is added to the payload of the event that ends it."""

    def __init__(self, recorder: RecordingSpans, iteration: int | None = None) -> None:
        self.data: dict[str, Any] = {}
        self.event_id = ""
        """The id of the event that began it."""
        self._recorder = recorder
        self._iteration = iteration
        self._began_in: int | None = None
        self._scope: Scope | None = None
        self._began = 0.0

    def __enter__(self) -> Self:
        recorder = self._recorder
        self._began = recorder._stopwatch()
        around = recorder._scope()
        agent_id = None if around is None else around.agent_id
        start = self._start(agent_id)
        self.event_id, self._began_in = start.event_id, start.iteration
        self._scope = self._inner(start, agent_id)
        current_scope.set(self._scope)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        scope = self._scope
        if scope is None:
            return
        leave(scope)
        took = (self._recorder._stopwatch() - self._began) * 1000
        self._end(error, took)

    def step_out(self) -> None:
        """Stay open, but no longer around what is recorded here: for a span that other code runs in between."""
        if self._scope is not None:
            leave(self._scope)

    def _inner(self, start: TraceEvent, agent_id: str | None) -> Scope:
        """The scope of what is recorded inside."""
        return Scope(self._recorder, start.event_id, start.iteration, agent_id, current_scope.get())

    @abstractmethod
    def _start(self, agent_id: str | None) -> TraceEvent: ...

    @abstractmethod
    def _end(self, error: BaseException | None, took: float) -> None: ...

    def _finish(self, kind: str, data: dict[str, Any], took: float) -> None:
        """Write the event that ends the span, for the agent that began it and in the iteration it began in."""
        agent_id = None if self._scope is None else self._scope.agent_id
        if agent_id is not None:
            data.setdefault("agent_id", agent_id)
        extra = self.data if isinstance(self.data, dict) else as_payload(self.data)
        data = {**extra, **data, "duration_ms": took}
        self._recorder.record(kind, data, iteration=self._began_in, parent_event_id=self.event_id, duration_ms=took)


class IterationSpan(Span):
    """An iteration; `number` is its own."""

    def __init__(self, recorder: RecordingSpans, number: int | None) -> None:
        super().__init__(recorder)
        self.number = number

    def _start(self, agent_id: str | None) -> TraceEvent:
        self.number = self._recorder._number_iteration(agent_id, self.number)
        return self._recorder.record("iteration_start", iteration=self.number)

    def _inner(self, start: TraceEvent, agent_id: str | None) -> Scope:
        scope = super()._inner(start, agent_id)
        self._recorder._open_iterations[id(scope)] = scope
        return scope

    def _end(self, error: BaseException | None, took: float) -> None:
        self._recorder._open_iterations.pop(id(self._scope), None)
        outcome: dict[str, Any] = {}
        if error is not None:
            outcome = error_fields(error)
            outcome["status"] = "cancelled" if "cancelled" in outcome else "error"
            if "cancelled" not in outcome and not was_told(error):
                self._recorder.record_error(error, "", self.number, parent_event_id=self.event_id)
                mark_told(error)
        self._finish("iteration_end", outcome, took)


class LlmCall(Span):
    """A call of a model: set `tokens` (a total, or buckets), `cost` in dollars and what else is known of the answer.

    `error`, an exception or text, makes it a failed call without an exception.
    """

    def __init__(self, recorder: RecordingSpans, request: dict[str, Any], iteration: int | None) -> None:
        super().__init__(recorder, iteration)
        self.model: str = request.get("model", "")
        self.tokens: Any = None
        self.cost: float | None = None
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.cache_read_tokens: int | None = None
        self.cache_write_tokens: int | None = None
        self.error: object = None
        self._request = request

    def _start(self, agent_id: str | None) -> TraceEvent:
        return self._recorder.record("llm_request", self._request, iteration=self._iteration)

    def _end(self, error: BaseException | None, took: float) -> None:
        failure = self.error if error is None else error
        if failure is not None:
            self._finish("llm_error", {**known(model=self.model or None), **error_fields(failure)}, took)
            mark_told(failure)
            return
        buckets = (self.input_tokens, self.output_tokens, self.cache_read_tokens, self.cache_write_tokens)
        data = response_fields(self.model, self.tokens, self.cost, buckets)
        self._finish("llm_response", data, took)


class ToolCall(Span):
    """A call of a tool: set `result`, or `error` (an exception or text) for a failure without an exception.

    As a decorator, it is a name for the calls of a function: `@collector.tool("read_file")`.
    """

    def __init__(self, recorder: RecordingSpans, name: object, args: object, iteration: int | None) -> None:
        super().__init__(recorder, iteration)
        self.result: object = None
        self.error: object = None
        self._call = {"tool_name": as_text(name), "args": {} if args is None else args}

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        recorder, name, iteration = self._recorder, self._call["tool_name"], self._iteration
        return traced(function, lambda args: ToolCall(recorder, name, args, iteration))

    def _start(self, agent_id: str | None) -> TraceEvent:
        return self._recorder.record("tool_start", self._call, iteration=self._iteration)

    def _end(self, error: BaseException | None, took: float) -> None:
        failure = self.error if error is None else error
        outcome = {"result": self.result} if failure is None else error_fields(failure)
        self._finish("tool_end" if failure is None else "tool_error", {**self._call, **outcome}, took)
        mark_told(failure)


class SubagentSpan(Span):
    """A sub-agent's work: what is recorded inside is its own, and counts its own iterations."""

    def __init__(
        self, recorder: RecordingSpans, agent_id: object, data: Mapping[str, Any] | None, iteration: int | None
    ) -> None:
        super().__init__(recorder, iteration)
        self.agent_id = as_text(agent_id)
        self._given = as_payload(data)

    def _start(self, agent_id: str | None) -> TraceEvent:
        return self._recorder.record_subagent(self.agent_id, "spawn", self._given, iteration=self._iteration)

    def _inner(self, start: TraceEvent, agent_id: str | None) -> Scope:
        return Scope(self._recorder, start.event_id, None, self.agent_id, current_scope.get())

    def _end(self, error: BaseException | None, took: float) -> None:
        what = "complete" if error is None else "timeout" if isinstance(error, TimeoutError) else "error"
        outcome = {} if error is None else error_fields(error)
        data = {**outcome, "agent_id": self.agent_id, "event_type": what}
        self._finish(f"subagent_{what}", data, took)


class RecordingSpans(AgentActs):
    """The spans of a collector. None of them raises anything of its own."""

    _stopwatch: Callable[[], float]
    _open_iterations: dict[int, Scope]
    _iteration_numbers: dict[str | None, int]

    def iteration(self, number: int | None = None) -> IterationSpan:
        """An iteration: `iteration_start`, then `iteration_end`. Without a number it has the agent's next one."""
        return IterationSpan(self, number)

    def llm(
        self, model: str = "", *, messages_count: int | None = None, iteration: int | None = None, **extra: Any
    ) -> LlmCall:
        """A call of a model: `llm_request`, then `llm_response` with what was set on the call, or `llm_error`.

        `extra` are further fields of the request's payload.
        """
        request = {**extra, **known(model=as_text(model) or None, messages_count=messages_count)}
        return LlmCall(self, request, iteration)

    @overload
    def tool(self, name: str, args: object = None, *, iteration: int | None = None) -> ToolCall: ...

    @overload
    def tool(self, name: Callable[P, R]) -> Callable[P, R]: ...

    def tool(self, name: Any, args: object = None, *, iteration: int | None = None) -> Any:
        """A call of a tool: `tool_start`, then `tool_end` with its `result`, or `tool_error`.

        As a decorator, `@collector.tool` or `@collector.tool("name")`, it records every call of a function, also of an
        async one or a generator, with its arguments by name and what it returns.
        """
        if callable(name):
            return ToolCall(self, getattr(name, "__name__", name), args, iteration)(name)
        return ToolCall(self, name, args, iteration)

    def subagent(
        self, agent_id: str, data: Mapping[str, Any] | None = None, *, iteration: int | None = None
    ) -> SubagentSpan:
        """A sub-agent's work: `subagent_spawn`, then `subagent_complete`, `_error`, or `_timeout` on a TimeoutError."""
        return SubagentSpan(self, agent_id, data, iteration)

    def _scope(self) -> Scope | None:
        """The span that code here stands in. A thread of its own stands in the main agent's iteration, if one is open
        and no other agent's is."""
        scope = scope_of(self)
        if scope is None and self._open_iterations:
            candidates = list(self._open_iterations.values())
            if len(candidates) == 1 and candidates[0].agent_id is None:
                return candidates[0]
        return scope

    def _number_iteration(self, agent_id: str | None, number: int | None) -> int:
        """The number an iteration gets: the given one, else the one after the agent's last."""
        given = as_int(number)
        self._iteration_numbers[agent_id] = self._iteration_numbers.get(agent_id, 0) + 1 if given is None else given
        return self._iteration_numbers[agent_id]


def mark_told(error: object) -> None:
    """Remember of an exception that an event says it, so that no span or log handler further out says it again."""
    if isinstance(error, BaseException):
        attempt(lambda e: setattr(e, _TOLD, True), error, None)


def was_told(error: object) -> bool:
    """Whether an event says this exception already; of a group, each of its members."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(was_told, error.exceptions))
    return attempt(lambda e: getattr(e, _TOLD, False) is True, error, False)
