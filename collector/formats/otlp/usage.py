"""Tokens that a span tells of, in disjoint buckets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...inclusive_input import input_includes_cache
from .attributes import Attributes, first_number
from .vocabulary import AGGREGATED, CACHE_READ, CACHE_WRITE, INPUT, OUTPUT, REASONING


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, or of all calls of an agent. `input` is without what went through the cache."""

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    reasoning: float | None = None
    """The part of `output` that is."""

    def fields(self, model: str) -> dict[str, Any]:
        """The same as payload of a response of a model: input with the cache in it, where that is usual for it."""
        sent = self.input
        if sent is not None and input_includes_cache(model):
            sent += (self.cache_read or 0) + (self.cache_write or 0)
        named = {
            "input_tokens": sent,
            "output_tokens": self.output,
            "cache_read_tokens": self.cache_read,
            "cache_write_tokens": self.cache_write,
            "reasoning_tokens": self.reasoning,
        }
        return {name: int(value) for name, value in named.items() if value is not None}


def usage_of(attributes: Attributes, *, aggregated: bool = False) -> Usage | None:
    """What a span says of tokens; None where it says neither how many went in nor how many came out.

    Input has the cache in it by the conventions. Older instrumentations do not keep to that: where more was read and
    written than went in, it has not. `aggregated` asks for the sums that an agent's span may give first.
    """
    if aggregated and any(name.startswith(AGGREGATED) for name in attributes):
        attributes = {name.replace(AGGREGATED, "gen_ai.usage."): attributes[name] for name in attributes
                      if name.startswith(AGGREGATED)}  # fmt: skip
    sent, output = first_number(attributes, INPUT), first_number(attributes, OUTPUT)
    if sent is None and output is None:
        return None
    read, written = first_number(attributes, CACHE_READ), first_number(attributes, CACHE_WRITE)
    cached = (read or 0) + (written or 0)
    if sent is not None and sent >= cached:
        sent -= cached
    return Usage(sent, output, read, written, first_number(attributes, REASONING))
