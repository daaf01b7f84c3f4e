"""Append-only columns: what the fold writes and every view reads.

Rows are appended in event order and carry the number of the event that made them, so the state as of event N is a
`bisect` away. The few cells written later (the end of a call, the end of an iteration) hold the number of the event
that wrote them: a view as of N ignores a cell written at N or later.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import pack

NONE = 0xFFFFFFFF
"""No event: a 32-bit cell that was never written."""

NAN = float("nan")

LONGEST_MS = 1e12
"""Whatever claims to have taken longer, some 30 years, says nothing about how long it took."""


def append_all(column: array[int] | array[float], values: Sequence[int] | Sequence[float]) -> None:
    """Append many cells at once, by way of `struct`: most cell types of `array` parse each value as an argument."""
    column.frombytes(pack(f"{len(values)}{column.typecode}", *values))


_SPARE_ROWS = 1024
_SPARE_NONE = array("I", [NONE]) * _SPARE_ROWS
_SPARE_NAN = array("f", [NAN]) * _SPARE_ROWS


def _column(typecode: str) -> array[int]:
    return field(default_factory=lambda: array(typecode))


def _floats(typecode: str) -> array[float]:
    return field(default_factory=lambda: array(typecode))


@dataclass(slots=True)
class EventColumns:
    """One cell per event.

    `time` is epoch seconds (NaN unknown); `duration` milliseconds (NaN unknown); `label` the name of its tool or model
    (0 none); `iteration` a row of `IterationColumns` (0 none).
    """

    time: array[float] = _floats("d")
    kind: bytearray = field(default_factory=bytearray)
    duration: array[float] = _floats("f")
    label: array[int] = _column("H")
    lane: array[int] = _column("H")
    iteration: array[int] = _column("I")


KNOWN_INPUT, KNOWN_OUTPUT, KNOWN_READ, KNOWN_WRITE, KNOWN_TOTAL, KNOWN_COST = (1 << bit for bit in range(6))
OPENS_CALL = 1 << 6
INPUT_INCLUDED_CACHE = 1 << 7


@dataclass(slots=True)
class LlmColumns:
    """One row per LLM response event that says something new about a call; sums run over all rows so far.

    A call whose response streams in has a first row (with `OPENS_CALL`, tokens unknown) and a last one with its tokens.
    `flags` says which numbers the response gave. Tokens count in the four disjoint buckets; cost in dollars. `seen`
    are the flags of all rows so far. `cache_rows` are the rows that report the cache, with sums over those alone.
    `estimated_rows` are those whose cost is none the trace gives but what prices make of their tokens, `listed_rows`
    those of them whose price is that of a list, not the user's. `bounded_rows` are those whose output is a lower bound,
    `settled_rows` those that tell that the output of a call is known after all.
    """

    event: array[int] = _column("I")
    request: array[int] = _column("I")
    flags: bytearray = field(default_factory=bytearray)
    cost: array[float] = _floats("d")
    previous_in_iteration: array[int] = _column("I")
    calls: array[int] = _column("I")
    sum_input: array[int] = _column("q")
    sum_output: array[int] = _column("q")
    sum_read: array[int] = _column("q")
    sum_write: array[int] = _column("q")
    sum_total: array[int] = _column("q")
    sum_cost: array[float] = _floats("d")
    seen: array[int] = _column("B")
    cache_rows: array[int] = _column("I")
    cache_sum_input: array[int] = _column("q")
    estimated_rows: array[int] = _column("I")
    listed_rows: array[int] = _column("I")
    bounded_rows: array[int] = _column("I")
    settled_rows: array[int] = _column("I")

    def rows(self, at: int) -> int:
        """How many rows there are as of event `at`."""
        return bisect_left(self.event, at)

    def in_iteration(self, newest: int, at: int) -> list[int]:
        """The rows of an iteration as of event `at`, oldest first, by its newest row plus one; 0 where it has none."""
        found: list[int] = []
        while newest:
            if self.event[newest - 1] < at:
                found.append(newest - 1)
            newest = self.previous_in_iteration[newest - 1]
        return found[::-1]

    def estimates(self, first: int, end: int) -> int:
        """How many rows from `first` up to `end` have an estimated cost."""
        rows = self.estimated_rows
        return bisect_left(rows, end) - bisect_left(rows, first) if rows else 0

    def bounds(self, first: int, end: int) -> int:
        """How many calls that only have rows from `first` up to `end` have an output that is a lower bound."""
        bounded, settled = self.bounded_rows, self.settled_rows
        if not bounded:
            return 0
        count = bisect_left(bounded, end) - bisect_left(bounded, first)
        return count - (bisect_left(settled, end) - bisect_left(settled, first))


@dataclass(slots=True)
class FirstCalls:
    """The iterations that have LLM calls, in the order of their first: its event, and the iteration's row."""

    event: array[int] = _column("I")
    row: array[int] = _column("I")


