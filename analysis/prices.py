"""What models take, and what a call would have cost by that, where the trace itself gives no cost.

What comes from here is an estimate and is shown as one. The user's own prices go first; behind them may stand a list
that somebody else keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple, Protocol, TypeAlias

from .tokens import Buckets

_PER_MILLION = 1e-6
_DAY_SECONDS = 86_400.0
WILDCARD = "*"
OWN_PRICES = "your prices"


def can_be_priced(tokens: Buckets) -> bool:
    """Whether the buckets of a call tell all that it is charged for.

    They do not where input or output is unknown, nor where a total tells of more tokens than the buckets do. A cache
    the call does not speak of was not used.
    """
    sent, output, read, written, total = tokens
    if sent is None or output is None:
        return False
    return total is None or total <= sent + output + (read or 0) + (written or 0)


@dataclass(frozen=True, slots=True)
class Price:
    """What a model takes, in dollars per million tokens of each bucket; None where that is not known.

    `cache_write_1h` is for what is written to be kept an hour, not minutes; without it that takes `cache_write`.
    """

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None

    def estimate(self, tokens: Buckets, written_1h: int = 0, time: float = 0.0) -> float | None:
        """What a call of these tokens costs, in dollars, whenever it was made.

        `written_1h` is the part of `cache_write` that is kept an hour. None where it would be a guess: tokens that
        cannot be priced, or some in a bucket without a price.
        """
        if not can_be_priced(tokens):
            return None
        sent, output, read, written, _ = tokens
        return self.charge(sent or 0, output or 0, read or 0, written or 0, written_1h, time)

    def price_at(self, prompt: int, time: float) -> Price:
        """This, whatever the call."""
        return self

    def charge(
        self, sent: int, output: int, read: int, written: int, written_1h: int = 0, time: float = 0.0
    ) -> float | None:
        """The same for the buckets themselves, nothing of them unknown."""
        # Spelled out: this runs for every response that names no cost.
        dollars = 0.0
        if sent:
            if self.input is None:
                return None
            dollars = sent * self.input
        if output:
            if self.output is None:
                return None
            dollars += output * self.output
        if read:
            if self.cache_read is None:
                return None
            dollars += read * self.cache_read
        if written:
            if written_1h and self.cache_write_1h is not None:
                long = min(written_1h, written)
                written -= long
                dollars += long * self.cache_write_1h
            if written:
                if self.cache_write is None:
                    return None
                dollars += written * self.cache_write
        return dollars * _PER_MILLION


class Tier(NamedTuple):
    """The price of calls whose whole prompt is longer than `above` tokens, for all of their tokens."""

    above: int
    price: Price


class Period(NamedTuple):
    """What holds from a time on (`since`, epoch seconds), and then only at some `hours` of the day, if those are given.

    `hours` are seconds of the day in UTC, the second not included; they may span midnight. `tiers` go from the lowest
    to the highest; `price` is for prompts below all of them.
    """

    price: Price
    tiers: tuple[Tier, ...] = ()
    since: float = float("-inf")
    hours: tuple[float, float] | None = None

    def price_above(self, prompt: int) -> Price:
        """The price of a call with a prompt of so many tokens."""
        price = self.price
        for tier in self.tiers:
            if prompt > tier.above:
                price = tier.price
        return price

    def holds_at(self, time: float) -> bool:
        """Whether a call at this time, in epoch seconds, falls in it."""
        if self.hours is None:
            return time >= self.since
        begin, end = self.hours
        second = time % _DAY_SECONDS
        return begin <= second < end if begin <= end else second >= begin or second < end


@dataclass(frozen=True, slots=True)
class Tariff:
    """The price of a model by when it is called and by how long the prompt is.

    Of `periods` the last that a call falls in holds, the first where it falls in none.
    """

    periods: tuple[Period, ...]

    def estimate(self, tokens: Buckets, written_1h: int = 0, time: float = 0.0) -> float | None:
        """What a call of these tokens costs that was made at `time`, in dollars; None as for a `Price`."""
        if not can_be_priced(tokens):
            return None
        sent, output, read, written, _ = tokens
        return self.charge(sent or 0, output or 0, read or 0, written or 0, written_1h, time)

    def charge(
        self, sent: int, output: int, read: int, written: int, written_1h: int = 0, time: float = 0.0
    ) -> float | None:
        """The same for the buckets themselves, nothing of them unknown."""
        periods = self.periods
        period = periods[0] if len(periods) == 1 else self._period(time)
        price = period.price_above(sent + read + written) if period.tiers else period.price
        return price.charge(sent, output, read, written, written_1h)

    @property
    def flat(self) -> Price | None:
        """What each bucket takes of any call, if that is the same for all."""
        first = self.periods[0]
        return first.price if len(self.periods) == 1 and not first.tiers else None

    def price_at(self, prompt: int, time: float) -> Price:
        """What each bucket takes of a call with a prompt of so many tokens, in epoch seconds."""
        return self._period(time).price_above(prompt)

    def _period(self, time: float) -> Period:
        return next((period for period in reversed(self.periods) if period.holds_at(time)), self.periods[0])


class PriceList(Protocol):
    """A list of what models take, kept by somebody else. The same model has the same tariff at any time."""

    @property
    def name(self) -> str:
        """Its name and version: another one may know other prices."""

    def tariff_of(self, model: str) -> Tariff | None:
        """What a model takes, by its name as traces have it; None where the list does not know."""

    def window_of(self, model: str) -> int | None:
        """The longest prompt that a model takes, in tokens; None where the list does not know."""

    def others(self, model: str) -> tuple[str, ...]:
        """A handful of models to hold a model against, those of its provider first, and without the model itself."""


Rate: TypeAlias = Price | Tariff
"""What a model takes: the user's own `Price`, or the `Tariff` of a list."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of each model, by its name as traces have it, and the list to ask for all others.

    `*` in a name stands for any characters: "claude-haiku-4*" is every model whose name begins so. The very name goes
    before all patterns, a pattern of more letters before one of fewer. Upper and lower case differ.
    """

    by_model: Mapping[str, Price] = field(default_factory=dict)
    listed: PriceList | None = None

    def __bool__(self) -> bool:
        return bool(self.by_model) or self.listed is not None

    @property
    def identity(self) -> str:
        """A text that is another one wherever an estimate might be."""
        list_name = "" if self.listed is None else self.listed.name
        return repr((sorted(self.by_model.items()), list_name)) if self else ""

    def price_of(self, model: str) -> Price | None:
        """The user's own price of a model; None where none is given."""
        if model in self.by_model:
            return self.by_model[model]
        fitting = [name for name in self.by_model if WILDCARD in name and fnmatchcase(model, _star_only(name))]
        if not fitting:
            return None
        return self.by_model[max(fitting, key=lambda name: len(name.replace(WILDCARD, "")))]

    def rate_of(self, model: str) -> Rate | None:
        """What a model takes: the user's price, else that of the list; None where neither knows it."""
        own = self.price_of(model)
        if own is not None or self.listed is None or not model:
            return own
        return self.listed.tariff_of(model)


def _star_only(pattern: str) -> str:
    """A pattern in which only `*` means anything but itself, for `fnmatch`."""
    return "".join(f"[{letter}]" if letter in "?[" else letter for letter in pattern)
