"""Running sums over one run's events: O(1) per event and per summary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from math import isfinite
from time import monotonic
from typing import Any

from ..events import TraceEvent
from ..kinds import TOOL_END_ALIAS
from .plain_values import as_number, as_text, attempt

TOKEN_BUCKETS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")

_TOOL_ENDS = frozenset({"tool_end", TOOL_END_ALIAS, "tool_error"})
_ERRORS = frozenset({"tool_error", "error", "llm_error"})
COUNTED_KINDS = frozenset({"iteration_start", "llm_response"})
"""The kinds of which more counts than how many there were."""


class RunCounters:
    """What `TraceCollector.summary()` says, kept up to date event by event. Not locked: the collector does that."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.of_kind: defaultdict[str, int] = defaultdict(int)
        """Events by kind: counted by the collector itself."""
        self._clock = clock
        self._iterations: set[tuple[str, int]] = set()
        """By agent and number."""
        self._unnumbered_iterations = 0
        self._sums: dict[str, float] = {}
        self._began: float | None = None
        self._ended: float | None = None

    def begin(self) -> None:
        """Start the run's clock, unless an event already did."""
        if self._began is None:
            self._began = self._clock()

    def end(self) -> None:
        """Stop the run's clock."""
        self._ended = self._clock()

    def count(self, event: TraceEvent) -> None:
        """Count what an event of `COUNTED_KINDS` says."""
        if event.kind == "llm_response":
            attempt(self._add_usage, event.data, None)
        elif event.iteration is None:
            self._unnumbered_iterations += 1
        else:
            agent = attempt(lambda data: as_text(data.get("agent_id", "")), event.data, "")
            self._iterations.add((agent, event.iteration))

    def summary(self) -> dict[str, Any]:
        """The sums under their public names; a token or cost sum that no response told is None."""
        return {
            "total_events": sum(self.of_kind.values()),
            "total_tokens": self._sum("tokens"),
            "total_cost": self._sum("cost"),
            "duration_seconds": self._duration_seconds(),
            "iterations": len(self._iterations) + self._unnumbered_iterations,
            "tool_calls": self._number_of(*_TOOL_ENDS),
            "llm_calls": self._number_of("llm_response"),
            "errors": self._number_of(*_ERRORS),
            "compactions": self._number_of("compaction_end"),
            **{name: self._sum(name) for name in TOKEN_BUCKETS},
        }

    def _number_of(self, *kinds: str) -> int:
        return sum(self.of_kind.get(kind, 0) for kind in kinds)

    def _add_usage(self, data: Mapping[str, Any]) -> None:
        amounts = {name: number for name in TOKEN_BUCKETS if (number := _amount(data.get(name))) is not None}
        total = _amount(data.get("tokens"))
        if total is None and amounts:
            total = sum(amounts.values())
        for name, number in (*amounts.items(), ("tokens", total), ("cost", _amount(data.get("cost")))):
            if number is not None:
                self._sums[name] = self._sums.get(name, 0) + number

    def _sum(self, name: str) -> float | None:
        total = self._sums.get(name, None if self._number_of("llm_response") else 0)
        return total if total is None or isfinite(total) else None

    def _duration_seconds(self) -> float:
        if self._began is None:
            return 0.0
        return (self._clock() if self._ended is None else self._ended) - self._began


def _amount(value: object) -> float | None:
    number = as_number(value)
    return None if number is None or number < 0 else number
