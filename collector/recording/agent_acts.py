"""What an agent does, told act by act: a method for each, with the payload that its kind of event has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from ..events import TraceEvent
from .plain_values import as_fields, as_number, as_payload, as_text, attempt

_BUCKET_ALIASES = {
    "input_tokens": ("input_tokens", "input"),
    "output_tokens": ("output_tokens", "output"),
    "cache_read_tokens": ("cache_read_tokens", "cache_read", "cache_read_input_tokens"),
    "cache_write_tokens": ("cache_write_tokens", "cache_write", "cache_creation_input_tokens"),
}
_LONG_WRITE_ALIASES = ("cache_write_1h_tokens", "cache_write_1h")
_LONG_WRITE_OF_ANTHROPIC = ("ephemeral_1h_input_tokens",)
_TOTAL_ALIASES = ("tokens", "total", "total_tokens")


class AgentActs(ABC):
    """Tells acts by `record()`. Like that, no method raises, whatever it is given."""

    _clock: Callable[[], float]

    @abstractmethod
    def record(
        self,
        kind: str,
        data: Mapping[str, Any] | None = None,
        *,
        iteration: int | None = None,
        parent_event_id: str | None = None,
        duration_ms: float | None = None,
        event_id: str | None = None,
        timestamp: float | None = None,
    ) -> TraceEvent: ...

    def record_llm_request(
        self,
        iteration: int | None = None,
        messages_count: int | None = None,
        model: str = "",
        *,
        parent_event_id: str | None = None,
    ) -> TraceEvent:
        """Record a request to a model: `llm_request`."""
        data = known(messages_count=messages_count, model=_name(model))
        return self.record("llm_request", data, iteration=iteration, parent_event_id=parent_event_id)

    def record_llm_response(
        self,
        tokens: float | Mapping[str, Any] | None = None,
        cost: float | None = None,
        duration_ms: float | None = None,
        *,
        iteration: int | None = None,
        model: str = "",
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cache_read_tokens: int | None = None,
        cache_write_tokens: int | None = None,
        parent_event_id: str | None = None,
        **extra: Any,
    ) -> TraceEvent:
        """Record a model's answer: `llm_response`.

        Args:
            tokens: the total, or buckets (`input`, `output`, `cache_read`, `cache_write`, each also with `_tokens`, and
                `total`) as a mapping or the provider's usage object. Buckets are disjoint: input excludes what came
                from the cache. `cache_write_1h` is the part of `cache_write` that is kept an hour.
            cost: dollars.
            duration_ms: milliseconds.
            iteration: the ReAct iteration the call belongs to.
            model: the model's name.
            input_tokens, output_tokens, cache_read_tokens, cache_write_tokens: a bucket each; they go before `tokens`.
            parent_event_id: the event this one belongs to, such as its request.
            extra: further payload fields.
        """
        took = as_number(duration_ms)
        buckets = (input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
        data = {**extra, **response_fields(model, tokens, cost, buckets), **known(duration_ms=took)}
        return self.record("llm_response", data, iteration=iteration, parent_event_id=parent_event_id, duration_ms=took)

    def record_tool_call(
        self,
        tool: str,
        args: object = None,
        result: object = None,
        duration: float | None = None,
        *,
        error: object = None,
        iteration: int | None = None,
        parent_event_id: str | None = None,
    ) -> TraceEvent:
        """Record a finished tool call as two linked events, and return the second.

        `tool_start` is back-dated by `duration` (milliseconds). `tool_end`, or `tool_error` when `error` (an exception
        or text) is given, has it as its parent.
        """
        now = self._clock()
        took = as_number(duration)
        began = now if took is None else max(0.0, now - max(0.0, took) / 1000)
        call = {"tool_name": as_text(tool), "args": {} if args is None else args}
        start = self.record("tool_start", call, iteration=iteration, parent_event_id=parent_event_id, timestamp=began)
        failed = error is not None
        outcome = error_fields(error) if failed else {"result": result}
        data = {**call, **outcome, **known(duration_ms=took)}
        kind = "tool_error" if failed else "tool_end"
        return self.record(
            kind, data, iteration=iteration, parent_event_id=start.event_id, duration_ms=took, timestamp=now
        )

    def record_budget_check(
        self,
        status: str,
        usage_fraction: float | None = None,
        *,
        iteration: int | None = None,
        parent_event_id: str | None = None,
    ) -> TraceEvent:
        """Record how much of a budget (0 to 1) is used; a warning or exhausted `status` chooses its own kind."""
        text = as_text(status)
        word = text.lower()
        if "exhaust" in word or "exceed" in word:
            kind = "budget_exhausted"
        else:
            kind = "budget_warning" if "warn" in word else "budget_check"
        return self.record(
            kind,
            known(status=text, usage_fraction=usage_fraction),
            iteration=iteration,
            parent_event_id=parent_event_id,
        )

    def record_compaction(
        self,
        messages_before: int | None = None,
        messages_after: int | None = None,
        tokens_saved: int | None = None,
        *,
        iteration: int | None = None,
        parent_event_id: str | None = None,
    ) -> TraceEvent:
        """Record a finished compaction of the context: `compaction_end`."""
        data = known(messages_before=messages_before, messages_after=messages_after, tokens_saved=tokens_saved)
        return self.record("compaction_end", data, iteration=iteration, parent_event_id=parent_event_id)

    def record_subagent(
        self,
        agent_id: str,
        event_type: str,
        data: Mapping[str, Any] | None = None,
        *,
        iteration: int | None = None,
        parent_event_id: str | None = None,
    ) -> TraceEvent:
        """Record what became of a subagent: `event_type` is spawn, complete, error or timeout."""
        what = as_text(event_type).removeprefix("subagent_")
        payload = {**as_payload(data), "agent_id": as_text(agent_id), "event_type": what}
        return self.record(f"subagent_{what}", payload, iteration=iteration, parent_event_id=parent_event_id)

    def record_error(
        self,
        error: object,
        context: object = "",
        iteration: int | None = None,
        *,
        parent_event_id: str | None = None,
    ) -> TraceEvent:
        """Record an error, an exception or text, and its context (text or a dict): `error`."""
        return self.record(
            "error",
            {**error_fields(error), "context": context},
            iteration=iteration,
            parent_event_id=parent_event_id,
        )


def response_fields(
    model: object, tokens: object, cost: object, buckets: tuple[int | None, int | None, int | None, int | None]
) -> dict[str, Any]:
    """What is known of a model's answer, as payload: model, `tokens` (the total), cost in dollars, and the buckets.

    `buckets` (input, output, cache read, cache write) go before what `tokens` says of the same.
    """
    fields = as_fields(tokens)
    given = {"tokens": tokens} if fields is None else fields
    amounts: dict[str, float] = {}
    for (name, aliases), value in zip(_BUCKET_ALIASES.items(), buckets, strict=True):
        number = as_number(value) if value is not None else _first_number(given, aliases)
        if number is not None:
            amounts[name] = number
    total = _first_number(given, _TOTAL_ALIASES)
    if total is None and amounts:
        total = sum(amounts.values())
    long = _long_write(given)
    return {
        **known(model=_name(model), tokens=total, cost=as_number(cost)),
        **amounts,
        **known(cache_write_1h_tokens=long),
    }


def _long_write(given: Mapping[str, Any]) -> float | None:
    """How much of what was written to the cache is kept there for an hour, which is dearer."""
    number = _first_number(given, _LONG_WRITE_ALIASES)
    creation = attempt(given.get, "cache_creation", None) if number is None else None
    fields = as_fields(creation) if creation is not None else None
    return number if fields is None else _first_number(fields, _LONG_WRITE_OF_ANTHROPIC)


def error_fields(error: object) -> dict[str, Any]:
    """An exception or a text as payload: `error` and `error_type`; `cancelled` where it is no failure of its own."""
    if not isinstance(error, BaseException):
        return {"error": as_text(error), "error_type": None}
    fields = {"error": as_text(error), "error_type": type(error).__name__}
    return fields if isinstance(error, Exception) else {**fields, "cancelled": True}


def known(**fields: Any) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def _name(value: object) -> str | None:
    return None if value is None else as_text(value) or None


def _first_number(given: Mapping[str, Any], aliases: tuple[str, ...]) -> float | None:
    for alias in aliases:
        number = as_number(attempt(given.get, alias, None))
        if number is not None:
            return number
    return None
