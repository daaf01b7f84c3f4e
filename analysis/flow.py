"""The token flow as of an event, iteration by iteration or in groups, at a cost that does not grow with the trace."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .bill import Bill
from .flow_point import TokenFlowPoint, flow_point
from .fold.lanes import MAIN_LANE
from .lane_calls import OwnCalls
from .view import View

if TYPE_CHECKING:
    from .fold.session import Session

_MOST_KEPT = 4_096
_FIRST_CALLS = 1_000
_MOST_LOOKED_AT = 5_000
_NEAR = 64
"""How far from where it should be a row is looked for: agents that run side by side take turns."""


@dataclass(frozen=True, slots=True)
class FlowGroup:
    """What the iterations of a group took on average, and where they left the context and the cost.

    Tokens are means per iteration, `context_tokens` is the last prompt in the group, as of `TokenFlow.context_of`;
    cost is in dollars.
    """

    input_tokens: float
    output_tokens: float
    cache_read_tokens: float
    cache_write_tokens: float
    total_tokens: float
    context_tokens: int | None
    cumulative_cost: float | None


class TokenFlow:
    """The iterations that have LLM calls, in the order of their first, numbered from 0, as of `view`.

    Those of all agents, or with `only` those of one alone, as far as its calls are parted from the others'. Points are
    kept for as long as their iteration gets no further call.
    """

    def __init__(self, view: View, only: OwnCalls | None = None, lane: int = MAIN_LANE) -> None:
        self._session: Session = view.session
        self._only = only
        self._lane = lane
        self._llm = view.session.llm if only is None else only.llm
        self._first_calls = view.session.first_calls if only is None else only.first_calls
        self._kept: dict[int, tuple[int, TokenFlowPoint]] = {}
        self._first_of_main: int | None = None
        self._first_of_another: int | None = None
        self._looked_for_main = 0
        self._looked_through = 0
        self.view = view

    @property
    def view(self) -> View:
        """The view told of; always of the same session."""
        return self._view

    @view.setter
    def view(self, view: View) -> None:
        self._view = view
        self.count = bisect_left(self._first_calls.event, view.at)
        self.bill = view.bill if self._only is None else Bill(self._llm, self._llm.rows(view.at), self._session.prices)

    @property
    def has_main_agent(self) -> bool:
        """Whether the main agent makes calls at all; in a swarm only its workers may."""
        if self._first_of_main is None:
            events, lanes = self._session.llm.event, self._session.events.lane
            first = range(self._looked_for_main, min(self._view.llm_rows, _FIRST_CALLS))
            self._first_of_main = next((events[row] for row in first if lanes[events[row]] == MAIN_LANE), None)
            self._looked_for_main = max(self._looked_for_main, first.stop)
        return self._first_of_main is not None and self._first_of_main < self._view.at

    @property
    def has_several_agents(self) -> bool:
        """Whether others than the main agent make calls. Long traces are looked through a piece at a time."""
        if self._only is not None:
            return False
        if self._first_of_another is None:
            events, lanes = self._session.llm.event, self._session.events.lane
            start = self._looked_through
            self._looked_through = stop = max(start, min(self._view.llm_rows, start + _MOST_LOOKED_AT))
            self._first_of_another = next((e for e in events[start:stop] if lanes[e] != MAIN_LANE), None)
        return self._first_of_another is not None and self._first_of_another < self._view.at

    def context_of(self, point: TokenFlowPoint) -> int | None:
        """The length of an iteration's last prompt, if it is the main agent's or there is no such agent.

        Each agent has a context of its own: only one agent's makes a line.
        """
        is_of_another = self._only is None and point.agent and self.has_main_agent
        return None if is_of_another else point.context_tokens

    def newest_context(self) -> int | None:
        """The length of the newest prompt."""
        return self._context(0, self.bill.rows)

    def event(self, index: int) -> int:
        """The event of an iteration's first call."""
        return self._first_calls.event[index]

    def event_after(self) -> int | None:
        """The event of the next iteration's first call, which the view does not have yet; None without one."""
        events = self._first_calls.event
        beyond = events[self.count] if self.count < len(events) else self._session.count
        return beyond if beyond < self._session.count else None

    def compactions(self, most: int | None = None) -> Sequence[int]:
        """The compactions, oldest first: of the newest `most` of all, and with `only` of its agent alone."""
        count, session = self._view.compactions, self._session
        newest = session.compactions[0 if most is None else max(0, count - most) : count]
        return newest if self._only is None else [e for e in newest if session.events.lane[e] == self._lane]

    def iteration(self, index: int) -> int:
        """The row of an iteration in the columns; 0 for calls outside any."""
        return self._first_calls.row[index]

    def point(self, index: int) -> TokenFlowPoint:
        """What an iteration took."""
        row = self._first_calls.row[index]
        newest = self._newest_call(row)
        kept = self._kept.get(row)
        if kept is not None and kept[0] == newest:
            return kept[1]
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        point = self._view.flow_point(row) if self._only is None else self._own_point(row)
        self._kept[row] = (newest, point)
        return point

    def group(self, first: int, end: int) -> FlowGroup:
        """What iterations `first` up to `end` took, by the calls made from the first one's first call on."""
        llm = self._llm
        start = llm.rows(self.event(first))
        stop = llm.rows(self.event(end)) if end < self.count else self.bill.rows
        last, size = stop - 1, end - first

        def mean(sums: array[int]) -> float:
            return (sums[last] - (sums[start - 1] if start else 0)) / size

        return FlowGroup(
            input_tokens=mean(llm.sum_input),
            output_tokens=mean(llm.sum_output),
            cache_read_tokens=mean(llm.sum_read),
            cache_write_tokens=mean(llm.sum_write),
            total_tokens=mean(llm.sum_total),
            context_tokens=self._context(start, stop),
            cumulative_cost=Bill(llm, stop).cost,
        )

    def index_of(self, event: int) -> int | None:
        """The iteration that an event belongs to; where it has made no call, the one whose first call came last."""
        if not self.count:
            return None
        before = max(0, bisect_right(self._first_calls.event, event, hi=self.count) - 1)
        found = self._near(before, self._session.events.iteration[event])
        return before if found is None else found

    def cliff_of(self, compaction: int) -> int | None:
        """The iteration in which a compaction shows: that of the same agent's next call. None before that call."""
        row = next_call(self._view, compaction)
        return None if row is None else self.index_of(self._session.llm.event[row])

    def _own_point(self, row: int) -> TokenFlowPoint:
        """What an iteration took of the one agent: of the calls outside any its own, and what it alone had cost."""
        lanes, events = self._session.events.lane, self._session.llm.event
        calls = [call for call in self._view.llm_rows_of(row) if lanes[events[call]] == self._lane]
        point = flow_point(self._view, row, calls)
        through = Bill(self._llm, self._llm.rows(events[calls[-1]] + 1)) if calls else None
        return replace(
            point,
            agent=self._session.lanes.names.name(self._lane) if self._lane else "",
            cumulative_cost=None if through is None else through.cost,
            cumulative_cost_estimated=through is not None and through.cost_estimated,
        )

    def _newest_call(self, row: int) -> int:
        llm, at = self._session.llm, self._view.at
        call = self._session.iterations.last_llm[row]
        while call and llm.event[call - 1] >= at:
            call = llm.previous_in_iteration[call - 1]
        return call

    def _near(self, index: int, row: int) -> int | None:
        rows = self._first_calls.row
        for distance in range(_NEAR):
            for at in (index - distance, index + distance):
                if 0 <= at < self.count and rows[at] == row:
                    return at
        return None

    def _context(self, start: int, stop: int) -> int | None:
        """The last prompt that is told in these LLM rows, as of `context_of`."""
        events, lanes = self._llm.event, self._session.events.lane
        for row in range(stop - 1, max(start, stop - _NEAR) - 1, -1):
            if self._only is not None or lanes[events[row]] == MAIN_LANE or not self.has_main_agent:
                prompt = self._view.llm_call(row if self._only is None else self._only.rows[row]).tokens.prompt
                if prompt is not None:
                    return prompt
        return None


def next_call(view: View, event: int) -> int | None:
    """The LLM row of the first call after an event by the same agent, as of the view; None if it made none yet."""
    llm, lanes = view.session.llm, view.session.events.lane
    first = llm.rows(event)
    return next(
        (row for row in range(first, min(view.llm_rows, first + _NEAR)) if lanes[llm.event[row]] == lanes[event]), None
    )
