"""What reports say of where cost comes from: whose prices, and what has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...analysis import figures
from ...analysis.prices import OWN_PRICES
from .layout import more, wrapped

_MODELS_NAMED = 5
_NAMELESS = "a model without a name"
_CONFIG = "config"


def price_notes(
    sources: Sequence[str], unpriced: Mapping[str, int], width: int, *, own: int = 0, untold: int = 0
) -> Iterator[str]:
    """Whose prices estimates are made by, and of which calls no cost is known.

    `unpriced` are calls by model; `own` is for how many models the user's prices are taken, if that is known; `untold`
    how many calls tell too little of their tokens.
    """
    said = []
    if sources:
        ours = f"{OWN_PRICES} for {figures.count(own, 'model')}" if own else OWN_PRICES
        by = " and ".join(
            [*(each for each in sources if each != OWN_PRICES), *([ours] if OWN_PRICES in sources else [])]
        )
        said.append(f"A ~ marks cost that the trace does not give: estimated by {by} (see: tracetop config).")
    if unpriced:
        named = [f"{name or _NAMELESS} ({figures.count(calls, 'call')})" for name, calls in unpriced.items()]
        rest = f" {more(len(named) - _MODELS_NAMED)}" if len(named) > _MODELS_NAMED else ""
        said.append(f"No price is known of {', '.join(named[:_MODELS_NAMED])}{rest}: what they cost is in no total.")
    if untold:
        calls = figures.count(untold, "call")
        said.append(f"Of {calls} the trace says too little to estimate the cost, which is in no total.")
    for sentence in said:
        yield ""
        yield from wrapped(sentence, width, "  ")


def origin_fields(sources: Sequence[str], unpriced: Mapping[str, int]) -> dict[str, Any]:
    """The same as JSON has it; nothing where traces tell all cost."""
    told: dict[str, Any] = {}
    if sources:
        named = [_CONFIG if source == OWN_PRICES else source for source in sources]
        told |= {"cost_estimated": True, "price_source": ", ".join(named)}
    if unpriced:
        told["unpriced"] = [{"model": name or None, "calls": calls} for name, calls in unpriced.items()]
    return told
