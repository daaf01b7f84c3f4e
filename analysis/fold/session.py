"""The fold: events in, columns out, one event after another, in any chunking."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ...collector.events import TraceEvent
from ...collector.kinds import KINDS, is_known_kind
from ...collector.records import EventRecord, record_from_event
from ..cache.breaks import CacheBreaks
from ..issues.agents import AgentRules
from ..issues.budget import BudgetRules
from ..issues.context import ContextRules
from ..issues.episodes import IssueLog
from ..issues.loops import LoopRules
from ..issues.responses import ResponseRules
from ..issues.tools import ToolRules
from ..prices import Prices
from ..rent import Rent
from ..view import View
from .agent_lanes import AgentLanes
from .agents import Agents
from .batch import NO_PAYLOAD, durations_ms, usable_times
from .columns import (
    AgentColumns,
    EventColumns,
    FirstCalls,
    IterationColumns,
    LlmColumns,
    ToolColumns,
    append_all,
)
from .handlers import Handlers
from .joins import Joins
from .kind_numbers import KindNumbers
from .lanes import Lanes
from .llm_calls import LlmCalls
from .names import Names
from .positions import Positions
from .stretches import Stretches
from .times import TimeRange
from .tool_calls import ToolCalls
from .turns import Turns

_ITERATION_END = KINDS.index("iteration_end")
_LLM_REQUEST = KINDS.index("llm_request")
_LLM_RESPONSE = KINDS.index("llm_response")


class Session:
    """Everything known of a trace so far, ready to be viewed as of any event.

    `apply` may be called from one thread while views are drawn in another: a view never reads past `count`. By
    `prices` the cost of responses that give none is estimated.
    """

    KEPT = ("count", "session_id", "session_id_event", "goals", "models", "kinds", "labels")

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
        self.findings = IssueLog()
        """What the rules of the second pass found, as far as they looked: theirs to fill."""
        self.labels = Names(0xFFFF, "(other names)")
        self._kind_numbers = KindNumbers()
        self.kinds = self._kind_numbers.names
        self.errors: array[int] = array("I")
        self.compactions: array[int] = array("I")
        self.budget_events: array[int] = array("I")
        self.turn_ends: array[int] = array("I")
        """Where the agent was done with what it was asked: a log without an end of its session may tell so."""
        self.first_calls = FirstCalls()
        self.session_id = ""
        self.session_id_event = 0
        self.goals: list[tuple[int, str]] = []
        self.models: list[tuple[int, int]] = []
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
        self._handlers = Handlers(
            self, self._llm_calls, self._tool_calls, self._agents, self._budget, self._context, self._apart
        )
        self._structures = self._handlers.structures()
        self._by_kind = self._handlers.by_number(self._kind_numbers)
        self.cache_breaks = CacheBreaks(self)
        """A second pass, which grows by itself: no part of the fold nor of what is kept of it."""
        self.rent = Rent(self)
        """Another."""
        self.turns = Turns(self)
        self._agent_lanes = AgentLanes(self.lanes, self._agents)
        self._kind_numbers.tell(self._agent_lanes.note_kind)

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
            "handlers": self._handlers,
        }

    def come_to_rest(self) -> None:
        """Put what is to be kept where it is kept."""
        self._tool_rules.come_to_rest()

    def go_on(self) -> None:
        """Find again what follows from its state, after that was replaced."""
        self._kind_numbers.restore(self.kinds)
        self.kinds = self._kind_numbers.names

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
        structures, handlers = self._structures, self._by_kind
        self.tools.reserve(len(records))
        self.iterations.reserve(len(records))
        times = usable_times(records)
        kinds = self._kind_numbers.of(records)
        payloads = [record.data or NO_PAYLOAD for record in records]
        durations = durations_ms(records, payloads)
        elsewhere = self._agent_lanes.may_have_others(records, kinds, payloads)
        labels: list[int] = []
        strangers: list[tuple[int, int]] = []
        stretches: list[tuple[int, int]] = []
        lane, last_row = main, -1
        for event, record, kind, data in zip(range(first, end), records, kinds, payloads, strict=True):
            if elsewhere:
                lane = self._agent_lanes.of_event(event, kind, record, data)
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
