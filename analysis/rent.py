"""Rent: what the results of tools cost by being sent again with every later request, until the context is compacted.

A trace does not say how many tokens a result has. What a prompt grew by, beyond the answer before it, is what came
between; it is split among the results of that time by the length of their lines. Sizes, and all that follows from them,
are estimates.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappush, heapreplace, nlargest
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from .fold.columns import KNOWN_COST, KNOWN_INPUT, KNOWN_OUTPUT, KNOWN_READ, NONE
from .rent_rate import rent_rate

if TYPE_CHECKING:
    from .fold.session import Session

SHRUNK = 0.7
"""A prompt of less than this share of the one before was cut, whether or not anything says so."""

_ROWS_AT_A_TIME = 1_000
"""Some 3 ms of work."""

_LONGEST_LINE = 1 << 30
_MOST_GONE = 256

_Rank: TypeAlias = tuple[float, int, int]


@dataclass(frozen=True, slots=True)
class Rented:
    """A result that stays in the context: `event` ended the `call`, `tokens` is its size.

    It was `resent` so many times; `rent_tokens` are all these together, `rent_cost` what they cost in dollars, None
    where no response says what it cost. Everything but the first two is an estimate.
    """

    event: int
    call: int | None
    tokens: int
    resent: int
    rent_tokens: int
    rent_cost: float | None


@dataclass(slots=True)
class _Context:
    """What one agent sends: the `event` of each response, and dollars that a token of its prompts took up to it.

    `pending` are results that no prompt has had yet: events, and bytes of their lines. `held` are those that are there,
    by their place among all, `carried` the tokens of those that were there before the last response.
    """

    event: array[int] = field(default_factory=lambda: array("I"))
    rate: array[float] = field(default_factory=lambda: array("d"))
    pending: list[tuple[int, int]] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    carried: int = 0
    arrived: int = 0
    prompt: int | None = None
    output: int = 0
    is_cut: bool = False


class Rent:
    """The rent of all results of a session, as of any event. Grows by `extend`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._taken = 0
        self._ended = 0
        self._compactions = 0
        self._branches = 1
        self._contexts: dict[int, _Context] = {}
        self._event: array[int] = array("I")
        self._arrived_at: array[int] = array("I")
        """The response whose prompt had each result first."""
        self._tokens: array[int] = array("I")
        self._first: array[int] = array("I")
        """Which response of its agent that is, from 0."""
        self._last: array[int] = array("I")
        """Which had it last; `NONE` while it is still there."""
        self._response: array[int] = array("I")
        self._sum_tokens: array[int] = array("q")
        self._sum_cost: array[float] = array("d")
        """Rent of all results, up to each response."""
        self._priced_from = NONE
        self._gone: list[_Rank] = []
        """The dearest of those that are no longer in a context, as a heap: their rent will not change."""
        self._last_cut = 0

    @property
    def known_through(self) -> int:
        """The last response that was taken in, as its event; -1 before the first."""
        return self.session.llm.event[self._taken - 1] if self._taken else -1

    def extend_to_end(self) -> None:
        """Take in all there is."""
        while self.extend():
            pass

    def extend(self) -> bool:
        """Take in the next responses, some milliseconds' worth. Gives whether there are more."""
        llm = self.session.llm
        known = llm.rows(self.session.count)
        last = min(known, self._taken + _ROWS_AT_A_TIME)
        breaks = self.session.cache_breaks
        while self._taken < last and breaks.covered <= llm.event[self._taken]:
            breaks.extend()
        last = min(last, llm.rows(breaks.covered))
        flags, tells_prompt = llm.flags, KNOWN_INPUT | KNOWN_READ
        for row in range(self._taken, last):
            if flags[row] & tells_prompt:
                self._respond(row)
            elif flags[row] & KNOWN_OUTPUT and row:  # more of an answer that is told already
                context = self._context(self.session.events.lane[llm.event[row]])
                context.output += llm.sum_output[row] - llm.sum_output[row - 1]
        self._taken = last
        return last < known

    def extend_through(self, event: int) -> None:
        """Take in all responses up to an event."""
        while self._taken < self.session.llm.rows(event + 1):
            self.extend()

    def long_results(self, first: int, least: int) -> list[int]:
        """The numbers of the results from `first` on, as far as they are known, that have so many tokens at least."""
        return [index for index, tokens in enumerate(self._tokens[first:], first) if tokens >= least]

    def of_call(self, end: int, at: int) -> Rented | None:
        """What the result of the call that an event ended took as of event `at`; None where it has no size by then."""
        index = self.index_of(end)
        return None if index is None or self._arrived_at[index] >= at else self.tell(index, at)

    def index_of(self, end: int) -> int | None:
        """The number of the result of the call that an event ended; None where it has no size yet."""
        context = self._contexts.get(self.session.events.lane[end])
        if context is None:
            return None
        response = bisect_left(context.event, end)
        if response == len(context.event):
            return None
        first = bisect_left(self._arrived_at, context.event[response])
        last = bisect_left(self._arrived_at, context.event[response] + 1)
        return next((index for index in range(first, last) if self._event[index] == end), None)

    def total(self, at: int) -> tuple[int, float | None]:
        """Tokens and dollars of all rent as of event `at`; the latter None where no response says what it cost."""
        responses = bisect_left(self._response, at)
        if not responses:
            return 0, None
        cost = self._sum_cost[responses - 1] if self._priced_from < at else None
        return self._sum_tokens[responses - 1], cost

    def dearest(self, at: int, most: int) -> list[Rented]:
        """The results that took most rent as of event `at`: by cost where that is known, else by tokens."""
        lanes, known = self.session.events.lane, bisect_left(self._arrived_at, at)
        newest = {lane: bisect_left(context.event, at) - 1 for lane, context in self._contexts.items()}
        gone: list[_Rank] = []
        candidates: Iterable[int] = range(known)
        if at > self._last_cut and most <= _MOST_GONE:  # only what is there still changes
            gone = self._gone
            held = (index for context in self._contexts.values() for index in context.held)
            candidates = (index for index in held if index < known)
        ranks = (self._rank(index, min(self._last[index], newest[lanes[self._event[index]]])) for index in candidates)
        dearest = (self.tell(-number, at) for _, _, number in nlargest(most, chain(gone, ranks)))
        return [each for each in dearest if each.resent]

    def _rank(self, index: int, last: int) -> _Rank:
        """By what results are compared: the rent of one up to a response of its agent, and which it is."""
        first, tokens = self._first[index], self._tokens[index]
        rate = self._contexts[self.session.events.lane[self._event[index]]].rate
        return (rate[last] - rate[first]) * tokens, (last - first) * tokens, -index

    def __len__(self) -> int:
        """How many results are known."""
        return len(self._event)

    def count(self, at: int) -> int:
        """How many results had come into a prompt as of event `at`."""
        return bisect_left(self._arrived_at, at)

    def size(self, index: int) -> int:
        """How many tokens a result has, by its number from 0."""
        return self._tokens[index]

    def result(self, index: int) -> int:
        """The event that ended its call."""
        return self._event[index]

    def arrived_at(self, index: int) -> int:
        """The response whose prompt had it first."""
        return self._arrived_at[index]

    def tell(self, index: int, at: int) -> Rented:
        """What a result took as of event `at`, by its number from 0; one that had come into a prompt by then."""
        event, first, tokens = self._event[index], self._first[index], self._tokens[index]
        context = self._contexts[self.session.events.lane[event]]
        last = min(self._last[index], bisect_left(context.event, at) - 1)
        cost = (context.rate[last] - context.rate[first]) * tokens if self._priced_from < at else None
        return Rented(event, self.session.tools.call_of(event), tokens, last - first, (last - first) * tokens, cost)

    def _respond(self, row: int) -> None:
        """Take in a response: what its prompt has more than the one before, and what the rest costs again."""
        session, llm, before = self.session, self.session.llm, row - 1
        event, flags = llm.event[row], llm.flags[row]
        self._come_to(event)
        lane = session.events.lane[event]
        context = self._contexts.get(lane) or self._context(lane)
        sent, read, written = llm.sum_input[row], llm.sum_read[row], llm.sum_write[row]
        output = llm.sum_output[row]
        if row:
            sent -= llm.sum_input[before]
            read -= llm.sum_read[before]
            written -= llm.sum_write[before]
            output -= llm.sum_output[before]
        prompt = sent + read + written
        context.carried += context.arrived
        context.arrived = 0
        if context.is_cut or (context.prompt is not None and prompt < context.prompt * SHRUNK):
            self._cut(context, event)
            context.pending.clear()
        elif context.pending:
            if context.prompt is not None:
                self._place(context, event, prompt - context.prompt - context.output)
            context.pending.clear()
        context.prompt, context.output = prompt, output
        rate = 0.0
        if flags & KNOWN_COST and prompt:
            self._priced_from = min(self._priced_from, event)
            rate = rent_rate(llm.cost[row], sent, read, written, output, session.cache_breaks.prices.price_at_hand(row))
        rates, carried = context.rate, context.carried
        rates.append(rate + (rates[-1] if rates else 0.0))
        context.event.append(event)
        sum_tokens, sum_cost = self._sum_tokens, self._sum_cost
        sum_tokens.append(carried + (sum_tokens[-1] if sum_tokens else 0))
        sum_cost.append(carried * rate + (sum_cost[-1] if sum_cost else 0.0))
        self._response.append(event)

    def _context(self, lane: int) -> _Context:
        context = self._contexts.get(lane)
        if context is None:
            context = self._contexts[lane] = _Context()
        return context

    def _come_to(self, event: int) -> None:
        """Take in what came before an event: results, compactions, runs that began."""
        session, ends = self.session, self.session.tools.ended_event
        lanes, ended = session.events.lane, self._ended
        if ended < len(ends) and ends[ended] < event:
            until_next = session.positions.until_next
            last = bisect_left(ends, event, lo=ended)
            for end in ends[ended:last]:
                length = until_next(end)  # another line follows, if only the response's
                self._context(lanes[end]).pending.append((end, length if 0 < length < _LONGEST_LINE else 1))
            self._ended = last
        compactions = session.compactions
        while self._compactions < len(compactions) and compactions[self._compactions] < event:
            self._context(lanes[compactions[self._compactions]]).is_cut = True
            self._compactions += 1
        branches = session.lanes.branches
        while self._branches < len(branches) and branches[self._branches].first < event:
            self._context(branches[self._branches].lane).is_cut = True
            self._branches += 1

    def _place(self, context: _Context, response: int, growth: int) -> None:
        """Split what a prompt grew by among the results that came before it."""
        if growth <= 0:
            return
        pending, first = context.pending, len(context.event)
        whole = sum([size for _, size in pending])
        for event, size in pending:
            tokens = min(growth * size // whole, NONE - 1)
            context.held.append(len(self._event))
            context.arrived += tokens
            self._event.append(event)
            self._tokens.append(tokens)
            self._first.append(first)
            self._last.append(NONE)
            self._arrived_at.append(response)

    def _cut(self, context: _Context, event: int) -> None:
        """Nothing of what the agent had in its context is there any more, as a response shows."""
        last, gone = len(context.event) - 1, self._gone
        for index in context.held:
            self._last[index] = last
            rank = self._rank(index, last)
            if len(gone) < _MOST_GONE:
                heappush(gone, rank)
            elif rank > gone[0]:
                heapreplace(gone, rank)
        self._last_cut = event
        context.held.clear()
        context.carried = 0
        context.is_cut = False
