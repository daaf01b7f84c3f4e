"""What a query has found in a trace so far."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from threading import Lock

from ..query.matching import Query
from ..trace import Trace

_FIRST_STRETCH, _LONGEST_STRETCH = 1_024, 16_384
"""How many events are looked at between two moments when what was found can be seen: at first few, then ever more."""


class Finding:
    """The events that match a query, in ascending order, as far as it has looked.

    One thread at a time looks; any may read, for events are only appended. `through` says how many events it has
    looked at, `is_complete` whether that was once all there were, `failure` why it will look no more. `issues` is the
    version of the issues it looked at, for a query that asks about them.
    """

    def __init__(self, query: Query, trace: Trace, issues: int = 0) -> None:
        self.query = query
        self.events: array[int] = array("I")
        self.through = 0
        self.is_complete = False
        self.failure = ""
        self.issues = issues
        self._looking = Lock()
        self._trace = trace
        self._session = trace.session

    def is_of(self, trace: Trace) -> bool:
        """Whether it is about this trace, which has not started over since."""
        return trace is self._trace and trace.session is self._session

    def look(self, at: int | None = None, stopped: Callable[[], bool] = lambda: False) -> None:
        """Look at all events there are now, until `stopped` says so; issues count as of event `at`.

        Raises TooSlowError.
        """
        with self._looking:
            count = self._session.count
            while self.through < count:
                stop = min(count, self.through + min(_LONGEST_STRETCH, max(_FIRST_STRETCH, self.through)))
                matches = list(self.query.find(self._trace, self.through, stop, stopped, at))
                if stopped() or not self.is_of(self._trace):
                    return
                self.events.extend(matches)
                self.through = stop
            self.is_complete = True

    @property
    def behind(self) -> int:
        """How many events it has not looked at."""
        return self._session.count - self.through

    @property
    def progress(self) -> float:
        """How much of the trace it has looked at, 0 to 1."""
        return self.through / self._session.count if self._session.count else 1.0

    def count(self, at: int) -> int:
        """How many of the first `at` events it found."""
        return bisect_left(self.events, at)