@dataclass(slots=True)
class ToolColumns:
    """One row per tool call, made by its first event.

    `end` is written by the event that ended it (`NONE` while open); `ended_*` are rows in the order of the ends.
    `repeats` are the events that told that a call is identical, arguments and all, to an earlier one of its run.
    `fingerprint` is what identical calls of one run have in common (32 bits of it), `target` the number of the path or
    the command that a call is about; 0 where its arguments are unknown. Where its start has none they are those of its
    end, so that they hold for views only once it has ended.
    There are as many calls as cells in `event`; the columns that are written later have spare cells behind them.
    """

    event: array[int] = _column("I")
    end: array[int] = _column("I")
    failed: bytearray = field(default_factory=bytearray)
    label: array[int] = _column("H")
    duration: array[float] = _floats("f")
    ended_event: array[int] = _column("I")
    ended_call: array[int] = _column("I")
    ended_failures: array[int] = _column("I")
    repeats: array[int] = _column("I")
    fingerprint: array[int] = _column("I")
    target: array[int] = _column("H")

    def reserve(self, rows: int) -> None:
        """Have cells ready for so many more calls, as they are at first: made one by one they would cost more."""
        while len(self.end) < len(self.event) + rows:
            self.end += _SPARE_NONE
            self.duration += _SPARE_NAN
            self.failed += bytes(_SPARE_ROWS)
            self.fingerprint.frombytes(bytes(4 * _SPARE_ROWS))
            self.target.frombytes(bytes(2 * _SPARE_ROWS))

    def ended(self, at: int) -> int:
        """How many calls had ended as of event `at`."""
        return bisect_left(self.ended_event, at)

    def failures(self, at: int) -> int:
        """How many of them had failed."""
        ended = self.ended(at)
        return self.ended_failures[ended - 1] if ended else 0

    def call_of(self, event: int) -> int | None:
        """The call that `event` started or ended."""
        row = bisect_left(self.event, event)
        if row < len(self.event) and self.event[row] == event:
            return row
        row = bisect_left(self.ended_event, event)
        if row < len(self.ended_event) and self.ended_event[row] == event:
            return self.ended_call[row]
        return None


@dataclass(slots=True)
class IterationColumns:
    """One row per iteration of a lane in a run; row 0 stands for no iteration.

    `newest` is the iteration's newest event plus one;
    `last_llm` its newest LLM row plus one; `ordinal` counts the iterations of its lane from 1.
    There are as many rows as cells in `first`; the columns that are written later have spare cells behind them.
    """

    number: array[int] = field(default_factory=lambda: array("q", [0]))
    branch: array[int] = field(default_factory=lambda: array("I", [0]))
    ordinal: array[int] = field(default_factory=lambda: array("I", [0]))
    first: array[int] = field(default_factory=lambda: array("I", [0]))
    start: array[int] = field(default_factory=lambda: array("I", [NONE]))
    end: array[int] = field(default_factory=lambda: array("I", [NONE]))
    newest: array[int] = field(default_factory=lambda: array("I", [0]))
    last_llm: array[int] = field(default_factory=lambda: array("I", [0]))
    first_tool: array[int] = field(default_factory=lambda: array("I", [NONE]))

    def reserve(self, rows: int) -> None:
        """Have cells ready for so many more rows, as they are at first."""
        while len(self.end) < len(self.first) + rows:
            self.end += _SPARE_NONE
            self.first_tool += _SPARE_NONE
            self.newest.frombytes(bytes(4 * _SPARE_ROWS))
            self.last_llm.frombytes(bytes(4 * _SPARE_ROWS))

    def number_of(self, row: int) -> int | None:
        """The number of the iteration in a row; None for row 0."""
        return self.number[row] if row else None

    def count(self, at: int) -> int:
        """How many iterations had begun as of event `at`."""
        return bisect_left(self.first, at, lo=1) - 1


