"""The headline figures of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .view import View


@dataclass(frozen=True, slots=True)
class Summary:
    """A session's headline figures; None where the trace does not say. Durations in seconds, cost in dollars."""

    session_id: str
    goal: str | None
    model: str | None
    duration_seconds: float | None
    total_tokens: int | None
    total_cost: float | None
    iterations: int
    tool_calls: int
    llm_calls: int
    errors: int
    compactions: int
    efficiency_score: float | None
    cache_hit_rate: float | None
    avg_tokens_per_iteration: float | None
    avg_cost_per_iteration: float | None


def summary_of(view: View) -> Summary:
    """The headline figures of a view."""
    iterations, total, cost = view.iterations, view.tokens.total, view.cost
    return Summary(
        session_id=view.session_id,
        goal=view.goal,
        model=view.model,
        duration_seconds=view.duration_seconds,
        total_tokens=total,
        total_cost=cost,
        iterations=iterations,
        tool_calls=view.tool_calls,
        llm_calls=view.llm_calls,
        errors=view.errors,
        compactions=view.compactions,
        efficiency_score=view.efficiency.score,
        cache_hit_rate=view.cache_hit_rate,
        avg_tokens_per_iteration=total / iterations if iterations and total is not None else None,
        avg_cost_per_iteration=cost / iterations if iterations and cost is not None else None,
    )
