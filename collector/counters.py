"""Running sums over one run's events: O(1) per event and per summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from .events import TOOL_END_ALIAS, TraceEvent
from .sanitize import as_number, attempt

TOKEN_BUCKETS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")

_TOOL_ENDS = frozenset({"tool_end", TOOL_END_ALIAS, "tool_error"})
_ERRORS = frozenset({"tool_error", "error", "llm_error"})
_COUNTED = _TOOL_ENDS | _ERRORS | {"iteration_start", "llm_response", "compaction_end"}


class RunCounters:
    """What `TraceCollector.summary()` says, kept up to date event by event. Not locked: the collector does that."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._events = 0
        self._tool_calls = 0
        self._llm_calls = 0
        self._errors = 0
        self._compactions = 0
        self._iterations: set[int] = set()
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

    def add(self, event: TraceEvent) -> None:
        """Count one event."""
        self._events += 1
        if self._began is None:
            self.begin()
        if event.kind in _COUNTED:
            self._count(event)

    def summary(self) -> dict[str, Any]:
        """The sums under their public names; a token or cost sum that no response told is None."""
        return {
            "total_events": self._events,
            "total_tokens": self._sum("tokens"),
            "total_cost": self._sum("cost"),
            "duration_seconds": self._duration_seconds(),
            "iterations": len(self._iterations) + self._unnumbered_iterations,
            "tool_calls": self._tool_calls,
            "llm_calls": self._llm_calls,
            "errors": self._errors,
            "compactions": self._compactions,
            **{name: self._sum(name) for name in TOKEN_BUCKETS},
        }

    def _count(self, event: TraceEvent) -> None:
        kind = event.kind
        if kind in _TOOL_ENDS:
            self._tool_calls += 1
        if kind in _ERRORS:
            self._errors += 1
        elif kind == "llm_response":
            self._llm_calls += 1
            attempt(self._add_usage, event.data, None)
        elif kind == "compaction_end":
            self._compactions += 1
        elif kind == "iteration_start" and event.iteration is None:
            self._unnumbered_iterations += 1
        elif kind == "iteration_start" and event.iteration is not None:
            self._iterations.add(event.iteration)

    def _add_usage(self, data: Mapping[str, Any]) -> None:
        known = {name: number for name in TOKEN_BUCKETS if (number := _amount(data.get(name))) is not None}
        total = _amount(data.get("tokens"))
        if total is None and known:
            total = sum(known.values())
        for name, number in (*known.items(), ("tokens", total), ("cost", _amount(data.get("cost")))):
            if number is not None:
                self._sums[name] = self._sums.get(name, 0) + number

    def _sum(self, name: str) -> float | None:
        return self._sums.get(name, None if self._llm_calls else 0)

    def _duration_seconds(self) -> float:
        if self._began is None:
            return 0.0
        return (self._clock() if self._ended is None else self._ended) - self._began


def _amount(value: object) -> float | None:
    number = as_number(value)
    return None if number is None or number < 0 else number
