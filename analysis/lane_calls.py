"""The LLM calls of each agent by themselves: columns as the session has them, of one lane."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field

from .cache.boundary import reports_cache
from .fold.columns import FirstCalls, LlmColumns
from .fold.session import Session

_ROWS_A_SLICE = 4_000
"""Some 10 ms of work."""


@dataclass(slots=True)
class OwnCalls:
    """The LLM calls of a lane. `rows` are their rows in the columns of the session, `llm` columns of them alone, with
    sums of their own; neither `request` nor `previous_in_iteration` are told there. `first_calls` are the iterations of
    the lane that have any.
    """

    rows: array[int] = field(default_factory=lambda: array("I"))
    llm: LlmColumns = field(default_factory=LlmColumns)
    first_calls: FirstCalls = field(default_factory=FirstCalls)
    has_loose: bool = False
    """Whether some were made outside all iterations."""


class LaneCalls:
    """A second pass over the LLM calls of a session, which parts them by lanes. Grows by `extend`. For one thread."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.taken = 0
        """How many LLM rows were parted."""
        self._lanes: defaultdict[int, OwnCalls] = defaultdict(OwnCalls)

    def extend(self, at: int | None = None) -> bool:
        """Part the next calls of the first `at` events, of all without it; gives whether there are more."""
        rows = self.session.llm.rows(self.session.count if at is None else at)
        last = min(rows, self.taken + _ROWS_A_SLICE)
        for row in range(self.taken, last):
            self._add(row)
        self.taken = max(self.taken, last)
        return self.taken < rows

    def of(self, lane: int) -> OwnCalls:
        """The calls of a lane; what is returned grows."""
        return self._lanes[lane]

    def __contains__(self, lane: int) -> bool:
        """Whether a lane is known to have calls."""
        return bool(lane in self._lanes and self._lanes[lane].rows)

    def _add(self, row: int) -> None:
        session, llm = self.session, self.session.llm
        event = llm.event[row]
        own = self._lanes[session.events.lane[event]]
        calls, before, mine = own.llm, row - 1, len(own.rows)
        for running, column in (
            (calls.calls, llm.calls),
            (calls.sum_input, llm.sum_input),
            (calls.sum_output, llm.sum_output),
            (calls.sum_read, llm.sum_read),
            (calls.sum_write, llm.sum_write),
            (calls.sum_total, llm.sum_total),
        ):
            running.append(column[row] - (column[before] if row else 0) + (running[-1] if mine else 0))
        flags, cost = llm.flags[row], llm.cost[row]
        calls.cost.append(cost)
        calls.sum_cost.append(cost + (calls.sum_cost[-1] if mine else 0.0))
        calls.flags.append(flags)
        calls.seen.append(flags | (calls.seen[-1] if mine else 0))
        if reports_cache(flags):
            sent = calls.cache_sum_input
            sent.append(llm.sum_input[row] - (llm.sum_input[before] if row else 0) + (sent[-1] if sent else 0))
            calls.cache_rows.append(mine)
        for marked, column in (
            (calls.estimated_rows, llm.estimated_rows),
            (calls.listed_rows, llm.listed_rows),
            (calls.bounded_rows, llm.bounded_rows),
            (calls.settled_rows, llm.settled_rows),
        ):
            if column and column[min(bisect_left(column, row), len(column) - 1)] == row:
                marked.append(mine)
        self._begin_iteration(own, row, event)
        own.rows.append(row)
        calls.event.append(event)

    def _begin_iteration(self, own: OwnCalls, row: int, event: int) -> None:
        """Note the iteration of a call where it is the first of it."""
        iteration = self.session.events.iteration[event]
        if iteration:
            is_first = not self.session.llm.previous_in_iteration[row]
        else:
            is_first, own.has_loose = not own.has_loose, True
        if is_first:
            own.first_calls.row.append(iteration)
            own.first_calls.event.append(event)
