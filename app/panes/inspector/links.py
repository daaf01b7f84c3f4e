"""The events that an event leads to: its other half, and its parent."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from ....analysis.counterparts import counterpart_of
from ....analysis.fold.columns import NONE
from ...trace import Trace

_NEAR = 200
"""A parent is looked for among so many events before; further away its id is all there is to see."""
_LONGEST_LINE = 262_144
"""Longer lines are not read on the way."""


@dataclass(frozen=True, slots=True)
class Link:
    """An event that another leads to, under what it is to it; None for one that has not come, or is not found."""

    name: str
    event: int | None
    is_parent: bool = False


def links_of(trace: Trace, number: int, at: int) -> list[Link]:
    """Where an event leads to as of event `at`: its other half, another parent, what broke the cache there."""
    other = counterpart_of(trace.session, number, at)
    links = [] if other is None else [Link(other.name, other.event)]
    parent_id = trace.event(number).parent_event_id
    if parent_id:
        half = None if other is None else other.event
        parent = _find_parent(trace, number, parent_id, half)
        if parent is not None and parent == half:
            links[0] = Link(links[0].name, parent, is_parent=True)
        else:
            links.append(Link("parent", parent, is_parent=True))
    culprit = _culprit(trace, number, at)
    return links if culprit is None else [*links, culprit]


def _culprit(trace: Trace, number: int, at: int) -> Link | None:
    """What broke the cache at a response, if something did."""
    session = trace.session  # another as soon as the file starts over
    broken = trace.cache_losses(session).at_event(session.view(at), number)
    if broken is None or broken.cause.culprit in (None, number):
        return None
    return Link("culprit", broken.cause.culprit)


def _find_parent(trace: Trace, number: int, parent_id: str, half: int | None) -> int | None:
    session = trace.session
    start = session.iterations.start[session.events.iteration[number]]
    likely = [event for event in (half, start) if event is not None and event != NONE and event < number]
    for event in likely:
        if trace.event_id(event) == parent_id:
            return event
    return _find_near(trace, number, parent_id)


def _find_near(trace: Trace, number: int, event_id: str) -> int | None:
    """The newest event before one that has this id; its bytes are looked at before it is decoded."""
    try:
        needle = orjson.dumps(event_id)[1:-1]
    except orjson.JSONEncodeError:
        return None
    positions = trace.session.positions
    for event in range(number - 1, max(-1, number - 1 - _NEAR), -1):
        if positions[event + 1] - positions[event] > _LONGEST_LINE:
            continue
        try:
            line = trace.line(event)
        except OSError:
            return None
        if needle in line and trace.event_id(event) == event_id:
            return event
    return None
