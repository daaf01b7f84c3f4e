"""Moves a cursor on at the pace of the recording."""

from __future__ import annotations

import math
import re

from ....analysis.fold.session import Session
from ....analysis.pace import LONGEST_SILENCE, Pace, Silence
from ..cursor import Cursor, Mode
from .stops import Stop, Stops

AS_IT_FOLDS = math.inf
"""The speed without a pace: as fast as a trace folds."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, AS_IT_FOLDS)

_ROUNDING = 1e-6
"""Seconds. Frames do not add up exactly."""
_FOLDED_PER_SECOND = 250_000
"""Events; measured by benchmarks/fold.py."""


class Replay:
    """The speed of a replay, what it stops at, and how far it is between two events."""

    def __init__(
        self, speed: float = 1.0, stops: Stops | None = None, longest_silence: float = LONGEST_SILENCE
    ) -> None:
        self.speed = speed
        self.stops = stops or Stops()
        self.stopped: Stop | None = None
        """Where it has just stopped by itself."""
        self.longest_silence = longest_silence
        self.ahead = 0.0
        """Seconds of replay since the event under the cursor."""
        self._pace = Pace(Session(), longest_silence)

    def faster(self) -> None:
        """The next higher speed."""
        self.speed = next((speed for speed in SPEEDS if speed > self.speed), SPEEDS[-1])

    def slower(self) -> None:
        """The next lower speed."""
        self.speed = next((speed for speed in reversed(SPEEDS) if speed < self.speed), SPEEDS[0])

    def pace_of(self, session: Session) -> Pace:
        """When each event comes, as far as that was looked at."""
        if self._pace.session is not session:
            self._pace = Pace(session, self.longest_silence)
        return self._pace

    def moved(self) -> None:
        """The cursor was moved by somebody: the replay goes on from there."""
        self.ahead = 0.0
        self.stopped = None

    def advance(self, cursor: Cursor, session: Session, seconds: float, *, is_growing: bool = False) -> Cursor:
        """The cursor after `seconds` of replay; paused where it is to stop.

        Live again when it has caught up with the trace, unless more of it is just being read (`is_growing`).
        """
        count = session.count
        event, pace = cursor.place(count), self.pace_of(session)
        pace.extend()
        if event is None or len(pace) <= event:
            return cursor
        self.stopped = None
        target = self._target(pace, event, seconds)
        self.stopped = self.stops.first(session, event, target)
        if self.stopped is not None:
            self.ahead = 0.0
            return Cursor(self.stopped.event, Mode.PAUSED)
        if target + 1 >= count:
            self.ahead = 0.0
            if not is_growing:
                return cursor.live()
        return cursor.move_to(target)

    def _target(self, pace: Pace, event: int, seconds: float) -> int:
        """The event that is reached, as far as its time is known."""
        last = len(pace) - 1
        if math.isinf(self.speed):
            self.ahead = 0.0
            return min(last, event + max(1, round(_FOLDED_PER_SECOND * seconds)))
        self.ahead += seconds * self.speed
        start = pace.seconds(event)
        target = max(event, min(last, pace.event_at(start + self.ahead + _ROUNDING)))
        self.ahead = max(0.0, self.ahead - (pace.seconds(target) - start))
        return target

    def silence(self, session: Session, event: int) -> Silence | None:
        """The silence the replay is in, if it shortens it."""
        pace = self.pace_of(session)
        return pace.silence_after(event) if self.ahead > 0.0 and event < len(pace) else None

    def moment(self, session: Session, event: int) -> float:
        """The moment of the recording that is shown, in epoch seconds; NaN unknown."""
        return self.pace_of(session).recorded(event, self.ahead)


def parse_speed(wanted: str | float) -> float:
    """The speed meant by `10x`, `0.25` or `max`. Raises ValueError with a message for the user."""
    said = f"{wanted:f}" if isinstance(wanted, int | float) else wanted.strip().lower()
    if said in ("max", "inf"):
        return AS_IT_FOLDS
    if re.fullmatch(r"\d{1,6}(\.\d{1,6})?x?", said):
        speed = float(said.removesuffix("x"))
        if SPEEDS[0] <= speed <= SPEEDS[-2]:
            return speed
    raise ValueError(f"{wanted!r} is no speed: {SPEEDS[0]:g}x to {SPEEDS[-2]:g}x are meant, or max")


def told_speed(speed: float) -> str:
    """`10x`, `max`."""
    return "max" if math.isinf(speed) else f"{speed:g}x"
