"""Places in a trace that keys go to: the next error, the previous iteration, 50 %, a time of day."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ...analysis.view import View
from ..panes.cache import cache_breaks
from ..panes.timeline import clock


def errors(view: View) -> Sequence[int]:
    """The events that say something failed."""
    return view.session.errors[: view.errors]


def issues(view: View) -> Sequence[int]:
    """The events that raised the issues that stand."""
    return [episode.raised for episode in view.episodes()]


def breaks(view: View) -> Sequence[int]:
    """The events at which the cache broke."""
    return cache_breaks(view)


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


def parse(view: View, text: str) -> int:
    """The event that a user means: `120` or `#120` (an event number), `it 7`, `50%`, `14:02:11`.

    Raises ValueError with a message for the user.
    """
    text = text.strip().lower()
    if not view.at:
        raise ValueError("the trace has no events yet")
    if match := re.fullmatch(r"#?(\d[\d_,]*)", text):
        number = int(re.sub(r"[_,]", "", match[1]))
        if not 1 <= number <= view.at:
            raise ValueError(f"there are {view.at:,} events; {number:,} is not one of them")
        return number - 1
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text):
        return min(view.at - 1, int(view.at * min(100.0, float(match[1])) / 100))
    if match := re.fullmatch(r"i(?:t|ter|teration)?\s*(\d+)", text):
        return _iteration(view, int(match[1]))
    if re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", text):
        return _time_of_day(view, text)
    raise ValueError(
        f"cannot go to {text!r}: give an event (120), an iteration (it 7), a share (50%) or a time (14:02)"
    )


def _iteration(view: View, number: int) -> int:
    columns = view.session.iterations
    for row in range(view.iterations, 0, -1):
        if columns.number[row] == number:
            return columns.first[row]
    raise ValueError(f"there is no iteration {number}")


def _time_of_day(view: View, text: str) -> int:
    wanted = text.rjust(8 if text.count(":") == 2 else 5, "0")
    times = view.session.events.time
    for event in range(view.at):
        if clock(times[event])[: len(wanted)] >= wanted and times[event] == times[event]:
            return event
    raise ValueError(f"no event at or after {text}")
