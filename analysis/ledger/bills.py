"""What each response took, without what was claimed of it alone."""

from __future__ import annotations

from ..fold.columns import KNOWN_COST, KNOWN_TOTAL, LlmColumns
from .entry import NO_PART, Part


class Bills:
    """The bills of the responses of a session, by their rows of the LLM columns."""

    def __init__(self, llm: LlmColumns) -> None:
        self._llm = llm
        self._taken: dict[int, Part] = {}

    def left(self, row: int) -> Part:
        """What is left of a response's bill."""
        llm, flags = self._llm, self._llm.flags[row]
        tokens = llm.sum_total[row] - (llm.sum_total[row - 1] if row else 0) if flags & KNOWN_TOTAL else 0
        cost = llm.cost[row] if flags & KNOWN_COST else 0.0
        bill = Part(tokens, cost, 0 if flags & KNOWN_COST else tokens)
        taken = self._taken.get(row)
        return bill if taken is None else bill.less(taken)._replace(cost=max(0.0, cost - taken.cost))

    def take(self, row: int, part: Part) -> None:
        """Claim a part of it alone."""
        self._taken[row] = self._taken.get(row, NO_PART).plus(part)

    def give_back(self, row: int, part: Part) -> None:
        """Free a part that was claimed."""
        self._taken[row] = self._taken[row].less(part)
