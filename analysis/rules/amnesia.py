"""Reading again, after a compaction, what was read before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..issues.episodes import Episode
from .acts import Act
from .compactions import CUTS, START
from .rule import Call, Rule
from .thresholds import Tuning

_MOST_READS = 2_000
"""Reads of a lane that are known again after a compaction."""


@dataclass(slots=True)
class _Memory:
    """What a lane has read: since its last compaction, and before it, by the fingerprint of the call.

    Of each read what it is about, and the event that ended it. `cut` is how many of its calls had ended by the
    compaction.
    """

    read: dict[int, tuple[int, int]] = field(default_factory=dict)
    lost: dict[int, tuple[int, int]] = field(default_factory=dict)
    cut: int = -1
    again: list[int] = field(default_factory=list)
    episode: Episode | None = None


class Amnesia(Rule):
    """An agent that reads again, after a compaction, what it had read before and nothing has changed since."""

    CATEGORY = "amnesia"
    HEARS = ("session_start", *CUTS)

    def tune(self, tuning: Tuning) -> None:
        self._reads = tuning.count(self.CATEGORY, "reads")
        self._within = tuning.count(self.CATEGORY, "within")
        self._lanes: dict[int, _Memory] = {}
        self._begun: set[int] = set()
        """Lanes with a compaction that has not ended."""

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        return not failed and act is Act.READ

    def ended(self, call: Call) -> None:
        if not call.fingerprint or not call.target:
            return
        memory = self._lanes.get(call.lane)
        if memory is None:
            memory = self._lanes[call.lane] = _Memory()
        lost = memory.lost.pop(call.fingerprint, None) if call.place - memory.cut <= self._within else None
        if lost is not None and not self.findings.is_changed(lost[0], lost[1], call.event):
            self._note(memory, call)
        if len(memory.read) >= _MOST_READS:
            del memory.read[next(iter(memory.read))]
        memory.read[call.fingerprint] = call.target, call.event

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind == "session_start":
            self._lanes.pop(lane, None)
            self._begun.discard(lane)
        else:
            is_same = kind != START and lane in self._begun
            if kind == START:
                self._begun.add(lane)
            else:
                self._begun.discard(lane)
            if not is_same:
                self._forget(lane)

    def _forget(self, lane: int) -> None:
        """A compaction: of what was read only the summary is left."""
        memory, calls = self._lanes.get(lane), self.findings.calls.get(lane, 0)
        if memory is not None and memory.cut < calls:
            self._lanes[lane] = _Memory(lost=memory.read, cut=calls)

    def _note(self, memory: _Memory, call: Call) -> None:
        if memory.episode is not None:
            memory.episode.update(call.event, memory.episode.values[-1] + 1, [call.event])
            return
        memory.again.append(call.event)
        if len(memory.again) >= self._reads:
            detail = self.findings.target(call.target)
            memory.episode = self.findings.open(
                self.CATEGORY, call.event, len(memory.again), memory.again, lane=call.lane, detail=detail
            )
