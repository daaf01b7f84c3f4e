"""An LLM call, told: what one row of the columns says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .fold.columns import KNOWN_COST, KNOWN_INPUT, KNOWN_OUTPUT, KNOWN_READ, KNOWN_TOTAL, KNOWN_WRITE, NONE, OPENS_CALL
from .tokens import Buckets

if TYPE_CHECKING:
    from .fold.session import Session


@dataclass(frozen=True, slots=True)
class LlmCall:
    """One row of the LLM columns, told: tokens None where unknown, cost in dollars, by our prices if estimated."""

    row: int
    event: int
    request: int | None
    model: str
    agent: str
    iteration: int | None
    tokens: Buckets
    cost: float | None
    opens: bool
    cost_estimated: bool = False


def llm_call(session: Session, row: int) -> LlmCall:
    """What row `row` of the LLM columns says."""
    llm = session.llm
    flags, before = llm.flags[row], row - 1

    def delta(sums: object, known: int) -> int | None:
        if not flags & known:
            return None
        column: list[int] = sums  # type: ignore[assignment]
        return column[row] - (column[before] if row else 0)

    event = llm.event[row]
    iteration = session.events.iteration[event]
    request = llm.request[row]
    return LlmCall(
        row=row,
        event=llm.event[row],
        request=None if request == NONE else request,
        model=session.labels.name(session.events.label[event]),
        agent=session.lanes.names.name(session.events.lane[event]),
        iteration=session.iterations.number_of(iteration),
        tokens=Buckets(
            input=delta(llm.sum_input, KNOWN_INPUT),
            output=delta(llm.sum_output, KNOWN_OUTPUT),
            cache_read=delta(llm.sum_read, KNOWN_READ),
            cache_write=delta(llm.sum_write, KNOWN_WRITE),
            total=delta(llm.sum_total, KNOWN_TOTAL),
        ),
        cost=llm.cost[row] if flags & KNOWN_COST else None,
        opens=bool(flags & OPENS_CALL),
        cost_estimated=llm.estimates(row, row + 1) > 0,
    )
