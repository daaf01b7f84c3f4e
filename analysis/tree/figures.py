"""What each node of the iteration tree took: tokens, money and time, rolled up over all below it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property

from ..fold.columns import NONE, OPENS_CALL, Branch
from ..fold.joins import MOST_BETWEEN
from .crowds import Place, Where
from .places import TreePlaces
from .shape import TOP, Node, NodeType
from .spent import NOTHING, Spent, spent_at

_MOST_ADDED = 64
"""How many LLM rows, iterations or agents are gone through for one figure; more are left to sums that run."""


class TreeFigures(TreePlaces):
    """The iteration tree of one view, with what each node took."""

    def spent(self, node: Node) -> Spent:
        """What was spent in a node and below it."""
        return _SPENT[node.type](self, node.row)

    def duration_ms(self, node: Node) -> float | None:
        """How long a node took, or has taken so far; milliseconds."""
        return _DURATIONS[node.type](self, node.row)

    def is_unfinished(self, node: Node) -> bool:
        """Whether a node is a call without an end: its time goes on though nothing is heard of it."""
        if node.type is NodeType.TOOL:
            return self.session.tools.end[node.row] >= self.at
        return node.type is NodeType.EVENT and self.outcome(node.row) == "running"

    def _spent_by_branch(self, number: int) -> Spent:
        if number == self._only_run:
            return self._spent_by_all()
        branch, rows = self.session.lanes.branches[number], self.view.llm_rows
        tokens, cost = branch.spent(self.session.llm, rows)
        spent = Spent(tokens, cost, branch.cost_estimated(rows))
        return self._with_agents(spent, (Where.RUN, number), self._index.by_branch.get(number, ()))

    @cached_property
    def _only_run(self) -> int | None:
        """The run of the main agent that holds everything there is, with all agents; None where there are several."""
        runs = self._index.runs[: self.child_count(TOP)]
        return runs[0] if len(runs) == 1 else None

    def _spent_by_all(self) -> Spent:
        """What was spent at all: no need to add up the agents one by one, of which there may be thousands."""
        view = self.view
        return Spent(view.tokens.total, view.cost, view.cost_estimated)

    def _spent_in_iteration(self, row: int) -> Spent:
        log = self._index.known_log(row)
        spent = self._spent_in_calls_of(row) if log is None else log.spent(self.view.llm_rows)
        return self._with_agents(spent, (Where.ITERATION, row), self._index.by_iteration.get(row, ()))

    def _spent_in_calls_of(self, row: int) -> Spent:
        """What an iteration's LLM calls took, without making its log if they are few."""
        llm, head = self.session.llm, self.session.iterations.last_llm[row]
        if head and not llm.previous_in_iteration[head - 1]:
            return spent_at(llm, head - 1) if head <= self.view.llm_rows else NOTHING
        told: list[Spent] = []
        while head:
            if len(told) == _MOST_ADDED:
                return self._index.log(row).spent(self.view.llm_rows)
            if head <= self.view.llm_rows:
                told.append(spent_at(llm, head - 1))
            head = llm.previous_in_iteration[head - 1]
        spent = NOTHING
        for one in reversed(told):
            spent = spent.plus(one)
        return spent

    def _spent_in_llm_call(self, row: int) -> Spent:
        spent = NOTHING
        for each in self._rows_of_call(row):
            spent = spent.plus(spent_at(self.session.llm, each))
        return spent

    def _spent_in_tool_call(self, call: int) -> Spent:
        return self._with_agents(NOTHING, (Where.CALL, call), self._index.by_call.get(call, ()))

    def _spent_by_agent(self, agent: int) -> Spent:
        spent = self._spent_by_agents.get(agent)
        if spent is None:
            spent = NOTHING
            for run in self._runs_of(Node(NodeType.AGENT, agent)):
                spent = spent.plus(self._spent_by_branch(run.row))
            self._spent_by_agents[agent] = spent
        return spent

    @cached_property
    def _spent_by_agents(self) -> dict[int, Spent]:
        """What was asked for already: of agents within agents, each is asked about for all that it is in."""
        return {}

    def _with_agents(self, spent: Spent, place: Place, agents: Sequence[int]) -> Spent:
        """What was spent in a place, together with what the agents took that were spawned there."""
        crowd = self._index.crowds.of(place, agents, _MOST_ADDED) if agents else None
        if crowd is not None:
            return spent.plus(crowd.spent(self.view.llm_rows))
        for agent in self._known(agents):
            spent = spent.plus(self._spent_by_agent(agent))
        return spent

    def _rows_of_call(self, row: int) -> list[int]:
        """The LLM rows of the call a row opened: the next of the same agent are of it too, until one opens another."""
        llm, lanes, rows = self.session.llm, self.session.events.lane, [row]
        for following in range(row + 1, min(row + MOST_BETWEEN, self.view.llm_rows)):
            if lanes[llm.event[following]] == lanes[llm.event[row]]:
                if llm.flags[following] & OPENS_CALL:
                    break
                rows.append(following)
        return rows

    def _duration_of_run(self, number: int) -> float | None:
        return self._between(self.session.lanes.branches[number].first, self._end_of_run(number))

    def _duration_of_iteration(self, row: int) -> float | None:
        """As its end says, else between its first and its newest event."""
        iterations = self.session.iterations
        told = self._told(iterations.end[row])
        return self._between(iterations.first[row], self._last_of_iteration(row)) if told is None else told

    def _duration_of_llm_call(self, row: int) -> float | None:
        llm, event = self.session.llm, self.session.llm.event[self._rows_of_call(row)[-1]]
        told = self._told(event)
        return self._between(llm.request[row], event) if told is None else told

    def _duration_of_tool_call(self, call: int) -> float | None:
        tools = self.session.tools
        if tools.end[call] < self.at:
            return _known(tools.duration[call])
        return self._so_far(tools.event[call])

    def _duration_of_agent(self, agent: int) -> float | None:
        agents = self.session.agents
        if agents.end[agent] < self.at:
            told = self._told(agents.end[agent])
            return self._between(agents.event[agent], agents.end[agent]) if told is None else told
        branches = [self.session.lanes.branches[run.row] for run in self._runs_of(Node(NodeType.AGENT, agent))]
        return self._between(agents.event[agent], max(map(self._last_of, branches), default=agents.event[agent]))

    def _duration_of_event(self, event: int) -> float | None:
        told = self._told(event)
        return self._so_far(event) if told is None and self.outcome(event) == "running" else told

    def _told(self, event: int) -> float | None:
        """How long an event says that took which it ends."""
        return _known(self.session.events.duration[event]) if event < self.at else None

    def _so_far(self, event: int) -> float | None:
        """From an event to the newest of the view; None if the session has ended."""
        span, began = self.view.time_span, self.session.events.time[event]
        return None if span is None or self.view.ended or began != began else max(0.0, (span[1] - began) * 1000.0)

    def _end_of_run(self, number: int) -> int:
        """The last event before the main agent's next run."""
        runs = self._index.runs
        following = bisect_left(runs, number) + 1
        return (
            self.session.lanes.branches[runs[following]].first if following < self.child_count(TOP) else self.at
        ) - 1

    def _last_of_iteration(self, row: int) -> int:
        """The newest event of an iteration."""
        iterations = self.session.iterations
        last: int | None = iterations.newest[row] - 1
        if last is not None and last >= self.at:
            last = self._index.log(row).last(self.at)
        return iterations.first[row] if last is None else last

    def _last_of(self, branch: Branch) -> int:
        """The newest event of a branch; one that came late is looked for in its newest iterations only."""
        loose, iterations = self._loose_of(branch), self._iterations_of(branch)
        newest = branch.iterations[max(0, iterations - _MOST_ADDED) : iterations]
        return max([branch.loose[loose - 1] if loose else branch.first, *map(self._last_of_iteration, newest)])

    def _between(self, first: int, last: int) -> float | None:
        if first == NONE:
            return None
        times = self.session.events.time
        span = (times[last] - times[first]) * 1000.0
        return max(0.0, span) if span == span else None


def _known(number: float) -> float | None:
    return number if number == number else None  # NaN is not equal to itself


_SPENT: dict[NodeType, Callable[[TreeFigures, int], Spent]] = {
    NodeType.RUN: TreeFigures._spent_by_branch,
    NodeType.ITERATION: TreeFigures._spent_in_iteration,
    NodeType.LLM: TreeFigures._spent_in_llm_call,
    NodeType.TOOL: TreeFigures._spent_in_tool_call,
    NodeType.AGENT: TreeFigures._spent_by_agent,
    NodeType.EVENT: lambda tree, event: NOTHING,
}
_DURATIONS: dict[NodeType, Callable[[TreeFigures, int], float | None]] = {
    NodeType.RUN: TreeFigures._duration_of_run,
    NodeType.ITERATION: TreeFigures._duration_of_iteration,
    NodeType.LLM: TreeFigures._duration_of_llm_call,
    NodeType.TOOL: TreeFigures._duration_of_tool_call,
    NodeType.AGENT: TreeFigures._duration_of_agent,
    NodeType.EVENT: TreeFigures._duration_of_event,
}
