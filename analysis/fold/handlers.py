"""What an event of each kind does to a session: a table by kind, and the handlers that have no room of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...collector.kinds import TOOL_END_ALIAS, TURN_END
from ...collector.records import EventRecord, Payload
from ..issues.budget import BudgetRules
from ..issues.context import ContextRules
from .agents import Agents
from .columns import NONE
from .kind_numbers import MOST_KINDS, KindNumbers
from .lanes import Lane
from .llm_calls import LlmCalls
from .tool_calls import ToolCalls

if TYPE_CHECKING:
    from .session import Session

Handler = Callable[[int, EventRecord, Payload, Lane, int], int]
"""Folds one event of a kind: its number, the event, its payload, its lane, its iteration row. Gives a label."""

Structure = Callable[[int, EventRecord, Payload, Lane], int]
"""The same for one that begins or ends an iteration or a run. Gives the iteration's row."""


class Handlers:
    """Folds events into the columns of a session. Those that stand apart from their iteration go into `apart`."""

    KEPT = ("open_compactions",)

    def __init__(
        self,
        session: Session,
        llm: LlmCalls,
        tools: ToolCalls,
        agents: Agents,
        budget: BudgetRules,
        context: ContextRules,
        apart: list[int],
    ) -> None:
        self.open_compactions: dict[int, bool] = {}
        """The lanes whose compaction has begun and not ended."""
        self._session = session  # its columns are asked for each time: they are replaced when a kept state is restored
        self._llm, self._tools, self._agents = llm, tools, agents
        self._budget, self._context = budget, context
        self._apart = apart

    def structures(self) -> list[Structure]:
        """The handlers of the kinds that begin or end an iteration or a run, which have the first numbers."""
        return [self._session_started, self._session_ended, self._session.lanes.iteration_start, self._iteration_ended]

    def by_number(self, kinds: KindNumbers) -> list[Handler | None]:
        """The handler of each kind that may come, by its number; None where there is none."""
        handlers: list[Handler | None] = [None] * MOST_KINDS
        for kind, handler in self.by_kind().items():
            handlers[kinds.number(kind)] = handler
        return handlers

    def by_kind(self) -> dict[str, Handler]:
        """The handler of each kind that has one."""
        llm, tools, agents = self._llm, self._tools, self._agents
        return {
            "llm_request": llm.request,
            "llm_response": llm.response,
            "llm_error": self._error,
            "tool_start": tools.start,
            "tool_end": tools.end,
            TOOL_END_ALIAS: tools.end,
            "tool_error": self._tool_error,
            "tool_approval": tools.approved,
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
            "custom": self._custom,
        }

    def _iteration_ended(self, event: int, record: EventRecord, data: Payload, lane: Lane) -> int:
        row = self._session.lanes.iteration_end(lane, record, event)
        if self._session.iterations.start[row] == NONE or self._session.iterations.end[row] != event:
            self._apart.append(event)
        return row

    def _session_ended(self, event: int, record: EventRecord, data: Payload, lane: Lane) -> int:
        self._budget.ended(lane)
        self._session.lanes.close(lane, event)
        lane.stream_row = -1
        return 0

    def _session_started(self, event: int, record: EventRecord, data: Payload, lane: Lane) -> int:
        self._budget.ended(lane)
        self._session.lanes.session_start(lane, event)
        lane.stream_row = -1
        if data.goal:
            self._session.goals.append((event, data.goal))
        if data.model:
            label = self._session.labels.number(data.model)
            self._session.models.append((event, label))
            self._llm.session_model = label
        return 0

    def _custom(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """Whatever a writer has no kind for; a session tells so that it has another title, or that a turn is over."""
        if data.name == TURN_END:
            self._session.turn_ends.append(event)
        if data.goal and lane is self._session.lanes.main:
            self._session.goals.append((event, data.goal))
        return 0

    def _error(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._session.errors.append(event)
        return 0

    def _tool_error(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._session.errors.append(event)
        return self._tools.end(event, record, data, lane, row, failed=True)

    def _budget_told(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._session.budget_events.append(event)
        return 0

    def _budget_warning(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._session.budget_events.append(event)
        self._budget.warned(event, lane)
        return 0

    def _compaction_start(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self.open_compactions[lane.number] = True
        self._compacted(event, lane, row)
        return 0

    def _compaction_end(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        if not self.open_compactions.pop(lane.number, False):
            self._compacted(event, lane, row)
        return 0

    def _compacted(self, event: int, lane: Lane, row: int) -> None:
        self._session.compactions.append(event)
        self._context.compacted(event, lane, row)
        self._budget.acted(lane)

    def _context_overflow(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._context.overflowed(event, lane, row)
        return 0

    def _mode_change(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        self._budget.acted(lane)
        return 0
