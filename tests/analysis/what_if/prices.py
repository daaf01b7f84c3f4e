"""Prices of which each bucket is easy to follow: the user's own, and a list of two models."""

from __future__ import annotations

from tracetop.analysis.prices import Period, Price, Prices, Tariff, Tier

MINE = Price(input=1.0, output=5.0, cache_read=0.1, cache_write=1.25)
"""Dollars for a million tokens: a million that is sent costs a dollar."""
PRICES = Prices({"m": MINE})


class AList:
    """A price list of two models; one is dearer for long prompts."""

    name = "a list"

    def tariff_of(self, model: str) -> Tariff | None:
        dear = Price(2.0, 10.0, 0.2, 2.5)
        listed = {"m": Tariff((Period(MINE),)), "tiered": Tariff((Period(MINE, (Tier(50_000, dear),)),))}
        return listed.get(model)

    def window_of(self, model: str) -> int | None:
        return 200_000 if model == "m" else None

    def others(self, model: str) -> tuple[str, ...]:
        return ("tiered", "nobody's") if model == "m" else ()
