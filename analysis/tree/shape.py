"""The shape of the iteration tree: runs, iterations, calls, and sub-agents under the call that spawned them.

Nothing of it is built ahead: a node's children are told when they are asked for. Siblings stand in event order, so a
node keeps its index while the trace grows, and a view as of an earlier event has the first ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from ...collector.kinds import Category, category_of
from ..fold.columns import NONE, OPENS_CALL, Branch
from ..view import View
from .index import TreeIndex
from .iteration_log import announced_at

TOOL_KINDS = frozenset({"tool_start", "tool_end", "tool", "tool_error"})
DELEGATION = (Category.SUBAGENT, Category.SWARM)


class NodeType(IntEnum):
    """What a node of the tree stands for, and what its `row` counts."""

    RUN = 0
    ITERATION = 1
    LLM = 2
    TOOL = 3
    AGENT = 4
    EVENT = 5
    SESSION = 6


class Node(NamedTuple):
    """A node: `row` is a branch number, or a row of the columns its type names, or an event number."""

    type: NodeType
    row: int


TOP = Node(NodeType.SESSION, 0)
"""Stands above the runs of the main agent."""


class TreeShape:
    """Which nodes one view has, and which is under which. Views of one session may share an `index`."""

    def __init__(self, view: View, index: TreeIndex | None = None) -> None:
        self.view = view
        self.session = view.session
        self.at = view.at
        self._index = index or TreeIndex(view.session)
        self._index.catch_up()
        self._agents = bisect_left(view.session.agents.event, self.at)
        self._branches = bisect_left(view.session.lanes.branches, self.at, key=lambda branch: branch.first)

    def roots(self) -> list[Node]:
        """The runs of the main agent."""
        return self.children(TOP)

    def child_count(self, node: Node) -> int:
        """How many children a node has."""
        if node.type is NodeType.RUN:
            branch = self.session.lanes.branches[node.row]
            return self._iterations_of(branch) + self._loose_of(branch) + len(self._silent_in(node.row))
        if node.type is NodeType.ITERATION:
            return bisect_left(self._index.log(node.row).standing, self.at)
        if node.type is NodeType.TOOL:
            return len(self._known(self._index.by_call.get(node.row, ())))
        if node.type is NodeType.SESSION:
            return bisect_left(self._index.runs, self._branches)
        return sum(self.child_count(run) for run in self._runs_of(node))

    def child(self, node: Node, index: int) -> Node:
        """A node's child; those of a run are its iterations and the events outside any."""
        if node.type is NodeType.RUN:
            return self._child_of_run(node.row, index)
        if node.type is NodeType.ITERATION:
            return self._standing(node.row, self._index.log(node.row).standing[index])
        if node.type is NodeType.TOOL:
            return Node(NodeType.AGENT, self._index.by_call[node.row][index])
        if node.type is NodeType.SESSION:
            return Node(NodeType.RUN, self._index.runs[index])
        for run in self._runs_of(node):
            count = self.child_count(run)
            if index < count:
                return self._child_of_run(run.row, index)
            index -= count
        raise IndexError(index)

    def expandable(self, node: Node) -> bool:
        """Whether a node has children."""
        return node.type not in (NodeType.LLM, NodeType.EVENT) and self.child_count(node) > 0

    def children(self, node: Node) -> list[Node]:
        """All children of a node."""
        return [self.child(node, index) for index in range(self.child_count(node))]

    def children_between(self, node: Node, start: int, stop: int) -> Iterator[Node]:
        """The children from index `start` up to `stop`, at less cost than one by one."""
        if node.type is NodeType.RUN:
            yield from self._stretch_of_run(node.row, start, stop)
        elif node.type is NodeType.AGENT:
            for run in self._runs_of(node):
                count = self.child_count(run)
                yield from self._stretch_of_run(run.row, max(0, start), min(count, stop))
                start, stop = start - count, stop - count
        else:
            for index in range(start, stop):
                yield self.child(node, index)

    def _before(self, number: int, event: int) -> tuple[int, int, int]:
        """How many iterations, loose events and unannounced agents of a branch came before an event."""
        branch, session = self.session.lanes.branches[number], self.session
        return (
            bisect_left(branch.iterations, event, key=session.iterations.first.__getitem__),
            bisect_left(branch.loose, event),
            bisect_left(self._silent_in(number), event, key=session.agents.event.__getitem__),
        )

    def _iterations_of(self, branch: Branch) -> int:
        return bisect_left(branch.iterations, self.at, key=self.session.iterations.first.__getitem__)

    def _loose_of(self, branch: Branch) -> int:
        return bisect_left(branch.loose, self.at)

    def _silent_in(self, number: int) -> Sequence[int]:
        """The agents that appeared unannounced in a branch, outside any iteration."""
        return self._known(self._index.silent.get((number, 0), ()))

    def _known(self, agents: Sequence[int]) -> Sequence[int]:
        """Those of a list of agents that there are as of this view."""
        return agents[: bisect_left(agents, self._agents)]

    def _runs_of(self, agent: Node) -> Iterator[Node]:
        """The branches of an agent, oldest first."""
        numbers = self._index.branches_of_agent.get(agent.row, ()) if agent.type is NodeType.AGENT else ()
        return (Node(NodeType.RUN, number) for number in numbers[: bisect_left(numbers, self._branches)])

    def _child_of_run(self, number: int, index: int) -> Node:
        """The `index`-th of the iterations, loose events and unannounced agents of a branch, in event order."""
        return next(self._stretch_of_run(number, index, index + 1))

    def _stretch_of_run(self, number: int, start: int, stop: int) -> Iterator[Node]:
        """The children of a branch from index `start` up to `stop`: three lists merged by event."""
        branch, session = self.session.lanes.branches[number], self.session
        firsts, appeared = session.iterations.first, session.agents.event
        silent = self._silent_in(number)
        agents = bisect_left(range(len(silent)), start, key=lambda place: self._index_of_silent(number, place))
        taken = self._iterations_among(branch, start - agents)
        loose = start - agents - taken
        iterations, loose_ones = self._iterations_of(branch), self._loose_of(branch)
        for _ in range(start, stop):
            row = branch.iterations[taken] if taken < iterations else 0
            next_iteration = firsts[row] if row else NONE
            next_loose = branch.loose[loose] if loose < loose_ones else NONE
            next_agent = appeared[silent[agents]] if agents < len(silent) else NONE
            if next_iteration < min(next_loose, next_agent):
                taken += 1
                yield Node(NodeType.ITERATION, row)
            elif next_loose < next_agent:
                loose += 1
                yield self._node_of(next_loose)
            else:
                agents += 1
                yield Node(NodeType.AGENT, silent[agents - 1])

    def _iterations_among(self, branch: Branch, index: int) -> int:
        """How many of the first `index` iterations and loose events are iterations: a binary search for that."""
        firsts, loose = self.session.iterations.first, self._loose_of(branch)
        low, high = max(0, index - loose), min(index, self._iterations_of(branch))
        while low < high:
            taken = (low + high) // 2
            other = index - taken - 1
            if other < loose and firsts[branch.iterations[taken]] < branch.loose[other]:
                low = taken + 1
            else:
                high = taken
        return low

    def _index_of_silent(self, number: int, place: int) -> int:
        """Which child of a branch its `place`-th unannounced agent is."""
        iterations, loose, _ = self._before(number, self.session.agents.event[self._silent_in(number)[place]])
        return iterations + loose + place

    def _standing(self, row: int, event: int) -> Node:
        """The node that stands at an event of an iteration."""
        if self.session.events.iteration[event] == row:
            return self._node_of(event)
        silent = self._index.silent[self.session.iterations.branch[row], row]
        return Node(NodeType.AGENT, silent[bisect_left(silent, event, key=self.session.agents.event.__getitem__)])

    def _node_of(self, event: int) -> Node:
        """The node that stands at an event; the event itself where it makes none of another type."""
        session = self.session
        kind = session.kinds[session.events.kind[event]]
        found: Node | None = None
        if kind in TOOL_KINDS:
            call = session.tools.call_of(event)
            found = Node(NodeType.TOOL, call) if call is not None and session.tools.event[call] == event else None
        elif kind == "llm_response":
            found = self._call_opened_at(event)
        elif kind == "llm_request":
            found = self._call_asked_for_at(event)
        elif category_of(kind) in DELEGATION:
            agent = announced_at(session, event)
            found = Node(NodeType.AGENT, agent) if agent is not None and session.agents.call[agent] == NONE else None
        return found or Node(NodeType.EVENT, event)

    def _call_opened_at(self, event: int) -> Node | None:
        llm = self.session.llm
        row = bisect_left(llm.event, event)
        opens = row < len(llm.event) and llm.event[row] == event and llm.flags[row] & OPENS_CALL
        return Node(NodeType.LLM, row) if opens else None

    def _call_asked_for_at(self, request: int) -> Node | None:
        row = self.session.events.iteration[request]
        answer = self._index.log(row).answers.get(request) if row else None
        return Node(NodeType.LLM, answer) if answer is not None and answer < self.view.llm_rows else None
