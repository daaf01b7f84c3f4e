"""Places in a trace that keys go to: the next error, the previous iteration."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ....analysis.view import View


def errors(view: View) -> Sequence[int]:
    """The events that say something failed."""
    return view.session.errors[: view.errors]


def issues(view: View) -> Sequence[int]:
    """The events that raised the issues and findings that stand."""
    return [episode.raised for episode in view.all_episodes()]


def breaks(view: View) -> Sequence[int]:
    """The events at which the cache broke."""
    breaks = view.session.cache_breaks
    breaks.extend()
    return breaks.events[: breaks.count(view.at)]


def compactions(view: View) -> Sequence[int]:
    """The events with which compactions began."""
    return view.session.compactions[: view.compactions]


def iterations(view: View) -> Sequence[int]:
    """The first events of all iterations."""
    return view.session.iterations.first[1 : view.iterations + 1]


def after(events: Sequence[int], event: int) -> int | None:
    """The first of `events` after `event`."""
    index = bisect_right(events, event)
    return events[index] if index < len(events) else None


def before(events: Sequence[int], event: int) -> int | None:
    """The last of `events` before `event`."""
    index = bisect_left(events, event)
    return events[index - 1] if index else None
