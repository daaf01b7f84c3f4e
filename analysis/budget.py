"""What events of kind budget_check, budget_warning and budget_exhausted tell of a budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..collector.events import TraceEvent
from .tokens import MOST_TOKENS, dollars
from .view import View

NEARLY_USED = 0.8
_MOST_LOOKED_AT = 16
"""Events that speak of a budget but do not say how much of it is used, as loop guards write them, are passed over."""

_TOKEN_LIMITS = ("max_tokens", "token_limit", "limit_tokens")
_COST_LIMITS = ("max_cost", "cost_limit", "limit_cost", "max_cost_usd")
_CONTEXT_LIMITS = ("context_limit", "context_window", "max_context_tokens", "model_context_window")


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a budget is used, 0 to 1 and beyond, and what the limits are, where told.

    `token_limit` and `cost_limit` (dollars) are for the whole session, `context_limit` for one prompt.
    """

    event: int
    used: float | None
    status: str
    token_limit: float | None = None
    cost_limit: float | None = None
    context_limit: float | None = None

    @property
    def is_tight(self) -> bool:
        """Whether little or nothing of it is left."""
        return self.used is not None and self.used >= NEARLY_USED


def budget_as_of(view: View, read: Callable[[int], TraceEvent]) -> Budget | None:
    """The budget as it was told last; `read` gives the event of a number. None where nothing was told."""
    events = view.session.budget_events
    last = view.budget_events
    for index in range(last - 1, max(0, last - _MOST_LOOKED_AT) - 1, -1):
        budget = told_by(events[index], read(events[index]))
        if budget is not None:
            return budget
    return None


def told_by(number: int, event: TraceEvent) -> Budget | None:
    """What an event says of a budget; None if neither how much of it is used nor a limit."""
    metadata = event.data.get("metadata")
    data = {**metadata, **event.data} if isinstance(metadata, Mapping) else event.data
    used = _number(data, "usage_fraction")
    limits = (_tokens(data, _TOKEN_LIMITS), dollars(_number(data, *_COST_LIMITS)), _tokens(data, _CONTEXT_LIMITS))
    if used is None and not any(limits):
        return None
    status = data.get("status")
    return Budget(number, used, status if isinstance(status, str) else "", *limits)


def _tokens(data: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    count = _number(data, *names)
    return count if count is not None and 0 < count < MOST_TOKENS else None


def _number(data: Mapping[str, Any], *names: str) -> float | None:
    """The first of these fields that holds a number from 0 on."""
    for name in names:
        value = data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        try:
            number = float(value)
        except (ValueError, OverflowError):
            continue
        if 0 <= number < math.inf:
            return number
    return None
