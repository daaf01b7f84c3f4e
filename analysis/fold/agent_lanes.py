"""Which agent an event belongs to: named in its payload, known by its parent, or the main one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...collector.kinds import Category, category_of
from ...collector.records import EventRecord, Payload
from .agents import Agents, child_name
from .lanes import Lane, Lanes

_MOST_NESTED = 64
_MAIN_AGENT_NAMES = frozenset({"", "main", "root"})


class AgentLanes:
    """Finds the lane of each event, and has the agents that nobody announced appear. Kinds are told by number."""

    def __init__(self, lanes: Lanes, agents: Agents) -> None:
        self._lanes = lanes
        self._agents = agents
        self._kinds_about_agents: set[int] = set()

    def note_kind(self, number: int, kind: str) -> None:
        """From now on this number stands for a kind."""
        if category_of(kind) in (Category.SUBAGENT, Category.SWARM):
            self._kinds_about_agents.add(number)

    def may_have_others(
        self, records: Sequence[EventRecord], kinds: Iterable[int], payloads: Sequence[Payload]
    ) -> bool:
        """Whether any event of a batch may be another agent's than the main one's: of most batches, none is."""
        by_parent = self._lanes.by_parent
        # No generator: it would cost more than the rest.
        return (
            bool([data for data in payloads if data.agent_id is not None or data.metadata is not None])
            or not self._kinds_about_agents.isdisjoint(kinds)
            or (bool(by_parent) and not by_parent.keys().isdisjoint([record.parent_event_id for record in records]))
        )

    def of_event(self, event: int, kind: int, record: EventRecord, data: Payload) -> Lane:
        """The lane of an event; made, if its agent was never seen."""
        if kind in self._kinds_about_agents:
            return self._parent_lane(event, record, data)
        if data.agent_id is not None or (data.metadata is not None and data.metadata.agent_id is not None):
            return self._agent_lane(event, record, data)
        lanes, main = self._lanes, self._lanes.main
        if record.parent_event_id is None:
            return main
        lane = lanes.by_parent.get(record.parent_event_id, main)
        if lane is not main:
            lanes.adopt(record.event_id, lane)
        return lane

    def _parent_lane(self, event: int, record: EventRecord, data: Payload) -> Lane:
        """The lane that spawns, ends or speaks of other agents: theirs is named in the payload, this one rarely."""
        lanes = self._lanes
        parent, name = data.parent_agent_id, child_name(record, data)
        child = lanes.of_agent(name, event) if lanes.known(name) else None
        lane: Lane | None
        if parent and parent != name:
            lane = self._named_lane(event, parent)
        elif record.parent_event_id is not None:
            lane = lanes.by_parent.get(record.parent_event_id)
        else:
            lane = child
        if lane is not None and lane is child:
            lane = self._agents.parent_of(child)
        if lane is None or lane.depth >= _MOST_NESTED:
            return lanes.main
        return lane

    def _agent_lane(self, event: int, record: EventRecord, data: Payload) -> Lane:
        agent_id = data.agent_id or (data.metadata.agent_id if data.metadata is not None else None) or ""
        lane = self._named_lane(event, agent_id)
        if lane is not self._lanes.main:
            self._lanes.adopt(record.event_id, lane)
        return lane

    def _named_lane(self, event: int, agent_id: str) -> Lane:
        lanes = self._lanes
        if agent_id in _MAIN_AGENT_NAMES:
            return lanes.main
        is_new = not lanes.known(agent_id)
        lane = lanes.of_agent(agent_id, event)
        if is_new:
            self._agents.appeared(event, lane)
        return lane
