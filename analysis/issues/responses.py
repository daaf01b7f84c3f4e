"""Issues of LLM responses: cache_drop, token_spike, empty_response."""

from __future__ import annotations

from dataclasses import dataclass

from ..figures import duration
from ..fold.columns import IterationColumns
from ..fold.lanes import Lane
from .episodes import Episode, IssueLog
from .loops import LoopRules

SMALLEST_CACHED_PROMPT = 1024
DROP_FACTOR = 0.5
SPIKE_FACTOR = 2.0
SPIKE_HISTORY = 3
CACHE_LIFE_SECONDS = 300.0
"""After a longer pause the cache may have run out: nothing else need have changed."""
LONGEST_PAUSE_SECONDS = 1e9


@dataclass(slots=True)
class History:
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

    KEPT = ("_histories",)

    def __init__(self, log: IssueLog, iterations: IterationColumns, loops: LoopRules) -> None:
        self._log = log
        self._iterations = iterations
        self._loops = loops
        self._histories: dict[int, History] = {}

    def response(
        self,
        event: int,
        lane: Lane,
        row: int,
        sent: int | None,
        output: int | None,
        read: int | None,
        written: int | None,
        total: int | None,
        pause: float,
    ) -> None:
        """A call's response is in, whole, `pause` seconds after the agent's last. Tokens it does not tell are None.

        What is ordinary is settled here, in line: this runs for every response of a bulk load.
        """
        history = self._histories.get(lane.number)
        if history is None:
            history = self._histories[lane.number] = History()
        if read is not None:
            looked_up = (sent or 0) + read
            if looked_up:
                rate = read / looked_up
                before = history.rate
                if (
                    before is None
                    or rate >= before * DROP_FACTOR
                    or looked_up + (written or 0) < SMALLEST_CACHED_PROMPT
                ):
                    history.drop = None
                else:
                    self._fell(event, lane, row, before, rate, pause, history)
                history.rate, history.rate_event = rate, event
        if total is not None:
            counted = history.counted
            if counted >= SPIKE_HISTORY and total * counted > SPIKE_FACTOR * history.total:
                self._spiked(event, lane, row, total, history)
            else:
                history.spike = None
            history.total += total
            history.counted = counted + 1
        if output:
            history.empty = None
        elif output == 0:
            self._note_empty(event, lane, row, history)
        if self._loops.streaks:
            self._loops.responded(event, lane, row)

    def _fell(
        self, event: int, lane: Lane, row: int, before: float, rate: float, pause: float, history: History
    ) -> None:
        if history.drop is not None:
            history.drop.update(event, rate, [event])
            return
        history.drop = self._log.open(
            "cache_drop",
            event,
            rate,
            [history.rate_event, event],
            iteration=self._iterations.number_of(row),
            lane=lane.number,
            label=duration(pause * 1000.0) if CACHE_LIFE_SECONDS < pause < LONGEST_PAUSE_SECONDS else "",
            detail=f"{before:.0%}",
        )

    def _spiked(self, event: int, lane: Lane, row: int, total: int, history: History) -> None:
        if history.spike is not None:
            history.spike.update(event, total, [event])
            return
        history.spike = self._log.open(
            "token_spike",
            event,
            total,
            [event],
            iteration=self._iterations.number_of(row),
            lane=lane.number,
            detail=f"{history.total / history.counted:.0f}",
        )

    def _note_empty(self, event: int, lane: Lane, row: int, history: History) -> None:
        if history.empty is not None:
            history.empty.update(event, len(history.empty.evidence) + 1, [event])
        else:
            history.empty = self._log.open(
                "empty_response", event, 1, [event], iteration=self._iterations.number_of(row), lane=lane.number
            )
