"""What it costs when the cache misses: by the prices that follow from a session's own calls, else by prices known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ..prices import Price, Rate, Tariff
from .solved_prices import SolvedPrices

if TYPE_CHECKING:
    from .breaks import CacheBreaks

_PER_MILLION = 1e-6
_CALLS_TO_TELL = 8
"""From so many calls of a model with a cost its prices should follow. Before, no list of prices is loaded for them."""
_LONG_WRITE_SURCHARGE = 0.75
"""Anthropic's cache of an hour is written at twice the price of input, that of five minutes at 1.25 times."""


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
        self.solved = SolvedPrices(breaks)
        self._rates: dict[int, Rate | None] = {}

    def loss(self, index: int) -> Loss:
        """What a break cost more than if its tokens had been read from the cache; breaks are numbered from 0.

        They count as written as far as the response wrote any, the rest as plain input.
        """
        breaks, session = self._breaks, self._breaks.session
        event, rebilled = breaks.events[index], breaks.rebilled_by(index)
        row, sums = session.llm.rows(event), session.llm.sum_write
        written = min(rebilled, sums[row] - (sums[row - 1] if row else 0))
        solved = _extra(self.solved.price_of(session.events.label[event], event), written, rebilled - written)
        if solved is not None:
            return Loss(solved, Basis.DERIVED)
        known = _extra(self._as_written(row), written, rebilled - written)
        return Loss() if known is None else Loss(known, Basis.ESTIMATED)

    def _as_written(self, row: int) -> Price | None:
        """What is known that a response took, written tokens at the mean of those for minutes and those for an hour.

        How much that was its cost tells, where that was estimated by this very price.
        """
        price, llm = self.price_known(row), self._breaks.session.llm
        if (
            price is None
            or price.cache_write is None
            or price.cache_write_1h is None
            or not llm.estimates(row, row + 1)
        ):
            return price
        sent, output, read, written = (
            sums[row] - (sums[row - 1] if row else 0)
            for sums in (llm.sum_input, llm.sum_output, llm.sum_read, llm.sum_write)
        )
        dearer = price.cache_write_1h - price.cache_write
        short = price.charge(sent, output, read, written)
        if not written or dearer <= 0.0 or short is None:
            return price
        long = min(1.0, max(0.0, (llm.cost[row] - short) / (written * dearer * _PER_MILLION)))
        return replace(price, cache_write=price.cache_write + long * dearer)

    def long_write(self, event: int) -> float | None:
        """What `long_write_surcharge` is at a response; None unknown."""
        session = self._breaks.session
        price = self.solved.price_of(session.events.label[event], event) or self.price_known(session.llm.rows(event))
        return None if price is None else long_write_surcharge(price)

    def miss(self, row: int, tokens: int, *, is_written: bool, is_long: bool) -> float | None:
        """Dollars that so many tokens, read from the cache by the next call like that of an LLM row, would cost more if
        they were not there. They are then written again, for an hour where it `is_long`, or plain input.
        """
        price = self.price_at_hand(row)
        if price is not None and is_long and price.cache_write_1h is not None:
            price = replace(price, cache_write=price.cache_write_1h)
        return _extra(price, tokens if is_written else 0, 0 if is_written else tokens)

    def price_at_hand(self, row: int) -> Price | None:
        """What the model of an LLM row takes: as its own calls tell, else as its cost was estimated, else as known.

        No list of prices is loaded for a model of which more calls may tell.
        """
        session = self._breaks.session
        event = session.llm.event[row]
        label = session.events.label[event]
        price = self.solved.price_of(label, event)
        if price is not None:
            return price
        if self.solved.is_settled(label, event):
            return self.price_known(row)
        if not session.prices:
            return None
        if session.llm.estimates(row, row + 1) or self.solved.calls(label, event) >= _CALLS_TO_TELL:
            return self.price_known(row)
        return session.prices.price_of(session.labels.name(label))

    def price_known(self, row: int) -> Price | None:
        """What the model of an LLM row takes, by the user's prices, else by a list of prices, which may be loaded."""
        session = self._breaks.session
        llm, event = session.llm, session.llm.event[row]
        label = session.events.label[event]
        if label not in self._rates:
            rate = session.prices.rate_of(session.labels.name(label)) if session.prices else None
            self._rates[label] = rate.flat or rate if isinstance(rate, Tariff) else rate
        rate = self._rates[label]
        if rate is None or isinstance(rate, Price):
            return rate
        prompt = llm.sum_input[row] + llm.sum_read[row] + llm.sum_write[row]
        if row:
            prompt -= llm.sum_input[row - 1] + llm.sum_read[row - 1] + llm.sum_write[row - 1]
        return rate.price_at(prompt, session.events.time[event])


class LongerLife:
    """What a cache that lives an hour would have saved over the expiries of one agent: their cost, less its own.

    Writing to it takes more: that is taken for every token that the agent wrote from its first expiry to the last.
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
        lost, surcharge = self._lost[0].dollars, breaks.prices.long_write(event)
        if lost is None or surcharge is None:
            return None
        return lost - self._written * surcharge * _PER_MILLION


def long_write_surcharge(price: Price) -> float | None:
    """Dollars per million tokens that writing for an hour takes more than for minutes; None unknown.

    Where prices do not say, three quarters of the price of input.
    """
    if price.cache_write is not None and price.cache_write_1h is not None:
        return price.cache_write_1h - price.cache_write
    return None if price.input is None else price.input * _LONG_WRITE_SURCHARGE


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
