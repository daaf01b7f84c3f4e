"""The thresholds of all that is found about the cache, in one place, so that they can be told and tuned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """What makes a break or a pattern of the cache. Tokens, seconds, and shares of 0 to 1; docs/rules.md says why.

    `expected` in a name is what the response before left in the cache, `prompt` all that was sent, `read` what of it
    came from the cache.
    """

    full_most_read: float = 0.05
    full_least_expected: int = 4_096
    partial_least_lost: int = 2_000
    partial_least_share: float = 0.10
    least_share_paid: float = 0.10

    short_life: float = 300.0
    long_life: float = 3_600.0
    sibling_least_prefix: int = 4_096

    frozen_band: float = 0.02
    frozen_responses: int = 5
    frozen_growth: float = 0.20
    frozen_least_read: int = 1_024

    never_least_prompt: int = 4_096
    never_responses: int = 5

    churn_responses: int = 10
    churn_least_written: float = 0.50
    churn_most_read: float = 0.20
    churn_least_prompt: int = 1_024

    alternations: int = 4
    alternating_least_prompt: int = 4_096
    hit_from: float = 0.50
    miss_up_to: float = 0.05

    expiries: int = 3


LIMITS = CacheLimits()
"""What holds where nobody says otherwise."""
