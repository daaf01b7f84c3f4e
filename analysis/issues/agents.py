"""subagent_timeout: a delegated task that timed out or failed."""

from __future__ import annotations

from ..fold.columns import IterationColumns
from ..fold.lanes import Lane
from .episodes import IssueLog


class AgentRules:
    """Judges how sub-agents and swarm tasks end."""

    def __init__(self, log: IssueLog, iterations: IterationColumns) -> None:
        self._log = log
        self._iterations = iterations

    def failed(self, event: int, lane: Lane, row: int, agent: str, kind: str, spawned: int | None) -> None:
        """A delegated task timed out or failed; `spawned` is the event that had delegated it, if known."""
        self._log.open(
            "subagent_timeout",
            event,
            1,
            [event] if spawned is None else [spawned, event],
            iteration=self._iterations.number_of(row),
            lane=lane.number,
            label=agent,
            detail="timed out" if kind == "subagent_timeout" else "failed",
        )
