"""excessive_iterations: an agent that goes round and round without calling a tool."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..fold.columns import NONE, IterationColumns
from ..fold.lanes import Lane
from .episodes import Episode, IssueLog

MOST_QUIET_ITERATIONS = 15


@dataclass(slots=True)
class Streak:
    """Iterations without a tool call, one after another: their rows until an issue is raised, and how many."""

    branch: int
    rows: list[int] = field(default_factory=list)
    counted: int = 0
    episode: Episode | None = None
    provisional: bool = False


class LoopRules:
    """Counts consecutive iterations without a tool call, per run of each agent.

    The iteration that makes them too many counts as soon as its response is in; should a tool call follow after all,
    the issue is withdrawn.
    """

    KEPT = ("streaks",)

    def __init__(self, log: IssueLog, iterations: IterationColumns) -> None:
        self._log = log
        self._iterations = iterations
        self.streaks: dict[int, Streak] = {}

    def responded(self, event: int, lane: Lane, row: int) -> None:
        """A response came in the open iteration."""
        streak = self.streaks.get(lane.number)
        if (
            streak is not None
            and streak.counted == MOST_QUIET_ITERATIONS
            and streak.episode is None
            and streak.branch == lane.branch_number
            and row == lane.open_row
            and row != 0
            and self._iterations.first_tool[row] == NONE
        ):
            self._raise(event, lane, streak, row)
            streak.provisional = True

    def called(self, event: int, lane: Lane, row: int) -> None:
        """A tool was called."""
        streak = self.streaks.get(lane.number)
        if streak is not None:
            if streak.provisional and streak.episode is not None:
                streak.episode.withdraw(event)
            del self.streaks[lane.number]

    def closed(self, event: int, lane: Lane, row: int) -> None:
        """An iteration ended."""
        if self._iterations.first_tool[row] != NONE:
            if self.streaks:
                self.streaks.pop(lane.number, None)
            return
        streak = self.streaks.get(lane.number)
        if streak is None or streak.branch != lane.branch_number:
            streak = self.streaks[lane.number] = Streak(lane.branch_number)
        streak.counted += 1
        if streak.episode is None:
            if streak.counted > MOST_QUIET_ITERATIONS:
                self._raise(event, lane, streak, row)
            else:
                streak.rows.append(row)
        elif streak.provisional:
            streak.provisional = False
        else:
            streak.episode.update(event, streak.counted, [self._iterations.first[row]])

    def _raise(self, event: int, lane: Lane, streak: Streak, row: int) -> None:
        first = self._iterations.first
        streak.episode = self._log.open(
            "excessive_iterations",
            event,
            MOST_QUIET_ITERATIONS + 1,
            [first[quiet] for quiet in streak.rows] + [first[row]],
            iteration=self._iterations.number[row],
            lane=lane.number,
        )
        streak.rows.clear()
