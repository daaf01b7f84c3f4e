"""A time axis on which idle time is short: where nothing ran and nothing happened, it folds.

Gaps are found once, in event order, some at a time. What is asked of them afterwards costs some steps of a binary
search, however many there are.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..collector.kinds import KINDS
from .extents import UNTIMED, State, extent_of

if TYPE_CHECKING:
    from .fold.session import Session

SHORTEST_GAP = 5.0
"""Seconds. Shorter silence is the agent's own pace."""

_LEVELS = 24
_EVENTS_AT_A_TIME = 50_000
_LOOKS_AT_A_TIME = 100
_MOST_AT_ONCE = 64
"""How many of the calls, requests and agents begun last are asked whether they still run."""
_SHORTEST_ACTIVE = 0.001
_LLM_REQUEST = KINDS.index("llm_request")


@dataclass(frozen=True, slots=True)
class Gap:
    """Idle time, in epoch seconds."""

    start: float
    end: float


@dataclass(slots=True, eq=False)
class GapColumns:
    """Gaps in order of time. `event` is what ended each, as which it is known; `total` sums up their seconds."""

    event: array[int] = field(default_factory=lambda: array("I"))
    start: array[float] = field(default_factory=lambda: array("d"))
    end: array[float] = field(default_factory=lambda: array("d"))
    total: array[float] = field(default_factory=lambda: array("d"))

    def add(self, event: int, start: float, end: float) -> None:
        """Append a gap, later than all others."""
        self.total.append(self.seconds(len(self.total)) + end - start)
        self.start.append(start)
        self.end.append(end)
        self.event.append(event)

    def seconds(self, rows: int) -> float:
        """How long the first `rows` gaps are together."""
        return self.total[rows - 1] if rows else 0.0


_NO_GAPS = GapColumns()


class IdleGaps:
    """The idle gaps of a session. Level `n` has those of at least `SHORTEST_GAP * 2**n` seconds."""

    def __init__(self, session: Session) -> None:
        self.levels = [GapColumns() for _ in range(_LEVELS)]
        self.looked_through = 0
        """How many events were looked at."""
        self._session = session
        self._busy_until = float("-inf")

    def extend(self) -> bool:
        """Look at the next events, some milliseconds' worth. Gives whether there are more to look at."""
        session, first = self._session, self.looked_through
        last = min(session.count, first + _EVENTS_AT_A_TIME)
        busy, looks = self._busy_until, 0
        completes = session.joins.completes
        for event, time in enumerate(session.events.time[first:last], first):
            if time > busy:
                # Whatever ends here ran meanwhile.
                if time - busy > SHORTEST_GAP and not completes(event):
                    looks += 1
                    self._look(event, busy)
                busy = time
            if looks == _LOOKS_AT_A_TIME:
                last = event + 1
                break
        self._busy_until, self.looked_through = busy, last
        return last < session.count

    def _look(self, event: int, start: float) -> None:
        """Take in the silence before an event if it was idle."""
        events = self._session.events
        end, duration = events.time[event], events.duration[event]
        if duration == duration and self._session.kinds[events.kind[event]] not in UNTIMED:
            end -= duration / 1000.0
        if end - start < SHORTEST_GAP or start < 0.0 or self._runs_before(event):
            return
        for number, level in enumerate(self.levels):
            if end - start < SHORTEST_GAP * 2**number:
                return
            level.add(event, start, end)

    def _runs_before(self, event: int) -> bool:
        """Whether anything ran when an event came."""
        session, view = self._session, self._session.view(event)
        if view.ended:
            return False
        tools, agents = session.tools, session.agents
        for call in _last(bisect_left(tools.event, event)):
            if tools.end[call] >= event:
                return True
        for agent in _last(bisect_left(agents.event, event)):
            if agents.announced[agent] and extent_of(view, agents.event[agent]).state is State.RUNNING:
                return True
        request = event
        for _ in range(_MOST_AT_ONCE):
            request = session.events.kind.rfind(_LLM_REQUEST, 0, request)
            if request < 0:
                return False
            if extent_of(view, request).state in (State.RUNNING, State.ANSWERING):
                return True
        return False


def _last(count: int) -> range:
    return range(count - 1, max(-1, count - 1 - _MOST_AT_ONCE), -1)


@dataclass(frozen=True, slots=True)
class ActiveTime:
    """Epoch seconds as positions on an axis, and back. A position is in seconds from `origin`, but each of the first
    `count` gaps takes only `folded` seconds.
    """

    gaps: GapColumns
    count: int
    folded: float
    origin: float

    def position(self, time: float) -> float:
        """Where a moment is."""
        row = bisect_right(self.gaps.start, time, 0, self.count) - 1
        if row < 0:
            return time - self.origin
        start, end = self.gaps.start[row], self.gaps.end[row]
        share = min(1.0, (time - start) / (end - start))
        return self._start_of(row) + share * self.folded + max(0.0, time - end)

    def time(self, position: float) -> float:
        """Which moment is at a position."""
        row = bisect_right(range(self.count), position, key=self._start_of) - 1
        if row < 0:
            return position + self.origin
        start, end = self.gaps.start[row], self.gaps.end[row]
        beyond = position - self._start_of(row)
        if beyond < self.folded:
            return start + beyond / self.folded * (end - start)
        return end + beyond - self.folded

    def between(self, start: float, end: float) -> list[Gap]:
        """The folded gaps between two moments, or in part."""
        first = bisect_right(self.gaps.end, start, 0, self.count)
        last = bisect_left(self.gaps.start, end, 0, self.count)
        return [Gap(self.gaps.start[row], self.gaps.end[row]) for row in range(first, last)]

    def _start_of(self, row: int) -> float:
        return self.gaps.start[row] - self.origin - self.gaps.seconds(row) + row * self.folded


def fold_idle(gaps: IdleGaps, at: int, start: float, end: float, cells: int, gap_cells: int) -> ActiveTime:
    """The axis on which the time from `start` to `end` takes `cells` cells, and a gap `gap_cells` of them.

    As of event `at`. The shorter gaps stay as long as they are where the gaps would take more than half of the room,
    or where folding would make them longer.
    """
    for number, level in enumerate(gaps.levels):
        known = bisect_left(level.event, at)
        first = bisect_right(level.end, start, 0, known)
        last = max(first, bisect_left(level.start, end, 0, known))
        room = cells - (last - first) * gap_cells
        if room * 2 < cells or room <= 0:
            continue
        idle = level.seconds(last) - level.seconds(first)
        if last > first:  # only the part inside counts
            idle -= max(0.0, start - level.start[first]) + max(0.0, level.end[last - 1] - end)
        folded = gap_cells * max(_SHORTEST_ACTIVE, end - start - idle) / room
        if folded < SHORTEST_GAP * 2**number:
            return ActiveTime(level, known, folded, start)
    return ActiveTime(_NO_GAPS, 0, 0.0, start)
