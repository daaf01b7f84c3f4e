"""The budget: where it will be used up soon if the session goes on as it does."""

from __future__ import annotations

from collections import deque

from ..budget import Budget, told_by
from ..forecast import MOST_BUDGETS, end_of_budget, turns_before
from ..issues.episodes import Episode
from .payloads import Payloads
from .rule import Rule
from .thresholds import Tuning

_FEWEST = 5
"""So many budget events are read before any is passed over."""

_UNEVEN = 4.0
"""The spending may become so many times as fast between two looks."""

_MOST_FINDINGS = 20
"""Of a session that stand; whose budget is used up so often is not helped by more."""

_STANDS_STILL = 16
"""Iterations until the next look at a budget whose share does not grow, or whose end is far off."""


class BurnForecast(Rule):
    """A budget that lasts only some iterations more at the pace of the last ones."""

    CATEGORY = "burn_forecast"
    HEARS = ("session_start", "budget_check", "budget_warning", "budget_exhausted")

    def tune(self, tuning: Tuning) -> None:
        self._iterations = tuning.of(self.CATEGORY, "iterations")
        self._told: deque[Budget] = deque(maxlen=MOST_BUDGETS)
        self._episode: Episode | None = None
        self._next_look = self._standing = 0
        self._payloads = Payloads(self.findings.event_of)

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind == "session_start":
            self._told.clear()
            self._episode = None
            self._next_look = 0
            return
        if not self._payloads.may_read(event):
            return
        (turn,) = turns_before(self.findings.session, [event])
        told = None if turn < self._next_look else self._payloads.read(event)
        if told is None:
            return
        budget = told_by(event, told)
        if budget is None or budget.used is None:
            return
        if self._told and (self._told[-1].used or 0.0) > budget.used:  # another budget
            self._told.clear()
        self._told.append(budget)
        end = end_of_budget(self.findings.session.view(event + 1), list(self._told))
        if self._episode is None and len(self._told) >= _FEWEST:
            left = _STANDS_STILL * _UNEVEN if end is None else end.left.turns - self._iterations
            self._next_look = turn + int(left / _UNEVEN)
        if end is None or end.left.turns > self._iterations:
            if self._episode is not None and budget.used < 1.0:
                self._episode.withdraw(event)
                self._standing -= 1
            self._episode = None
            return
        left = round(end.left.turns, 1)
        if self._episode is not None:
            self._episode.update(event, left, [event])
            return
        if self._standing == _MOST_FINDINGS:
            return
        self._standing += 1
        evidence = [each.event for each in self._told]
        self._episode = self.findings.open(self.CATEGORY, event, left, evidence, lane=lane, detail=f"{budget.used:.0%}")
