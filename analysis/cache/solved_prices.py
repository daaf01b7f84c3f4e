"""Prices that a trace does not tell but that follow from it: what a model's calls cost, solved for its buckets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..prices import Price

if TYPE_CHECKING:
    from ..fold.columns import LlmColumns
    from .breaks import CacheBreaks

PRICED_CALLS = 32
"""So many calls of a model with a cost are remembered: from these its prices are worked out."""
_FURTHEST_OFF = 0.02
"""Prices that miss the cost of a call by more than this share of it are none."""
_LEAST_PIVOT = 1e-6
_ROUNDING = 1e-6
"""A bucket that costs nothing may come out below that by so much of the highest price."""
_PER_MILLION = 1e6

Row = list[float]


class SolvedPrices:
    """The prices of the models of a session, each from the first calls of it whose cost the trace gives.

    They stay what they are once there are `PRICED_CALLS` of these; before, they are solved anew as of each event.
    """

    def __init__(self, breaks: CacheBreaks) -> None:
        self._breaks = breaks
        self._known: dict[tuple[int, int], Price | None] = {}
        self._final: dict[int, tuple[int, Price | None]] = {}
        """From which event on they are what they are, and what."""

    def calls(self, label: int, event: int) -> int:
        """How many calls of a model there were to solve them from, as of an event and with it."""
        llm, samples = self._breaks.session.llm, self._breaks.priced.get(label, ())
        return bisect_right(samples, event, key=lambda row: llm.event[row])

    def is_settled(self, label: int, event: int) -> bool:
        """Whether the prices of a model, or that they do not follow, stay what they are as of an event."""
        final = self._final.get(label)
        return final is not None and event >= final[0]

    def price_of(self, label: int, event: int) -> Price | None:
        """The prices of a model as of an event and with it, in dollars per million; None where they do not follow."""
        final = self._final.get(label)
        if final is not None and event >= final[0]:
            return final[1]
        llm, samples, count = self._breaks.session.llm, self._breaks.priced.get(label, ()), self.calls(label, event)
        key = label, count
        if key not in self._known:
            self._known[key] = solve(llm, samples[:count])
            if count == PRICED_CALLS:
                self._final[label] = llm.event[self._breaks.priced[label][-1]], self._known[key]
        return self._known[key]


def solve(llm: LlmColumns, rows: Sequence[int]) -> Price | None:
    """The price of a model that its calls in these rows were paid by, by least squares.

    None where buckets or costs do not fix all prices, or contradict each other.
    """
    calls = [_buckets(llm, row) for row in rows]
    costs = [llm.cost[row] for row in rows]
    used = [bucket for bucket in range(4) if any(call[bucket] for call in calls)]
    if len(calls) < len(used) + 1 or not used:  # one more than unknowns, or nothing would contradict them
        return None
    matrix = [[sum(call[a] * call[b] for call in calls) for b in used] for a in used]
    right = [sum(call[a] * cost for call, cost in zip(calls, costs, strict=True)) for a in used]
    solution = _eliminate(matrix, right)
    if solution is None or min(solution) < -_ROUNDING * max(solution):
        return None
    prices = dict(zip(used, (max(0.0, price) for price in solution), strict=True))
    for call, cost in zip(calls, costs, strict=True):
        told = sum(call[bucket] * price for bucket, price in prices.items())
        if abs(told - cost) > _FURTHEST_OFF * max(cost, told):
            return None
    return Price(*(prices[bucket] * _PER_MILLION if bucket in prices else None for bucket in range(4)))


def _buckets(llm: LlmColumns, row: int) -> Row:
    """Input, output, read and written of a call, as `Price` has them."""
    sums = llm.sum_input, llm.sum_output, llm.sum_read, llm.sum_write
    return [float(column[row] - (column[row - 1] if row else 0)) for column in sums]


def _eliminate(matrix: list[Row], right: Row) -> Row | None:
    """Solve a symmetric system, scaled so that small buckets count as much as large ones; None if it is singular."""
    size = len(right)
    scale = [matrix[index][index] ** -0.5 for index in range(size)]
    rows = [[*(matrix[a][b] * scale[a] * scale[b] for b in range(size)), right[a] * scale[a]] for a in range(size)]
    for column in range(size):
        best = max(range(column, size), key=lambda index: abs(rows[index][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column][column]
        if abs(pivot) < _LEAST_PIVOT:
            return None
        for index in range(size):
            if index != column:
                factor = rows[index][column] / pivot
                rows[index] = [value - factor * other for value, other in zip(rows[index], rows[column], strict=True)]
    return [rows[index][size] / rows[index][index] * scale[index] for index in range(size)]
