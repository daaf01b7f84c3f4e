"""What of the bill was wasted, as of any event: for an issue, or for all of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple


class Wasted(NamedTuple):
    """Tokens and dollars that were wasted, derived from what the trace tells; dollars None where no cost is known."""

    tokens: int = 0
    cost: float | None = None

    def plus(self, other: Wasted) -> Wasted:
        """Both together."""
        known = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Wasted(self.tokens + other.tokens, sum(known) if known else None)


NOTHING_WASTED = Wasted()


@dataclass(slots=True)
class Entry:
    """Running sums, a row for every event that changed them."""

    events: array[int] = field(default_factory=lambda: array("I"))
    tokens: array[int] = field(default_factory=lambda: array("q"))
    cost: array[float] = field(default_factory=lambda: array("d"))

    def add(self, event: int, tokens: int, cost: float) -> None:
        """So much more, or less, was wasted as of an event."""
        if self.events and self.events[-1] == event:
            self.tokens[-1] += tokens
            self.cost[-1] += cost
            return
        self.tokens.append(tokens + (self.tokens[-1] if self.tokens else 0))
        self.cost.append(cost + (self.cost[-1] if self.cost else 0.0))
        self.events.append(event)

    def sums(self, at: int) -> tuple[int, float]:
        """Tokens and dollars as of event `at`."""
        row = bisect_left(self.events, at) - 1
        return (self.tokens[row], max(0.0, self.cost[row])) if row >= 0 else (0, 0.0)
