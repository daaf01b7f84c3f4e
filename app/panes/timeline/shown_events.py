"""Which events have a row in the timeline, and which row that is."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ....analysis.fold.joins import completed_by
from ....analysis.fold.session import Session

_MATCHES_AT_A_TIME = 10_000
"""Some 20 ms of work."""


class ShownEvents:
    """The rows of a timeline: the events of `session` before `at`, or those of them that a filter let through.

    An event that completes another (the end of a call, an answer) has no row of its own where the other has one,
    unless `every` says that each has. Row and event are found by binary search.
    """

    def __init__(self) -> None:
        self.at = 0
        self.every = False
        self.matches: array[int] | None = None
        self._session = Session()
        self._standing: array[int] = array("I")
        self._looked_through = 0

    @property
    def session(self) -> Session:
        """The session whose events have rows."""
        return self._session

    @session.setter
    def session(self, session: Session) -> None:
        if session is not self._session:
            self._session = session
            self._standing, self._looked_through = array("I"), 0

    def filter(self, matches: Sequence[int] | None) -> None:
        """Only these events, in ascending order, may have rows; None lets all through."""
        self.matches = None if matches is None else array("I", matches)
        self._standing, self._looked_through = array("I"), 0

    def extend_filter(self, matches: Sequence[int]) -> None:
        """Let these newer events through too."""
        if self.matches is not None:
            self.matches.extend(matches)

    def catch_up(self) -> bool:
        """Look which of the next matches complete one before them. Gives whether there are more to look at."""
        matches, first = self.matches, self._looked_through
        if matches is None:
            return False
        known = bisect_left(matches, self.session.count)
        last = max(first, min(known, first + _MATCHES_AT_A_TIME))
        for event in matches[first:last]:
            completed = completed_by(self.session, event)
            if completed is None or _place(matches, completed) is None:
                self._standing.append(event)
        self._looked_through = last
        return last < known

    @property
    def matching(self) -> int:
        """How many events passed the filter."""
        return self.at if self.matches is None else bisect_left(self.matches, self.at)

    @property
    def count(self) -> int:
        """How many rows there are."""
        if self.matches is None:
            return self.at if self.every else self.at - self.session.joins.before(self.at)
        return bisect_left(self._rows(self.matches), self.at)

    def event_of(self, row: int) -> int:
        """The event that a row begins with."""
        if self.matches is None:
            return row if self.every else self.session.joins.standing(row)
        return self._rows(self.matches)[row]

    def row_of(self, event: int) -> int:
        """The row of an event, or of the last one before it that has a row; -1 if there is none."""
        completed = None if self.every else completed_by(self.session, event)
        if self.matches is None:
            return event if self.every else self._standing_row(event if completed is None else completed)
        rows = self._rows(self.matches)
        places = (_place(rows, own) for own in (event, completed) if own is not None)
        return next((place for place in places if place is not None), bisect_right(rows, event) - 1)

    def beyond(self, rows: int) -> int | None:
        """The event so many rows below the last one, whatever `at` is; None for the end of the trace."""
        if not rows or not self.session.count:
            return None
        row, last = self.count - 1 + rows, self.session.count - 1
        if self.matches is not None:
            shown = self._rows(self.matches)
            return shown[min(row, len(shown) - 1)] if shown else None
        if self.every:
            return min(row, last)
        return self.session.joins.standing(row) if row <= self._standing_row(last) else last

    def _rows(self, matches: array[int]) -> array[int]:
        return matches if self.every else self._standing

    def _standing_row(self, event: int) -> int:
        """How many events up to this one stand for themselves, less one."""
        return event - self.session.joins.before(event + 1)


def _place(events: array[int], event: int) -> int | None:
    place = bisect_left(events, event)
    return place if place < len(events) and events[place] == event else None
