"""The efficiency score, 0 to 100, and the components it is made of.

`30*cache_hit_rate + 25*(1 - errors/tool_calls) + 15*(1 - compactions/iterations) + 20*successful_tools/tool_calls
+ 10*min(1, output/(input + cache_read))`, every ratio clamped to 0..1 (contract, section 3). A component without data
is left out and the others are weighted up to 100.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Protocol

from .tokens import Buckets

WEIGHTS = {
    "cache_hit_rate": 30.0,
    "error_rate": 25.0,
    "compaction_frequency": 15.0,
    "tool_success_rate": 20.0,
    "token_efficiency": 10.0,
}


@dataclass(frozen=True, slots=True)
class Components:
    """Each component as a ratio from 0 (bad) to 1 (good); None without data.

    `error_rate` and `compaction_frequency` are told as what is left of 1, as they enter the score.
    """

    cache_hit_rate: float | None = None
    error_rate: float | None = None
    compaction_frequency: float | None = None
    tool_success_rate: float | None = None
    token_efficiency: float | None = None

    def ratios(self) -> dict[str, float]:
        """The components that have data."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The score, None without any data, and its components."""

    score: float | None
    components: Components

    @property
    def weakest(self) -> str | None:
        """The component that costs most points of the score; None where nothing is lost."""
        losses = {name: WEIGHTS[name] * (1.0 - ratio) for name, ratio in self.components.ratios().items()}
        name = max(losses, key=lambda name: losses[name], default=None)
        return name if name is not None and losses[name] > 0 else None


def rate(
    *,
    cache_hit_rate: float | None,
    errors: int,
    tool_calls: int,
    failed_tools: int,
    compactions: int,
    iterations: int,
    output: int | None,
    prompt_tokens: int | None,
) -> Efficiency:
    """The efficiency of a session by its counters. `prompt_tokens` is uncached input plus cache reads."""
    components = Components(
        cache_hit_rate=cache_hit_rate,
        error_rate=_clamp(1.0 - errors / tool_calls) if tool_calls else None,
        compaction_frequency=_clamp(1.0 - compactions / iterations) if iterations else None,
        tool_success_rate=_clamp((tool_calls - failed_tools) / tool_calls) if tool_calls else None,
        token_efficiency=_clamp(output / prompt_tokens) if output is not None and prompt_tokens else None,
    )
    ratios = components.ratios()
    weight = sum(WEIGHTS[name] for name in ratios)
    if not weight:
        return Efficiency(None, components)
    points = sum(WEIGHTS[name] * ratio for name, ratio in ratios.items())
    return Efficiency(round(points * 100.0 / weight, 1), components)


class Counted(Protocol):
    """What the efficiency of something is told from: a view, or the totals of sessions."""

    @property
    def tokens(self) -> Buckets: ...
    @property
    def output_is_lower_bound(self) -> bool: ...
    @property
    def errors(self) -> int: ...
    @property
    def tool_calls(self) -> int: ...
    @property
    def failed_tools(self) -> int: ...
    @property
    def compactions(self) -> int: ...
    @property
    def iterations(self) -> int: ...


def rate_of(counted: Counted) -> Efficiency:
    """The efficiency of whatever has these counters. Output that is a lower bound counts as unknown."""
    tokens = counted.tokens
    return rate(
        cache_hit_rate=tokens.hit_rate,
        errors=counted.errors,
        tool_calls=counted.tool_calls,
        failed_tools=counted.failed_tools,
        compactions=counted.compactions,
        iterations=counted.iterations,
        output=None if counted.output_is_lower_bound else tokens.output,
        prompt_tokens=None if tokens.input is None else tokens.input + (tokens.cache_read or 0),
    )


def _clamp(ratio: float) -> float:
    return min(1.0, max(0.0, ratio))
