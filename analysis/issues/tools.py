"""Issues of tool calls: repeated_tool_calls, tool_error_rate, long_tool_execution."""

from __future__ import annotations

from array import array

from ...collector.records import Payload, raw_arguments
from ..arguments import preview_json
from ..fold.columns import IterationColumns, ToolColumns
from ..fold.lanes import Lane
from ..fold.names import Names
from .episodes import Episode, IssueLog
from .loops import LoopRules

REPEATS = 3
MOST_FAILURES = 0.3
FEWEST_CALLS = 3
LONG_MS = 30_000.0


class ToolRules:
    """Judges every tool call when it starts and when it ends."""

    KEPT = ("_seen_again", "_repeats", "_ended", "_error_rate")

    def __init__(
        self, log: IssueLog, iterations: IterationColumns, tools: Names, loops: LoopRules, columns: ToolColumns
    ) -> None:
        self._log = log
        self._columns = columns
        self._iterations = iterations
        self._tools = tools
        self._loops = loops
        self._first_seen: dict[int, int] = {}
        self._fingerprint: array[int] = array("Q")
        self._first_event: array[int] = array("I")
        """The same as columns, by which it is kept; a dict that nobody asks is not made of them."""
        self._seen_again: dict[int, tuple[int, int]] = {}
        self._repeats: dict[int, Episode] = {}
        self._ended = 0
        self._error_rate: Episode | None = None

    def called(self, event: int, lane: Lane, row: int, label: int, fingerprint: int, data: Payload) -> None:
        """A call was made."""
        if self._loops.streaks:
            self._loops.called(event, lane, row)
        if fingerprint:
            self.repeated(event, lane, row, label, fingerprint, data)

    def repeated(self, event: int, lane: Lane, row: int, label: int, fingerprint: int, data: Payload) -> None:
        """A call's arguments are known: count it among its like."""
        first = (self._first_seen or self._recalled()).setdefault(fingerprint, event)
        if first == event:
            return
        self._columns.repeats.append(event)
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
            detail=preview_json(raw_arguments(data)),
        )
        del self._seen_again[fingerprint]

    def come_to_rest(self) -> None:
        """Put all that is to be kept where it is kept."""
        if self._first_seen:
            self._fingerprint = array("Q", self._first_seen.keys())
            self._first_event = array("I", self._first_seen.values())

    def _recalled(self) -> dict[int, int]:
        self._first_seen.update(zip(self._fingerprint, self._first_event, strict=True))
        return self._first_seen

    def ended(self, event: int, lane: Lane, row: int, label: int, failed: bool, duration_ms: float | None) -> None:
        """A call ended."""
        self._ended += 1
        if failed:
            self._log.shared_proof.append(event)
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
        rate = len(self._log.shared_proof) / self._ended
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
                proof=self._log.shared_proof,
            )
