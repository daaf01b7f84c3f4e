"""What lies between a response that broke the cache and the one it is held against."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...collector.events import TraceEvent
from ...collector.kinds import KINDS
from ..fold.columns import NONE, OPENS_CALL
from ..fold.joins import MOST_BETWEEN
from .breaks import COLD, CacheBreaks
from .provider_reasons import MissReason, miss_reason

if TYPE_CHECKING:
    from ..fold.session import Session


EventOf = Callable[[int], TraceEvent]
"""Gives an event with its payload, by its number."""

_MOST_LOOKED_AT = 64
"""Events of a kind between two responses that are looked at, the newest first."""
_COMPACTIONS = bytes(KINDS.index(kind) for kind in ("compaction_end", "context_overflow"))
MCP = bytes(KINDS.index(kind) for kind in ("mcp_disconnect", "mcp_connect"))
MODE = bytes((KINDS.index("mode_change"),))
TOOL_FIELDS = ("tools", "tool_names", "tools_hash", "tool_count", "tools_count")
SYSTEM_FIELDS = ("system", "system_prompt", "system_hash", "system_prompt_hash")


class Between:
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
                said.update((name, place[name]) for name in (*TOOL_FIELDS, *SYSTEM_FIELDS) if name in place)
        messages = data.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        if "system" not in said and isinstance(first, Mapping) and first.get("role") == "system":
            said["system"] = first.get("content")
        return said

    def _data(self, event: int) -> Mapping[str, Any]:
        return {} if self._event_of is None else self._event_of(event).data


def _request_of(session: Session, response: int) -> int | None:
    """The request of a response; of a streamed one it is known where the call opened."""
    llm, lanes = session.llm, session.events.lane
    row = llm.rows(response)
    for before in range(row, max(-1, row - MOST_BETWEEN), -1):
        if lanes[llm.event[before]] == lanes[response] and llm.flags[before] & OPENS_CALL:
            return None if llm.request[before] == NONE else llm.request[before]
    return None
