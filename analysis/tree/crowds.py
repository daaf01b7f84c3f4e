"""What many sub-agents of one place took together, as sums that run: ten thousand cost what one does.

A place is a call, an iteration or a run that agents were spawned in. Where they are few, those that they spawned among
them, they are added up one by one; a place gets sums of its own when it is first asked about with many, and keeps them
up as the trace grows.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from ..fold.columns import KNOWN_COST, KNOWN_TOTAL, NONE, Branch
from ..fold.lanes import MAIN_LANE
from .spent import NOTHING, Spent, spent_at

if TYPE_CHECKING:
    from .index import TreeIndex

MOST_ROWS = 4_000_000
"""So many rows are kept for all places together; then all are made anew, as they are asked for."""


class Where(IntEnum):
    """What sort of place agents were spawned in; a place is one of these and its row in the columns it names."""

    CALL = 0
    ITERATION = 1
    RUN = 2


Place = tuple[Where, int]


class Crowd:
    """What the agents of one place took, by LLM row."""

    __slots__ = ("_costs", "_known", "_rows", "_tokens", "first_estimate")

    def __init__(self) -> None:
        self.first_estimate = NONE
        self._rows = array("I")
        self._tokens = array("q")
        self._costs = array("d")
        self._known = bytearray()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: int, spent: Spent) -> None:
        """Take in the next of its rows."""
        known = (KNOWN_TOTAL if spent.tokens is not None else 0) | (KNOWN_COST if spent.cost is not None else 0)
        self._rows.append(row)
        self._tokens.append((spent.tokens or 0) + (self._tokens[-1] if self._tokens else 0))
        self._costs.append((spent.cost or 0.0) + (self._costs[-1] if self._costs else 0.0))
        self._known.append(known | (self._known[-1] if self._known else 0))
        if spent.estimated and self.first_estimate == NONE:
            self.first_estimate = row

    def spent(self, rows: int) -> Spent:
        """What they took, as of the first `rows` LLM rows."""
        mine = bisect_left(self._rows, rows)
        if not mine:
            return NOTHING
        known = self._known[mine - 1]
        return Spent(
            tokens=self._tokens[mine - 1] if known & KNOWN_TOTAL else None,
            cost=self._costs[mine - 1] if known & KNOWN_COST else None,
            estimated=self.first_estimate < rows,
        )


class Crowds:
    """The crowds of a session, by place."""

    def __init__(self, index: TreeIndex) -> None:
        self._index = index
        self._crowds: dict[Place, Crowd] = {}
        self._taken = 0
        self._kept = 0

    def of(self, place: Place, agents: Sequence[int], most: int) -> Crowd | None:
        """The crowd of a place, None if it has at most so many; `agents` are all that were spawned there."""
        self._catch_up()
        crowd = self._crowds.get(place)
        if crowd is None and self._are_more(agents, most):
            if self._kept > MOST_ROWS:
                self._crowds.clear()
                self._kept = 0
            crowd = self._crowds[place] = Crowd()
            for row in sorted(self._rows_of(agents)):
                self._add(crowd, row)
        return crowd

    def _are_more(self, agents: Sequence[int], most: int) -> bool:
        """Whether some agents and all below them are more than so many; goes through no more than that."""
        waiting, met = list(agents[: most + 1]), 0
        while waiting and met + len(waiting) <= most:
            met += 1
            for number in self._index.branches_of_agent.get(waiting.pop(), ()):
                waiting += self._index.by_branch.get(number, ())[: most + 1]
        return met + len(waiting) > most

    def _catch_up(self) -> None:
        """Take in the rows that came since."""
        session, llm = self._index.session, self._index.session.llm
        rows = llm.rows(self._index.count)
        lanes, crowds = session.events.lane, self._crowds
        for row in range(self._taken, rows) if crowds else ():
            if lanes[llm.event[row]] != MAIN_LANE:
                for place in self._places_around(row):
                    if place in crowds:
                        self._add(crowds[place], row)
        self._taken = rows

    def _add(self, crowd: Crowd, row: int) -> None:
        crowd.add(row, spent_at(self._index.session.llm, row))
        self._kept += 1

    def _rows_of(self, agents: Sequence[int]) -> Iterator[int]:
        """The LLM rows taken in so far of some agents, and of all below them."""
        branches, waiting = self._index.session.lanes.branches, list(agents)
        while waiting:
            for number in self._index.branches_of_agent.get(waiting.pop(), ()):
                own = branches[number].llm_rows
                yield from own[: bisect_left(own, self._taken)]
                waiting += self._index.by_branch.get(number, ())

    def _places_around(self, row: int) -> Iterator[Place]:
        """Every place that an agent was spawned in which the row is of, or one further up."""
        session, agents = self._index.session, self._index.session.agents
        branch = self._branch_of(session.llm.event[row])
        while branch.agent is not None:
            agent = branch.agent
            call, iteration = agents.call[agent], agents.iteration[agent]
            if call != NONE:
                yield Where.CALL, call
                iteration = session.events.iteration[session.tools.event[call]]
            if iteration:
                yield Where.ITERATION, iteration
            yield Where.RUN, agents.branch[agent]
            branch = session.lanes.branches[agents.branch[agent]]

    def _branch_of(self, event: int) -> Branch:
        """The run of its agent that an event stands in."""
        session = self._index.session
        branches, iteration = session.lanes.branches, session.events.iteration[event]
        if iteration:
            return branches[session.iterations.branch[iteration]]
        numbers = self._index.branches_of_lane[session.events.lane[event]]
        return branches[numbers[bisect_right(numbers, event, key=lambda number: branches[number].first) - 1]]
