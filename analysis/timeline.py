"""The timeline: one line for people about every event, of any kind."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..collector.events import TraceEvent
from ..collector.inclusive_input import input_includes_cache
from ..collector.records import arguments_of
from . import figures
from .arguments import preview, short_path

Data = Mapping[str, Any]

_NUMBERED = re.compile(r"^ *(\d{1,7})(?:→|\t)", re.MULTILINE)
"""A line with its number before it, as tools that read files put it."""
_CUT = "…[+"
"""How the recorder ends what it keeps only the start of."""
_TAIL = 4_000


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
    for candidate in (event.duration_ms, event.data.get("duration_ms"), _metadata(event.data).get("duration_ms")):
        duration = None if candidate is None else _number(candidate)
        if duration is not None and duration >= 0:
            return duration
    return None


def summarize(event: TraceEvent) -> str:
    """One line about an event. Never fails, whatever its payload holds; the text is the trace's own, not yet safe."""
    summary = _SUMMARIES.get(event.kind) or (_swarm if event.kind.startswith("swarm_") else _other)
    return summary(_flat(event.data)) or event.kind.replace("_", " ")


def _flat(data: Data) -> Data:
    """The payload with what stands under `metadata` beside it: attocode's stream writer keeps its fields there."""
    metadata = _metadata(data)
    return {**metadata, **data} if metadata else data


def _metadata(data: Data) -> Data:
    metadata = data.get("metadata")
    return metadata if metadata is not None and isinstance(metadata, Mapping) else {}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _text(value: object, limit: int = 160) -> str:
    return preview(value, limit) if value is not None else ""


def _first(data: Data, *names: str) -> str:
    for name in names:
        value = data.get(name)
        if value is not None and value != "":
            return _text(value)
    return ""


def _join(*parts: str, by: str = " · ") -> str:
    return by.join(part for part in parts if part)


def _counted(data: Data, name: str, noun: str) -> str:
    number = _number(data.get(name))
    return "" if number is None else figures.count(int(number), noun)


def _share(data: Data, name: str) -> str:
    number = _number(data.get(name))
    return "" if number is None else figures.share(number)


def _tool(data: Data) -> str:
    return _first(data, "tool_name", "tool")


def _call(data: Data) -> str:
    return _join(_tool(data), preview(arguments_of(data)), by=" ")


def _session_start(data: Data) -> str:
    return _join(_first(data, "goal"), _first(data, "model")) or "session starts"


def _session_end(data: Data) -> str:
    return _join("session ends", _first(data, "status", "result"), _counted(data, "iterations", "iteration"))


def _iteration_start(data: Data) -> str:
    return _join("iteration starts", _first(data, "prompt"))


def _iteration_end(data: Data) -> str:
    return "iteration ends"


def _llm_request(data: Data) -> str:
    return _join("asks", _first(data, "model"), _counted(data, "messages_count", "message"), _attempt(data))


def _llm_response(data: Data) -> str:
    chunk = data.get("chunk_type")
    if chunk is not None:
        return f"… {_first(data, 'content', 'text', 'delta')}"
    if isinstance(data.get("whole"), Mapping):  # more became known of a call: it says what it took in all
        data = {**data, **data["whole"]}
    sent, *cache = (_number(data.get(name)) for name in ("input_tokens", "cache_read_tokens", "cache_write_tokens"))
    known = [number for number in (sent, *cache) if number is not None]
    if sent is not None and sent >= sum(known) - sent and input_includes_cache(_first(data, "model")):
        known = [sent]
    output, total, cost = (_number(data.get(name)) for name in ("output_tokens", "tokens", "cost"))
    amounts = ""
    if known or output is not None:
        bound = figures.at_least(figures.tokens(output), data.get("output_lower_bound") is True)
        amounts = f"{figures.tokens(sum(known) if known else None)} → {bound}"
    elif total is not None:
        amounts = f"{figures.tokens(total)} tokens"
    cached = _number(data.get("cache_read_tokens"))
    return _join(
        amounts,
        f"{figures.tokens(cached)} cached" if cached else "",
        figures.cost(cost) if cost is not None else "",
        _first(data, "model"),
        _first(data, "stop_reason") if data.get("stop_reason") not in (None, "tool_use", "end_turn") else "",
    ) or _first(data, "content", "text", "note", "message")


