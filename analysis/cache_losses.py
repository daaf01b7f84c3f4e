"""What the cache lost: every break with its cause and its price, and what the patterns of a session come to."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from . import figures
from .break_causes import WORDS, BreakClass, Cause, Causes, EventOf
from .cache_breaks import FULL, CacheBreaks
from .cache_patterns import EXPIRING, Finding
from .prices import Price
from .solved_prices import SolvedPrices
from .view import View

if TYPE_CHECKING:
    from .session import Session

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


@dataclass(frozen=True, slots=True)
class CacheBreak:
    """One break, at the response `event`, against `previous`, the response that left `expected` tokens in the cache.

    `request` is its number among the requests of the cache, from 0; `time` epoch seconds, NaN unknown; `read` and
    `prompt` tokens. `rebilled` tokens were paid for again: derived, since a trace does
    not say which tokens a prompt has in common with the one before it. `causes` has the cause and what else may have
    been, `pause` the seconds between the two responses (None unknown).
    """

    event: int
    previous: int
    request: int
    time: float
    iteration: int | None
    agent: str
    is_full: bool
    expected: int
    read: int
    prompt: int
    rebilled: int
    loss: Loss
    causes: tuple[Cause, ...]
    pause: float | None

    @property
    def cause(self) -> Cause:
        """What broke it."""
        return self.causes[0]

    @property
    def extent(self) -> str:
        """`full` or `partial`."""
        return "full" if self.is_full else "partial"

    @property
    def culprit(self) -> str:
        """`compaction at 1,204`: what broke it, and the number of the event that did."""
        return cause_words(self.cause)

    @property
    def words(self) -> str:
        """All of it in a line: `full · compaction at 1,204 · ~38.0k re-billed, ~$0.11`."""
        money = f", {figures.cost(self.loss.dollars, estimated=True)}" if self.loss.dollars is not None else ""
        return f"{self.extent} · {self.culprit} · ~{figures.tokens(self.rebilled)} re-billed{money}"


def cause_words(cause: Cause) -> str:
    """`compaction at 1,204`; the provider's own word where it names nothing that we know."""
    words = WORDS[cause.kind]
    if cause.kind is BreakClass.UNKNOWN and cause.told_by:
        words = cause.told_by.replace("_", " ")
    return words if cause.culprit is None else f"{words} at {cause.culprit + 1:,}"


