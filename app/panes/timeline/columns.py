"""Which columns the timeline has, and how wide each is."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from ....analysis.fold.session import Session
from ....analysis.view import View
from ...safe_text import one_line, width_of

GLYPH_CELLS = 2
WORD_CELLS = 9
_TIME, _PRECISE, _PRECISE_SHORT = 9, 13, 10
_DELTA = 8
_DURATION = 8
_BAR = 9
_FEWEST_ITERATION_CELLS = 4
_MOST_ITERATION_CELLS = 10
_MOST_AGENT_CELLS, _FEW_AGENT_CELLS = 10, 8
_SHORT_SESSION = 10.0
"""Seconds. The times of a shorter session are told to the millisecond."""

_ROOM_FOR_TIME, _ROOM_BESIDE_AXIS, _ROOM_FOR_ITERATION, _ROOM_FOR_DURATION = 36, 46, 24, 44
_ROOM_FOR_DELTA, _ROOM_FOR_BAR, _ROOM_FOR_BOTH = 76, 92, 92
_ROOM_FOR_AXIS = 32


@dataclass(frozen=True, slots=True)
class Columns:
    """How many terminal cells each column has, with the blank behind it; 0 for one that is left out.

    A lane without an iteration beside it tells the iterations of the main agent itself.
    """

    time: int
    delta: int
    iteration: int
    lane: int
    text: int
    duration: int
    bar: int
    axis: int

    @property
    def before_axis(self) -> int:
        """The cells left of the axis, with the blank before it."""
        cells = (self.time, self.delta, self.iteration, self.lane, self.text, self.duration, self.bar)
        return sum(cells) + GLYPH_CELLS + WORD_CELLS + 1


@dataclass(frozen=True, slots=True)
class Needs:
    """What the events of a view need: cells for numbers of iterations and names of agents, and how precise a time."""

    iteration: int
    agent: int
    precise: bool

    def columns(self, width: int, waterfall: bool) -> Columns:
        """The columns in so many cells; what is told in fewer words elsewhere gives way first."""
        axis = width // 2 if waterfall and width >= _ROOM_FOR_AXIS else 0
        left = width - axis - 1 if axis else width
        time = 0 if left < (_ROOM_BESIDE_AXIS if waterfall else _ROOM_FOR_TIME) else _TIME
        if time and self.precise:
            time = _PRECISE if left >= _ROOM_FOR_BOTH else _PRECISE_SHORT
        delta = _DELTA if left >= _ROOM_FOR_DELTA and not waterfall else 0
        iteration = lane = 0
        if left >= _ROOM_FOR_ITERATION:
            iteration = self.iteration + 1
            lane = 3 + self.agent if self.agent else 0
        if lane and left < _ROOM_FOR_BOTH:
            iteration, lane = 0, 3 + max(self.iteration, min(self.agent, _FEW_AGENT_CELLS))
        duration = _DURATION if left >= _ROOM_FOR_DURATION else 0
        bar = _BAR if left >= _ROOM_FOR_BAR and not waterfall else 0
        text = max(0, left - time - delta - iteration - lane - GLYPH_CELLS - WORD_CELLS - duration - bar)
        return Columns(time, delta, iteration, lane, text, duration, bar, axis)


class Measure:
    """Finds out what the events of a session need, as of any event, looking at each agent and iteration once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._agents: list[tuple[int, int]] = [(0, 0)]
        self._agents_seen = 0
        self._iterations: list[tuple[int, int]] = [(0, _FEWEST_ITERATION_CELLS)]
        self._iterations_seen = 1

    def needs(self, view: View) -> Needs:
        """What a view needs."""
        self._look_at_agents()
        self._look_at_iterations()
        span = view.time_span
        return Needs(
            iteration=_as_of(self._iterations, view.at),
            agent=_as_of(self._agents, view.at),
            precise=span is not None and span[1] - span[0] < _SHORT_SESSION,
        )

    def _look_at_agents(self) -> None:
        agents, names = self.session.agents, self.session.lanes.names
        seen, self._agents_seen = self._agents_seen, len(agents.event)
        for row in range(seen, self._agents_seen):
            name = one_line(names.name(agents.lane[row]), 2 * _MOST_AGENT_CELLS)
            _note(self._agents, agents.event[row], max(1, min(_MOST_AGENT_CELLS, width_of(name))))

    def _look_at_iterations(self) -> None:
        columns = self.session.iterations
        seen, self._iterations_seen = self._iterations_seen, len(columns.first)
        numbers = columns.number[seen : self._iterations_seen]
        if not numbers or max(len(str(min(numbers))), len(str(max(numbers)))) <= self._iterations[-1][1]:
            return
        for row, number in enumerate(numbers, seen):
            _note(self._iterations, columns.first[row], min(_MOST_ITERATION_CELLS, len(str(number))))


def _note(cells: list[tuple[int, int]], event: int, needed: int) -> None:
    """Note down that more cells are needed from an event on."""
    if needed > cells[-1][1]:
        cells.append((event + 1, needed))


def _as_of(cells: list[tuple[int, int]], at: int) -> int:
    return cells[bisect_right(cells, at, key=lambda entry: entry[0]) - 1][1]
