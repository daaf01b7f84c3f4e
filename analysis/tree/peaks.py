"""The most tokens that any one child of a run took, as of any event: what the longest bar of the tree stands for."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..fold.columns import NONE, OPENS_CALL
from ..fold.joins import MOST_BETWEEN
from .shape import Node, NodeType

if TYPE_CHECKING:
    from .index import TreeIndex

_ROWS_AT_A_TIME = 8_000
"""Some 10 ms of work."""


@dataclass(slots=True)
class _Peak:
    """The highest figure among the children of one branch: each time it rose, the event and how high it was then."""

    event: array[int] = field(default_factory=lambda: array("I"))
    tokens: array[int] = field(default_factory=lambda: array("q"))


class Peaks:
    """Peaks of all branches of a session. Figures of children only grow, so the highest so far is the highest.

    Goes once over the LLM rows, each of which adds to the child it stands in, and to those that its agent stands in.
    Grows by `extend`.
    """

    def __init__(self, index: TreeIndex) -> None:
        self._index = index
        self._session = index.session
        self._taken = 0
        self._of_iterations: array[int] = array("q")
        """Tokens of each iteration, by its row."""
        self._of_others: dict[Node, int] = {}
        self._peaks: dict[int, _Peak] = {}
        self._opened: dict[int, int] = {}
        """By lane the row that opened its newest call outside any iteration: the rows behind it are of it too."""

    def extend(self) -> bool:
        """Take in the next LLM rows, some milliseconds' worth. Gives whether there are more."""
        session, llm = self._session, self._session.llm
        self._index.catch_up()
        known = llm.rows(self._index.count)
        last = min(known, self._taken + _ROWS_AT_A_TIME)
        for row in range(self._taken, last):
            tokens = llm.sum_total[row] - (llm.sum_total[row - 1] if row else 0)
            event = llm.event[row]
            iteration, lane = session.events.iteration[event], session.events.lane[event]
            opened = self._opened.get(lane)
            if iteration:
                self._add(Node(NodeType.ITERATION, iteration), session.iterations.branch[iteration], event, tokens)
                continue
            if llm.flags[row] & OPENS_CALL:
                opened = self._opened[lane] = row
            is_told = opened is not None and row - opened < MOST_BETWEEN
            call = Node(NodeType.LLM, opened) if opened is not None and is_told else None
            self._add(call, self._branch_at(lane, event), event, tokens)
        self._taken = last
        return last < known

    def highest(self, branch: int, at: int) -> int:
        """The most tokens any child of a branch had taken as of event `at`; 0 where nothing was told."""
        peak = self._peaks.get(branch)
        rises = 0 if peak is None else bisect_left(peak.event, at)
        return peak.tokens[rises - 1] if peak is not None and rises else 0

    def _sum(self, child: Node, tokens: int) -> int:
        """What a child has taken, with these."""
        if child.type is not NodeType.ITERATION:
            total = self._of_others[child] = self._of_others.get(child, 0) + tokens
            return total
        known, row = self._of_iterations, child.row
        if row >= len(known):  # a dict of so many nodes would take 150 bytes for each
            known.frombytes(bytes(known.itemsize * (row + 1 - len(known))))
        known[row] += tokens
        return known[row]

    def _branch_at(self, lane: int, event: int) -> int:
        """The run of a lane that an event stands in."""
        branches, numbers = self._session.lanes.branches, self._index.branches_of_lane.get(lane, (0,))
        return numbers[max(0, bisect_right(numbers, event, key=lambda number: branches[number].first) - 1)]

    def _add(self, child: Node | None, branch: int, event: int, tokens: int) -> None:
        """Add to a child of a branch, if told in one, and to what holds the agent that has the branch, and so on up."""
        session = self._session
        while True:
            if child is not None:
                total = self._sum(child, tokens)
                peak = self._peaks.setdefault(branch, _Peak())
                if not peak.tokens or total > peak.tokens[-1]:
                    peak.tokens.append(total)
                    peak.event.append(event)
            agent = session.lanes.branches[branch].agent
            if agent is None:
                return
            agents = session.agents
            call, row, branch = agents.call[agent], agents.iteration[agent], agents.branch[agent]
            if call != NONE:
                row = session.events.iteration[session.tools.event[call]]
            if row:
                child, branch = Node(NodeType.ITERATION, row), session.iterations.branch[row]
            else:
                child = Node(NodeType.AGENT, agent) if call == NONE else Node(NodeType.TOOL, call)
