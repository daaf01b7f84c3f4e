"""Payloads for a rule that may want many: read as long as that costs little beside the rest."""

from __future__ import annotations

from ...collector.events import TraceEvent
from ..cache.between import EventOf

_FREE_READS = 256
_EVENTS_A_READ = 250
"""Reading an event costs as much as folding 25: on average one in so many is read."""


class Payloads:
    """Reads events again with their payloads. How many depends on the events alone, not on when it is asked."""

    def __init__(self, event_of: EventOf | None) -> None:
        self._event_of = event_of
        self._reads = 0

    def may_read(self, event: int) -> bool:
        """Whether an event would be read: not where nobody can, nor where too many were."""
        return self._event_of is not None and self._reads <= _FREE_READS + event // _EVENTS_A_READ

    def read(self, event: int, at: int | None = None) -> TraceEvent | None:
        """An event with its payload, asked for at event `at` (itself unless told); None where it is not read."""
        if self._event_of is None or not self.may_read(event if at is None else at):
            return None
        self._reads += 1
        return self._event_of(event)
