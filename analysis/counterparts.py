"""The other half of what an event is half of: of a call its end or start, of a response its request."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from ..collector.kinds import Category, category_of
from .fold.columns import NONE, OPENS_CALL
from .fold.session import Session

_RESPONSES_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The other half of an event: what it is to it (`start`, `end`, …) and its number; None while it has not come."""

    name: str
    event: int | None


def counterpart_of(session: Session, event: int, at: int) -> Counterpart | None:
    """The other half of `event` as of event `at`; None for an event that has none."""
    kind = session.kinds[session.events.kind[event]]
    category = category_of(kind)
    if category is Category.TOOL:
        call = session.tools.call_of(event)
        return None if call is None else _half(event, session.tools.event[call], session.tools.end[call], at)
    if category is Category.LLM:
        return _request_of(session, event) if kind == "llm_response" else _response_to(session, event, kind, at)
    if category in (Category.SUBAGENT, Category.SWARM):
        return _agent_half(session, event, at)
    return None


def _half(event: int, start: int, end: int, at: int) -> Counterpart | None:
    if event != start:
        return Counterpart("start", start)
    return None if end == start else Counterpart("end", end if end < at else None)


def _request_of(session: Session, event: int) -> Counterpart | None:
    """Where the call of a response was asked for; of a streamed one, its first row knows."""
    llm = session.llm
    row = bisect_left(llm.event, event)
    if row == len(llm.event) or llm.event[row] != event:
        return None
    while not llm.flags[row] & OPENS_CALL and llm.previous_in_iteration[row]:
        row = llm.previous_in_iteration[row] - 1
    request = llm.request[row]
    return None if request == NONE else Counterpart("request", request)


def _response_to(session: Session, event: int, kind: str, at: int) -> Counterpart | None:
    if kind != "llm_request":
        return None
    llm = session.llm
    first = llm.rows(event)
    for row in range(first, min(llm.rows(at), first + _RESPONSES_LOOKED_AT)):
        if llm.request[row] == event:
            return Counterpart("response", llm.event[row])
    return Counterpart("response", None)


def _agent_half(session: Session, event: int, at: int) -> Counterpart | None:
    agents = session.agents
    row = bisect_left(agents.event, event)
    if row < len(agents.event) and agents.event[row] == event:
        end = agents.end[row]
        return _half(event, event, end, at) if agents.announced[row] else None
    row = bisect_left(agents.ended_event, event)
    is_end = row < len(agents.ended_event) and agents.ended_event[row] == event
    return Counterpart("start", agents.event[agents.ended_agent[row]]) if is_end else None
