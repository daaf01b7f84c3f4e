"""Issues of tool calls: repeated_tool_calls, tool_error_rate, long_tool_execution."""

from __future__ import annotations

from array import array

from ...collector.records import Payload
from ..arguments import preview_json
from ..columns import IterationColumns
from ..lanes import Lane
from ..names import Names
from .episodes import Episode, IssueLog
from .loops import LoopRules

REPEATS = 3
MOST_FAILURES = 0.3
FEWEST_CALLS = 3
LONG_MS = 30_000.0


class ToolRules:
    """Judges every tool call when it starts and when it ends."""

    def __init__(self, log: IssueLog, iterations: IterationColumns, tools: Names, loops: LoopRules) -> None:
        self._log = log
        self._iterations = iterations
        self._tools = tools
        self._loops = loops
        self._first_seen: dict[int, int] = {}
        self._seen_again: dict[int, tuple[int, int]] = {}
        self._repeats: dict[int, Episode] = {}
        self._ended = 0
        self._failures: array[int] = array("I")
        self._error_rate: Episode | None = None

    def called(self, event: int, lane: Lane, row: int, label: int, fingerprint: int, data: Payload) -> None:
        """A call was made."""
        if self._loops.streaks:
            self._loops.called(event, lane, row)
        if fingerprint:
            self.repeated(event, lane, row, label, fingerprint, data)

    def repeated(self, event: int, lane: Lane, row: int, label: int, fingerprint: int, data: Payload) -> None:
        """A call's arguments are known: count it among its like."""
        first = self._first_seen.setdefault(fingerprint, event)
        if first == event:
            return
        episode = self._repeats.get(fingerprint)
        if episode is not None:
            episode.update(event, episode.values[-1] + 1, [event])
            return
        twice = self._seen_again.setdefault(fingerprint, (first, event))
        if twice[1] == event:
            return
        self._repeats[fingerprint] = self._log.open(
            "repeated_tool_calls",
            event,
            REPEATS,
            [*twice, event],
            iteration=self._iterations.number_of(row),
            lane=lane.number,
            label=self._tools.name(label),
            detail=preview_json(bytes(data.args)),
        )
        del self._seen_again[fingerprint]

    def ended(self, event: int, lane: Lane, row: int, label: int, failed: bool, duration_ms: float | None) -> None:
        """A call ended."""
        self._ended += 1
        if failed:
            self._failures.append(event)
        if failed or self._error_rate is not None or self._ended == FEWEST_CALLS:
            self._judge_failures(event, lane, row)
        if duration_ms is not None and duration_ms > LONG_MS:
            self._log.open(
                "long_tool_execution",
                event,
                duration_ms,
                [event],
                iteration=self._iterations.number_of(row),
                lane=lane.number,
                label=self._tools.name(label),
            )

    def _judge_failures(self, event: int, lane: Lane, row: int) -> None:
        rate = len(self._failures) / self._ended
        too_many = self._ended >= FEWEST_CALLS and rate > MOST_FAILURES
        episode = self._error_rate
        if episode is not None:
            if too_many:
                episode.update(event, rate)
            else:
                episode.withdraw(event)
                self._error_rate = None
        elif too_many:
            self._error_rate = self._log.open(
                "tool_error_rate",
                event,
                rate,
                (),
                iteration=self._iterations.number_of(row),
                lane=lane.number,
                proof=self._failures,
            )
