"""The calls of a session with the prices that each was paid by, so that one can say what it would have cost otherwise.

A call's price per bucket is that which the costs in the trace fix, else the user's or a list's. By what these make of
its tokens beside what it did cost they are scaled, so that the buckets of a call add up to its cost, whatever it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..cache.miss_prices import Basis
from ..cache.solved_prices import PRICED_CALLS, solve
from ..fold.columns import KNOWN_COST, KNOWN_INPUT, KNOWN_OUTPUT, KNOWN_READ, KNOWN_TOTAL
from ..prices import Price, Prices, Rate

if TYPE_CHECKING:
    from ..fold.session import Session

_PER_MILLION = 1e-6
_MOST_LOOKED_AT = 4_096
"""Rows that are searched for calls of a model whose costs fix its prices."""


@dataclass(slots=True)
class Call:
    """One response that tells its prompt: tokens in the disjoint buckets, `cost` in dollars.

    `is_whole` says that its buckets are all that it was charged for. `rate` times `scale` is what it was paid by; None
    where nobody knows, or where it has no cost.
    """

    row: int
    event: int
    lane: int
    label: int
    time: float
    sent: int
    output: int
    read: int
    written: int
    cost: float | None
    is_whole: bool
    rate: Rate | None = None
    scale: float = 1.0
    basis: Basis | None = None

    @property
    def prompt(self) -> int:
        """All that was sent."""
        return self.sent + self.read + self.written

    @property
    def price(self) -> Price | None:
        """What it was paid by, in dollars per million tokens, before it is scaled."""
        return None if self.rate is None else self.rate.price_at(self.prompt, self.time)

    def charge(self, sent: int, output: int, read: int, written: int) -> float | None:
        """What the same call with these tokens would have cost, in dollars; None where a price is missing."""
        if self.rate is None:
            return None
        dollars = self.rate.charge(sent, output, read, written, 0, self.time)
        return None if dollars is None else dollars * self.scale

    def first_sending(self, tokens: int) -> float | None:
        """What so many of the tokens that were new in its prompt cost: written to the cache, if it wrote any."""
        return self.charge(0, 0, 0, tokens) if self.written else self.charge(tokens, 0, 0, 0)


class Calls:
    """The calls of a session as of event `at`, by these prices where their own do not follow from what they cost."""

    def __init__(self, session: Session, at: int, prices: Prices | None) -> None:
        self.session = session
        self._prices = prices
        self.rows = session.llm.rows(at)
        self._rates: dict[int, tuple[Rate | None, Basis]] = {}

    def prompt(self, row: int) -> int | None:
        """The length of a prompt, None where the row does not tell it."""
        llm = self.session.llm
        if not llm.flags[row] & (KNOWN_INPUT | KNOWN_READ):
            return None
        whole = llm.sum_input[row] + llm.sum_read[row] + llm.sum_write[row]
        before = row - 1
        return whole - (llm.sum_input[before] + llm.sum_read[before] + llm.sum_write[before]) if row else whole

    def call(self, row: int) -> Call | None:
        """The call that a row of the LLM columns tells; None where that does not tell its prompt."""
        session, llm = self.session, self.session.llm
        flags = llm.flags[row]
        if not flags & (KNOWN_INPUT | KNOWN_READ):
            return None
        sent, output, read, written = llm.sum_input[row], llm.sum_output[row], llm.sum_read[row], llm.sum_write[row]
        total = llm.sum_total[row]
        if row:
            before = row - 1
            sent -= llm.sum_input[before]
            output -= llm.sum_output[before]
            read -= llm.sum_read[before]
            written -= llm.sum_write[before]
            total -= llm.sum_total[before]
        is_whole = bool(flags & KNOWN_INPUT and flags & KNOWN_OUTPUT)
        if is_whole and flags & KNOWN_TOTAL and total > sent + output + read + written:
            is_whole = False
        event = llm.event[row]
        label = session.events.label[event]
        cost = llm.cost[row] if flags & KNOWN_COST else None
        call = Call(
            row, event, session.events.lane[event], label, session.events.time[event], sent, output, read, written,
            cost, is_whole,
        )  # fmt: skip
        if cost is not None and is_whole:
            rate, basis = self._rates.get(label) or self._rate_of(label, row)
            charged = None if rate is None else rate.charge(sent, output, read, written, 0, call.time)
            if rate is not None and charged is not None:
                call.rate, call.basis = rate, basis
                call.scale = cost / charged if charged else 1.0
        return call

    def _rate_of(self, label: int, row: int) -> tuple[Rate | None, Basis]:
        """What a model takes whose first call is in a row."""
        session = self.session
        known = self._prices.rate_of(session.labels.name(label)) if self._prices else None
        solved = solve(session.llm, self._samples(label, row))
        rate, basis = known, Basis.ESTIMATED
        if solved is not None:
            rate, basis = solved, Basis.DERIVED
            listed = None if known is None else known.price_at(0, session.events.time[session.llm.event[row]])
            if listed is not None and None in (solved.input, solved.output, solved.cache_read, solved.cache_write):
                rate, basis = _completed(solved, listed), Basis.ESTIMATED
        self._rates[label] = rate, basis
        return rate, basis

    def _samples(self, label: int, first: int) -> list[int]:
        """The first calls of a model whose cost the trace gives, from a row on."""
        session, llm = self.session, self.session.llm
        needed, found = KNOWN_COST | KNOWN_INPUT | KNOWN_OUTPUT, []
        for row in range(first, min(self.rows, first + _MOST_LOOKED_AT)):
            if llm.flags[row] & needed != needed or session.events.label[llm.event[row]] != label:
                continue
            if not llm.estimates(row, row + 1):
                found.append(row)
                if len(found) == PRICED_CALLS:
                    break
        return found


def _completed(solved: Price, listed: Price) -> Price:
    """Prices that follow from the trace, and for buckets that it never used those that are known."""
    return replace(
        solved,
        input=listed.input if solved.input is None else solved.input,
        output=listed.output if solved.output is None else solved.output,
        cache_read=listed.cache_read if solved.cache_read is None else solved.cache_read,
        cache_write=listed.cache_write if solved.cache_write is None else solved.cache_write,
    )


def dollars_for(tokens: float, price: float) -> float:
    """So many tokens at a price in dollars per million."""
    return tokens * price * _PER_MILLION
