"""Issues of LLM responses: cache_drop, token_spike, empty_response."""

from __future__ import annotations

from dataclasses import dataclass

from ..columns import IterationColumns
from ..lanes import Lane
from ..tokens import Buckets, hit_rate
from .episodes import Episode, IssueLog
from .loops import LoopRules

SMALLEST_CACHED_PROMPT = 1024
DROP_FACTOR = 0.5
SPIKE_FACTOR = 2.0
SPIKE_HISTORY = 3


@dataclass(slots=True)
class _History:
    """What one agent's responses were like so far."""

    event: int = -1
    rate: float | None = None
    rate_event: int = -1
    total: int = 0
    counted: int = 0
    drop: Episode | None = None
    spike: Episode | None = None
    empty: Episode | None = None


class ResponseRules:
    """Judges every response against those of the same agent before it."""

    def __init__(self, log: IssueLog, iterations: IterationColumns, loops: LoopRules) -> None:
        self._log = log
        self._iterations = iterations
        self._loops = loops
        self._histories: dict[int, _History] = {}

    def response(self, event: int, lane: Lane, row: int, buckets: Buckets) -> None:
        """A call's response is in, whole."""
        history = self._histories.get(lane.number)
        if history is None:
            history = self._histories[lane.number] = _History()
        sent, output, read, _, total = buckets
        if read is not None:
            rate = hit_rate(sent, read)
            if rate is not None:
                self._judge_cache(event, lane, row, buckets, rate, history)
        if total is not None:
            self._judge_size(event, lane, row, total, history)
        if output == 0:
            self._note_empty(event, lane, row, history)
        elif output is not None:
            history.empty = None
        if self._loops.streaks:
            self._loops.responded(event, lane, row)

    def _judge_cache(self, event: int, lane: Lane, row: int, buckets: Buckets, rate: float, history: _History) -> None:
        before, before_event = history.rate, history.rate_event
        history.rate, history.rate_event = rate, event
        fell = before is not None and rate < before * DROP_FACTOR
        if before is None or not fell or (buckets.prompt or 0) < SMALLEST_CACHED_PROMPT:
            history.drop = None
            return
        if history.drop is not None:
            history.drop.update(event, rate, [event])
            return
        history.drop = self._log.open(
            "cache_drop",
            event,
            rate,
            [before_event, event],
            iteration=self._number(row),
            lane=lane.number,
            detail=f"{before:.0%}",
        )

    def _judge_size(self, event: int, lane: Lane, row: int, total: int, history: _History) -> None:
        mean = history.total / history.counted if history.counted else 0.0
        spikes = history.counted >= SPIKE_HISTORY and total > SPIKE_FACTOR * mean
        history.total += total
        history.counted += 1
        if not spikes:
            history.spike = None
        elif history.spike is not None:
            history.spike.update(event, total, [event])
        else:
            history.spike = self._log.open(
                "token_spike",
                event,
                total,
                [event],
                iteration=self._number(row),
                lane=lane.number,
                detail=f"{mean:.0f}",
            )

    def _note_empty(self, event: int, lane: Lane, row: int, history: _History) -> None:
        if history.empty is not None:
            history.empty.update(event, len(history.empty.evidence) + 1, [event])
        else:
            history.empty = self._log.open(
                "empty_response", event, 1, [event], iteration=self._number(row), lane=lane.number
            )

    def _number(self, row: int) -> int | None:
        return self._iterations.number[row] if row else None
