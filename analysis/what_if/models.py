"""The bill with the same tokens at the prices of other models."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from .. import figures
from ..cache.miss_prices import Basis
from ..prices import OWN_PRICES, WILDCARD, Price, Prices, Rate, Tariff
from ..view import View
from .calls import Call
from .scenario import Choice, Scenario

FAMILY = "model"
MOST_OWN, MOST_USED = 5, 3

_ASSUMED = (
    "The same tokens in the same buckets: another model counts them otherwise, writes more or less, may need other "
    "turns, and its cache may keep another part of the prompts."
)


class _Candidate:
    """A model, what it takes, and what the calls so far would have cost by that."""

    def __init__(self, name: str, rate: Rate, source: str) -> None:
        self.name = name
        self.source = source
        self.rate = rate
        self.is_flat = isinstance(rate, Price) or (len(rate.periods) == 1 and not rate.periods[0].tiers)
        self.dollars: float | None = 0.0

    def take(self, call: Call) -> None:
        """Take in a call; needed only where a token is not the same price in all of them."""
        if self.dollars is None:
            return
        more = self.rate.charge(call.sent, call.output, call.read, call.written, 0, call.time)
        self.dollars = None if more is None else self.dollars + more


class OtherModels:
    """The models to hold a session against: the user's own, those that it used itself, if several, and the list's."""

    def __init__(self, view: View, used: Counter[str], prices: Prices | None) -> None:
        self._view = view
        self._candidates = _candidates(prices, used)
        self._by_call = [each for each in self._candidates if not each.is_flat]
        self._sums = [0, 0, 0, 0]
        self._cost = 0.0
        self._calls = self._left_out = self._estimated = 0

    def take(self, call: Call) -> None:
        """Take in a call: those that do not tell all they were charged for stay what they are."""
        if not call.is_whole or (call.cost is None and self._view.cost is not None):
            self._left_out += 1
            return
        self._calls += 1
        self._cost += call.cost or 0.0
        for place, count in enumerate((call.sent, call.output, call.read, call.written)):
            self._sums[place] += count
        for candidate in self._by_call:
            candidate.take(call)

    def tell(self) -> list[Choice]:
        """A scenario for each model whose price covers all that was used."""
        if not self._calls or not self._candidates:
            why = "no price of another model is known" if self._calls else "no call tells all of its tokens"
            return [Choice((Scenario(FAMILY, "with another model", unknown=why),))]
        told = [self._tell(candidate) for candidate in self._candidates]
        known = [scenario for scenario in told if scenario is not None]
        left = len(told) - len(known)
        note = (f"{figures.count(left, 'model')} without a price for all that was used left out.",) if left else ()
        return [Choice((replace(scenario, assumptions=(*scenario.assumptions, *note)),)) for scenario in known]

    def _tell(self, candidate: _Candidate) -> Scenario | None:
        dollars = candidate.rate.charge(*self._sums) if candidate.is_flat else candidate.dollars
        if dollars is None:
            return None
        left_out = (
            (f"{figures.count(self._left_out, 'call')} of unknown tokens or cost stay as they are.",)
            if self._left_out
            else ()
        )
        bill = self._view.cost
        made = Scenario(
            FAMILY,
            f"with {candidate.name}",
            candidate.name,
            basis=Basis.ESTIMATED,
            remark=f"by {candidate.source}",
            assumptions=(_ASSUMED, *left_out),
        )
        if bill is None:
            return replace(made, bill=dollars, unknown="what it did cost is not known")
        return replace(made, bill=bill - self._cost + dollars, saving=self._cost - dollars)


def _candidates(prices: Prices | None, used: Counter[str]) -> list[_Candidate]:
    if not prices or not used:  # a list is not to be loaded for nothing
        return []
    only = next(iter(used)) if len(used) == 1 else None
    own = [name for name in prices.by_model if WILDCARD not in name]
    mixed = [name for name, _ in used.most_common(MOST_USED)] if len(used) > 1 else []
    listed = prices.listed.others(used.most_common(1)[0][0]) if prices.listed is not None else ()
    found: dict[str, _Candidate] = {}
    for name in (*own[:MOST_OWN], *mixed, *listed):
        rate = prices.rate_of(name)
        if name and name != only and name not in found and rate is not None:
            is_own = not isinstance(rate, Tariff)
            source = OWN_PRICES if is_own or prices.listed is None else prices.listed.name
            found[name] = _Candidate(name, rate, source)
    return list(found.values())
