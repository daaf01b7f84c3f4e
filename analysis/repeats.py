"""Calls that were made before: the previous one of the same tool by the same agent, and whether it was the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from .fold.session import Session

MOST_ROWS = 10_000
"""So many calls before one are looked through."""
MOST_COMPARED = 200
"""Of so many earlier calls of the tool the arguments are compared."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A call beside the earlier ones of its tool by its agent; calls are rows of `ToolColumns`.

    `identical` is the newest of those with the same arguments, None if there is none; `times` counts the identical
    calls up to this one. `is_complete` says whether all earlier calls were compared: if not, there may be more.
    """

    previous: int
    identical: int | None
    times: int
    is_complete: bool


def earlier_calls(session: Session, call: int) -> Iterator[int]:
    """The calls of the same tool by the same agent before a call, newest first, of the MOST_ROWS calls before it."""
    tools, lanes = session.tools, session.events.lane
    label, lane = tools.label[call], lanes[tools.event[call]]
    if not label:
        return
    for row in range(call - 1, max(-1, call - 1 - MOST_ROWS), -1):
        if tools.label[row] == label and lanes[tools.event[row]] == lane:
            yield row


def previous_call(session: Session, call: int) -> int | None:
    """The last of the earlier calls; None if there is none."""
    return next(earlier_calls(session, call), None)


def find_repeat(session: Session, call: int, arguments: Callable[[int], str | None]) -> Repeat | None:
    """A call beside the earlier ones; None if there is none.

    `arguments` gives a call's arguments as a text that is the same for the same arguments, None where it is not known.
    """
    wanted = arguments(call)
    previous, identical, times, is_complete = None, None, 1, call <= MOST_ROWS
    earlier = earlier_calls(session, call)
    for row in islice(earlier, MOST_COMPARED):
        if previous is None:
            previous = row
        found = arguments(row)
        if found is None:
            is_complete = False
        elif found == wanted:
            times += 1
            identical = row if identical is None else identical
    if previous is None:
        return None
    return Repeat(previous, identical, times, is_complete and next(earlier, None) is None)
