"""Rows of the LLM columns that wait until a batch is folded."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import add, or_
from typing import TypeVar

from ..cache.boundary import reports_cache
from .columns import OPENS_CALL, LlmColumns, append_all

_Number = TypeVar("_Number", int, float)
_REPORTS_CACHE = [reports_cache(flags) for flags in range(256)]


class LlmRows:
    """The rows that wait, and which of all rows are estimated, by a list of prices, bounded from below, or settled."""

    def __init__(self, columns: LlmColumns) -> None:
        self._columns = columns
        self.rows: list[tuple[int, int, int, int, float, int, int, int, int, int]] = []
        """Event, request, previous row of the iteration, flags, cost; input, output, read, written, all tokens."""
        self.estimated: list[int] = []
        self.listed: list[int] = []
        self.bounded: list[int] = []
        self.settled: list[int] = []

    @property
    def next(self) -> int:
        """The number of the row that is added next."""
        return len(self._columns.event) + len(self.rows)

    def publish(self) -> None:
        """Write them to the columns, all of a column at once: cell by cell it costs more. Only where any wait."""
        columns, first = self._columns, len(self._columns.event)
        events, requests, previous, flags, costs, sent, output, read, written, total = zip(*self.rows, strict=True)
        append_all(columns.request, requests)
        columns.flags.extend(flags)
        append_all(columns.cost, costs)
        append_all(columns.previous_in_iteration, previous)
        known = set(flags)  # seldom more than one or two
        if all(flag & OPENS_CALL for flag in known):
            calls = columns.calls[-1] if columns.calls else 0
            append_all(columns.calls, range(calls + 1, calls + 1 + len(flags)))
        else:
            _run_on(columns.calls, [1 if flag & OPENS_CALL else 0 for flag in flags])
        _run_on(columns.sum_input, sent)
        _run_on(columns.sum_output, output)
        _run_on(columns.sum_read, read)
        _run_on(columns.sum_write, written)
        _run_on(columns.sum_total, total)
        _run_on(columns.sum_cost, costs)
        seen = columns.seen[-1] if columns.seen else 0
        if all(flag | seen == seen for flag in known):
            append_all(columns.seen, [seen] * len(flags))
        else:
            _run_on(columns.seen, flags, or_)
        if all(_REPORTS_CACHE[flag] for flag in known):
            _run_on(columns.cache_sum_input, sent)
            append_all(columns.cache_rows, range(first, first + len(events)))
        else:
            reporting = [index for index, flag in enumerate(flags) if _REPORTS_CACHE[flag]]
            _run_on(columns.cache_sum_input, [sent[index] for index in reporting])
            append_all(columns.cache_rows, [first + index for index in reporting])
        if self.estimated:
            append_all(columns.estimated_rows, self.estimated)
            append_all(columns.listed_rows, self.listed)
            self.estimated.clear()
            self.listed.clear()
        if self.bounded:
            append_all(columns.bounded_rows, self.bounded)
            self.bounded.clear()
        if self.settled:
            append_all(columns.settled_rows, self.settled)
            self.settled.clear()
        append_all(columns.event, events)
        self.rows.clear()


def _run_on(sums: array[_Number], values: Sequence[_Number], add: Callable[[_Number, _Number], _Number] = add) -> None:
    """Append the running sums of `values` to a column of such sums."""
    running = accumulate(values, add, initial=sums[-1] if sums else 0)
    next(running)
    append_all(sums, list(running))
