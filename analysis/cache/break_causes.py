"""Why the cache broke: the event that did it, by a fixed order of what may have, and how sure that is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .between import MCP, MODE, SYSTEM_FIELDS, TOOL_FIELDS, Between, EventOf
from .breaks import SHARED, SHRANK, SWITCHED, CacheBreaks


class BreakClass(StrEnum):
    """What may break the cache, in the order in which it is asked for."""

    COMPACTION = "compaction"
    TOOLS = "tools_change"
    SYSTEM = "system_change"
    MODEL = "model_switch"
    HISTORY = "history_rewritten"
    EXPIRY = "expiry"
    COLD = "cold_sub_agent"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure a cause is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


WORDS = {
    BreakClass.COMPACTION: "compaction",
    BreakClass.TOOLS: "tools changed",
    BreakClass.SYSTEM: "mode/system changed",
    BreakClass.MODEL: "model switch",
    BreakClass.HISTORY: "history rewritten",
    BreakClass.EXPIRY: "TTL ran out",
    BreakClass.COLD: "cold sub-agent",
    BreakClass.UNKNOWN: "unknown",
}
"""What each is called for people."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One possible cause: the event that did it, None where there is none to show, and how sure that is.

    `told_by` is the provider's own word, where it gave one.
    """

    kind: BreakClass
    culprit: int | None
    confidence: Confidence
    told_by: str = ""


UNKNOWN_CAUSE = Cause(BreakClass.UNKNOWN, None, Confidence.LOW)


class Causes:
    """The causes of the breaks of a session, each looked for once, when it is first asked for.

    Without `event_of` what only payloads tell is not known: the provider's reason, lists of tools, system prompts.
    """

    def __init__(self, breaks: CacheBreaks, event_of: EventOf | None = None) -> None:
        self._breaks = breaks
        self._event_of = event_of
        self._known: dict[int, tuple[Cause, ...]] = {}

    def of(self, index: int) -> tuple[Cause, ...]:
        """The cause of a break, and behind it what else may have been; always one at least."""
        known = self._known.get(index)
        if known is None:
            known = self._known[index] = tuple(causes_of(Between(self._breaks, index, self._event_of)))
        return known


def causes_of(between: Between) -> list[Cause]:
    """All causes that can be shown, the first in the order first; what the provider says goes before."""
    rules = (_cold,) if between.is_cold else _RULES
    found = [cause for cause in (rule(between) for rule in rules) if cause is not None]
    reason = between.reason
    if reason is None:
        return found or [UNKNOWN_CAUSE]
    kind = _BY_REASON.get(reason.word, BreakClass.UNKNOWN)
    if kind is BreakClass.UNKNOWN and not reason.says_why:
        return found or [UNKNOWN_CAUSE]
    same = next((cause for cause in found if cause.kind is kind), None)
    # A compaction rewrites the messages: it is what the provider then means.
    if kind is BreakClass.HISTORY and same is None:
        same = next((cause for cause in found if cause.kind is BreakClass.COMPACTION), None)
    culprit = same.culprit if same is not None else between.last if between.request is None else between.request
    told = Cause(kind if same is None else same.kind, culprit, Confidence.HIGH, reason.word)
    return [told, *(cause for cause in found if cause is not same)]


def _compacted(between: Between) -> Cause | None:
    event = between.compaction()
    return None if event is None else Cause(BreakClass.COMPACTION, event, Confidence.HIGH)


def _tools(between: Between) -> Cause | None:
    """Lists of tools that differ prove it; an MCP server that came or went makes it likely, unless they are alike."""
    changed = between.changed(TOOL_FIELDS)
    lanes = between.session.events.lane
    server = between.newest(MCP, (lanes[between.last], 0))
    if changed:
        return Cause(BreakClass.TOOLS, between.request if server is None else server, Confidence.HIGH)
    if changed is None and server is not None:
        return Cause(BreakClass.TOOLS, server, Confidence.MEDIUM)
    return None


def _system(between: Between) -> Cause | None:
    changed = between.changed(SYSTEM_FIELDS)
    mode = between.newest(MODE, (between.session.events.lane[between.last],))
    if changed or (changed is None and mode is not None):
        return Cause(BreakClass.SYSTEM, between.request if mode is None else mode, Confidence.HIGH)
    return None


def _model(between: Between) -> Cause | None:
    if not between.traits & SWITCHED:
        return None
    return Cause(BreakClass.MODEL, between.last if between.request is None else between.request, Confidence.HIGH)


def _history(between: Between) -> Cause | None:
    if not between.traits & SHRANK or between.compaction() is not None:
        return None
    return Cause(BreakClass.HISTORY, between.last if between.request is None else between.request, Confidence.MEDIUM)


def _expired(between: Between) -> Cause | None:
    limits, pause = between.limits, between.pause
    if not pause > limits.short_life or between.is_gone:
        return None
    return _expiry(between)


def _all_expired(between: Between) -> Cause | None:
    """Nothing at all is left after a pause: a rewritten history would have left what stands before it."""
    return _expiry(between) if between.is_gone else None


def _expiry(between: Between) -> Cause:
    limits, pause = between.limits, between.pause
    confidence = Confidence.HIGH if pause > limits.long_life else Confidence.MEDIUM
    return Cause(BreakClass.EXPIRY, between.first, confidence)


def _cold(between: Between) -> Cause | None:
    lane, agents = between.session.events.lane[between.last], between.session.agents
    spawn = next(_spawns_before(between.last, lane, agents), None)
    return Cause(BreakClass.COLD, spawn, Confidence.MEDIUM if between.traits & SHARED else Confidence.LOW)


def _spawns_before(event: int, lane: int, agents: Any) -> Iterator[int]:
    for row in range(bisect_left(agents.event, event) - 1, -1, -1):
        if agents.lane[row] == lane and agents.announced[row]:
            yield agents.event[row]


_RULES: tuple[Callable[[Between], Cause | None], ...] = (
    _compacted,
    _tools,
    _system,
    _model,
    _all_expired,
    _history,
    _expired,
)
"""What is asked for, in this order; of the first response of a sub-agent only whether it was cold."""

_BY_REASON = {
    "model_changed": BreakClass.MODEL,
    "system_changed": BreakClass.SYSTEM,
    "instructions_changed": BreakClass.SYSTEM,
    "reasoning_effort_changed": BreakClass.SYSTEM,
    "verbosity_changed": BreakClass.SYSTEM,
    "text_format_changed": BreakClass.SYSTEM,
    "tools_changed": BreakClass.TOOLS,
    "messages_changed": BreakClass.HISTORY,
    "input_changed": BreakClass.HISTORY,
    "context_compacted": BreakClass.COMPACTION,
    "cache_expired": BreakClass.EXPIRY,
}
"""What providers' own reasons mean."""
