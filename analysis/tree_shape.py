"""The shape of the iteration tree: runs, iterations, calls, and sub-agents under the call that spawned them.

Nothing of it is built ahead: a node's children are told when they are asked for, from the columns.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from ..collector.kinds import Category, category_of
from .columns import NONE, OPENS_CALL, Branch
from .lanes import MAIN_LANE
from .view import View

_TOOL_KINDS = frozenset({"tool_start", "tool_end", "tool", "tool_error"})
MOST_INTERLEAVED = 256
"""How many LLM rows of other agents may stand between the rows of one call."""


class NodeType(IntEnum):
    """What a node of the tree stands for, and what its `row` counts."""

    RUN = 0
    ITERATION = 1
    LLM = 2
    TOOL = 3
    AGENT = 4
    EVENT = 5


class Node(NamedTuple):
    """A node: `row` is a branch number, or a row of the columns its type names, or an event number."""

    type: NodeType
    row: int


class TreeShape:
    """Which nodes one view has, and which is under which."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._session = view.session
        self._at = view.at
        self._listed: dict[Node, Sequence[Node]] = {}
        self._agents_by_call: dict[int, list[int]] = {}
        self._silent_agents: dict[tuple[int, int], list[int]] = {}
        self._branches_by_agent: dict[int, list[int]] = {}
        self._branches_by_lane: dict[int, list[int]] = {}
        self._agents_by_branch: dict[int, list[int]] = {}
        self._agents_by_end: dict[int, int] = {}
        self._index_agents()

    def roots(self) -> list[Node]:
        """The runs of the main agent."""
        return [Node(NodeType.RUN, number) for number in self._branches_by_lane.get(MAIN_LANE, ())]

    def child_count(self, node: Node) -> int:
        """How many children a node has."""
        if node.type is NodeType.RUN:
            branch = self._session.lanes.branches[node.row]
            return self._iterations_of(branch) + self._loose_of(branch) + len(self._silent_in(node.row, 0))
        return len(self._children(node))

    def child(self, node: Node, index: int) -> Node:
        """A node's child; those of a run are its iterations and the events outside any, in event order."""
        if node.type is NodeType.RUN:
            return self._child_of_run(node.row, index)
        return self._children(node)[index]

    def expandable(self, node: Node) -> bool:
        """Whether a node has children."""
        if node.type in (NodeType.LLM, NodeType.EVENT):
            return False
        if node.type is NodeType.TOOL:
            return node.row in self._agents_by_call
        return self.child_count(node) > 0

    def children(self, node: Node) -> list[Node]:
        """All children of a node."""
        return [self.child(node, index) for index in range(self.child_count(node))]

    def path_of(self, event: int) -> tuple[int, ...]:
        """The child index at each level that leads to an event's node, or to the nearest node above it.

        The node of an event that only completes another's (the end of a call, the answer to a request) is the other's.
        """
        agent = self._agent_told_by(event)
        if agent is not None:
            return self._path_of_agent(agent)
        session = self._session
        event = self._home(event)
        row = session.events.iteration[event]
        if not row:
            return self._path_in_run(self._branch_at(session.events.lane[event], event), event)
        path = self._path_of_iteration(row)
        target = self._node_of(event)
        siblings = self._children(Node(NodeType.ITERATION, row))
        return (*path, siblings.index(target)) if target in siblings else path

    def _path_of_iteration(self, row: int) -> tuple[int, ...]:
        iterations = self._session.iterations
        return self._path_in_run(iterations.branch[row], iterations.first[row])

    def _path_in_run(self, number: int, event: int) -> tuple[int, ...]:
        """The path to the iteration that `event` began, or to an event outside any."""
        branch, firsts = self._session.lanes.branches[number], self._session.iterations.first
        path, offset = self._path_of_branch(number)
        iterations = bisect_left(branch.iterations, event, key=lambda row: firsts[row])
        loose = bisect_left(branch.loose, event)
        begins = iterations < self._iterations_of(branch) and firsts[branch.iterations[iterations]] == event
        stands = loose < self._loose_of(branch) and branch.loose[loose] == event
        return (*path, offset + iterations + loose) if begins or stands else path

    def _path_of_branch(self, number: int) -> tuple[tuple[int, ...], int]:
        """The path to the node that holds a branch, and how many of that node's children stand before its own."""
        agent = self._session.lanes.branches[number].agent
        if agent is None:
            return (self._branches_by_lane[MAIN_LANE].index(number),), 0
        offset = 0
        for earlier in self._branches_by_agent.get(agent, ()):
            if earlier == number:
                break
            offset += self.child_count(Node(NodeType.RUN, earlier))
        return self._path_of_agent(agent), offset

    def _path_of_agent(self, agent: int) -> tuple[int, ...]:
        session, agents, node = self._session, self._session.agents, Node(NodeType.AGENT, agent)
        call, row = agents.call[agent], agents.iteration[agent]
        if call != NONE:
            above = self.path_of(session.tools.event[call])
            siblings = self._children(Node(NodeType.TOOL, call))
        elif row:
            above = self._path_of_iteration(row)
            siblings = self._children(Node(NodeType.ITERATION, row))
        elif agents.announced[agent]:
            return self._path_in_run(agents.branch[agent], agents.event[agent])
        else:
            number = agents.branch[agent]
            branch = session.lanes.branches[number]
            path, offset = self._path_of_branch(number)
            before = offset + self._iterations_of(branch) + self._loose_of(branch)
            return (*path, before + self._silent_in(number, 0).index(agent))
        return (*above, siblings.index(node)) if node in siblings else above

    def _agent_told_by(self, event: int) -> int | None:
        """The sub-agent that an event announces or ends."""
        events, agents = self._session.events, self._session.agents
        if category_of(self._session.kinds[events.kind[event]]) not in (Category.SUBAGENT, Category.SWARM):
            return None
        agent = bisect_left(agents.event, event)
        while agent < len(agents.event) and agents.event[agent] == event:
            if agents.announced[agent]:
                return agent
            agent += 1
        return self._agents_by_end.get(event)

    def _home(self, event: int) -> int:
        """The event whose node stands for `event` too."""
        session, llm = self._session, self._session.llm
        kind = session.kinds[session.events.kind[event]]
        if kind in _TOOL_KINDS:
            call = session.tools.call_of(event)
            return event if call is None else session.tools.event[call]
        if kind == "llm_request":
            answer = self._answer(event)
            return event if answer is None else llm.event[answer]
        if kind == "llm_response":
            last = bisect_left(llm.event, event + 1) - 1
            for row in range(last, max(-1, last - MOST_INTERLEAVED), -1):
                if session.events.lane[llm.event[row]] == session.events.lane[event] and llm.flags[row] & OPENS_CALL:
                    return llm.event[row]
        return event

    def _branch_at(self, lane: int, event: int) -> int:
        branches, numbers = self._session.lanes.branches, self._branches_by_lane[lane]
        return numbers[bisect_left(numbers, event + 1, key=lambda number: branches[number].first) - 1]

    def _iterations_of(self, branch: Branch) -> int:
        firsts = self._session.iterations.first
        return bisect_left(branch.iterations, self._at, key=lambda row: firsts[row])

    def _loose_of(self, branch: Branch) -> int:
        return bisect_left(branch.loose, self._at)

    def _child_of_run(self, number: int, index: int) -> Node:
        """The `index`-th of iterations and loose events merged by event, then the agents nobody announced.

        A binary search over how many of the first `index` are iterations.
        """
        branch = self._session.lanes.branches[number]
        firsts = self._session.iterations.first
        iterations, loose = self._iterations_of(branch), self._loose_of(branch)
        if index >= iterations + loose:
            return Node(NodeType.AGENT, self._silent_in(number, 0)[index - iterations - loose])
        low, high = max(0, index - loose), min(index, iterations)
        while low < high:
            taken = (low + high) // 2
            other = index - taken - 1
            if other < loose and firsts[branch.iterations[taken]] < branch.loose[other]:
                low = taken + 1
            else:
                high = taken
        if low < iterations and (index - low >= loose or firsts[branch.iterations[low]] < branch.loose[index - low]):
            return Node(NodeType.ITERATION, branch.iterations[low])
        node = self._node_of(branch.loose[index - low])
        return node if node is not None else Node(NodeType.EVENT, branch.loose[index - low])

    def _children(self, node: Node) -> Sequence[Node]:
        listed = self._listed.get(node)
        if listed is None:
            listed = self._listed[node] = self._list(node)
        return listed

    def _list(self, node: Node) -> Sequence[Node]:
        if node.type is NodeType.ITERATION:
            return self._list_iteration(node.row)
        if node.type is NodeType.TOOL:
            return [Node(NodeType.AGENT, agent) for agent in self._agents_by_call.get(node.row, ())]
        if node.type is NodeType.AGENT:
            runs = [Node(NodeType.RUN, number) for number in self._branches_by_agent.get(node.row, ())]
            return [child for run in runs for child in self.children(run)]
        return ()

    def _list_iteration(self, row: int) -> list[Node]:
        nodes = []
        for event in self._events_of(row):
            node = self._node_of(event)
            if node is not None:
                nodes.append(node)
        silent = self._silent_in(self._session.iterations.branch[row], row)
        nodes.extend(Node(NodeType.AGENT, agent) for agent in silent)
        return nodes

    def _silent_in(self, branch: int, row: int) -> Sequence[int]:
        return self._silent_agents.get((branch, row), ())

    def _events_of(self, row: int) -> list[int]:
        previous, events = self._session.events.previous, []
        event = self._session.iterations.last[row]
        while event:
            if event - 1 < self._at:
                events.append(event - 1)
            event = previous[event - 1]
        return events[::-1]

    def _node_of(self, event: int) -> Node | None:
        """The node an event makes; None for one that only completes another's."""
        session = self._session
        kind = session.kinds[session.events.kind[event]]
        if kind in ("iteration_start", "iteration_end"):
            return None
        if kind == "llm_request":
            return None if self._answer(event) is not None else Node(NodeType.EVENT, event)
        if kind == "llm_response":
            row = bisect_left(session.llm.event, event)
            opens = row < len(session.llm.event) and session.llm.event[row] == event
            return Node(NodeType.LLM, row) if opens and session.llm.flags[row] & OPENS_CALL else None
        if kind in _TOOL_KINDS:
            call = session.tools.call_of(event)
            return Node(NodeType.TOOL, call) if call is not None and session.tools.event[call] == event else None
        agents = session.agents
        agent = bisect_left(agents.event, event)
        while agent < len(agents.event) and agents.event[agent] == event:
            if agents.announced[agent]:
                return Node(NodeType.AGENT, agent) if agents.call[agent] == NONE else None
            agent += 1
        return None if event in self._agents_by_end else Node(NodeType.EVENT, event)

    def _answer(self, request: int) -> int | None:
        """The LLM row that answers a request: the next call of the same agent, unless another request came before."""
        llm, lane = self._session.llm, self._session.events.lane[request]
        first = bisect_left(llm.event, request)
        for row in range(first, min(first + MOST_INTERLEAVED, self._view.llm_rows)):
            if self._session.events.lane[llm.event[row]] == lane and llm.flags[row] & OPENS_CALL:
                return row if llm.request[row] == request else None
        return None

    def _index_agents(self) -> None:
        agents = self._session.agents
        for agent in range(bisect_left(agents.event, self._at)):
            if agents.call[agent] != NONE:
                self._agents_by_call.setdefault(agents.call[agent], []).append(agent)
            elif not agents.announced[agent]:
                place = (agents.branch[agent], agents.iteration[agent])
                self._silent_agents.setdefault(place, []).append(agent)
            self._agents_by_branch.setdefault(agents.branch[agent], []).append(agent)
            self._agents_by_end[agents.end[agent]] = agent
        for number, branch in enumerate(self._session.lanes.branches):
            if branch.first >= self._at:
                continue
            self._branches_by_lane.setdefault(branch.lane, []).append(number)
            if branch.agent is not None:
                self._branches_by_agent.setdefault(branch.agent, []).append(number)