class CacheLosses:
    """Tells the breaks and findings of a session, as of any event.

    `event_of` reads an event with its payload again; only the few that a break is between are read, each once.
    """

    def __init__(self, session: Session, event_of: EventOf | None = None) -> None:
        self.session = session
        self.event_of = event_of
        self.breaks: CacheBreaks = session.cache_breaks
        self._causes = Causes(self.breaks, event_of)
        self._prices = SolvedPrices(self.breaks)
        self._known_prices: dict[int, Price | None] = {}
        self._expiring: dict[int, Finding] = {}
        self._expired_taken = 0
        self._expired: dict[int, array[int]] = {}

    def causes(self, index: int) -> tuple[Cause, ...]:
        """The cause of a break, by its number from 0, and what else may have been."""
        return self._causes.of(index)

    def at_event(self, view: View, event: int) -> CacheBreak | None:
        """The break at a response, if it is one and the view has it."""
        index = self.breaks.count(event)
        is_one = event < view.at and index < len(self.breaks) and self.breaks.events[index] == event
        return self.tell(view, index) if is_one else None

    def all(self, view: View) -> list[CacheBreak]:
        """All breaks of a view, oldest first."""
        return [self.tell(view, index) for index in range(self.breaks.count(view.at))]

    def tell(self, view: View, index: int) -> CacheBreak:
        """All about a break, by its number from 0."""
        session, breaks = self.session, self.breaks
        event, previous = breaks.events[index], breaks.previous[index]
        now = view.llm_call(session.llm.rows(event))
        times = session.events.time
        pause = times[event] - times[previous]
        return CacheBreak(
            event=event,
            previous=previous,
            request=breaks.requests[index],
            time=times[event],
            iteration=now.iteration,
            agent=now.agent,
            is_full=bool(breaks.traits[index] & FULL),
            expected=breaks.expected[index],
            read=now.tokens.cache_read or 0,
            prompt=now.tokens.prompt or 0,
            rebilled=breaks.rebilled_by(index),
            loss=self.loss(index),
            causes=self._causes.of(index),
            pause=pause if pause == pause else None,
        )

    def loss(self, index: int) -> Loss:
        """What a break cost more than if its tokens had been read from the cache.

        They count as written as far as the response wrote any, the rest as plain input.
        """
        session, event = self.session, self.breaks.events[index]
        label, rebilled = session.events.label[event], self.breaks.rebilled_by(index)
        row, sums = session.llm.rows(event), session.llm.sum_write
        written = min(rebilled, sums[row] - (sums[row - 1] if row else 0))
        solved = _extra(self._prices.price_of(label, event), written, rebilled - written)
        if solved is not None:
            return Loss(solved, Basis.DERIVED)
        known = _extra(self._known_price(label), written, rebilled - written)
        return Loss() if known is None else Loss(known, Basis.ESTIMATED)

    def finding_count(self, at: int) -> int:
        """How many patterns there were as of event `at`."""
        return bisect_left(self.breaks.patterns.raised, at) + len(self._expiring_at(at))

    def findings(self, at: int) -> list[Finding]:
        """The patterns as of event `at`, in the order in which they were raised."""
        expiring = self._expiring_at(at)
        return sorted([*self.breaks.patterns.standing(at), *expiring], key=lambda finding: finding.raised)

    def longer_life_saves(self, finding: Finding, at: int) -> Loss:
        """What a cache that lives an hour would have saved over these expiries: what they cost, less what it costs.

        Writing to it takes twice the price of input, not 1.25 times: so much more is taken for every token that the
        agent wrote since its first expiry, at the price of input.
        """
        events = finding.evidence[: finding.count(at)]
        losses = sum_of([self.loss(self.breaks.count(event)) for event in events])
        if losses.dollars is None or not events:
            return Loss()
        label = self.session.events.label[events[0]]
        price = self._prices.price_of(label, events[-1]) or self._known_price(label)
        if price is None or price.input is None:
            return Loss()
        surcharge = self._written(finding.lane, events[0], events[-1]) * price.input * LONG_WRITE_SURCHARGE
        return Loss(losses.dollars - surcharge * _PER_MILLION, Basis.ESTIMATED)

    def _written(self, lane: int, first: int, last: int) -> int:
        """Tokens that a lane wrote to the cache from one of its responses to another, which is not counted."""
        llm, lanes = self.session.llm, self.session.events.lane
        rows = range(llm.rows(first), llm.rows(last))
        return sum(
            llm.sum_write[row] - (llm.sum_write[row - 1] if row else 0) for row in rows if lanes[llm.event[row]] == lane
        )

    def _known_price(self, label: int) -> Price | None:
        if label not in self._known_prices:
            prices = self.session.prices
            self._known_prices[label] = prices.price_of(self.session.labels.name(label)) if prices else None
        return self._known_prices[label]

    def _expiring_at(self, at: int) -> list[Finding]:
        self._take_expired()
        return [finding for finding in self._expiring.values() if finding.raised < at]

    def _take_expired(self) -> None:
        """Find whose cache ran out again and again; the causes of breaks after such a pause are asked for once."""
        breaks, needed = self.breaks, self.breaks.limits.expiries
        for index in breaks.expirable[self._expired_taken :]:
            if self._causes.of(index)[0].kind is not BreakClass.EXPIRY:
                continue
            event = breaks.events[index]
            lane = self.session.events.lane[event]
            events = self._expired.setdefault(lane, array("I"))
            events.append(event)
            if len(events) == needed:
                self._expiring[lane] = Finding(EXPIRING, lane, needed, events)
        self._expired_taken = len(breaks.expirable)


def sum_of(losses: list[Loss]) -> Loss:
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
