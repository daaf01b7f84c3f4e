"""The fold: events in, columns out, one event after another, in any chunking."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from ..collector.events import TraceEvent
from ..collector.kinds import KINDS, TOOL_END_ALIAS, Category, category_of, is_known_kind
from ..collector.records import EventRecord, Payload, record_from_event
from .agents import Agents, child_name
from .batch import NO_PAYLOAD, durations_ms, usable_times
from .cache_breaks import CacheBreaks
from .columns import (
    NONE,
    AgentColumns,
    EventColumns,
    FirstCalls,
    IterationColumns,
    LlmColumns,
    ToolColumns,
    append_all,
)
from .issues.agents import AgentRules
from .issues.budget import BudgetRules
from .issues.context import ContextRules
from .issues.episodes import IssueLog
from .issues.loops import LoopRules
from .issues.responses import ResponseRules
from .issues.tools import ToolRules
from .joins import Joins
from .lanes import Lane, Lanes
from .llm_calls import LlmCalls
from .names import Names
from .positions import Positions
from .prices import Prices
from .stretches import Stretches
from .times import TimeRange
from .tool_calls import ToolCalls
from .view import View

_MOST_KINDS = 256
_MOST_NESTED = 64
_MAIN_AGENT_NAMES = frozenset({"", "main", "root"})

_ITERATION_END = KINDS.index("iteration_end")
_LLM_REQUEST = KINDS.index("llm_request")
_LLM_RESPONSE = KINDS.index("llm_response")

Handler = Callable[[int, EventRecord, Payload, Lane, int], int]
"""Folds one event of a kind: its number, the event, its payload, its lane, its iteration row. Gives a label."""

Structure = Callable[[int, EventRecord, Payload, Lane], int]
"""The same for one that begins or ends an iteration or a run. Gives the iteration's row."""


