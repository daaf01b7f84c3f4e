"""Calls of models. A call is several records, a block of its answer on each, with the same message id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...events import TraceEvent
from ..translator import Record
from .journal import Agent, Journal
from .records import blocks, count, known, number, part, text
from .tools import Tools

SYNTHETIC = "<synthetic>"
_DONE = "end_turn"
"""Why an answer stopped that asks for no tool."""
_FAST = "fast"
_BUCKETS = {
    "input_tokens": "input_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
    "output_tokens": "output_tokens",
}
_NOT_IN_SUM = ("advisor_message", "compaction")
"""The parts of a call that its usage does not add up: calls of models of their own."""


@dataclass(slots=True)
class Call:
    """A call that was answered, as far as it was read: what it took is that of its record of the largest output."""

    event_id: str
    agent: Agent
    iteration: int
    model: str
    asked_at: float
    tokens: dict[str, int]
    is_bound: bool
    pieces: int = 1


class Calls:
    """The calls of all agents, by message id: copies of a record in other files add nothing."""

    def __init__(self, journal: Journal, tools: Tools) -> None:
        self._journal = journal
        self._tools = tools
        self._calls: dict[str, Call] = {}
        self._elsewhere: set[int] = set()
        """The calls that count in another session, by the hashes of their ids."""

    def count_elsewhere(self, message: Mapping[str, Any]) -> None:
        """An answer is another session's: whatever else says its id adds nothing."""
        self._elsewhere.add(hash(text(message, "id")))

    def answered(self, record: Record, agent: Agent) -> Iterator[TraceEvent]:
        """A block of an answer was written."""
        message = part(record, "message")
        model = text(message, "model")
        if model == SYNTHETIC:
            yield from self._not_answered(record, message, agent)
            return
        message_id = text(message, "id") or text(record, "requestId") or text(record, "uuid")
        if not message_id or not ("usage" in message or model):
            self._journal.skip("assistant: no message")
            return
        call = self._calls.get(message_id)
        if call is None and hash(message_id) in self._elsewhere:
            self._journal.merged.duplicates += 1
            return
        if call is None:
            yield from self._first(message_id, model, record, message, agent)
        else:
            agent = call.agent
            yield from self._more(call, model, message)
        call = self._calls[message_id]
        for block in blocks(message.get("content")):
            yield from self._tools.block(block, agent, call.iteration, call.event_id)
        if text(message, "stop_reason") == _DONE and not agent.running:
            yield from self._journal.end_turn(agent, f"{message_id}:turn_end")

    def _first(
        self, message_id: str, model: str, record: Record, message: Mapping[str, Any], agent: Agent
    ) -> Iterator[TraceEvent]:
        journal = self._journal
        asked_at = min(journal.time, journal.time if agent.given is None else agent.given)
        if not agent.asked:
            yield from journal.ask(agent, time=asked_at)
        usage = part(message, "usage")
        tokens = _tokens(usage)
        model = _charged_as(model, usage)
        stop_reason = text(message, "stop_reason")
        call = Call(message_id, agent, agent.iteration, model, asked_at, dict(tokens), not stop_reason)
        self._calls[message_id] = call
        data = {
            **known(model=model, stop_reason=stop_reason, **_said(message)),
            **tokens,
            **known(
                cache_write_1h_tokens=_written_1h(usage) if "cache_write_tokens" in tokens else None,
                output_lower_bound=True if call.is_bound else None,
                thinking_tokens=part(usage, "output_tokens_details").get("thinking_tokens"),
                service_tier=text(usage, "service_tier"),
                speed=text(usage, "speed"),
                request_id=text(record, "requestId"),
                effort=text(record, "effort"),
                skill=text(record, "attributionSkill"),
                cache_miss_reason=text(part(part(message, "diagnostics"), "cache_miss_reason"), "type"),
            ),
        }
        yield journal.event(
            "llm_response",
            message_id,
            agent,
            data,
            iteration=call.iteration,
            parent=agent.asked,
            duration_ms=_milliseconds(asked_at, journal.time),
        )
        agent.asked, agent.has_failed = "", False
        yield from self._beside(message_id, usage, call)

    def _more(self, call: Call, model: str, message: Mapping[str, Any]) -> Iterator[TraceEvent]:
        """The next record of a call: its usage says the same again, or more than before."""
        usage = part(message, "usage")
        tokens, stop_reason = _tokens(usage), text(message, "stop_reason")
        grown = {name: max(0, told - call.tokens.get(name, 0)) for name, told in tokens.items()}
        added = {name: more for name, more in grown.items() if more or name == "output_tokens"}
        for name, more in grown.items():
            call.tokens[name] = call.tokens.get(name, 0) + more
        is_final = bool(stop_reason) and call.is_bound
        call.is_bound = call.is_bound and not is_final
        call.pieces += 1
        data = {
            **known(model=_charged_as(model, usage) or call.model, stop_reason=stop_reason, **_said(message)),
            "revises": call.event_id,
            **added,
            **({"output_lower_bound": False} if is_final else {}),
            "whole": {**call.tokens, **({"output_lower_bound": True} if call.is_bound else {})},
        }
        yield self._journal.event(
            "llm_response",
            f"{call.event_id}+{call.pieces}",
            call.agent,
            data,
            iteration=call.iteration,
            parent=call.event_id,
            duration_ms=_milliseconds(call.asked_at, self._journal.time),
        )

    def _beside(self, message_id: str, usage: Mapping[str, Any], call: Call) -> Iterator[TraceEvent]:
        """Calls of other models that the provider made within this one and that its usage leaves out."""
        for place, each in enumerate(blocks(usage.get("iterations"))):
            if each.get("type") in _NOT_IN_SUM:
                data = {
                    **known(model=text(each, "model") or call.model, made_for=text(each, "type")),
                    **_tokens(each),
                    "cache_write_1h_tokens": _written_1h(each),
                }
                event_id = f"{message_id}:{text(each, 'type')}{place}"
                yield self._journal.event("llm_response", event_id, call.agent, data, iteration=call.iteration)

    def _not_answered(self, record: Record, message: Mapping[str, Any], agent: Agent) -> Iterator[TraceEvent]:
        """Claude Code itself wrote what stands for an answer: no model was called, or the call failed."""
        if record.get("isApiErrorMessage") is not True:
            self._journal.skip("synthetic message")
            yield from self._journal.end_iteration(agent)
            return
        said = _said(message).get("text")
        told = known(error=said, error_type=text(record, "error"), status_code=record.get("apiErrorStatus"))
        yield from self.failed(text(record, "uuid"), told, agent)

    def failed(self, event_id: str, told: Mapping[str, Any], agent: Agent) -> Iterator[TraceEvent]:
        """A call failed for good. Told again before the next is made, it is the same failure."""
        if agent.has_failed:
            self._journal.merged.duplicates += 1
            return
        number = agent.iteration if agent.is_open else None
        yield self._journal.event("llm_error", f"{event_id}:error", agent, told, iteration=number)
        yield from self._journal.end_iteration(agent)
        agent.has_failed = True


def _charged_as(model: str, usage: Record) -> str:
    """The name by which a model is charged: one that was asked to hurry has another price, and a cache of its own."""
    return f"{model}-{_FAST}" if model and text(usage, "speed") == _FAST else model


def _tokens(usage: Record) -> dict[str, int]:
    """The buckets that a usage tells of; one that it does not is unknown."""
    found = ((name, number(usage, told)) for name, told in _BUCKETS.items())
    return {name: int(tokens) for name, tokens in found if tokens is not None}


def _written_1h(usage: Record) -> int:
    return count(part(usage, "cache_creation"), "ephemeral_1h_input_tokens")


def _said(message: Record) -> dict[str, str]:
    """The text and the thoughts of an answer, without its signatures."""
    found: dict[str, str] = {}
    for block in blocks(message.get("content")):
        kind = text(block, "type")
        if kind in ("text", "thinking") and text(block, kind).strip():
            found[kind] = f"{found[kind]}\n{text(block, kind)}" if kind in found else text(block, kind)
    return found


def _milliseconds(start: float, end: float) -> float:
    return round(max(0.0, end - start) * 1000.0, 3)
