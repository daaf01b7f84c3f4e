"""Why the cache broke: the event that did it, by a fixed order of what may have, and how sure that is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...collector.events import TraceEvent
from ...collector.kinds import KINDS
from ..fold.columns import NONE, OPENS_CALL
from ..fold.joins import MOST_BETWEEN
from .breaks import COLD, SHARED, SHRANK, SWITCHED, CacheBreaks
from .provider_reasons import MissReason, miss_reason

if TYPE_CHECKING:
    from ..fold.session import Session

EventOf = Callable[[int], TraceEvent]
"""Gives an event with its payload, by its number."""

_MOST_LOOKED_AT = 64
"""Events of a kind between two responses that are looked at, the newest first."""
_COMPACTIONS = bytes(KINDS.index(kind) for kind in ("compaction_end", "context_overflow"))
_MCP = bytes(KINDS.index(kind) for kind in ("mcp_disconnect", "mcp_connect"))
_MODE = bytes((KINDS.index("mode_change"),))
_TOOL_FIELDS = ("tools", "tool_names", "tools_hash", "tool_count", "tools_count")
_SYSTEM_FIELDS = ("system", "system_prompt", "system_hash", "system_prompt_hash")


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
            known = self._known[index] = tuple(causes_of(_Between(self._breaks, index, self._event_of)))
        return known


def causes_of(between: _Between) -> list[Cause]:
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
    culprit = between.request if same is None else same.culprit
    told = Cause(kind if same is None else same.kind, culprit, Confidence.HIGH, reason.word)
    return [told, *(cause for cause in found if cause is not same)]


class _Between:
    """What lies between a response that broke the cache and the one it is held against."""

    def __init__(self, breaks: CacheBreaks, index: int, event_of: EventOf | None) -> None:
        self.session: Session = breaks.session
        self.limits = breaks.limits
        self.traits = breaks.traits[index]
        self.first = breaks.previous[index]
        self.last = breaks.events[index]
        self._event_of = event_of

    @property
    def is_cold(self) -> bool:
        return bool(self.traits & COLD)

    @cached_property
    def pause(self) -> float:
        """Seconds between the two responses, NaN unknown."""
        times = self.session.events.time
        return times[self.last] - times[self.first]

    @cached_property
    def is_gone(self) -> bool:
        """Whether nothing at all was read after a pause in which the cache may have run out."""
        llm = self.session.llm
        row = llm.rows(self.last)
        read = llm.sum_read[row] - (llm.sum_read[row - 1] if row else 0)
        return not read and self.pause > self.limits.short_life

    @cached_property
    def request(self) -> int | None:
        """The request that was answered by the response that broke the cache."""
        return _request_of(self.session, self.last)

    @cached_property
    def reason(self) -> MissReason | None:
        """Why the provider says that the cache missed."""
        return miss_reason(self._data(self.last))

    def newest(self, kinds: bytes, lanes: tuple[int, ...]) -> int | None:
        """The newest event of these kinds in these lanes."""
        events = self.session.events
        found = []
        for kind in kinds:
            end = self.last
            for _ in range(_MOST_LOOKED_AT):
                end = events.kind.rfind(kind, self.first + 1, end)
                if end < 0:
                    break
                if events.lane[end] in lanes:
                    found.append(end)
                    break
        return max(found, default=None)

    def compaction(self) -> int | None:
        """The newest compaction of the lane: its first event, else its end, else an emergency truncation."""
        compactions, lanes = self.session.compactions, self.session.events.lane
        start, end = bisect_right(compactions, self.first), bisect_left(compactions, self.last)
        for event in reversed(compactions[max(start, end - _MOST_LOOKED_AT) : end]):
            if lanes[event] == lanes[self.last]:
                return event
        return self.newest(_COMPACTIONS, (lanes[self.last],))

    def changed(self, fields: tuple[str, ...]) -> bool | None:
        """Whether the two requests differ in what they say of something; None where either says nothing."""
        if self._requests is None:
            return None
        then, now = self._requests
        for name in fields:
            if name in then and name in now:
                return bool(then[name] != now[name])
        return None

    @cached_property
    def _requests(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What the two requests say of tools and system prompt."""
        before = None if self.is_cold else _request_of(self.session, self.first)
        if self.request is None or before is None:
            return None
        return self._said(before), self._said(self.request)

    def _said(self, event: int) -> dict[str, Any]:
        data, said = self._data(event), dict[str, Any]()
        for place in (data.get("metadata"), data):
            if isinstance(place, Mapping):
                said.update((name, place[name]) for name in (*_TOOL_FIELDS, *_SYSTEM_FIELDS) if name in place)
        messages = data.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        if "system" not in said and isinstance(first, Mapping) and first.get("role") == "system":
            said["system"] = first.get("content")
        return said

    def _data(self, event: int) -> Mapping[str, Any]:
        return {} if self._event_of is None else self._event_of(event).data