class Session:
    """Everything known of a trace so far, ready to be viewed as of any event.

    `apply` may be called from one thread while views are drawn in another: a view never reads past `count`. By
    `prices` the cost of responses that give none is estimated.
    """

    KEPT = ("count", "session_id", "session_id_event", "goals", "models", "kinds", "labels", "_open_compaction")

    def __init__(self, prices: Prices | None = None) -> None:
        self.count = 0
        self.prices = prices
        self.events = EventColumns()
        self.positions = Positions()
        self.times = TimeRange(self.events)
        self.llm = LlmColumns()
        self.tools = ToolColumns()
        self.iterations = IterationColumns()
        self.stretches = Stretches(self.iterations)
        self.agents = AgentColumns()
        self.joins = Joins()
        self.issues = IssueLog()
        self.labels = Names(0xFFFF, "(other names)")
        self.kinds: list[str] = [*KINDS, TOOL_END_ALIAS]
        self.errors: array[int] = array("I")
        self.compactions: array[int] = array("I")
        self.budget_events: array[int] = array("I")
        self.first_calls = FirstCalls()
        self.session_id = ""
        self.session_id_event = 0
        self.goals: list[tuple[int, str]] = []
        self.models: list[tuple[int, int]] = []
        self._kind_numbers = {kind: number for number, kind in enumerate(self.kinds)}
        self._open_compaction: dict[int, bool] = {}
        self._loops = LoopRules(self.issues, self.iterations)
        self._context = ContextRules(self.issues, self.iterations)
        self._budget = BudgetRules(self.issues, self.iterations)
        self.lanes = Lanes(self.iterations, [self._loops.closed, self._budget.closed])
        self._responses = ResponseRules(self.issues, self.iterations, self._loops)
        self._apart: list[int] = []
        self._llm_calls = LlmCalls(
            self.llm,
            self.iterations,
            self.labels,
            self._responses,
            prices,
            first_calls=self.first_calls,
            apart=self._apart,
        )
        self._tool_rules = ToolRules(self.issues, self.iterations, self.labels, self._loops, self.tools)
        self._tool_calls = ToolCalls(self.tools, self.iterations, self.labels, self._tool_rules, self._apart)
        self.targets = self._tool_calls.targets
        """The paths and commands that tool calls are about."""
        self._agents = Agents(self.agents, self.lanes, self._tool_calls, AgentRules(self.issues, self.iterations))
        self._handlers: list[Handler | None] = [None] * _MOST_KINDS
        self._structures: list[Structure] = [
            self._session_started,
            self._session_ended,
            self.lanes.iteration_start,
            self._iteration_ended,
        ]
        for kind, handler in self._handlers_by_kind().items():
            self._handlers[self._kind_numbers[kind]] = handler
        self.cache_breaks = CacheBreaks(self)
        """A second pass, which grows by itself: no part of the fold nor of what is kept of it."""
        self._kinds_about_agents = {number for number, kind in enumerate(self.kinds) if _is_about_agents(kind)}

    @property
    def unknown_kinds(self) -> list[str]:
        """The kinds met that are not of the documented ones, in the order of their first event."""
        return [kind for kind in self.kinds if not is_known_kind(kind)]

    def components(self) -> dict[str, object]:
        """All that makes up its state between two batches, by name: columns, and what each may name in `KEPT`."""
        return {
            "session": self,
            "events": self.events,
            "positions": self.positions,
            "times": self.times,
            "llm": self.llm,
            "first_calls": self.first_calls,
            "tools": self.tools,
            "iterations": self.iterations,
            "stretches": self.stretches,
            "agents": self.agents,
            "joins": self.joins,
            "issues": self.issues,
            "lanes": self.lanes,
            "llm_calls": self._llm_calls,
            "tool_calls": self._tool_calls,
            "agents_running": self._agents,
            "loops": self._loops,
            "context": self._context,
            "budget": self._budget,
            "responses": self._responses,
            "tool_rules": self._tool_rules,
        }

    def come_to_rest(self) -> None:
        """Put what is to be kept where it is kept."""
        self._tool_rules.come_to_rest()

    def go_on(self) -> None:
        """Find again what follows from its state, after that was replaced."""
        kinds = self.kinds
        self.kinds = kinds[: len(KINDS) + 1]
        for kind in kinds[len(self.kinds) :]:
            self._new_kind(kind)

    def view(self, at: int | None = None) -> View:
        """The session as of its first `at` events; all of them where `at` is None."""
        count = self.count
        return View(self, count if at is None else max(0, min(at, count)))

    def apply(self, records: Sequence[EventRecord], positions: Sequence[int]) -> None:
        """Fold a batch of events; `positions` says where each one's payload is to be found."""
        if not records:
            return
        first, end = self.count, self.count + len(records)
        events, lanes, main = self.events, self.lanes, self.lanes.main
        structures, handlers = self._structures, self._handlers
        self.tools.reserve(len(records))
        self.iterations.reserve(len(records))
        times = usable_times(records)
        kinds = self._kinds_of(records)
        payloads = [record.data or NO_PAYLOAD for record in records]
        durations = durations_ms(records, payloads)
        elsewhere = self._maybe_of_agents(records, kinds, payloads)
        labels: list[int] = []
        strangers: list[tuple[int, int]] = []
        stretches: list[tuple[int, int]] = []
        lane, last_row = main, -1
        for event, record, kind, data in zip(range(first, end), records, kinds, payloads, strict=True):
            if elsewhere:
                lane = self._lane_of(event, kind, record, data)
                if lane is not main:
                    strangers.append((event - first, lane.number))
            number = record.iteration
            if kind <= _ITERATION_END:
                row = structures[kind](event, record, data, lane)
            elif number is None or number == lane.open_number:
                row = lane.open_row
            elif kind in (_LLM_RESPONSE, _LLM_REQUEST):
                row = lanes.place_response(lane, number, record, event)
            else:
                row = lanes.place(lane, number, event)
            handler = handlers[kind]
            labels.append(0 if handler is None else handler(event, record, data, lane, row))
            if row != last_row:
                stretches.append((event, row))
                last_row = row
            if not row and lane.detail != event:
                lane.branch.loose.append(event)
        if not self.session_id:
            named = (event for event, record in enumerate(records, first) if record.session_id)
            self.session_id_event = next(named, end)
            if self.session_id_event < end:
                self.session_id = records[self.session_id_event - first].session_id
        self._llm_calls.publish()
        rows: list[int] = []
        for (start, row), (stop, _) in pairwise((*stretches, (end, 0))):
            rows += [row] * (stop - start)
        self.joins.extend(kinds, self._apart)
        self._apart.clear()
        self.positions.extend(positions)
        append_all(events.time, times)
        events.kind.extend(kinds)
        append_all(events.duration, durations)
        append_all(events.label, labels)
        events.lane.frombytes(bytes(len(records) * events.lane.itemsize))
        for index, number in strangers:
            events.lane[first + index] = number
        events.iteration.fromlist(rows)
        self.stretches.extend(stretches, end)
        self.times.extend()
        self.count = end

    def apply_events(self, events: Iterable[TraceEvent]) -> None:
        """Fold events that exist as objects; the position of each is its number."""
        records = [record_from_event(event) for event in events]
        self.apply(records, range(self.count, self.count + len(records)))

    def _handlers_by_kind(self) -> dict[str, Handler]:
        llm, tools, agents = self._llm_calls, self._tool_calls, self._agents
        return {
            "llm_request": llm.request,
            "llm_response": llm.response,
            "llm_error": self._error,
            "tool_start": tools.start,
            "tool_end": tools.end,
            TOOL_END_ALIAS: tools.end,
            "tool_error": self._tool_error,
            "tool_approval": self._tool_label,
            "budget_check": self._budget_told,
            "budget_warning": self._budget_warning,
            "budget_exhausted": self._budget_told,
            "compaction_start": self._compaction_start,
            "compaction_end": self._compaction_end,
            "context_overflow": self._context_overflow,
            "subagent_spawn": agents.spawned,
            "subagent_complete": agents.completed,
            "subagent_error": agents.failed,
            "subagent_timeout": agents.failed,
            "swarm_task_start": agents.spawned,
            "swarm_task_complete": agents.completed,
            "swarm_task_failed": agents.failed,
            "error": self._error,
            "mode_change": self._mode_change,
        }

    def _kinds_of(self, records: Sequence[EventRecord]) -> list[int]:
        known = self._kind_numbers
        try:
            return [known[record.kind] for record in records]
        except KeyError:
            return [self._kind_number(record.kind) for record in records]

    def _maybe_of_agents(
        self, records: Sequence[EventRecord], kinds: Iterable[int], payloads: Sequence[Payload]
    ) -> bool:
        """Whether any event of a batch may be another agent's than the main one's: of most batches, none is."""
        by_parent = self.lanes.by_parent
        # No generator: it would cost more than the rest.
        return (
            bool([data for data in payloads if data.agent_id is not None or data.metadata is not None])
            or not self._kinds_about_agents.isdisjoint(kinds)
            or (bool(by_parent) and not by_parent.keys().isdisjoint([record.parent_event_id for record in records]))
        )

    def _lane_of(self, event: int, kind: int, record: EventRecord, data: Payload) -> Lane:
        if kind in self._kinds_about_agents:
            return self._parent_lane(event, record, data)
        if data.agent_id is not None or (data.metadata is not None and data.metadata.agent_id is not None):
            return self._agent_lane(event, record, data)
        lanes, main = self.lanes, self.lanes.main
        if record.parent_event_id is None:
            return main
        lane = lanes.by_parent.get(record.parent_event_id, main)
        if lane is not main:
            lanes.adopt(record.event_id, lane)
        return lane

    def _kind_number(self, kind: str) -> int:
        number = self._kind_numbers.get(kind)
        return self._new_kind(kind) if number is None else number

    def _new_kind(self, kind: str) -> int:
        if len(self.kinds) >= _MOST_KINDS:
            return _MOST_KINDS - 1
        if len(self.kinds) == _MOST_KINDS - 1:
            kind = "(other kinds)"
        number = self._kind_numbers[kind] = len(self.kinds)
        self.kinds.append(kind)
        if _is_about_agents(kind):
            self._kinds_about_agents.add(number)
        return number

    def _parent_lane(self, event: int, record: EventRecord, data: Payload) -> Lane:
        """The lane that spawns, ends or speaks of other agents: theirs is named in the payload, this one rarely."""
        parent, name = data.parent_agent_id, child_name(record, data)
        child = self.lanes.of_agent(name, event) if self.lanes.known(name) else None
        lane: Lane | None
        if parent and parent != name:
            lane = self._named_lane(event, parent)
        elif record.parent_event_id is not None:
            lane = self.lanes.by_parent.get(record.parent_event_id)
        else:
            lane = child
        if lane is not None and lane is child:
            lane = self._agents.parent_of(child)
        if lane is None or lane.depth >= _MOST_NESTED:
            return self.lanes.main
        return lane

    def _agent_lane(self, event: int, record: EventRecord, data: Payload) -> Lane:
        agent_id = data.agent_id or (data.metadata.agent_id if data.metadata is not None else None) or ""
        lane = self._named_lane(event, agent_id)
        if lane is not self.lanes.main:
            self.lanes.adopt(record.event_id, lane)
        return lane

    def _named_lane(self, event: int, agent_id: str) -> Lane:
        if agent_id in _MAIN_AGENT_NAMES:
            return self.lanes.main
        if self.lanes.known(agent_id):
            return self.lanes.of_agent(agent_id, event)
        lane = self.lanes.of_agent(agent_id, event)
        self._agents.appeared(event, lane)
        return lane

    def _iteration_ended(self, event: int, record: EventRecord, data: Payload, lane: Lane) -> int:
        row = self.lanes.iteration_end(lane, record, event)
        if self.iterations.start[row] == NONE or self.iterations.end[row] != event:
            self._apart.append(event)
        return row

    def _session_ended(self, event: int, record: EventRecord, data: Payload, lane: Lane) -> int:
        self._budget.ended(lane)
        self.lanes.close(lane, event)
        lane.stream_row = -1
        return 0

    def _session_started(self, event: int, record: EventRecord, data: Payload, lane: Lane) -> int:
        self._budget.ended(lane)
        self.lanes.session_start(lane, event)
        lane.stream_row = -1
        if data.goal:
            self.goals.append((event, data.goal))
        if data.model:
            label = self.labels.number(data.model)
            self.models.append((event, label))
            self._llm_calls.session_model = label
        return 0

    def _error(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self.errors.append(event)
        return 0

    def _tool_error(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self.errors.append(event)
        return self._tool_calls.end(event, record, data, lane, row, failed=True)

    def _tool_label(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        return self.labels.number(data.tool_name or data.tool or "")

    def _budget_told(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self.budget_events.append(event)
        return 0

    def _budget_warning(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self.budget_events.append(event)
        self._budget.warned(event, lane)
        return 0

    def _compaction_start(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._open_compaction[lane.number] = True
        self._compacted(event, lane, row)
        return 0

    def _compaction_end(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        if not self._open_compaction.pop(lane.number, False):
            self._compacted(event, lane, row)
        return 0

    def _compacted(self, event: int, lane: Lane, row: int) -> None:
        self.compactions.append(event)
        self._context.compacted(event, lane, row)
        self._budget.acted(lane)

    def _context_overflow(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._context.overflowed(event, lane, row)
        return 0

    def _mode_change(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._budget.acted(lane)
        return 0


def _is_about_agents(kind: str) -> bool:
    return category_of(kind) in (Category.SUBAGENT, Category.SWARM)
