"""What of the bill was wasted, as of any event: for an issue, or for all of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple


class Wasted(NamedTuple):
    """Tokens and dollars that were wasted, derived from what the trace tells; dollars None where no cost is known.

    `unpriced` of the tokens have no known price, so the dollars are a lower bound where it is not 0. The bill
    `is_partial` where some of it has none. Of both, shares are told `by_tokens`: those of one issue as those of all.
    """

    tokens: int = 0
    cost: float | None = None
    unpriced: int = 0
    is_partial: bool = False
    by_tokens: bool = False

    def plus(self, other: Wasted) -> Wasted:
        """Both together."""
        known = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Wasted(
            self.tokens + other.tokens,
            sum(known) if known else None,
            self.unpriced + other.unpriced,
            self.is_partial or other.is_partial,
            self.by_tokens or other.by_tokens,
        )


NOTHING_WASTED = Wasted()


class Part(NamedTuple):
    """Part of a bill: tokens, dollars, and how many of the tokens have no known price."""

    tokens: int
    cost: float
    unpriced: int

    def less(self, other: Part) -> Part:
        """What is left of it without another."""
        return Part(self.tokens - other.tokens, self.cost - other.cost, self.unpriced - other.unpriced)

    def plus(self, other: Part) -> Part:
        """Both together."""
        return Part(self.tokens + other.tokens, self.cost + other.cost, self.unpriced + other.unpriced)


NO_PART = Part(0, 0.0, 0)


@dataclass(slots=True)
class Entry:
    """Running sums, a row for every event that changed them."""

    events: array[int] = field(default_factory=lambda: array("I"))
    tokens: array[int] = field(default_factory=lambda: array("q"))
    cost: array[float] = field(default_factory=lambda: array("d"))
    unpriced: array[int] = field(default_factory=lambda: array("q"))

    def add(self, event: int, part: Part) -> None:
        """So much more, or less, was wasted as of an event."""
        if self.events and self.events[-1] == event:
            self.tokens[-1] += part.tokens
            self.cost[-1] += part.cost
            self.unpriced[-1] += part.unpriced
            return
        before = Part(self.tokens[-1], self.cost[-1], self.unpriced[-1]) if self.events else NO_PART
        self.tokens.append(before.tokens + part.tokens)
        self.cost.append(before.cost + part.cost)
        self.unpriced.append(before.unpriced + part.unpriced)
        self.events.append(event)

    def sums(self, at: int) -> Part:
        """All as of event `at`."""
        row = bisect_left(self.events, at) - 1
        return Part(self.tokens[row], max(0.0, self.cost[row]), self.unpriced[row]) if row >= 0 else NO_PART
