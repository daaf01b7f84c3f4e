"""The bill without the breaks of the cache, and with a cache that lives an hour."""

from __future__ import annotations

from dataclasses import replace

from ...collector.events import TraceEvent
from ...collector.records import record_from_event
from .. import figures
from ..cache.break_causes import BreakClass
from ..cache.losses import CacheLosses
from ..cache.miss_prices import Basis, long_write_surcharge
from ..fold.llm_calls import written_1h
from ..view import View
from .calls import Call, dollars_for
from .scenario import Choice, Scenario, Tally, with_money

BREAKS, HOUR = "cache_breaks", "hour_cache"

_MOST_READ = 8
"""Responses that wrote to the cache whose payloads are asked for how long that was to be kept."""


class BreaksMended:
    """Every break but those by a compaction, which has to be: what was paid again is read from the cache instead."""

    def __init__(self, view: View, losses: CacheLosses) -> None:
        self._view = view
        self._losses = losses
        self._tally = Tally()

    def take(self, index: int) -> None:
        """Take in a break, by its number from 0."""
        losses = self._losses
        if losses.causes(index)[0].kind is BreakClass.COMPACTION:
            return
        loss = losses.loss(index)
        self._tally.add(loss.dollars, loss.basis, losses.breaks.rebilled_by(index))

    def tell(self) -> Choice:
        """The scenario."""
        view, tally = self._view, self._tally
        assumptions = (
            "Breaks by a compaction stay: they have to be. What the others had paid again is read instead.",
            *tally.left_out("breaks"),
        )
        made = Scenario(
            BREAKS, "without cache breaks", tokens=0 if view.cache.requests else None, assumptions=assumptions
        )
        if not view.cache.requests:
            return Choice((replace(made, unknown="no response reports its cache"),))
        remark = figures.count(tally.calls, "break") if tally.calls else "no break but by compactions"
        return Choice((with_money(made, view, tally, remark),))


class HourCache:
    """A cache that is kept an hour: what ran out in the meantime is read, and every token that is written is dearer."""

    def __init__(self, view: View, losses: CacheLosses) -> None:
        self._view = view
        self._losses = losses
        self._spared = Tally()
        self._rewritten: dict[int, int] = {}
        self._dearer = Tally()
        self._read = 0
        self._is_long = False

    def take_break(self, index: int) -> None:
        """Take in a break, by its number from 0: it counts if its cache would have outlived the pause before it."""
        losses, breaks, times = self._losses, self._losses.breaks, self._view.session.events.time
        pause = times[breaks.events[index]] - times[breaks.previous[index]]
        has_run_out = breaks.limits.short_life < pause <= breaks.limits.long_life
        if not has_run_out or losses.causes(index)[0].kind is not BreakClass.EXPIRY:
            return
        loss, rebilled = losses.loss(index), losses.breaks.rebilled_by(index)
        self._spared.add(loss.dollars, loss.basis)
        if loss.dollars is not None:
            self._rewritten[losses.breaks.events[index]] = rebilled

    def take(self, call: Call) -> None:
        """Take in a call: what it wrote, but for what would not have run out."""
        if not call.written:
            return
        if self._read < _MOST_READ and self._losses.event_of is not None:
            self._read += 1
            self._is_long = self._is_long or _is_for_an_hour(self._losses.event_of(call.event))
        written = call.written - min(call.written, self._rewritten.get(call.event, 0))
        price = call.price
        surcharge = None if price is None else long_write_surcharge(price)
        dollars = None if surcharge is None else -dollars_for(written, surcharge) * call.scale
        self._dearer.add(dollars, Basis.ESTIMATED)

    def tell(self) -> Choice:
        """The scenario."""
        view, spared, dearer = self._view, self._spared, self._dearer
        made = Scenario(
            HOUR,
            "with the 1-hour cache",
            assumptions=(
                "What ran out after 5 to 60 minutes is read instead; every other token that was written takes 2 times "
                "the price of input instead of 1.25 times, or what the price list has for it.",
                "All writes of the trace are taken for those of a cache of five minutes.",
                *spared.left_out("breaks"),
                *dearer.left_out("calls that wrote"),
            ),
        )
        if self._is_long:
            return Choice((replace(made, unknown="the session writes to the 1-hour cache already"),))
        if not dearer.calls:
            return Choice((replace(made, unknown="no response tells what it wrote"),))
        if not dearer.is_known or not spared.is_known:
            return Choice((replace(made, unknown="no price is known for what was written"),))
        tally = Tally(spared.dollars + dearer.dollars, bases={Basis.ESTIMATED})
        remark = (
            f"{figures.count(spared.calls, 'break')} by time run out"
            if spared.calls
            else "nothing ran out that an hour saves"
        )
        return Choice((with_money(made, view, tally, remark),))


def _is_for_an_hour(event: TraceEvent) -> bool:
    """Whether a response says that it wrote to a cache that is kept an hour."""
    data = record_from_event(event).data
    return data is not None and written_1h(data) > 0
