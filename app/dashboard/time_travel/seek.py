"""A place that somebody wants to see, which may not have been read yet."""

from __future__ import annotations

from itertools import chain
from typing import TypeAlias

from ....collector.events import TraceEvent
from ...destinations import Destination, parse_destination
from ...trace import Trace

Wanted: TypeAlias = "int | str | TraceEvent"
"""An event by its number from 1, a destination in words or an event's id, or an event as the recorder gave it."""

_LINES_AT_A_TIME = 2_000
"""Some 10 ms of work."""


class Seek:
    """Looks for one place in a trace, a little more at each call of `find`."""

    def __init__(self, wanted: Wanted, patience: int) -> None:
        """`patience` is how often it looks in vain, once all there is has been read. Raises TypeError, ValueError."""
        if isinstance(wanted, bool) or not isinstance(wanted, int | str | TraceEvent):
            raise TypeError(f"an event is an int, a str or a TraceEvent, not {type(wanted).__name__}")
        if isinstance(wanted, int) and wanted < 1:
            raise ValueError(f"events are numbered from 1; {wanted} is not one of them")
        self._patience = patience
        self._destination: Destination | None = None
        self._event_id, self._time = "", float("nan")
        if isinstance(wanted, TraceEvent):
            self.text, self._event_id, self._time = wanted.event_id, wanted.event_id, wanted.timestamp
        else:
            self.text = str(wanted)
            try:
                self._destination = parse_destination(self.text)
            except ValueError:
                self._event_id = self.text
        self._first_looked = self._looked = -1

    def find(self, trace: Trace, is_read: bool) -> int | None:
        """The number of the event; None while it may still be found.

        `is_read` says that all there is of the trace has been read. Raises ValueError with a message for the user
        where it is not there.
        """
        if is_read:
            self._patience -= 1
        if self._destination is not None:
            return self._find_destination(self._destination, trace, is_read)
        found = self._find_id(trace)
        if found is None and self._patience < 0 and not self._looked:
            raise ValueError(f"no event {self.text} in this trace")
        return found

    def _find_destination(self, destination: Destination, trace: Trace, is_read: bool) -> int | None:
        if not trace.session.count or (destination.whole and not is_read):
            return None
        try:
            return destination.event(trace.view())
        except ValueError:
            if self._patience < 0:
                raise
            return None

    def _find_id(self, trace: Trace) -> int | None:
        """Look among the events of that very time, else among all, from the newest back."""
        session = trace.session
        count = session.count
        if self._looked < 0:
            self._first_looked = self._looked = count
        if self._time == self._time:
            return self._find_at_time(trace, count)
        known = self._looked
        self._looked = max(0, known - _LINES_AT_A_TIME)
        newer = range(self._first_looked, min(count, self._first_looked + _LINES_AT_A_TIME))
        self._first_looked = newer.stop
        wanted = self._event_id.encode() if self._event_id.isascii() else b""  # others may be escaped in the line
        for event in chain(newer, range(known - 1, self._looked - 1, -1)):
            try:
                is_likely = wanted in trace.line(event)
            except OSError:
                continue  # it is gone, and its id with it
            if is_likely and trace.event_id(event) == self._event_id:
                return event
        return None

    def _find_at_time(self, trace: Trace, count: int) -> int | None:
        self._looked = 0
        event = -1
        while True:
            try:
                event = int(trace.session.events.time.index(self._time, event + 1, count))
            except ValueError:
                return None
            if trace.event_id(event) == self._event_id:
                return event
