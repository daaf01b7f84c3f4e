"""Moves a cursor on at the pace of the recording."""

from __future__ import annotations

from ...analysis.session import Session
from .cursor import Cursor

SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
LONGEST_GAP_SECONDS = 2.0
"""Idle time between two events is not replayed beyond this."""

_MOST_STEPS = 20_000


class Replay:
    """The speed of a replay and how far it is between two events."""

    def __init__(self) -> None:
        self.speed = 1.0
        self._ahead = 0.0

    def faster(self) -> None:
        """The next higher speed."""
        self.speed = next((speed for speed in SPEEDS if speed > self.speed), SPEEDS[-1])

    def slower(self) -> None:
        """The next lower speed."""
        self.speed = next((speed for speed in reversed(SPEEDS) if speed < self.speed), SPEEDS[0])

    def advance(self, cursor: Cursor, session: Session, seconds: float) -> Cursor:
        """The cursor after `seconds` of replay; live again when it has caught up with the trace."""
        count = session.count
        event = cursor.place(count)
        if event is None:
            return cursor
        self._ahead += seconds * self.speed
        for _ in range(_MOST_STEPS):
            if event + 1 >= count:
                self._ahead = 0.0
                return cursor.live()
            gap = _gap(session, event)
            if gap > self._ahead:
                break
            self._ahead -= gap
            event += 1
        return cursor.move_to(event)


def _gap(session: Session, event: int) -> float:
    times = session.events.time
    gap = times[event + 1] - times[event]
    if not gap > 0.0:  # backwards, or a time is unknown
        return 0.0
    return min(gap, LONGEST_GAP_SECONDS)
