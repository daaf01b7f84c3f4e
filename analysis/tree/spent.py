"""What was spent somewhere: tokens and money, either of which a trace may not say."""

from __future__ import annotations

from typing import NamedTuple

from ..fold.columns import KNOWN_COST, KNOWN_TOTAL, LlmColumns


class Spent(NamedTuple):
    """Tokens and dollars, None where nothing said; `estimated` says that some of the cost is no figure of the trace."""

    tokens: int | None = None
    cost: float | None = None
    estimated: bool = False

    def plus(self, other: Spent) -> Spent:
        """Both together; what one of them does not know is what the other knows."""
        return Spent(
            tokens=other.tokens if self.tokens is None else self.tokens + (other.tokens or 0),
            cost=other.cost if self.cost is None else self.cost + (other.cost or 0.0),
            estimated=self.estimated or other.estimated,
        )


NOTHING = Spent()


def spent_at(llm: LlmColumns, row: int) -> Spent:
    """What one row of the LLM columns tells."""
    flags = llm.flags[row]
    return Spent(
        tokens=llm.sum_total[row] - (llm.sum_total[row - 1] if row else 0) if flags & KNOWN_TOTAL else None,
        cost=llm.cost[row] if flags & KNOWN_COST else None,
        estimated=bool(llm.estimated_rows) and llm.estimates(row, row + 1) > 0,
    )
