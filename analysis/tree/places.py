"""Where in the iteration tree things stand: which node stands for an event, and under which it is."""

from __future__ import annotations

from bisect import bisect_left

from ...collector.kinds import category_of
from ..fold.columns import NONE, OPENS_CALL
from ..fold.joins import MOST_BETWEEN
from .iteration_log import announced_at
from .shape import DELEGATION, TOOL_KINDS, TOP, Node, NodeType, TreeShape

_LONGEST_REQUEST = 256
"""What became of a request is looked for among so many events after it."""
_OUTCOMES = {"llm_response": "ok", "llm_error": "failed", "llm_request": "unended"}


class TreePlaces(TreeShape):
    """The iteration tree of one view, and the ways from its leaves to its roots."""

    def path_of(self, event: int) -> tuple[int, ...]:
        """The child index at each level that leads to an event's node, or to the nearest node above it.

        The node of an event that only completes another's (the end of a call, a later part of a response) is the
        other's.
        """
        path: list[int] = []
        node = self.node_for(event)
        while node != TOP:
            node, index = self.place_of(node)
            path.append(index)
        return tuple(reversed(path))

    def node_for(self, event: int) -> Node:
        """The node that stands for an event, or the nearest above it."""
        agent = self._agent_told_by(event)
        if agent is not None:
            return Node(NodeType.AGENT, agent)
        session = self.session
        event = self._home(event)
        row = session.events.iteration[event]
        if row:
            return self._node_of(event) if self._stands_in(row, event) else Node(NodeType.ITERATION, row)
        number = self._branch_at(session.events.lane[event], event)
        loose = session.lanes.branches[number].loose
        index = bisect_left(loose, event)
        return self._node_of(event) if index < len(loose) and loose[index] == event else self._holder_of(number)

    def runs_between(self, first: int, last: int) -> list[Node]:
        """The runs of the main agent that events from `first` up to `last` fall into."""
        runs, branches = self._index.runs, self.session.lanes.branches
        begin = bisect_left(runs, first + 1, key=lambda number: branches[number].first)
        end = bisect_left(runs, last, key=lambda number: branches[number].first)
        return [Node(NodeType.RUN, number) for number in runs[max(0, begin - 1) : end]]

    def place_of(self, node: Node) -> tuple[Node, int]:
        """What a node stands under, and its index among its siblings."""
        session, row = self.session, node.row
        if node.type is NodeType.RUN:
            return TOP, bisect_left(self._index.runs, row)
        if node.type is NodeType.ITERATION:
            return self._place_in_branch(session.iterations.branch[row], session.iterations.first[row])
        if node.type is NodeType.AGENT:
            return self._place_of_agent(row)
        event = row
        if node.type is NodeType.LLM:
            event = self._start_of_call(row)
        elif node.type is NodeType.TOOL:
            event = session.tools.event[row]
        iteration = session.events.iteration[event]
        if iteration:
            return self._place_in_iteration(iteration, event)
        return self._place_in_branch(self._branch_at(session.events.lane[event], event), event)

    def _place_of_agent(self, agent: int) -> tuple[Node, int]:
        agents = self.session.agents
        call, row, event = agents.call[agent], agents.iteration[agent], agents.event[agent]
        if call != NONE:
            return Node(NodeType.TOOL, call), bisect_left(self._index.by_call[call], agent)
        if row:
            return self._place_in_iteration(row, event)
        return self._place_in_branch(agents.branch[agent], event)

    def _place_in_iteration(self, row: int, event: int) -> tuple[Node, int]:
        return Node(NodeType.ITERATION, row), bisect_left(self._index.log(row).standing, event)

    def _place_in_branch(self, number: int, event: int) -> tuple[Node, int]:
        """Where the iteration that `event` began stands, or an event or an agent outside any."""
        offset, holder = sum(self._before(number, event)), self._holder_of(number)
        if holder.type is NodeType.AGENT:
            for earlier in self._runs_of(holder):
                if earlier.row == number:
                    break
                offset += self.child_count(earlier)
        return holder, offset

    def _holder_of(self, number: int) -> Node:
        """The node that holds a branch: itself if it is a run of the main agent, else the agent."""
        agent = self.session.lanes.branches[number].agent
        return Node(NodeType.RUN, number) if agent is None else Node(NodeType.AGENT, agent)

    def _stands_in(self, row: int, event: int) -> bool:
        standing = self._index.log(row).standing
        index = bisect_left(standing, event)
        return index < len(standing) and standing[index] == event

    def _agent_told_by(self, event: int) -> int | None:
        """The sub-agent that an event announces or ends."""
        if category_of(self.session.kinds[self.session.events.kind[event]]) not in DELEGATION:
            return None
        agent = announced_at(self.session, event)
        return agent if agent is not None else self._index.by_end.get(event)

    def _home(self, event: int) -> int:
        """The event whose node stands for `event` too."""
        session = self.session
        kind = session.kinds[session.events.kind[event]]
        if kind in TOOL_KINDS:
            call = session.tools.call_of(event)
            return event if call is None else session.tools.event[call]
        row = self._opening(event) if kind == "llm_response" else None
        return event if row is None else self._start_of_call(row)

    def _start_of_call(self, row: int) -> int:
        """Where the node of an LLM call stands: at its request, where that is in the same iteration."""
        llm, rows = self.session.llm, self.session.events.iteration
        request, event = llm.request[row], llm.event[row]
        return request if request != NONE and rows[request] and rows[request] == rows[event] else event

    def _opening(self, event: int) -> int | None:
        """The LLM row that opened the call a response belongs to."""
        llm, lanes = self.session.llm, self.session.events.lane
        last = bisect_left(llm.event, event + 1) - 1
        for row in range(last, max(-1, last - MOST_BETWEEN), -1):
            if lanes[llm.event[row]] == lanes[event] and llm.flags[row] & OPENS_CALL:
                return row
        return None

    def outcome(self, request: int) -> str:
        """What became of an LLM request: "ok", "failed", "running", or "unended" where the next one was made instead.

        Any other event is "ok".
        """
        kinds, events = self.session.kinds, self.session.events
        if kinds[events.kind[request]] != "llm_request" or self._answer(request) is not None:
            return "ok"
        for event in range(request + 1, min(self.at, request + _LONGEST_REQUEST)):
            if events.lane[event] == events.lane[request]:
                outcome = _OUTCOMES.get(kinds[events.kind[event]])
                if outcome is not None:
                    return outcome
        return "running"

    def request_of(self, end: int) -> int | None:
        """The LLM request before an LLM error or another request, which ends it if nothing else did."""
        kinds, events = self.session.kinds, self.session.events
        for event in range(end - 1, max(-1, end - _LONGEST_REQUEST), -1):
            if events.lane[event] == events.lane[end] and kinds[events.kind[event]] in ("llm_request", "llm_error"):
                return event if kinds[events.kind[event]] == "llm_request" else None
        return None

    def _answer(self, request: int) -> int | None:
        """The LLM row that answers a request: the next call of the same agent, unless another request came before."""
        llm, lane = self.session.llm, self.session.events.lane[request]
        first = bisect_left(llm.event, request)
        for row in range(first, min(first + MOST_BETWEEN, self.view.llm_rows)):
            if self.session.events.lane[llm.event[row]] == lane and llm.flags[row] & OPENS_CALL:
                return row if llm.request[row] == request else None
        return None

    def branch_of(self, event: int) -> int:
        """The branch that an event belongs to."""
        row = self.session.events.iteration[event]
        if row:
            return self.session.iterations.branch[row]
        return self._branch_at(self.session.events.lane[event], event)

    def _branch_at(self, lane: int, event: int) -> int:
        branches, numbers = self.session.lanes.branches, self._index.branches_of_lane[lane]
        return numbers[bisect_left(numbers, event + 1, key=lambda number: branches[number].first) - 1]
