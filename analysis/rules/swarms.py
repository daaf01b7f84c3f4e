"""Workers that run side by side and get in each other's way."""

from __future__ import annotations

from ..fold.lanes import MAIN_LANE
from ..issues.episodes import Episode
from .acts import CHANGES, Act
from .rule import Call, Rule
from .thresholds import Tuning

_MOST_FILES = 8_192


class OverlappingWorkers(Rule):
    """Files that agents edit which run at the same time: one undoes what the other did, or does it twice."""

    CATEGORY = "overlapping_workers"
    HEARS = ("session_start",)

    def tune(self, tuning: Tuning) -> None:
        self._files = tuning.count(self.CATEGORY, "files")
        self._running: set[int] = set()
        self._edits: dict[int, tuple[int, int]] = {}
        """By file who of those that run edited it last: the lane and the event."""
        self._shared: set[int] = set()
        self._evidence: list[int] = []
        self._episode: Episode | None = None

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        return not failed and act in CHANGES

    def spawned(self, event: int, agent: int) -> None:
        self._running.add(self.findings.session.agents.lane[agent])

    def left(self, event: int, agent: int) -> None:
        self._running.discard(self.findings.session.agents.lane[agent])

    def ended(self, call: Call) -> None:
        if not call.changed or not call.target or call.lane == MAIN_LANE or call.lane not in self._running:
            return
        before = self._edits.get(call.target)
        if len(self._edits) >= _MOST_FILES:
            self._edits.clear()
        self._edits[call.target] = call.lane, call.event
        if before is None or before[0] == call.lane or before[0] not in self._running or call.target in self._shared:
            return
        self._shared.add(call.target)
        if self._episode is not None:
            self._episode.update(call.event, len(self._shared), [call.event])
            return
        self._evidence += [before[1], call.event]
        if len(self._shared) >= self._files:
            names = self.findings.session.lanes.names
            self._episode = self.findings.open(
                self.CATEGORY,
                call.event,
                len(self._shared),
                self._evidence,
                lane=call.lane,
                label=f"{names.name(before[0])} and {names.name(call.lane)}",
                detail=self.findings.target(call.target),
            )

    def happened(self, event: int, lane: int, kind: str) -> None:
        if lane == MAIN_LANE:
            self._begin_anew()

    def _begin_anew(self) -> None:
        """Another run: its workers have nothing to do with those of the one before."""
        self._running.clear()
        self._edits.clear()
        self._shared.clear()
        self._evidence = []
        self._episode = None
