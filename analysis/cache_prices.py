"""What it costs when the cache misses: by the prices that follow from a session's own calls, else by prices known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .prices import Price
from .solved_prices import SolvedPrices

if TYPE_CHECKING:
    from .cache_breaks import CacheBreaks

_PER_MILLION = 1e-6
LONG_WRITE_SURCHARGE = 0.75
"""A cache of an hour is written at twice the price of input, one of five minutes at 1.25 times."""


class Basis(StrEnum):
    """Where a sum of money comes from: it follows from what calls of the trace cost, or from known prices."""

    DERIVED = "derived"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Loss:
    """Money that was lost, in dollars; None where neither the trace nor prices tell."""

    dollars: float | None = None
    basis: Basis | None = None


class CachePrices:
    """What breaks of the cache cost. Each is what was known as of its response, so any later event tells the same."""

    def __init__(self, breaks: CacheBreaks) -> None:
        self._breaks = breaks
        self._solved = SolvedPrices(breaks)
        self._known: dict[int, Price | None] = {}

    def loss(self, index: int) -> Loss:
        """What a break cost more than if its tokens had been read from the cache; breaks are numbered from 0.

        They count as written as far as the response wrote any, the rest as plain input.
        """
        breaks, session = self._breaks, self._breaks.session
        event, rebilled = breaks.events[index], breaks.rebilled_by(index)
        label = session.events.label[event]
        row, sums = session.llm.rows(event), session.llm.sum_write
        written = min(rebilled, sums[row] - (sums[row - 1] if row else 0))
        solved = _extra(self._solved.price_of(label, event), written, rebilled - written)
        if solved is not None:
            return Loss(solved, Basis.DERIVED)
        known = _extra(self._price_known(label), written, rebilled - written)
        return Loss() if known is None else Loss(known, Basis.ESTIMATED)

    def input_price(self, event: int) -> float | None:
        """Dollars per million tokens of uncached input of the model that answered at an event; None unknown."""
        label = self._breaks.session.events.label[event]
        price = self._solved.price_of(label, event) or self._price_known(label)
        return None if price is None else price.input

    def _price_known(self, label: int) -> Price | None:
        if label not in self._known:
            session = self._breaks.session
            self._known[label] = session.prices.price_of(session.labels.name(label)) if session.prices else None
        return self._known[label]


class LongerLife:
    """What a cache that lives an hour would have saved over the expiries of one agent: their cost, less its own.

    Writing to it takes twice the price of input, not 1.25 times: so much more is taken for every token that the agent
    wrote from its first expiry to the last, at the price of input.
    """

    def __init__(self, breaks: CacheBreaks, lane: int) -> None:
        self._breaks = breaks
        self._lane = lane
        self._lost: list[Loss] = []
        self._written = 0
        self._row = -1

    def expire(self, index: int) -> float | None:
        """Take in the break of another expiry; gives the dollars saved so far, below 0 a loss, None unknown."""
        breaks, session = self._breaks, self._breaks.session
        event = breaks.events[index]
        llm, lanes, row = session.llm, session.events.lane, session.llm.rows(event)
        if self._row >= 0:
            self._written += sum(
                llm.sum_write[each] - (llm.sum_write[each - 1] if each else 0)
                for each in range(self._row, row)
                if lanes[llm.event[each]] == self._lane
            )
        self._row = row
        self._lost = [sum_of([*self._lost, breaks.prices.loss(index)])]
        lost, price = self._lost[0].dollars, breaks.prices.input_price(event)
        if lost is None or price is None:
            return None
        return lost - self._written * price * LONG_WRITE_SURCHARGE * _PER_MILLION


def sum_of(losses: Sequence[Loss]) -> Loss:
    """What losses come to, as far as they are known; estimated if any of them is."""
    known = [loss for loss in losses if loss.dollars is not None]
    if not known:
        return Loss()
    is_estimated = any(loss.basis is Basis.ESTIMATED for loss in known)
    dollars = sum(loss.dollars for loss in known if loss.dollars is not None)
    return Loss(dollars, Basis.ESTIMATED if is_estimated else Basis.DERIVED)


def _extra(price: Price | None, written: int, sent: int) -> float | None:
    """Dollars that so many tokens cost beyond the price of reading them; None where a price is missing."""
    if price is None or price.cache_read is None:
        return None
    dollars = 0.0
    for count, each in ((written, price.cache_write), (sent, price.input)):
        if count:
            if each is None:
                return None
            dollars += count * (each - price.cache_read) * _PER_MILLION
    return max(0.0, dollars)
