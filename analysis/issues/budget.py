"""budget_warning_ignored: a budget warning after which the agent went on as before.

What counts as an action: a mode change, a compaction, or tool calls or tokens per iteration down to half or less.
The yardstick is the mean of up to three iterations ending with the one the warning came in; the three iterations after
it are held against it. A session that ends within these raises nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ..fold.columns import IterationColumns
from ..fold.lanes import Lane
from .episodes import Episode, IssueLog

GRACE_ITERATIONS = 3
YARDSTICK_ITERATIONS = 3
DOWN_TO = 0.5


@dataclass(slots=True)
class OpenWarning:
    """A warning that waits for an action; `row` is the iteration it came in, 0 if between iterations."""

    events: list[int]
    row: int
    before: list[tuple[int, int]]
    after: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class BudgetState:
    """What one agent did in its latest iterations, and the warning it has not answered."""

    branch: int
    recent: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=YARDSTICK_ITERATIONS))
    waiting: OpenWarning | None = None
    ignored: Episode | None = None


class BudgetRules:
    """Watches what an agent does after a budget warning. Pairs are (tool calls, tokens) of an iteration."""

    KEPT = ("_budgets",)

    def __init__(self, log: IssueLog, iterations: IterationColumns) -> None:
        self._log = log
        self._iterations = iterations
        self._budgets: dict[int, BudgetState] = {}

    def warned(self, event: int, lane: Lane) -> None:
        """A budget warning came."""
        budget = self._budget(lane)
        if budget.waiting is not None:
            budget.waiting.events.append(event)
        else:
            budget.waiting = OpenWarning([event], lane.open_row, list(budget.recent))

    def acted(self, lane: Lane) -> None:
        """The agent changed its mode or compacted."""
        budget = self._budget(lane)
        budget.waiting = budget.ignored = None

    def ended(self, lane: Lane) -> None:
        """The session ended: nothing is held against a warning that is still waiting."""
        self._budget(lane).waiting = None

    def closed(self, event: int, lane: Lane, row: int) -> None:
        """An iteration ended."""
        budget = self._budgets.get(lane.number)
        if budget is None or budget.branch != lane.branch_number:
            budget = self._budget(lane)
        spent = (lane.tools_in_iteration, lane.tokens_in_iteration)
        budget.recent.append(spent)
        if budget.waiting is not None:
            self._held_against(budget.waiting, spent, event, lane, row, budget)

    def _held_against(
        self, warning: OpenWarning, spent: tuple[int, int], event: int, lane: Lane, row: int, budget: BudgetState
    ) -> None:
        if row == warning.row:
            warning.before = list(budget.recent)
            return
        warning.after.append(spent)
        if len(warning.after) == GRACE_ITERATIONS:
            budget.waiting = None
            self._judge(event, lane, row, warning, budget)

    def _judge(self, event: int, lane: Lane, row: int, warning: OpenWarning, budget: BudgetState) -> None:
        if any(_came_down(warning.before, warning.after, measure) for measure in (0, 1)):
            budget.ignored = None
        elif budget.ignored is not None:
            budget.ignored.update(event, budget.ignored.values[-1] + len(warning.events), warning.events)
        else:
            budget.ignored = self._log.open(
                "budget_warning_ignored",
                event,
                len(warning.events),
                warning.events,
                iteration=self._iterations.number_of(row),
                lane=lane.number,
            )

    def _budget(self, lane: Lane) -> BudgetState:
        budget = self._budgets.get(lane.number)
        if budget is None or budget.branch != lane.branch_number:
            budget = self._budgets[lane.number] = BudgetState(lane.branch_number)
        return budget


def _came_down(before: list[tuple[int, int]], after: list[tuple[int, int]], measure: int) -> bool:
    if not before:
        return False
    was = sum(pair[measure] for pair in before) / len(before)
    now = sum(pair[measure] for pair in after) / len(after)
    return was > 0 and now <= was * DOWN_TO
