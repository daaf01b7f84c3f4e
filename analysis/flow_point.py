"""What one iteration took: a point of the token flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .bill import Bill

if TYPE_CHECKING:
    from .view import View


@dataclass(frozen=True, slots=True)
class TokenFlowPoint:
    """What one iteration took; `iteration` is None for calls outside any. Buckets are disjoint, cost in dollars.

    `run` and `agent` tell iterations of the same number apart; `row` is the iteration's row in the columns, `calls`
    how many LLM calls it made. `context_tokens` is the length of the last prompt that was told.
    `output_is_lower_bound` says that there was more output than is counted.
    `cost_estimated` says that some of `cost` is estimated, `cumulative_cost_estimated` that some of `cumulative_cost`.
    """

    iteration: int | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    total_tokens: int | None
    cumulative_cost: float | None
    cost: float | None = None
    run: int = 1
    agent: str = ""
    row: int = 0
    cost_estimated: bool = False
    cumulative_cost_estimated: bool = False
    output_is_lower_bound: bool = False
    calls: int = 0
    context_tokens: int | None = None


def flow_point(view: View, iteration_row: int, llm_rows: Sequence[int] | None = None) -> TokenFlowPoint:
    """What an iteration took as of a view: in all its calls, or in those of these LLM rows, oldest first."""
    session = view.session
    calls = [view.llm_call(row) for row in (view.llm_rows_of(iteration_row) if llm_rows is None else llm_rows)]
    branch = session.lanes.branches[session.iterations.branch[iteration_row]]
    costs = [call.cost for call in calls if call.cost is not None]
    prompts = (call.tokens.prompt for call in reversed(calls))
    through = Bill(session.llm, calls[-1].row + 1) if calls else None
    return TokenFlowPoint(
        iteration=session.iterations.number_of(iteration_row),
        input_tokens=_total(call.tokens.input for call in calls),
        output_tokens=_total(call.tokens.output for call in calls),
        cache_read_tokens=_total(call.tokens.cache_read for call in calls),
        cache_write_tokens=_total(call.tokens.cache_write for call in calls),
        total_tokens=_total(call.tokens.total for call in calls),
        cumulative_cost=None if through is None else through.cost,
        cost=sum(costs) if costs else None,
        run=branch.run if iteration_row else 1,
        agent=session.lanes.names.name(branch.lane) if iteration_row else "",
        row=iteration_row,
        cost_estimated=any(call.cost_estimated for call in calls),
        cumulative_cost_estimated=through is not None and through.cost_estimated,
        output_is_lower_bound=sum(session.llm.bounds(call.row, call.row + 1) for call in calls) > 0,
        calls=sum(call.opens for call in calls),
        context_tokens=next((prompt for prompt in prompts if prompt is not None), None),
    )


def _total(parts: Iterator[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
