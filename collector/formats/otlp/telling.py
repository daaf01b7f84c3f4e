"""The events that spans are told as, in the order of their times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ...events import TraceEvent
from ..translator import Merged, Origin
from .card import title_of
from .forest import Node
from .lanes import Lane, Lanes
from .spans import Span
from .told import Part, Told
from .vocabulary import Role

_TASKS = ("task", "prompt", "description", "query", "message")
_SAID_ELSEWHERE = {
    Role.CHAT: "chat around another",
    Role.TOOL: "tool call noted twice",
    Role.AGENT: "agent noted twice",
    Role.CHAIN: "chain",
    Role.FOREIGN: "other span",
}

Line = tuple[TraceEvent, Origin]


class Moment(NamedTuple):
    """The start or the end of a span. `order` is among those of the same time."""

    time: float
    order: int
    node: Node
    is_start: bool


class Teller:
    """Tells of spans in their places. Sessions follow one another; what is of one is told together."""

    def __init__(self, lanes: Lanes, merged: Merged) -> None:
        self._lanes = lanes
        self._merged = merged
        self._lines: list[Line] = []
        self._iterations: dict[Node, int] = {}
        self._session = ""
        self._seen: set[str] = set()
        self._open: set[str] = set()

    def tell(self, nodes: Sequence[Node]) -> Sequence[Line]:
        """The events of spans whose `told` says as what, each with the record it is made of."""
        by_session: dict[str, list[Node]] = {}
        for node in nodes:
            by_session.setdefault(node.tree.session, []).append(node)
        for session, mine in sorted(by_session.items(), key=lambda each: min(node.span.start for node in each[1])):
            self._tell_session(session, mine)
        lines, self._lines = self._lines, []
        self._iterations.clear()
        for node in nodes:
            node.span.start_data = node.span.data = {}  # nobody asks again, and some are long
        return lines

    def _tell_session(self, session: str, nodes: list[Node]) -> None:
        moments = moments_of(nodes)
        self._begin(session, nodes, moments[0])
        roots_left = sum(1 for node in nodes if node.is_root)
        for moment in moments:
            node, told = moment.node, _told(moment.node)
            say = (_AT_START if moment.is_start else _AT_END).get(told.part)
            if say is not None:
                say(self, node, self._lanes.of(node))
            if moment.is_start:
                continue
            if told.part is Part.NOTHING:
                self._merged.skipped[_SAID_ELSEWHERE.get(node.span.role, "other span")] += 1
            if told.fails and not self._has_failure_of_its_own(node):
                self._add("error", node, "error", node.span.end, _failure(node.span), self._lanes.of(node))
            if node.is_root:
                roots_left -= 1
                if not roots_left:
                    self._end(node)

    def _begin(self, session: str, nodes: list[Node], first: Moment) -> None:
        """A session starts, or is taken up again after another; numbers start over unless another still goes on."""
        if session != self._session:
            others = self._open - {session}
            if not others:
                self._lanes.main.start_over()
            if not others or session not in self._seen:
                spans = sorted((node.span for node in nodes), key=lambda span: span.start)
                data = {
                    "goal": title_of(spans),
                    "model": next((span.model for span in spans if span.model), ""),
                    "conversation": session,
                    "trace_id": first.node.tree.id,
                }
                told = {name: value for name, value in data.items() if value}
                self._add("session_start", first.node, "session", first.time, told, self._lanes.main)
        self._session = session
        self._seen.add(session)
        self._open.add(session)

    def _end(self, root: Node) -> None:
        self._close(self._lanes.main, root.span.end, root)
        status = "error" if root.span.failed else "complete"
        self._add("session_end", root, "end", root.span.end, {"status": status}, self._lanes.main)
        self._open.discard(self._session)

    def _has_failure_of_its_own(self, node: Node) -> bool:
        """Whether its own events say that it failed."""
        part, lane = _told(node).part, _told(node).lane
        return part in (Part.CALL, Part.TOOL) or (part in (Part.AGENT, Part.AGENT_THAT_COUNTS) and bool(lane))

    def _ask(self, node: Node, lane: Lane) -> None:
        """A call of a model begins, and an iteration with it."""
        self._announce(node, lane)
        start = node.span.start
        self._close(lane, start, node)
        number = self._iterations[node] = lane.begin(node)
        self._add("iteration_start", node, "iteration", start, {}, lane, number)
        if node.span.compacted:
            self._add("compaction_end", node, "compaction", start, {}, lane, number)
        asked = node.span.start_data if node.span.role is Role.CHAT else {"model": node.span.model}
        self._add("llm_request", node, "request", start, asked, lane, number)

    def _answer(self, node: Node, lane: Lane) -> None:
        span, number = node.span, self._iterations[node]
        request, took = _id(node, "request"), span.duration_ms
        if span.usage is not None or not span.failed:
            self._add("llm_response", node, "response", span.end, span.data, lane, number, request, took)
        if span.failed:
            failure = {"model": span.model, **_failure(span)}
            self._add("llm_error", node, "failure", span.end, failure, lane, number, request, took)

    def _call(self, node: Node, lane: Lane) -> None:
        """A call of a tool begins."""
        self._announce(node, lane)
        number = lane.iteration_at(node.span.start)
        if number is not None:
            self._iterations[node] = number
        self._add("tool_start", node, "start", node.span.start, node.span.start_data, lane, number)

    def _return(self, node: Node, lane: Lane) -> None:
        span, number = node.span, self._iterations.get(node)
        kind, data = ("tool_error", {**span.data, **_failure(span)}) if span.failed else ("tool_end", span.data)
        self._add(kind, node, "result", span.end, data, lane, number, _id(node, "start"), span.duration_ms)

    def _spawn(self, node: Node, lane: Lane) -> None:
        """An agent begins."""
        self._announce(node, lane)

    def _announce(self, node: Node, lane: Lane) -> None:
        """Tell of a sub-agent before the first thing it does, under the call of the tool that stands above it."""
        if lane.is_spawned or not lane.name:
            return
        lane.is_spawned = True
        agent = node.agent
        node = agent or node
        if not node.top().is_root:
            node.tree.guessed = True
        caller = next((above for above in node.above() if above.span.role in (Role.TOOL, Role.AGENT)), None)
        parent_lane = self._lanes.main if caller is None else self._lanes.of(caller)
        tool = caller if caller is not None and caller.span.role is Role.TOOL else None
        data = {"agent_id": lane.name, "parent_agent_id": parent_lane.name or None, **_task_of(tool)}
        data |= node.span.start_data if agent is not None else {}
        started = node.span.start
        number = parent_lane.iteration_at(started)
        parent = None if tool is None else _id(tool, "start")
        self._add("subagent_spawn", node, "spawn", started, _known(data), self._lanes.main, number, parent)

    def _complete(self, node: Node, lane: Lane) -> None:
        span = node.span
        self._close(lane, span.end, node)
        if not lane.name:
            return
        caller = next((above for above in node.above() if above.span.role in (Role.TOOL, Role.AGENT)), None)
        parent_lane = self._lanes.main if caller is None else self._lanes.of(caller)
        data = _known({"agent_id": lane.name, "parent_agent_id": parent_lane.name or None})
        kind = "subagent_error" if span.failed else "subagent_complete"
        data |= _failure(span) if span.failed else {}
        number = parent_lane.iteration_at(span.start)
        main, spawn = self._lanes.main, _id(node, "spawn")
        self._add(kind, node, "complete", span.end, data, main, number, spawn, span.duration_ms)

    def _begin_to_count(self, node: Node, lane: Lane) -> None:
        """An agent begins whose calls of models are told by their sum alone: as if it were one call."""
        self._spawn(node, lane)
        self._ask(node, lane)

    def _count(self, node: Node, lane: Lane) -> None:
        span, number = node.span, self._iterations[node]
        usage = {} if span.usage is None else span.usage.fields(span.model)
        data = _known({"model": span.model, "cost": span.cost, "note": "the sum of an agent's calls", **usage})
        self._add(
            "llm_response", node, "response", span.end, data, lane, number, _id(node, "request"), span.duration_ms
        )
        self._complete(node, lane)

    def _begin_workflow(self, node: Node, lane: Lane) -> None:
        self._add("swarm_start", node, "start", node.span.start, node.span.start_data, self._lanes.main)

    def _end_workflow(self, node: Node, lane: Lane) -> None:
        data, took = node.span.start_data, node.span.duration_ms
        main = self._lanes.main
        self._add("swarm_complete", node, "complete", node.span.end, data, main, parent=_id(node, "start"), took=took)

    def _note(self, node: Node, lane: Lane) -> None:
        """Tell of something that is over, in one event."""
        self._announce(node, lane)
        span, kind = node.span, _NOTED[_told(node).part]
        number = lane.iteration_at(span.start)
        self._add(kind, node, "note", span.end, span.data, lane, number, took=span.duration_ms)

    def _close(self, lane: Lane, time: float, node: Node) -> None:
        """End the iteration that is open, with the record of `node`."""
        if lane.open is not None and lane.opened_by is not None:
            number, lane.open = lane.open, None
            self._add("iteration_end", node, "", time, {}, lane, number, id=_id(lane.opened_by, "over"))

    def _add(
        self,
        kind: str,
        node: Node,
        suffix: str,
        time: float,
        data: dict[str, Any],
        lane: Lane,
        iteration: int | None = None,
        parent: str | None = None,
        took: float | None = None,
        id: str = "",
    ) -> None:
        if lane.name:
            data = {**data, "agent_id": lane.name}
        event = TraceEvent(kind, time, node.tree.session, id or _id(node, suffix), iteration, data, parent, took)
        self._lines.append((event, node.origin))


def moments_of(nodes: Iterable[Node]) -> list[Moment]:
    """The starts and ends of spans by their times; what stands under another lies within it where times are equal."""
    mine = set(nodes)
    waiting = [(node, True) for node in _latest_first(node for node in mine if node.parent not in mine)]
    found: list[Moment] = []
    while waiting:
        node, is_start = waiting.pop()
        found.append(Moment(node.span.start if is_start else node.span.end, len(found), node, is_start))
        if is_start:
            waiting.append((node, False))
            waiting += [(child, True) for child in _latest_first(child for child in node.children if child in mine)]
    found.sort(key=lambda moment: (moment.time, moment.order))
    return found


def _latest_first(nodes: Iterable[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: (node.span.start, node.span.end, node.span.id), reverse=True)


_AT_START: dict[Part, Callable[[Teller, Node, Lane], None]] = {
    Part.CALL: Teller._ask,
    Part.TOOL: Teller._call,
    Part.AGENT: Teller._spawn,
    Part.AGENT_THAT_COUNTS: Teller._begin_to_count,
    Part.WORKFLOW: Teller._begin_workflow,
}
_AT_END: dict[Part, Callable[[Teller, Node, Lane], None]] = {
    Part.CALL: Teller._answer,
    Part.TOOL: Teller._return,
    Part.AGENT: Teller._complete,
    Part.AGENT_THAT_COUNTS: Teller._count,
    Part.WORKFLOW: Teller._end_workflow,
    Part.PLAN: Teller._note,
    Part.CHECK: Teller._note,
    Part.OTHER: Teller._note,
}
_NOTHING = Told(Part.NOTHING, "", False)
_NOTED = {Part.PLAN: "plan_created", Part.CHECK: "quality_check", Part.OTHER: "custom"}


def _told(node: Node) -> Told:
    return node.told or _NOTHING


def _id(node: Node, suffix: str) -> str:
    return f"{node.tree.id[-4:]}-{node.span.id}.{suffix}"


def _task_of(tool: Node | None) -> dict[str, Any]:
    """What a sub-agent was asked to do, by the arguments of the tool that called it."""
    arguments = None if tool is None else tool.span.start_data.get("args")
    if not isinstance(arguments, dict):
        return {}
    told = next((arguments[name] for name in _TASKS if isinstance(arguments.get(name), str)), None)
    return {} if told is None else {"task": told}


def _failure(span: Span) -> dict[str, Any]:
    return _known({"error": span.error, "error_type": span.error_type})


def _known(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None and value != ""}
