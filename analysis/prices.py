"""Prices that the user gives, and what a call would have cost by them, where the trace itself gives no cost.

What comes from here is an estimate and is shown as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .tokens import Buckets

_PER_MILLION = 1e-6
WILDCARD = "*"


@dataclass(frozen=True, slots=True)
class Price:
    """What a model takes, in dollars per million tokens of each bucket; None where that is not known."""

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None

    def estimate(self, tokens: Buckets) -> float | None:
        """What a call of these tokens costs, in dollars.

        None where that would be a guess: input or output unknown, tokens in a bucket without a price, or a total that
        tells of more tokens than the buckets do. A cache the call does not speak of was not used.
        """
        if tokens.input is None or tokens.output is None:
            return None
        counts = (tokens.input, tokens.output, tokens.cache_read or 0, tokens.cache_write or 0)
        if tokens.total is not None and tokens.total > sum(counts):
            return None
        dollars = 0.0
        for count, price in zip(counts, (self.input, self.output, self.cache_read, self.cache_write), strict=True):
            if count:
                if price is None:
                    return None
                dollars += count * price * _PER_MILLION
        return dollars


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of each model, by its name as traces have it.

    `*` in a name stands for any characters: "claude-haiku-4*" is every model whose name begins so. The very name goes
    before all patterns, a pattern of more letters before one of fewer. Upper and lower case differ.
    """

    by_model: Mapping[str, Price] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_model)

    def price_of(self, model: str) -> Price | None:
        """The price of a model; None where none is given."""
        if model in self.by_model:
            return self.by_model[model]
        fitting = [name for name in self.by_model if WILDCARD in name and fnmatchcase(model, _star_only(name))]
        if not fitting:
            return None
        return self.by_model[max(fitting, key=lambda name: len(name.replace(WILDCARD, "")))]

    def estimate(self, model: str, tokens: Buckets) -> float | None:
        """What a call of this model costs, in dollars; None where prices or tokens do not say."""
        price = self.price_of(model)
        return None if price is None else price.estimate(tokens)


def _star_only(pattern: str) -> str:
    """A pattern in which only `*` means anything but itself, for `fnmatch`."""
    return "".join(f"[{letter}]" if letter in "?[" else letter for letter in pattern)
