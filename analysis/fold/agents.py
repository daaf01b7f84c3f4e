"""Sub-agents and swarm workers: who spawned whom, under which call, and how it ended."""

from __future__ import annotations

from ...collector.records import EventRecord, Payload
from ..issues.agents import AgentRules
from .columns import NONE, AgentColumns
from .lanes import Lane, Lanes
from .tool_calls import ToolCalls


class Agents:
    """Folds subagent_* and swarm_task_* events into `AgentColumns`."""

    KEPT = ("_running",)

    def __init__(self, columns: AgentColumns, lanes: Lanes, tool_calls: ToolCalls, rules: AgentRules) -> None:
        self._columns = columns
        self._lanes = lanes
        self._tool_calls = tool_calls
        self._rules = rules
        self._running: dict[int, int] = {}

    def spawned(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """A sub-agent or worker was started from `lane`."""
        child = self._child(event, record, data)
        agent = self._append(event, child, lane, row, record.parent_event_id, announced=True)
        branch = child.branch
        if branch.agent is not None:
            branch = self._lanes.begin_run(child, event)
        branch.agent = agent
        self._lanes.adopt(record.event_id, child)
        return 0

    def appeared(self, event: int, child: Lane) -> None:
        """An agent nobody announced records its first event: it counts as spawned where the main agent stands."""
        main = self._lanes.main
        child.branch.agent = self._append(event, child, main, main.open_row, None, announced=False)

    def completed(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """A sub-agent or worker finished."""
        self._end(event, record, data, lane, row, failed=False)
        return 0

    def failed(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """A sub-agent or worker failed or timed out."""
        agent = self._end(event, record, data, lane, row, failed=True)
        columns = self._columns
        name = self._lanes.names.name(columns.lane[agent])
        spawned = columns.event[agent] if columns.event[agent] != event else None
        self._rules.failed(event, lane, row, name, record.kind, spawned)
        return 0

    def _end(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int, failed: bool) -> int:
        child = self._child(event, record, data)
        agent = self._running.pop(child.number, None)
        if agent is None:
            agent = self._append(event, child, lane, row, record.parent_event_id, announced=True)
            del self._running[child.number]
            if child.branch.agent is None:
                child.branch.agent = agent
        else:
            lane.detail = event
        self._columns.failed[agent] = failed
        self._columns.end[agent] = event
        self._columns.ended_agent.append(agent)
        self._columns.ended_event.append(event)
        return agent

    def parent_of(self, child: Lane) -> Lane:
        """The lane that the agent of a lane was spawned from."""
        agent = child.branch.agent
        if agent is None:
            return self._lanes.main
        return self._lanes.numbered(self._lanes.branches[self._columns.branch[agent]].lane)

    def _child(self, event: int, record: EventRecord, data: Payload) -> Lane:
        return self._lanes.of_agent(child_name(record, data), event)

    def _append(
        self, event: int, child: Lane, parent: Lane, row: int, parent_event_id: str | None, announced: bool
    ) -> int:
        columns = self._columns
        child.depth = parent.depth + 1
        columns.lane.append(child.number)
        columns.call.append(self._tool_calls.parent_call(parent_event_id, parent, row))
        columns.iteration.append(row)
        columns.branch.append(parent.branch_number)
        columns.end.append(NONE)
        columns.failed.append(0)
        columns.announced.append(announced)
        columns.event.append(event)
        agent = self._running[child.number] = len(columns.event) - 1
        return agent


def child_name(record: EventRecord, data: Payload) -> str:
    """The name of the agent that an event about an agent is about."""
    name = data.agent_id or (data.metadata.agent_id if data.metadata else None) or data.task_id
    return name or record.event_id or "(unnamed)"
