"""What calls took in all: told from the running sums of LLM columns, those of a session or of one agent."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from .fold.columns import (
    INPUT_INCLUDED_CACHE,
    KNOWN_COST,
    KNOWN_INPUT,
    KNOWN_OUTPUT,
    KNOWN_READ,
    KNOWN_TOTAL,
    KNOWN_WRITE,
    LlmColumns,
)
from .prices import OWN_PRICES, Prices
from .tokens import Buckets


@dataclass(frozen=True)
class Bill:
    """The first `rows` rows of LLM columns; by `prices` the cost of some was estimated."""

    columns: LlmColumns
    rows: int
    prices: Prices | None = None

    @property
    def llm_calls(self) -> int:
        """LLM calls; the chunks of a streamed response are one."""
        return self.columns.calls[self.rows - 1] if self.rows else 0

    @cached_property
    def tokens(self) -> Buckets:
        """All tokens."""
        if not self.rows:
            return Buckets()
        llm, last = self.columns, self.rows - 1
        seen = llm.seen[last]
        return Buckets(
            input=llm.sum_input[last] if seen & KNOWN_INPUT else None,
            output=llm.sum_output[last] if seen & KNOWN_OUTPUT else None,
            cache_read=llm.sum_read[last] if seen & KNOWN_READ else None,
            cache_write=llm.sum_write[last] if seen & KNOWN_WRITE else None,
            total=llm.sum_total[last] if seen & KNOWN_TOTAL else None,
        )

    @property
    def output_is_lower_bound(self) -> bool:
        """Whether there was more output than is counted: of some call the trace tells only a lower bound."""
        return self.columns.bounds(0, self.rows) > 0

    @property
    def input_included_cache(self) -> bool:
        """Whether any response reported its input with the cached part in it, which was then taken out."""
        return bool(self.rows and self.columns.seen[self.rows - 1] & INPUT_INCLUDED_CACHE)

    @property
    def cost(self) -> float | None:
        """Dollars; None where no call tells any."""
        llm, last = self.columns, self.rows - 1
        return llm.sum_cost[last] if self.rows and llm.seen[last] & KNOWN_COST else None

    @property
    def cost_estimated(self) -> bool:
        """Whether some of the cost is no figure of the trace but an estimate by prices."""
        return self.columns.estimates(0, self.rows) > 0

    @property
    def price_sources(self) -> list[str]:
        """Whose prices the estimated part of the cost is made by: the name of a list, `OWN_PRICES`, or both."""
        llm, prices = self.columns, self.prices
        listed = bisect_left(llm.listed_rows, self.rows)
        sources = [prices.listed.name] if listed and prices is not None and prices.listed is not None else []
        return [*sources, OWN_PRICES] if llm.estimates(0, self.rows) > listed else sources
