"""Where a user wants to go in a trace, in words: an event, an iteration, a share, a time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..analysis.view import View

EXAMPLES = ("120", "it 7", "50%", "14:02:11", "+1m30s")

_A_DAY = 86_400.0
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(ms|[hms])")

Find = Callable[[View], int]
"""Finds an event's number in a view that has events. Raises ValueError, with a message for the user, if it has none."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A place in a trace: what was said, and how it is found. `whole` says that the whole trace must be known."""

    text: str
    find: Find
    whole: bool = True

    def event(self, view: View) -> int:
        """The number of the event that is meant. Raises ValueError with a message for the user."""
        if not view.at:
            raise ValueError("the trace has no events yet")
        return self.find(view)


def parse_destination(text: str) -> Destination:
    """What a user means by `120` or `#120` (an event, from 1), `it 7`, `50%`, `14:02:11`, `+1m30s` (since the start).

    Raises ValueError with a message for the user.
    """
    said = text.strip().lower()
    if match := re.fullmatch(r"#?(\d[\d_,]{0,18})", said):
        number = int(re.sub(r"[_,]", "", match[1]))
        return Destination(text, partial(_event, number), whole=False)
    if match := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*%", said):
        return Destination(text, partial(_share, min(100.0, float(match[1]))))
    if match := re.fullmatch(r"i(?:t|ter|teration)?\s*(\d{1,18})", said):
        return Destination(text, partial(_iteration, int(match[1])))
    if match := re.fullmatch(r"(\d{1,2}):(\d\d)(?::(\d\d))?", said):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        if hours < 24 and minutes < 60 and seconds < 60:
            return Destination(text, partial(_time_of_day, hours * 3600.0 + minutes * 60.0 + seconds, said))
        raise ValueError(f"{said} is no time of day")
    if said.startswith("+") and (elapsed := _seconds(said[1:])) is not None:
        return Destination(text, partial(_elapsed, elapsed, said))
    raise ValueError(
        f"cannot go to {text.strip()!r}: give an event (120), an iteration (it 7), a share (50%), a time of day "
        "(14:02) or a time since the start (+1m30s)"
    )


def _seconds(text: str) -> float | None:
    """`90s`, `1m30s`, `1h`, `1:30` or `90` in seconds."""
    if match := re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,4}):(\d\d)", text):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return hours * 3600.0 + minutes * 60.0 + seconds
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text):
        return float(text)
    if len(text) < 40 and re.fullmatch(rf"(?:{_AMOUNT.pattern}\s*)+", text):
        return sum(float(amount) * _UNITS[unit] for amount, unit in _AMOUNT.findall(text))
    return None


def _event(number: int, view: View) -> int:
    if not 1 <= number <= view.at:
        raise ValueError(f"there are {view.at:,} events; {number:,} is not one of them")
    return number - 1


def _share(percent: float, view: View) -> int:
    return min(view.at - 1, int(view.at * percent / 100))


def _iteration(number: int, view: View) -> int:
    columns = view.session.iterations
    for row in range(view.iterations, 0, -1):
        if columns.number[row] == number:
            return columns.first[row]
    raise ValueError(f"there is no iteration {number}")


def _time_of_day(seconds: float, said: str, view: View) -> int:
    """The first event at this time of day or later, on the first day of the session that had any then."""
    span = view.time_span
    if span is not None:
        moment = _midnight_before(span[0]) + seconds
        event = view.session.times.reached(moment if moment >= span[0] else moment + _A_DAY, view.at)
        if event is None and moment < span[0]:
            event = view.session.times.reached(moment, view.at)
        if event is not None:
            return event
    raise ValueError(f"no event at or after {said}")


def _midnight_before(moment: float) -> float:
    """When the local day of a moment began, in epoch seconds."""
    day = time.localtime(moment)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))


def _elapsed(seconds: float, said: str, view: View) -> int:
    span = view.time_span
    event = None if span is None else view.session.times.reached(span[0] + seconds, view.at)
    if event is None:
        raise ValueError(f"no event {said} after the first or later")
    return event
