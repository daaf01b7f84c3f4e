"""Issues of the context window: compaction_frequency, context_overflow."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ..fold.columns import IterationColumns
from ..fold.lanes import Lane
from .episodes import Episode, IssueLog

MOST_COMPACTIONS = 3
WINDOW_ITERATIONS = 20
SAME_EPISODE_ITERATIONS = 3


@dataclass(slots=True)
class Context:
    """The compactions (ordinal of the iteration, event) and overflows of one agent that may go on."""

    compactions: deque[tuple[int, int]] = field(default_factory=deque)
    frequent: Episode | None = None
    overflow: Episode | None = None
    overflow_ordinal: int = 0


class ContextRules:
    """Judges compactions and emergency truncations, per agent."""

    KEPT = ("_contexts",)

    def __init__(self, log: IssueLog, iterations: IterationColumns) -> None:
        self._log = log
        self._iterations = iterations
        self._contexts: dict[int, Context] = {}

    def compacted(self, event: int, lane: Lane, row: int) -> None:
        """A compaction was made."""
        ordinal = self._ordinal(lane, row)
        if not ordinal:
            return
        context = self._context(lane)
        window = context.compactions
        window.append((ordinal, event))
        while ordinal - window[0][0] >= WINDOW_ITERATIONS:
            window.popleft()
        if len(window) <= MOST_COMPACTIONS:
            context.frequent = None
        elif context.frequent is not None:
            context.frequent.update(event, len(window), [event])
        else:
            context.frequent = self._log.open(
                "compaction_frequency",
                event,
                len(window),
                [compaction for _, compaction in window],
                iteration=self._iterations.number_of(row),
                lane=lane.number,
            )

    def overflowed(self, event: int, lane: Lane, row: int) -> None:
        """The context was truncated in an emergency."""
        context = self._context(lane)
        ordinal = self._ordinal(lane, row)
        goes_on = ordinal - context.overflow_ordinal <= SAME_EPISODE_ITERATIONS
        context.overflow_ordinal = ordinal
        if context.overflow is not None and goes_on:
            context.overflow.update(event, context.overflow.values[-1] + 1, [event])
        else:
            context.overflow = self._log.open(
                "context_overflow", event, 1, [event], iteration=self._iterations.number_of(row), lane=lane.number
            )

    def _context(self, lane: Lane) -> Context:
        return self._contexts.setdefault(lane.number, Context())

    def _ordinal(self, lane: Lane, row: int) -> int:
        return self._iterations.ordinal[row] if row else lane.iterations
