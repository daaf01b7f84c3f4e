"""How tokens stand at an axis, and a budget in a headline."""

from __future__ import annotations

import math

from ...analysis import figures
from ...analysis.budget import Budget
from ...analysis.forecast import Band

_ROUNDING = 1e-6


def axis_tokens(count: float) -> str:
    """A round number of tokens: `2.5k`, `15k`."""
    text = figures.tokens(count)
    number, unit = text.rstrip("kMG"), text.lstrip("0123456789.")
    return (number.rstrip("0").rstrip(".") if "." in number else number) + unit


def budget_text(budget: Budget, total_tokens: int | None, *, brief: bool = False) -> str:
    """`budget 98% used`, `budget 41% of 1.00M used`, briefly `budget 98%`."""
    used = budget.used
    if used is None and budget.token_limit and total_tokens is not None:
        used = total_tokens / budget.token_limit
    limit = ""
    if budget.token_limit:
        limit = f" of {figures.tokens(budget.token_limit)}"
    elif budget.cost_limit:
        limit = f" of {figures.cost(budget.cost_limit)}"
    if used is None:
        return f"budget{limit or ' ' + figures.UNKNOWN}"
    return f"budget {_share(used)}" if brief else f"budget {_share(used)}{limit} used"


def turns_text(band: Band, *, brief: bool = False) -> str:
    """`~14 turns (10–22)`, `~14 turns (10 or more)`, briefly `~14`."""
    turns, low = _turns(band.turns), _turns(band.low)
    if brief:
        return f"~{turns}"
    span = f"{low} or more" if math.isinf(band.high) else f"{low}–{_turns(band.high)}"  # a forecast is always a span
    return f"~{turns} turns" if span == f"{turns}–{turns}" else f"~{turns} turns ({span})"


def _turns(turns: float) -> str:
    return f"{math.ceil(turns - _ROUNDING):,}"


def _share(used: float) -> str:
    if 0 < used < 0.005:
        return "<1%"
    return figures.share(used) if used < 10 else ">999%"