@dataclass(slots=True)
class AgentColumns:
    """One row per sub-agent or swarm worker; `call` or `iteration` say where it was spawned.

    `ended_*` are rows in the order of the ends.
    """

    event: array[int] = _column("I")
    lane: array[int] = _column("H")
    call: array[int] = _column("I")
    iteration: array[int] = _column("I")
    branch: array[int] = _column("I")
    end: array[int] = _column("I")
    failed: bytearray = field(default_factory=bytearray)
    announced: bytearray = field(default_factory=bytearray)
    ended_event: array[int] = _column("I")
    ended_agent: array[int] = _column("I")


@dataclass(slots=True)
class Branch:
    """One run of one lane: its iterations and LLM calls in order, with sums that run within the branch.

    `highest` and `lowest` are iteration numbers, which mean nothing before the first; while they only rise, `by_number`
    is not needed and None. `loose` are its events outside any iteration. `agent` is its row of `AgentColumns`, None in
    the main lane.
    `_sum_total`, `_sum_cost` and `_seen` are made when they are asked for: most branches are never looked at.
    `first_estimate` is the first of its LLM rows whose cost is estimated (`NONE` without one).
    """

    lane: int
    run: int
    first: int
    agent: int | None = None
    iterations: array[int] = _column("I")
    by_number: dict[int, int] | None = None
    llm_rows: array[int] = _column("I")
    _sum_total: array[int] = _column("q")
    _sum_cost: array[float] = _floats("d")
    _seen: array[int] = _column("B")
    loose: array[int] = _column("I")
    lowest: int = 0
    highest: int = 0
    has_starts: bool = False
    last_start_time: float = NAN
    first_estimate: int = NONE

    def row_of(self, number: int, columns: IterationColumns) -> int | None:
        """The row of the iteration with this number, None if there is none."""
        if self.by_number is not None:
            return self.by_number.get(number)
        place = bisect_left(self.iterations, number, key=columns.number.__getitem__)
        row = self.iterations[place] if place < len(self.iterations) else 0
        return row if row and columns.number[row] == number else None

    def add_iteration(self, number: int, row: int, columns: IterationColumns) -> None:
        """Append an iteration."""
        if not self.iterations:
            self.lowest = self.highest = number
        elif number > self.highest:
            self.highest = number
        else:
            if self.by_number is None:
                self.by_number = {columns.number[known]: known for known in self.iterations}
            self.lowest = min(self.lowest, number)
        if self.by_number is not None:
            self.by_number[number] = row
        self.iterations.append(row)

    def cost_estimated(self, rows: int) -> bool:
        """Whether what the branch spent before row `rows` of the LLM columns is an estimate, in part or whole."""
        return self.first_estimate < rows

    def spent(self, llm: LlmColumns, rows: int) -> tuple[int | None, float | None]:
        """Tokens and dollars of the branch's LLM rows before row `rows` of the columns. Not for two threads at once."""
        mine = bisect_left(self.llm_rows, rows)
        if not mine:
            return None, None
        for index in range(len(self._sum_cost), mine):
            row = self.llm_rows[index]
            tokens = llm.sum_total[row] - (llm.sum_total[row - 1] if row else 0)
            self._sum_total.append(tokens + (self._sum_total[-1] if index else 0))
            self._seen.append(llm.flags[row] | (self._seen[-1] if index else 0))
            self._sum_cost.append(llm.cost[row] + (self._sum_cost[-1] if index else 0.0))
        seen = self._seen[mine - 1]
        return (
            self._sum_total[mine - 1] if seen & KNOWN_TOTAL else None,
            self._sum_cost[mine - 1] if seen & KNOWN_COST else None,
        )
