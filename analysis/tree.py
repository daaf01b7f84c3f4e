"""The iteration tree with what is known of each node: tokens, cost, time and state, rolled up over all below it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..collector.events import TraceEvent
from . import figures
from .arguments import preview
from .columns import NONE, OPENS_CALL, Branch
from .lanes import MAIN_LANE
from .timeline import summarize
from .tree_shape import MOST_INTERLEAVED, Node, NodeType, TreeShape
from .view import View


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node: tokens and cost rolled up over all below it, milliseconds from its start to its end.

    `event` is the event to read for more; `state` is "ok", "failed" or "running"; `iterations` counts those below.
    """

    event: int
    name: str
    state: str = "ok"
    tokens: int | None = None
    cost: float | None = None
    duration_ms: float | None = None
    iterations: int = 0
    errors: int = 0
    compactions: int = 0


@dataclass(slots=True)
class TreeNode:
    """A node of the whole tree at once, as `SessionAnalyzer.tree` gives it."""

    event_id: str
    kind: str
    label: str
    duration_ms: float | None
    children: list[TreeNode] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


class Tree(TreeShape):
    """The iteration tree of one view."""

    def facts(self, node: Node) -> NodeFacts:
        """What is known of a node."""
        return _FACTS[node.type](self, node.row)

    def _run_facts(self, number: int) -> NodeFacts:
        branch = self._session.lanes.branches[number]
        tokens, cost = self._spent_by_branch(number)
        last = self._end_of_run(number)
        return NodeFacts(
            event=branch.first,
            name=f"run {branch.run}",
            tokens=tokens,
            cost=cost,
            duration_ms=self._between(branch.first, last),
            iterations=self._iterations_of(branch),
            errors=self._counted(self._session.errors, branch.first, last),
            compactions=self._counted(self._session.compactions, branch.first, last),
        )

    def _iteration_facts(self, row: int) -> NodeFacts:
        iterations = self._session.iterations
        point = self._view.flow_point(row)
        tokens, cost = point.total_tokens, point.cost
        for node in self._children(Node(NodeType.ITERATION, row)):
            agents = [node.row] if node.type is NodeType.AGENT else ()
            if node.type is NodeType.TOOL:
                agents = self._agents_by_call.get(node.row, ())
            for agent in agents:
                spent = self._spent_by_agent(agent)
                tokens, cost = _plus(tokens, spent[0]), _plus(cost, spent[1])
        events = self._events_of(row)
        kinds = [self._session.kinds[self._session.events.kind[event]] for event in events]
        return NodeFacts(
            event=iterations.first[row],
            name=f"iteration {iterations.number[row]}",
            state="running" if iterations.end[row] >= self._at and self._is_open(row) else "ok",
            tokens=tokens,
            cost=cost,
            duration_ms=self._between(iterations.first[row], events[-1]) if events else None,
            errors=sum(kind in ("tool_error", "llm_error", "error") for kind in kinds),
            compactions=sum(self._counted(self._session.compactions, event, event) for event in events),
        )

    def _llm_facts(self, row: int) -> NodeFacts:
        llm = self._session.llm
        lanes = self._session.events.lane
        last = row
        for following in range(row + 1, min(row + MOST_INTERLEAVED, self._view.llm_rows)):
            if lanes[llm.event[following]] == lanes[llm.event[row]]:
                if not llm.flags[following] & OPENS_CALL:
                    last = following
                break
        call = self._view.llm_call(last)
        duration: float | None = self._session.events.duration[call.event]
        if duration != duration:  # NaN is not equal to itself
            duration = self._between(llm.request[row], call.event) if llm.request[row] != NONE else None
        return NodeFacts(
            event=call.event,
            name=call.model,
            tokens=call.tokens.total,
            cost=call.cost,
            duration_ms=duration,
        )

    def _tool_facts(self, call: int) -> NodeFacts:
        tools = self._session.tools
        ended = tools.end[call] < self._at
        duration = tools.duration[call]
        return NodeFacts(
            event=tools.end[call] if ended else tools.event[call],
            name=self._session.labels.name(tools.label[call]),
            state="running" if not ended else "failed" if tools.failed[call] else "ok",
            duration_ms=duration if ended and duration == duration else None,
        )

    def _agent_facts(self, agent: int) -> NodeFacts:
        agents = self._session.agents
        ended = agents.end[agent] < self._at
        tokens, cost = self._spent_by_agent(agent)
        branches = [self._session.lanes.branches[number] for number in self._branches_by_agent.get(agent, ())]
        last = agents.end[agent] if ended else max(map(self._last_of, branches), default=agents.event[agent])
        own = self._session.events.duration[last] if ended else math.nan
        return NodeFacts(
            event=agents.event[agent],
            name=self._session.lanes.names.name(agents.lane[agent]),
            state="running" if not ended else "failed" if agents.failed[agent] else "ok",
            tokens=tokens,
            cost=cost,
            duration_ms=own if own == own else self._between(agents.event[agent], last),
            iterations=sum(map(self._iterations_of, branches)),
        )

    def _event_facts(self, event: int) -> NodeFacts:
        events = self._session.events
        kind = self._session.kinds[events.kind[event]]
        duration = events.duration[event]
        unanswered = kind == "llm_request" and self._answer(event) is None
        return NodeFacts(
            event=event,
            name=kind.replace("_", " "),
            state="running" if unanswered else "failed" if event in self._errors_near(event) else "ok",
            duration_ms=duration if duration == duration else None,
        )

    def _errors_near(self, event: int) -> tuple[int, ...]:
        errors = self._session.errors
        row = bisect_left(errors, event)
        return (errors[row],) if row < len(errors) else ()

    def _is_open(self, row: int) -> bool:
        """Whether no later iteration of the same branch has begun and neither its agent nor the session has ended."""
        branch = self._session.lanes.branches[self._session.iterations.branch[row]]
        if branch.agent is not None and self._session.agents.end[branch.agent] < self._at:
            return False
        return not self._view.ended and branch.iterations[self._iterations_of(branch) - 1] == row

    def _spent_by_branch(self, number: int) -> tuple[int | None, float | None]:
        tokens, cost = self._session.lanes.branches[number].spent(self._session.llm, self._view.llm_rows)
        for agent in self._agents_by_branch.get(number, ()):
            spent = self._spent_by_agent(agent)
            tokens, cost = _plus(tokens, spent[0]), _plus(cost, spent[1])
        return tokens, cost

    def _spent_by_agent(self, agent: int) -> tuple[int | None, float | None]:
        tokens: int | None = None
        cost: float | None = None
        for number in self._branches_by_agent.get(agent, ()):
            spent = self._spent_by_branch(number)
            tokens, cost = _plus(tokens, spent[0]), _plus(cost, spent[1])
        return tokens, cost

    def _end_of_run(self, number: int) -> int:
        """The last event before the main agent's next run."""
        runs = self._branches_by_lane[MAIN_LANE]
        following = runs.index(number) + 1
        end = self._session.lanes.branches[runs[following]].first if following < len(runs) else self._at
        return end - 1

    def _last_of(self, branch: Branch) -> int:
        """The last event of a branch."""
        loose = self._loose_of(branch)
        last = branch.loose[loose - 1] if loose else branch.first
        iterations, previous = self._session.iterations, self._session.events.previous
        for row in branch.iterations[: self._iterations_of(branch)]:
            event = iterations.last[row]
            while event > self._at:
                event = previous[event - 1]
            last = max(last, event - 1)
        return last

    def _between(self, first: int, last: int) -> float | None:
        if first == NONE:
            return None
        times = self._session.events.time
        span = (times[last] - times[first]) * 1000.0
        return max(0.0, span) if span == span else None

    @staticmethod
    def _counted(events: Sequence[int], first: int, last: int) -> int:
        return bisect_left(events, last + 1) - bisect_left(events, first)


