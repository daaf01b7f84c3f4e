"""The iteration tree with what is known of each node: tokens, cost, time and state, rolled up over all below it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...collector.events import TraceEvent
from ...collector.records import arguments_of
from .. import figures
from ..arguments import preview
from ..timeline.timeline import summarize
from ..view import View
from .figures import TreeFigures
from .shape import Node, NodeType


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node: what was spent, rolled up over all below it, milliseconds from its start to its end.

    `event` is the event to read for more; `state` is "ok", "failed", "running", or "unended" where the session ended
    first; while it runs, the milliseconds are those so far. `iterations` counts those below.
    """

    event: int
    name: str
    state: str = "ok"
    tokens: int | None = None
    cost: float | None = None
    cost_estimated: bool = False
    duration_ms: float | None = None
    iterations: int = 0
    errors: int = 0
    compactions: int = 0
    cache_breaks: int = 0


@dataclass(slots=True)
class TreeNode:
    """A node of the whole tree at once, as `SessionAnalyzer.tree` gives it."""

    event_id: str
    kind: str
    label: str
    duration_ms: float | None
    children: list[TreeNode] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


class Tree(TreeFigures):
    """The iteration tree of one view."""

    def facts(self, node: Node) -> NodeFacts:
        """What is known of a node."""
        spent = self.spent(node)
        return replace(
            self.told(node),
            tokens=spent.tokens,
            cost=spent.cost,
            cost_estimated=spent.estimated,
            duration_ms=self.duration_ms(node),
        )

    def told(self, node: Node) -> NodeFacts:
        """What is known of a node but for how long it took and what that cost."""
        return _FACTS[node.type](self, node.row)

    def _run_facts(self, number: int) -> NodeFacts:
        branch = self.session.lanes.branches[number]
        first, last = branch.first, self._end_of_run(number)
        return NodeFacts(
            event=first,
            name=f"run {branch.run}",
            iterations=self._iterations_of(branch),
            errors=_counted(self.session.errors, first, last),
            compactions=_counted(self.session.compactions, first, last),
            cache_breaks=_counted(self._index.breaks, first, last),
        )

    def _iteration_facts(self, row: int) -> NodeFacts:
        iterations, log = self.session.iterations, self._index.log(row)
        return NodeFacts(
            event=iterations.first[row],
            name=f"iteration {iterations.number[row]}",
            state="running" if iterations.end[row] >= self.at and self.is_open(row) else "ok",
            errors=bisect_left(log.errors, self.at),
            compactions=bisect_left(log.compactions, self.at),
            cache_breaks=self._breaks_in(row),
        )

    def _llm_facts(self, row: int) -> NodeFacts:
        call = self.view.llm_call(self._rows_of_call(row)[-1])
        return NodeFacts(event=call.event, name=call.model)

    def _tool_facts(self, call: int) -> NodeFacts:
        tools = self.session.tools
        ended = tools.end[call] < self.at
        return NodeFacts(
            event=tools.end[call] if ended else tools.event[call],
            name=self.session.labels.name(tools.label[call]),
            state=self._state(ended, bool(tools.failed[call])),
        )

    def _agent_facts(self, agent: int) -> NodeFacts:
        agents = self.session.agents
        branches = [self.session.lanes.branches[run.row] for run in self._runs_of(Node(NodeType.AGENT, agent))]
        told = agents.end[agent] < self.at
        # One that nobody announced has no end to wait for.
        ended = told or (self.view.ended and not agents.announced[agent])
        superseded = self._known(self._index.by_lane[agents.lane[agent]])[-1] != agent
        return NodeFacts(
            event=agents.event[agent],
            name=self.session.lanes.names.name(agents.lane[agent]),
            state="unended" if superseded and not ended else self._state(ended, told and bool(agents.failed[agent])),
            iterations=sum(map(self._iterations_of, branches)),
        )

    def _event_facts(self, event: int) -> NodeFacts:
        outcome = "failed" if _counted(self.session.errors, event, event) else self.outcome(event)
        return NodeFacts(
            event=event,
            name=self.session.kinds[self.session.events.kind[event]].replace("_", " "),
            state="unended" if outcome == "running" and self.view.ended else outcome,
        )

    def _state(self, ended: bool, failed: bool) -> str:
        if ended:
            return "failed" if failed else "ok"
        return "unended" if self.view.ended else "running"

    def is_open(self, row: int) -> bool:
        """Whether no later iteration of the same branch has begun and neither its agent nor the session has ended."""
        branch = self.session.lanes.branches[self.session.iterations.branch[row]]
        if branch.agent is not None and self.session.agents.end[branch.agent] < self.at:
            return False
        return not self.view.ended and branch.iterations[self._iterations_of(branch) - 1] == row

    def _breaks_in(self, row: int) -> int:
        first, last = self.session.iterations.first[row], self._last_of_iteration(row)
        breaks, rows = self._index.breaks, self.session.events.iteration
        return sum(rows[event] == row for event in breaks[bisect_left(breaks, first) : bisect_left(breaks, last + 1)])


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


def event_for_title(tree: Tree, node: Node, facts: NodeFacts, event_of: Callable[[int], TraceEvent]) -> TraceEvent:
    """The event that `title` needs: of a tool's call the one that says with which arguments, where its end does not."""
    event = event_of(facts.event)
    if node.type is NodeType.TOOL and not arguments_of(event.data):
        start = tree.session.tools.event[node.row]
        return event if start == facts.event else event_of(start)
    return event


def whole_tree(view: View, event_of: Callable[[int], TraceEvent]) -> list[TreeNode]:
    """The tree at once, with the payloads that `event_of` gives."""
    tree = Tree(view)

    def grow(node: Node) -> TreeNode:
        facts = tree.told(node)
        event = event_of(facts.event)
        return TreeNode(
            event_id=event.event_id,
            kind=node.type.name.lower() if node.type in (NodeType.RUN, NodeType.AGENT) else event.kind,
            label=title(node, facts, event_for_title(tree, node, facts, event_of)),
            duration_ms=tree.duration_ms(node),
            children=[grow(child) for child in tree.children(node)],
            data=dict(event.data),
        )

    return [grow(root) for root in tree.roots()]