def _llm_error(data: Data) -> str:
    return _join(_first(data, "error", "message"), _first(data, "status_code"))


def _attempt(data: Data) -> str:
    number = _number(data.get("attempt"))
    return f"attempt {number:.0f}" if number is not None and number > 1 else ""


def _llm_retry(data: Data) -> str:
    delay = _number(data.get("delay"))
    wait = "" if delay is None else f"in {figures.duration(delay * 1000)}"
    number = _number(data.get("attempt"))
    return _join("retries", f"attempt {number:.0f}" if number is not None else "", wait, _first(data, "error"))


def _tool_end(data: Data) -> str:
    result = _numbered(data.get("result")) or _first(data, "result", "output", "message")
    return _join(_call(data), f"→ {result}" if result else "", by=" ")


def _numbered(result: object) -> str:
    """`lines 12–98` of a file that was read with line numbers before its lines; nothing of any other result."""
    if not isinstance(result, str) or not (first := _NUMBERED.match(result)) or _CUT in result[-_TAIL:]:
        return ""
    *_, last = _NUMBERED.findall(result[-_TAIL:]) or [first[1]]
    return f"line {last}" if last == first[1] else f"lines {first[1]}–{last}"


def _tool_error(data: Data) -> str:
    error = _first(data, "error", "result", "message")
    return _join(_call(data), f"→ {error}" if error else "", by=" ")


def _tool_approval(data: Data) -> str:
    approved = data.get("approved")
    verdict = "" if approved is None else "approved" if approved else "denied"
    waited = _number(data.get("waited_ms"))
    after = "" if waited is None else f"after {figures.duration(waited)}"
    return _join(_call(data), _join(verdict, after, by=" "), _first(data, "reason"))


def _budget(data: Data) -> str:
    used = _share(data, "usage_fraction")
    return _join("budget", f"{used} used" if used else "", _first(data, "status"), _first(data, "message", "reason"))


def _compaction_start(data: Data) -> str:
    return _join("compaction starts", _share(data, "usage"), _first(data, "trigger", "reason"))


def _compaction_end(data: Data) -> str:
    before, after = _number(data.get("messages_before")), _number(data.get("messages_after"))
    messages = "" if before is None or after is None else f"{before:.0f} → {after:.0f} messages"
    saved = _number(data.get("tokens_saved"))
    return _join("compacted", messages, "" if saved is None else f"{figures.tokens(saved)} tokens saved")


def _context_overflow(data: Data) -> str:
    return _join("context overflow", _counted(data, "truncations", "truncation"), _first(data, "message", "reason"))


def _subagent(verb: str) -> Callable[[Data], str]:
    def summary(data: Data) -> str:
        agent = _first(data, "agent_id", "agent", "name")
        spent = _number(data.get("tokens"))
        return _join(
            f"sub-agent {agent} {verb}".replace("  ", " "),
            _first(data, "task", "description", "error", "message", "result"),
            "" if spent is None else f"{figures.tokens(spent)} tokens",
        )

    return summary


def _swarm(data: Data) -> str:
    skipped = data.get("skipped")
    return _join(
        _first(data, "task_id"),
        _first(data, "agent_id"),
        _first(data, "decision", "message", "description", "cause", "error", "resolution"),
        _first(data, "reasoning", "evidence", "file_path"),
        f"skips {_text(skipped)}" if skipped else "",
        _counted(data, "tokens_used", "token"),
    )


def _swarm_step(verb: str) -> Callable[[Data], str]:
    def summary(data: Data) -> str:
        wave = data.get("wave")
        return _join(verb, "" if wave is None else f"wave {_text(wave)}", _swarm(data))

    return summary


def _plan_created(data: Data) -> str:
    steps = data.get("steps")
    count = figures.count(len(steps), "step") if isinstance(steps, list | tuple) else ""
    listed = ", ".join(_text(step, 40) for step in steps[:6]) if isinstance(steps, list | tuple) else _text(steps)
    return _join("plan", count, listed, _first(data, "plan", "goal"))