_FACTS: dict[NodeType, Callable[[Tree, int], NodeFacts]] = {
    NodeType.RUN: Tree._run_facts,
    NodeType.ITERATION: Tree._iteration_facts,
    NodeType.LLM: Tree._llm_facts,
    NodeType.TOOL: Tree._tool_facts,
    NodeType.AGENT: Tree._agent_facts,
    NodeType.EVENT: Tree._event_facts,
}


def title(node: Node, facts: NodeFacts, event: TraceEvent | None) -> str:
    """The words for a node; `event` is that of its facts, None where it cannot be read."""
    if node.type is NodeType.RUN:
        return f"{facts.name} · {figures.count(facts.iterations, 'iteration')}"
    if node.type is NodeType.ITERATION:
        return facts.name
    if node.type is NodeType.LLM:
        return f"llm {facts.name}".rstrip()
    if node.type is NodeType.TOOL:
        return f"{facts.name or 'tool'} {preview(event.data.get('args')) if event else ''}".rstrip()
    if node.type is NodeType.AGENT:
        task = str(event.data.get("task") or event.data.get("description") or "") if event else ""
        return f"sub-agent {facts.name}{f' · {task}' if task else ''}"
    return summarize(event) if event else facts.name


def whole_tree(view: View, event_of: Callable[[int], TraceEvent]) -> list[TreeNode]:
    """The tree at once, with the payloads that `event_of` gives."""
    tree = Tree(view)

    def grow(node: Node) -> TreeNode:
        facts = tree.facts(node)
        event = event_of(facts.event)
        return TreeNode(
            event_id=event.event_id,
            kind=node.type.name.lower() if node.type in (NodeType.RUN, NodeType.AGENT) else event.kind,
            label=title(node, facts, event),
            duration_ms=facts.duration_ms,
            children=[grow(child) for child in tree.children(node)],
            data=dict(event.data),
        )

    return [grow(root) for root in tree.roots()]


def _plus(left: Any, right: Any) -> Any:
    return right if left is None else left if right is None else left + right
