"""What the iteration tree looks up: which agents were spawned where, and the logs of the iterations looked at.

One index serves all views of a session: agents and branches are numbered in event order, so those of a view are the
first ones of each list.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..fold.columns import NONE
from ..fold.lanes import MAIN_LANE
from .crowds import Crowds
from .iteration_log import IterationLog

if TYPE_CHECKING:
    from ..fold.session import Session

MOST_LOGS = 20_000
_NOBODY: Sequence[int] = ()


class TreeIndex:
    """Agents by place, agents by end, branches by agent and lane, cache breaks, and iteration logs on demand.

    Lists of agents and branches are in ascending order. `catch_up` takes in what was folded since.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.count = 0
        self.by_call: dict[int, list[int]] = {}
        self.by_iteration: dict[int, list[int]] = {}
        self.by_branch: dict[int, list[int]] = {}
        self.by_lane: dict[int, list[int]] = {}
        self.by_end: dict[int, int] = {}
        self.silent: dict[tuple[int, int], list[int]] = {}
        self.branches_of_agent: dict[int, list[int]] = {}
        self.branches_of_lane: dict[int, list[int]] = {}
        self.breaks = session.cache_breaks.events
        self.crowds = Crowds(self)
        self._agents = 0
        self._branches = 0
        self._running: list[int] = []
        self._logs: dict[int, IterationLog] = {}

    @property
    def runs(self) -> Sequence[int]:
        """The branches that are runs of the main agent."""
        return self.branches_of_lane.get(MAIN_LANE, _NOBODY)

    def catch_up(self) -> None:
        """Take in everything that was folded since."""
        count = self.session.count
        if count == self.count:
            return
        self.count = count
        self._take_branches(count)
        self._take_agents(count)
        self.session.cache_breaks.extend()  # the rest, if that is much, as whoever paints has time for it

    def log(self, row: int) -> IterationLog:
        """The log of an iteration, up to the last event taken in."""
        log = self._logs.get(row)
        if log is None:
            if len(self._logs) >= MOST_LOGS:
                self._logs.clear()
            log = self._logs[row] = IterationLog(row)
        if log.taken < self.count:
            log.extend(self.session, self.count)
            silent = self.silent.get((self.session.iterations.branch[row], row), _NOBODY)
            log.add_silent(self.session.agents.event, silent)
        return log

    def known_log(self, row: int) -> IterationLog | None:
        """The log of an iteration that was looked at before."""
        return self.log(row) if row in self._logs else None

    def _take_branches(self, count: int) -> None:
        branches = self.session.lanes.branches
        while self._branches < len(branches) and branches[self._branches].first < count:
            branch = branches[self._branches]
            self.branches_of_lane.setdefault(branch.lane, []).append(self._branches)
            if branch.agent is not None:
                self.branches_of_agent.setdefault(branch.agent, []).append(self._branches)
            self._branches += 1

    def _take_agents(self, count: int) -> None:
        agents = self.session.agents
        first, self._agents = self._agents, bisect_left(agents.event, count)
        for agent in range(first, self._agents):
            call, row, branch = agents.call[agent], agents.iteration[agent], agents.branch[agent]
            if call != NONE:
                self.by_call.setdefault(call, []).append(agent)
                row = self.session.events.iteration[self.session.tools.event[call]]
            elif not agents.announced[agent]:
                self.silent.setdefault((branch, row), []).append(agent)
            if row:
                self.by_iteration.setdefault(row, []).append(agent)
            self.by_branch.setdefault(branch, []).append(agent)
            self.by_lane.setdefault(agents.lane[agent], []).append(agent)
            self._running.append(agent)
        running = []
        for agent in self._running:
            if agents.end[agent] < count:
                self.by_end[agents.end[agent]] = agent
            else:
                running.append(agent)
        self._running = running