def _plan_step(verb: str) -> Callable[[Data], str]:
    return lambda data: _join(verb, _first(data, "step", "description", "title", "step_id", "index"))


def _quality_check(data: Data) -> str:
    score = _number(data.get("score"))
    return _join(
        "quality check",
        "" if score is None else f"score {score:g}",
        _first(data, "passed", "verdict", "message", "issues"),
    )


def _learning(data: Data) -> str:
    return _join("learned", _first(data, "text", "learning", "content", "message"))


def _error(data: Data) -> str:
    context = _first(data, "context")
    return _join(_first(data, "error_type"), _first(data, "error", "message"), context and f"while {context}", by=": ")


def _recovery(data: Data) -> str:
    return _join("recovers", _first(data, "strategy", "action", "message"))


def _mode_change(data: Data) -> str:
    before = _first(data, "from_mode", "from", "old_mode")
    after = _first(data, "to_mode", "to", "new_mode", "mode")
    return _join("mode", f"{before} → {after}" if before else after, by=" ")


def _mcp(verb: str) -> Callable[[Data], str]:
    return lambda data: _join(f"{_first(data, 'server', 'name')} {verb}".strip(), _counted(data, "tools", "tool"))


def _file_change(data: Data) -> str:
    added, removed = _number(data.get("added")), _number(data.get("removed"))
    lines = _join(
        f"+{added:.0f}" if added is not None else "", f"−{removed:.0f}" if removed is not None else "", by=" "
    )
    return _join(short_path(_first(data, "path", "file_path", "file")), lines, _first(data, "action", "operation"))


def _checkpoint(data: Data) -> str:
    return _join("checkpoint", _first(data, "checkpoint_id", "id", "name", "label"))


def _other(data: Data) -> str:
    if data.get("tool_name"):
        return _call(data)
    said = _first(data, "message", "text", "note", "name", "description", "decision", "content", "value")
    more = {name: value for name, value in data.items() if name not in ("metadata",)}
    return said or preview(more) or ""


_SUMMARIES: dict[str, Callable[[Data], str]] = {
    "session_start": _session_start,
    "session_end": _session_end,
    "iteration_start": _iteration_start,
    "iteration_end": _iteration_end,
    "llm_request": _llm_request,
    "llm_response": _llm_response,
    "llm_error": _llm_error,
    "llm_retry": _llm_retry,
    "tool_start": _call,
    "tool_end": _tool_end,
    "tool": _tool_end,
    "tool_error": _tool_error,
    "tool_approval": _tool_approval,
    "budget_check": _budget,
    "budget_warning": _budget,
    "budget_exhausted": _budget,
    "compaction_start": _compaction_start,
    "compaction_end": _compaction_end,
    "context_overflow": _context_overflow,
    "subagent_spawn": _subagent("spawned"),
    "subagent_complete": _subagent("done"),
    "subagent_error": _subagent("failed"),
    "subagent_timeout": _subagent("timed out"),
    "swarm_start": _swarm_step("swarm starts"),
    "swarm_complete": _swarm_step("swarm done"),
    "swarm_wave_start": _swarm_step("wave starts"),
    "swarm_wave_complete": _swarm_step("wave done"),
    "swarm_task_start": _swarm_step("task starts"),
    "swarm_task_complete": _swarm_step("task done"),
    "swarm_task_failed": _swarm_step("task failed"),
    "plan_created": _plan_created,
    "plan_step_start": _plan_step("step starts"),
    "plan_step_complete": _plan_step("step done"),
    "quality_check": _quality_check,
    "learning_proposed": _learning,
    "error": _error,
    "recovery": _recovery,
    "mode_change": _mode_change,
    "mcp_connect": _mcp("connected"),
    "mcp_disconnect": _mcp("disconnected"),
    "file_change": _file_change,
    "checkpoint": _checkpoint,
    "custom": _other,
}
"""A summary for each documented kind; any other kind gets `_other`, or its category's where it is a swarm's."""


def summarized_kinds() -> frozenset[str]:
    """The kinds that have a summary of their own."""
    return frozenset(_SUMMARIES)