def _compacted(between: _Between) -> Cause | None:
    event = between.compaction()
    return None if event is None else Cause(BreakClass.COMPACTION, event, Confidence.HIGH)


def _tools(between: _Between) -> Cause | None:
    """Lists of tools that differ prove it; an MCP server that came or went makes it likely, unless they are alike."""
    changed = between.changed(_TOOL_FIELDS)
    lanes = between.session.events.lane
    server = between.newest(_MCP, (lanes[between.last], 0))
    if changed:
        return Cause(BreakClass.TOOLS, between.request if server is None else server, Confidence.HIGH)
    if changed is None and server is not None:
        return Cause(BreakClass.TOOLS, server, Confidence.MEDIUM)
    return None


def _system(between: _Between) -> Cause | None:
    changed = between.changed(_SYSTEM_FIELDS)
    mode = between.newest(_MODE, (between.session.events.lane[between.last],))
    if changed or (changed is None and mode is not None):
        return Cause(BreakClass.SYSTEM, between.request if mode is None else mode, Confidence.HIGH)
    return None


def _model(between: _Between) -> Cause | None:
    if not between.traits & SWITCHED:
        return None
    return Cause(BreakClass.MODEL, between.last if between.request is None else between.request, Confidence.HIGH)


def _history(between: _Between) -> Cause | None:
    if not between.traits & SHRANK or between.compaction() is not None:
        return None
    return Cause(BreakClass.HISTORY, between.last if between.request is None else between.request, Confidence.MEDIUM)


def _expired(between: _Between) -> Cause | None:
    limits, pause = between.limits, between.pause
    if not pause > limits.short_life or between.is_gone:
        return None
    return _expiry(between)


def _all_expired(between: _Between) -> Cause | None:
    """Nothing at all is left after a pause: a rewritten history would have left what stands before it."""
    return _expiry(between) if between.is_gone else None


def _expiry(between: _Between) -> Cause:
    limits, pause = between.limits, between.pause
    confidence = Confidence.HIGH if pause > limits.long_life else Confidence.MEDIUM
    return Cause(BreakClass.EXPIRY, between.first, confidence)


def _cold(between: _Between) -> Cause | None:
    lane, agents = between.session.events.lane[between.last], between.session.agents
    spawn = next(_spawns_before(between.last, lane, agents), None)
    return Cause(BreakClass.COLD, spawn, Confidence.MEDIUM if between.traits & SHARED else Confidence.LOW)


def _spawns_before(event: int, lane: int, agents: Any) -> Iterator[int]:
    for row in range(bisect_left(agents.event, event) - 1, -1, -1):
        if agents.lane[row] == lane and agents.announced[row]:
            yield agents.event[row]


_RULES: tuple[Callable[[_Between], Cause | None], ...] = (
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
    "tools_changed": BreakClass.TOOLS,
    "messages_changed": BreakClass.HISTORY,
    "input_changed": BreakClass.HISTORY,
    "cache_expired": BreakClass.EXPIRY,
}
"""What providers' own reasons mean."""


def _request_of(session: Session, response: int) -> int | None:
    """The request of a response; of a streamed one it is known where the call opened."""
    llm, lanes = session.llm, session.events.lane
    row = llm.rows(response)
    for before in range(row, max(-1, row - MOST_BETWEEN), -1):
        if lanes[llm.event[before]] == lanes[response] and llm.flags[before] & OPENS_CALL:
            return None if llm.request[before] == NONE else llm.request[before]
    return None
