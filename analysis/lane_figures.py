"""What each agent did and took: in its own lane, and together with the agents below it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from .bill import Bill
from .fold.lane_branches import LaneBranches
from .fold.lanes import MAIN_LANE
from .lane_calls import LaneCalls
from .tokens import Buckets
from .tree.spent import Spent
from .view import View

_ENDS_A_SLICE = 4_000


@dataclass(frozen=True, slots=True)
class Took:
    """What a lane itself did and took; `model` is the one that answered last."""

    iterations: int = 0
    tool_calls: int = 0
    failed_tools: int = 0
    model: str = ""
    llm_calls: int = 0
    tokens: Buckets = Buckets()
    cost: float | None = None
    cost_estimated: bool = False
    output_is_lower_bound: bool = False

    @property
    def spent(self) -> Spent:
        """Its tokens and dollars."""
        return Spent(self.tokens.total, self.cost, self.cost_estimated)


@dataclass(frozen=True, slots=True)
class LaneFigures:
    """One agent as of an event. `name` is empty for the main one, `parent` the lane that it was spawned from.

    `event` is where it was spawned, or its first; `end` where it ended, None while it runs and for the main agent.
    `together` is what it took with all agents below it, of which it has some or none (`has_agents`).
    """

    lane: int
    name: str
    parent: int | None
    depth: int
    event: int
    end: int | None
    has_failed: bool
    own: Took
    together: Spent
    has_agents: bool


@dataclass(slots=True)
class _Ends:
    """The ends of a lane's tool calls, with the failures so far."""

    ended: array[int] = field(default_factory=lambda: array("I"))
    failures: array[int] = field(default_factory=lambda: array("I"))


class LaneSums:
    """A second pass over the calls of a session: what there was of each lane as of any event. For one thread."""

    def __init__(self, calls: LaneCalls) -> None:
        self.session = calls.session
        self._calls = calls
        self._tools: defaultdict[int, _Ends] = defaultdict(_Ends)
        self._branches = LaneBranches(self.session)
        self._ends = 0

    def extend(self, at: int | None = None) -> bool:
        """Go over the next calls of the first `at` events; gives whether there are more."""
        ends = self.session.tools.ended(self.session.count if at is None else at)
        last = min(ends, self._ends + _ENDS_A_SLICE)
        for place in range(self._ends, last):
            self._add_end(place)
        self._ends = max(self._ends, last)
        return self._calls.extend(at) or self._ends < ends

    def _add_end(self, place: int) -> None:
        tools, events = self.session.tools, self.session.events
        mine = self._tools[events.lane[tools.event[tools.ended_call[place]]]]
        before = tools.ended_failures[place - 1] if place else 0
        mine.ended.append(tools.ended_event[place])
        mine.failures.append(tools.ended_failures[place] - before + (mine.failures[-1] if mine.failures else 0))

    def figures(self, view: View) -> list[LaneFigures]:
        """All agents there were as of a view, each before those that it spawned; as far as `extend` has gone."""
        spawned = self._spawned(view.at)
        below: defaultdict[int, list[int]] = defaultdict(list)
        for lane, agent in spawned.items():
            below[agent.parent].append(lane)
        order = list(_depth_first(below))
        own = {lane: self._own(lane, view) for lane, _ in order}
        together = {lane: took.spent for lane, took in own.items()}
        for lane, _ in reversed(order):
            if lane != MAIN_LANE:
                parent = spawned[lane].parent
                together[parent] = together[parent].plus(together[lane])
        names = self.session.lanes.names
        return [
            LaneFigures(
                lane=lane,
                name=names.name(lane) if lane else "",
                depth=depth,
                own=own[lane],
                together=together[lane],
                has_agents=lane in below,
                **(asdict(spawned[lane]) if lane in spawned else _MAIN),
            )
            for lane, depth in order
        ]

    def _spawned(self, at: int) -> dict[int, _Spawned]:
        """By lane where each agent was first spawned, and how its last run ended."""
        agents, branches = self.session.agents, self.session.lanes.branches
        found: dict[int, _Spawned] = {}
        for row in range(bisect_left(agents.event, at)):
            lane, end = agents.lane[row], agents.end[row]
            agent = found.get(lane)
            if lane == MAIN_LANE:
                continue
            if agent is None:
                parent = branches[agents.branch[row]].lane
                agent = found[lane] = _Spawned(parent if parent in found else MAIN_LANE, agents.event[row])
            agent.end = end if end < at else None
            agent.has_failed = end < at and bool(agents.failed[row])
        return found

    def _own(self, lane: int, view: View) -> Took:
        ends = self._tools.get(lane) or _NOTHING
        ended = bisect_left(ends.ended, view.at)
        first = self.session.iterations.first
        iterations = sum(
            bisect_left(branch.iterations, view.at, key=first.__getitem__) for branch in self._branches.of(lane)
        )
        tools = ended, ends.failures[ended - 1] if ended else 0
        if lane not in self._calls:
            return Took(iterations, *tools)
        llm = self._calls.of(lane).llm
        bill = Bill(llm, llm.rows(view.at))
        if not bill.rows:
            return Took(iterations, *tools)
        label = self.session.events.label[llm.event[bill.rows - 1]]
        return Took(
            iterations,
            *tools,
            self.session.labels.name(label),
            bill.llm_calls,
            bill.tokens,
            bill.cost,
            bill.cost_estimated,
            bill.output_is_lower_bound,
        )


@dataclass(slots=True)
class _Spawned:
    """Where an agent was spawned, and how it ended, if it did."""

    parent: int
    event: int
    end: int | None = None
    has_failed: bool = False


_NOTHING = _Ends()
_MAIN: dict[str, Any] = {"parent": None, "event": 0, "end": None, "has_failed": False}


def _depth_first(below: dict[int, list[int]]) -> Iterator[tuple[int, int]]:
    """The lanes, each before those below it, with how many stand above it; not by recursion, for it may be deep."""
    waiting = [(MAIN_LANE, 0)]
    while waiting:
        lane, depth = waiting.pop()
        yield lane, depth
        waiting += [(child, depth + 1) for child in reversed(below.get(lane, ()))]
