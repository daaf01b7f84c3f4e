"""The timeline: one line for people about every event, of any kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...collector.events import TraceEvent
from ..arguments import preview
from . import agents, calls, session
from .payload_text import Data, first, flat, metadata_of, number_of


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event of the timeline: epoch seconds, kind, iteration, a line about it, milliseconds, payload."""

    timestamp: float
    event_kind: str
    iteration: int | None
    summary: str
    duration_ms: float | None
    data: Data


def entry(event: TraceEvent, iteration: int | None = None) -> TimelineEntry:
    """The timeline entry of an event; `iteration` is where it was placed, if it does not say so itself."""
    return TimelineEntry(
        timestamp=event.timestamp,
        event_kind=event.kind,
        iteration=event.iteration if event.iteration is not None else iteration,
        summary=summarize(event),
        duration_ms=duration_of(event),
        data=event.data,
    )


def duration_of(event: TraceEvent) -> float | None:
    """How long the event says it took, in milliseconds, wherever its writer put that."""
    for candidate in (event.duration_ms, event.data.get("duration_ms"), metadata_of(event.data).get("duration_ms")):
        duration = None if candidate is None else number_of(candidate)
        if duration is not None and duration >= 0:
            return duration
    return None


def summarize(event: TraceEvent) -> str:
    """One line about an event. Never fails, whatever its payload holds; the text is the trace's own, not yet safe."""
    summary = _SUMMARIES.get(event.kind) or (agents.swarm if event.kind.startswith("swarm_") else _other)
    return summary(flat(event.data)) or event.kind.replace("_", " ")


def _other(data: Data) -> str:
    if data.get("tool_name"):
        return calls.call(data)
    said = first(data, "message", "text", "note", "name", "description", "decision", "content", "value")
    more = {name: value for name, value in data.items() if name not in ("metadata",)}
    return said or preview(more) or ""


_SUMMARIES: dict[str, Callable[[Data], str]] = {
    "session_start": session.session_start,
    "session_end": session.session_end,
    "iteration_start": session.iteration_start,
    "iteration_end": session.iteration_end,
    "llm_request": calls.llm_request,
    "llm_response": calls.llm_response,
    "llm_error": calls.llm_error,
    "llm_retry": calls.llm_retry,
    "tool_start": calls.call,
    "tool_end": calls.tool_end,
    "tool": calls.tool_end,
    "tool_error": calls.tool_error,
    "tool_approval": calls.tool_approval,
    "budget_check": session.budget,
    "budget_warning": session.budget,
    "budget_exhausted": session.budget,
    "compaction_start": session.compaction_start,
    "compaction_end": session.compaction_end,
    "context_overflow": session.context_overflow,
    "subagent_spawn": agents.subagent("spawned"),
    "subagent_complete": agents.subagent("done"),
    "subagent_error": agents.subagent("failed"),
    "subagent_timeout": agents.subagent("timed out"),
    "swarm_start": agents.swarm_step("swarm starts"),
    "swarm_complete": agents.swarm_step("swarm done"),
    "swarm_wave_start": agents.swarm_step("wave starts"),
    "swarm_wave_complete": agents.swarm_step("wave done"),
    "swarm_task_start": agents.swarm_step("task starts"),
    "swarm_task_complete": agents.swarm_step("task done"),
    "swarm_task_failed": agents.swarm_step("task failed"),
    "plan_created": agents.plan_created,
    "plan_step_start": agents.plan_step("step starts"),
    "plan_step_complete": agents.plan_step("step done"),
    "quality_check": session.quality_check,
    "learning_proposed": session.learning,
    "error": session.error,
    "recovery": session.recovery,
    "mode_change": session.mode_change,
    "mcp_connect": session.mcp("connected"),
    "mcp_disconnect": session.mcp("disconnected"),
    "file_change": session.file_change,
    "checkpoint": session.checkpoint,
    "custom": _other,
}
"""A summary for each documented kind; any other kind gets `_other`, or its category's where it is a swarm's."""


def summarized_kinds() -> frozenset[str]:
    """The kinds that have a summary of their own."""
    return frozenset(_SUMMARIES)
