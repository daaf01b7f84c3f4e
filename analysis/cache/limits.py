"""By which thresholds breaks and patterns of the cache are found, as `rules.thresholds` has them or the user does."""

from __future__ import annotations

from dataclasses import dataclass

from ..rules.thresholds import DEFAULT_TUNING, Tuning


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """What makes a break or a pattern of the cache. Tokens, seconds, and shares of 0 to 1; docs/rules.md says why.

    `expected` in a name is what the response before left in the cache, `prompt` all that was sent, `read` what of it
    came from the cache.
    """

    full_most_read: float
    full_least_expected: float
    partial_least_lost: float
    partial_least_share: float
    least_share_paid: float

    short_life: float
    long_life: float
    sibling_least_prefix: float

    frozen_band: float
    frozen_responses: int
    frozen_growth: float
    frozen_least_read: float

    never_least_prompt: float
    never_responses: int

    churn_responses: int
    churn_least_written: float
    churn_most_read: float
    churn_least_prompt: float

    alternations: int
    alternating_least_prompt: float
    hit_from: float
    miss_up_to: float

    expiries: int


def limits_of(tuning: Tuning) -> CacheLimits:
    """What the user's tuning makes of them."""
    return CacheLimits(
        full_most_read=tuning.of("cache_break", "full_most_read"),
        full_least_expected=tuning.of("cache_break", "full_least_expected"),
        partial_least_lost=tuning.of("cache_break", "partial_least_lost"),
        partial_least_share=tuning.of("cache_break", "partial_least_share"),
        least_share_paid=tuning.of("cache_break", "least_share_paid"),
        short_life=tuning.of("cache_break", "short_life"),
        long_life=tuning.of("cache_break", "long_life"),
        sibling_least_prefix=tuning.of("cache_break", "sibling_least_prefix"),
        frozen_band=tuning.of("frozen_boundary", "band"),
        frozen_responses=tuning.count("frozen_boundary", "responses"),
        frozen_growth=tuning.of("frozen_boundary", "growth"),
        frozen_least_read=tuning.of("frozen_boundary", "read"),
        never_least_prompt=tuning.of("never_cached", "prompt"),
        never_responses=tuning.count("never_cached", "responses"),
        churn_responses=tuning.count("write_churn", "responses"),
        churn_least_written=tuning.of("write_churn", "written"),
        churn_most_read=tuning.of("write_churn", "read"),
        churn_least_prompt=tuning.of("write_churn", "prompt"),
        alternations=tuning.count("alternating_misses", "changes"),
        alternating_least_prompt=tuning.of("alternating_misses", "prompt"),
        hit_from=tuning.of("alternating_misses", "hit"),
        miss_up_to=tuning.of("alternating_misses", "miss"),
        expiries=tuning.count("repeated_expiry", "expiries"),
    )


LIMITS = limits_of(DEFAULT_TUNING)
"""What holds where nobody says otherwise."""
