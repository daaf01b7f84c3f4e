"""Token accounting: four disjoint buckets, and when a total or a rate may be told from them."""

from __future__ import annotations

from typing import NamedTuple

MOST_TOKENS = 1e11
"""More in one figure of one response is no number of tokens."""
MOST_DOLLARS = 1e9
"""The same for the cost of one response."""


class Buckets(NamedTuple):
    """Tokens of one or many calls in four disjoint buckets, and their total; None where the trace does not say.

    `input` is uncached input.
    """

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    total: int | None = None

    @property
    def hit_rate(self) -> float | None:
        """The cache hit rate, 0 to 1; None without data."""
        return hit_rate(self.input, self.cache_read)

    @property
    def prompt(self) -> int | None:
        """The length of the prompt: everything that was sent, cached or not."""
        parts = [part for part in (self.input, self.cache_read, self.cache_write) if part is not None]
        return sum(parts) if parts else None


def dollars(value: float | None) -> float | None:
    """A cost as a trace gives it, None if it is none that can be counted with."""
    return value if value is not None and 0 <= value < MOST_DOLLARS else None


def hit_rate(uncached_input: int | None, cache_read: int | None) -> float | None:
    """The cache hit rate, `cache_read / (input + cache_read)` clamped to 0..1; None without data."""
    if cache_read is None:
        return None
    sent = (uncached_input or 0) + cache_read
    if sent <= 0:
        return None
    return min(1.0, max(0.0, cache_read / sent))
