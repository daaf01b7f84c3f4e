"""Places in a trace that keys go to: the next error, the previous iteration."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ....analysis.view import View


def errors(view: View, lane: int | None) -> Sequence[int]:
    """The events that say something failed."""
    return _in_lane(view, view.session.errors[: view.errors], lane)


def issues(view: View, lane: int | None) -> Sequence[int]:
    """The events that raised the issues and findings that stand."""
    return [episode.raised for episode in view.all_episodes() if lane is None or episode.lane == lane]


def breaks(view: View, lane: int | None) -> Sequence[int]:
    """The events at which the cache broke."""
    breaks = view.session.cache_breaks
    breaks.extend()
    return _in_lane(view, breaks.events[: breaks.count(view.at)], lane)


def compactions(view: View, lane: int | None) -> Sequence[int]:
    """The events with which compactions began."""
    return _in_lane(view, view.session.compactions[: view.compactions], lane)


def iterations(view: View, lane: int | None) -> Sequence[int]:
    """The first events of all iterations."""
    return _in_lane(view, view.session.iterations.first[1 : view.iterations + 1], lane)


def _in_lane(view: View, events: Sequence[int], lane: int | None) -> Sequence[int]:
    """Those of `events` that are of one agent's lane; all of them where no lane is given."""
    if lane is None:
        return events
    lanes = view.session.events.lane
    return [event for event in events if lanes[event] == lane]


def after(events: Sequence[int], event: int) -> int | None:
    """The first of `events` after `event`."""
    index = bisect_right(events, event)
    return events[index] if index < len(events) else None


def before(events: Sequence[int], event: int) -> int | None:
    """The last of `events` before `event`."""
    index = bisect_left(events, event)
    return events[index - 1] if index else None
