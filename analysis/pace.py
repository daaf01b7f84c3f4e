"""When each event comes while a session is replayed: as it was recorded, but for long silences."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .fold.session import Session

LONGEST_SILENCE = 2.0
"""Seconds. A replay shows no silence longer than this, unless told otherwise."""

EVEN_SECONDS = 0.05
"""How long each event takes where the recording has no pace of its own."""

_OWN_PACE_FROM = 0.001
"""Seconds an event. A trace with less was not recorded as it happened: its times say nothing of pace."""

_EVENTS_AT_A_TIME = 50_000
"""Some 10 ms of work."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A gap between an event and the next that a replay shortens, in seconds: as recorded, and as shown."""

    recorded: float
    shown: float


class Pace:
    """The axis of time on which a session is replayed: seconds from its first event.

    What runs backwards or has no time takes no time. A silence of more than `longest_silence` seconds takes just that;
    `inf` shortens none. A recording without a pace of its own gets an even one. Grows by `extend`, 8 bytes an event.
    """

    def __init__(self, session: Session, longest_silence: float = LONGEST_SILENCE) -> None:
        self.session = session
        self.longest_silence = longest_silence
        self.is_even = False
        """Whether the events come evenly, because the recording has no pace."""
        self._seconds: array[float] = array("d")
        self._latest = float("-inf")
        self._judged_at = 0

    def __len__(self) -> int:
        """How many events it knows the time of."""
        return len(self._seconds)

    def extend(self) -> bool:
        """Take in the next events, some milliseconds' worth. Gives whether there are more."""
        self._judge()
        first = len(self._seconds)
        last = min(self.session.count, first + _EVENTS_AT_A_TIME)
        now = self._seconds[-1] if first else 0.0
        if self.is_even:
            self._seconds.extend([event * EVEN_SECONDS for event in range(first, last)])
            return last < self.session.count
        limit, latest, seconds = self.longest_silence, self._latest, []
        for time in self.session.events.time[first:last]:
            gap = time - latest
            if gap > 0.0:  # not so for a time that is unknown
                latest = time
                if gap != float("inf"):  # the first
                    now += gap if gap < limit else limit
            seconds.append(now)
        self._latest = latest
        self._seconds.extend(seconds)
        return last < self.session.count

    def _judge(self) -> None:
        """Find whether the recording has a pace; anew when it is twice as long, so that it costs next to nothing."""
        count = self.session.count
        if count < 2 * self._judged_at or not count:
            return
        self._judged_at = count
        span = self.session.times.span(count)
        is_even = count > 1 and (span is None or span[1] - span[0] < count * _OWN_PACE_FROM)
        if is_even != self.is_even:
            self.is_even = is_even
            self._seconds, self._latest = array("d"), float("-inf")

    @property
    def total(self) -> float:
        """When the last event comes that is known of."""
        return self._seconds[-1] if self._seconds else 0.0

    def seconds(self, event: int) -> float:
        """When an event comes. Only for those it knows the time of."""
        return self._seconds[event]

    def event_at(self, seconds: float) -> int:
        """The last event that has come by then; the first if none has. Only where any is known."""
        return max(0, bisect_right(self._seconds, seconds) - 1)

    def silence_after(self, event: int) -> Silence | None:
        """The silence behind an event, if it is one that is shortened."""
        if self.is_even or event + 1 >= len(self._seconds):
            return None
        shown = self._seconds[event + 1] - self._seconds[event]
        if shown < self.longest_silence * 0.999:  # sums of floats are not exact
            return None
        recorded = self.recorded(event + 1) - self.recorded(event)
        return Silence(recorded, shown) if recorded > self.longest_silence else None

    def recorded(self, event: int, ahead: float = 0.0) -> float:
        """The moment of the recording, in epoch seconds, at an event and `ahead` seconds of replay behind it.

        NaN where no event so far says what time it was.
        """
        span = self.session.times.span(event + 1)
        if span is None:
            return float("nan")
        if ahead <= 0.0 or self.is_even or event + 1 >= len(self._seconds):
            return span[1]
        following = self.session.times.span(event + 2)
        shown = self._seconds[event + 1] - self._seconds[event]
        if following is None or shown <= 0.0:
            return span[1]
        return span[1] + min(1.0, ahead / shown) * (following[1] - span[1])
