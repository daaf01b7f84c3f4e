"""Compactions that brought little: too little saved, full again at once, and what was read before is read again."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..columns import KNOWN_INPUT, KNOWN_READ
from ..issues.episodes import Episode
from ..session import Session
from .acts import Act
from .second_pass import Call, Rule
from .thresholds import Tuning

CUTS = ("compaction_start", "compaction_end")
_LOOKED_BACK = 64
_LOOKED_THROUGH = 4_096
_MOST_READS = 2_000
"""Reads of a lane that are known again after a compaction."""


def prompt_at(session: Session, row: int) -> int | None:
    """How long the prompt was that a row of the LLM columns answers; None where it does not say."""
    llm = session.llm
    if not llm.flags[row] & (KNOWN_INPUT | KNOWN_READ):
        return None
    before = row - 1
    sums = llm.sum_input, llm.sum_read, llm.sum_write
    return sum(column[row] - (column[before] if row else 0) for column in sums)


def prompt_before(session: Session, event: int, lane: int) -> int | None:
    """The latest prompt of a lane before an event, as far as its last responses tell."""
    rows = session.llm.rows(event)
    for row in range(rows - 1, max(-1, rows - 1 - _LOOKED_BACK), -1):
        if session.events.lane[session.llm.event[row]] == lane:
            prompt = prompt_at(session, row)
            if prompt is not None:
                return prompt
    return None


@dataclass(slots=True)
class _Cut:
    """A compaction that no response came after yet: its first event, and the prompt before it."""

    event: int
    prompt: int | None


class UselessCompaction(Rule):
    """A compaction after which the prompt is hardly shorter than before."""

    CATEGORY = "useless_compaction"

    def tune(self, tuning: Tuning) -> None:
        self._saved = tuning.of(self.CATEGORY, "saved")
        self._cuts: dict[int, _Cut] = {}
        self._episodes: dict[int, Episode] = {}

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind == "session_start":
            self._cuts.pop(lane, None)
            self._episodes.pop(lane, None)
        elif kind in CUTS and lane not in self._cuts:
            self._cuts[lane] = _Cut(event, prompt_before(self.findings.session, event, lane))

    def response(self, event: int, lane: int) -> None:
        cut = self._cuts.get(lane)
        if cut is None:
            return
        session = self.findings.session
        prompt = prompt_at(session, session.llm.rows(event))
        if prompt is None:
            return
        del self._cuts[lane]
        before = cut.prompt
        if not before or prompt <= before * (1.0 - self._saved) or self._is_small(cut.event):
            return
        episode = self._episodes.get(lane)
        if episode is not None:
            episode.update(event, episode.values[-1] + 1, [cut.event, event])
            return
        self._episodes[lane] = self.findings.open(
            self.CATEGORY,
            event,
            1,
            [cut.event, event],
            lane=lane,
            detail=f"{before} {prompt}",
        )

    def _is_small(self, cut: int) -> bool:
        """Whether a compaction only drops old results of tools, and is meant to save little."""
        read = self.findings.event_of
        return read is not None and bool(read(cut).data.get("micro"))


@dataclass(slots=True)
class _Series:
    """Compactions of a lane that came soon one after the other, and the prompt before the latest."""

    cuts: list[int]
    prompt: int
    episode: Episode | None = None


class CompactionThrash(Rule):
    """Compactions after each of which the context is as full as before within few responses."""

    CATEGORY = "compaction_thrash"

    def tune(self, tuning: Tuning) -> None:
        self._compactions = tuning.count(self.CATEGORY, "compactions")
        self._responses = tuning.count(self.CATEGORY, "responses")
        self._refilled = tuning.of(self.CATEGORY, "refilled")
        self._lanes: dict[int, _Series] = {}

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind == "session_start":
            self._lanes.pop(lane, None)
        if kind not in CUTS:
            return
        known = self._lanes.get(lane)
        responses = None if known is None else self._responses_since(known.cuts[-1], event, lane)
        if responses == 0:
            return  # the end of the same
        prompt = prompt_before(self.findings.session, event, lane)
        if prompt is None:
            return
        is_soon = responses is not None and responses <= self._responses
        if known is None or not is_soon or prompt < self._refilled * known.prompt:
            self._lanes[lane] = _Series([event], prompt)
            return
        known.prompt = prompt
        known.cuts.append(event)
        if known.episode is not None:
            known.episode.update(event, known.episode.values[-1] + 1, [event])
        elif len(known.cuts) >= self._compactions:
            known.episode = self.findings.open(self.CATEGORY, event, len(known.cuts), known.cuts, lane=lane)

    def _responses_since(self, cut: int, event: int, lane: int) -> int | None:
        """How many responses of a lane came between two events; None where that is not soon, whatever the number."""
        session = self.findings.session
        rows = range(session.llm.rows(cut), session.llm.rows(event))
        if len(rows) > _LOOKED_THROUGH:
            return None
        lanes, events = session.events.lane, session.llm.event
        return sum(lanes[events[row]] == lane for row in rows)


@dataclass(slots=True)
class _Memory:
    """What a lane has read: since its last compaction, and before it, by the fingerprint of the call."""

    read: dict[int, int] = field(default_factory=dict)
    lost: dict[int, int] = field(default_factory=dict)
    is_cut: bool = False
    calls: int = 0
    again: list[int] = field(default_factory=list)
    episode: Episode | None = None


class Amnesia(Rule):
    """An agent that reads again, after a compaction, what it had read before and nothing has changed since."""

    CATEGORY = "amnesia"

    def tune(self, tuning: Tuning) -> None:
        self._reads = tuning.count(self.CATEGORY, "reads")
        self._within = tuning.count(self.CATEGORY, "within")
        self._lanes: dict[int, _Memory] = {}

    def ended(self, call: Call) -> None:
        if call.changed:
            self._changed(call)
        memory = self._lanes.get(call.lane)
        if memory is None:
            memory = self._lanes[call.lane] = _Memory()
        memory.is_cut = False
        memory.calls += 1
        if call.act is not Act.READ or call.failed or not call.fingerprint or not call.target:
            return
        if memory.calls <= self._within and memory.lost.pop(call.fingerprint, 0):
            self._note(memory, call)
        if len(memory.read) >= _MOST_READS:
            del memory.read[next(iter(memory.read))]
        memory.read[call.fingerprint] = call.target

    def happened(self, event: int, lane: int, kind: str) -> None:
        memory = self._lanes.get(lane)
        if kind == "session_start":
            self._lanes.pop(lane, None)
        elif kind in CUTS and memory is not None and not memory.is_cut:
            self._lanes[lane] = _Memory(lost=memory.read, is_cut=True)

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

    def _changed(self, call: Call) -> None:
        """A change by one agent is one for all: another may read its files."""
        for memory in self._lanes.values():
            if call.act is Act.SHELL_EDIT or not call.target:
                memory.lost.clear()
                memory.read.clear()
            else:
                for known in (memory.lost, memory.read):
                    for fingerprint in [each for each, target in known.items() if target == call.target]:
                        del known[fingerprint]
