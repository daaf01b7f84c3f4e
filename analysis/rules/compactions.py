"""Compactions that brought little: too little saved, and full again at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..fold.columns import KNOWN_INPUT, KNOWN_READ
from ..fold.session import Session
from ..issues.episodes import Episode
from ..tokens import MOST_TOKENS
from .payloads import Payloads
from .rule import Rule
from .thresholds import Tuning

START, END = CUTS = ("compaction_start", "compaction_end")
TOLD, SEEN = "told", "seen"
"""Where the lengths of a compaction's prompts are from: its own figures, or the responses around it."""

_LOOKED_BACK = 64
_LOOKED_THROUGH = 4_096


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


def told_by(data: Mapping[str, Any], prompt: int | None) -> tuple[int, int] | None:
    """How long the context was before a compaction and is after it, as its end tells; None where it does not.

    One that tells only what it saved is held against the `prompt` before it. A saving of 0 is what recorders write
    that did not count: it says nothing.
    """
    before, after, saved = (_tokens(data.get(name)) for name in ("tokens_before", "tokens_after", "tokens_saved"))
    if after is None and saved is not None:
        before = prompt if before is None else before
        after = None if before is None or saved > before else before - saved
    return None if before is None or after is None else (before, after)


def _tokens(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < MOST_TOKENS:
        return None
    return int(value)


@dataclass(slots=True)
class _Cut:
    """A compaction that no response came after yet: its first event, and the prompt before it.

    Before it `is_over` the answers are its own, a summary for instance. `episode` is what its own figures raised.
    """

    event: int
    prompt: int | None
    is_over: bool = False
    episode: Episode | None = None


class UselessCompaction(Rule):
    """A compaction after which the context is hardly shorter than before."""

    CATEGORY = "useless_compaction"
    HEARS = ("session_start", *CUTS)
    ASLEEP = ("response",)

    def tune(self, tuning: Tuning) -> None:
        self._saved = tuning.of(self.CATEGORY, "saved")
        self._payloads = Payloads(self.findings.event_of)
        self._cuts: dict[int, _Cut] = {}
        self._episodes: dict[int, Episode] = {}

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind == "session_start":
            self._cuts.pop(lane, None)
            self._episodes.pop(lane, None)
        elif kind == START:
            waiting = self._cuts.get(lane)
            if waiting is None or waiting.episode is not None or not waiting.is_over:
                self._cuts[lane] = self._cut(event, lane)
            else:
                waiting.is_over = False
        elif kind == END:
            waiting = self._cuts.get(lane)
            begun = waiting is not None and not waiting.is_over
            cut = waiting if waiting is not None and begun else self._cut(event, lane)
            cut.is_over = True
            if begun or waiting is None or waiting.episode is not None:
                self._cuts[lane] = cut
            self._hear(cut, event, lane)
        if self._cuts:
            self.wake()

    def _cut(self, event: int, lane: int) -> _Cut:
        return _Cut(event, prompt_before(self.findings.session, event, lane))

    def _hear(self, cut: _Cut, end: int, lane: int) -> None:
        """Judge a compaction by what its end tells, as far as that goes; else the next response will."""
        told = self._payloads.read(end)
        if told is None:
            return
        is_small = bool(told.data.get("micro"))  # drops old results of tools only, and is meant to save little
        lengths = told_by(told.data, cut.prompt)
        if lengths is not None and not is_small and self._is_useless(*lengths):
            self._cuts[lane] = cut
            cut.episode = self._raise(end, lane, sorted({cut.event, end}), f"{lengths[0]} {lengths[1]} {TOLD}")
        elif (is_small or lengths is not None) and self._cuts.get(lane) is cut:
            del self._cuts[lane]

    def response(self, event: int, lane: int) -> None:
        cut = self._cuts.get(lane)
        if cut is None or not cut.is_over:
            if not self._cuts:
                self.sleep()
            return
        session = self.findings.session
        prompt = prompt_at(session, session.llm.rows(event))
        if prompt is None:
            return
        del self._cuts[lane]
        if cut.episode is not None:  # the response that paid for it
            cut.episode.update(event, cut.episode.values[-1], [event])
        elif cut.prompt and self._is_useless(cut.prompt, prompt):
            self._raise(event, lane, [cut.event, event], f"{cut.prompt} {prompt} {SEEN}")

    def _is_useless(self, before: int, after: int) -> bool:
        return after > before * (1.0 - self._saved)

    def _raise(self, event: int, lane: int, evidence: list[int], detail: str) -> Episode:
        episode = self._episodes.get(lane)
        if episode is not None:
            episode.update(event, episode.values[-1] + 1, evidence)
            return episode
        episode = self.findings.open(self.CATEGORY, event, 1, evidence, lane=lane, detail=detail)
        self._episodes[lane] = episode
        return episode


@dataclass(slots=True)
class _Series:
    """Compactions of a lane that came soon one after the other.

    `prompt` is the one before the latest, `last` its last event, `events` the events of all until there is an episode.
    """

    prompt: int
    last: int
    events: list[int] = field(default_factory=list)
    count: int = 1
    episode: Episode | None = None


class CompactionThrash(Rule):
    """Compactions after each of which the context is as full as before within few responses."""

    CATEGORY = "compaction_thrash"
    HEARS = ("session_start", *CUTS)

    def tune(self, tuning: Tuning) -> None:
        self._compactions = tuning.count(self.CATEGORY, "compactions")
        self._responses = tuning.count(self.CATEGORY, "responses")
        self._refilled = tuning.of(self.CATEGORY, "refilled")
        self._payloads = Payloads(self.findings.event_of)
        self._lanes: dict[int, _Series] = {}
        self._begun: set[int] = set()
        """Lanes with a compaction that has not ended."""

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind == "session_start":
            self._lanes.pop(lane, None)
            self._begun.discard(lane)
        elif kind == START:
            self._begun.add(lane)
            self._compacted(event, lane)
        elif kind == END and lane in self._begun:
            self._begun.discard(lane)
            self._ended(event, lane)
        elif kind == END and not self._is_small(event):
            self._compacted(event, lane)

    def _compacted(self, event: int, lane: int) -> None:
        known = self._lanes.get(lane)
        responses = None if known is None else self._responses_since(known.last, event, lane)
        if responses == 0:
            return  # another word about the same
        prompt = prompt_before(self.findings.session, event, lane)
        if prompt is None:
            return
        is_soon = responses is not None and responses <= self._responses
        if known is None or not is_soon or prompt < self._refilled * known.prompt:
            self._lanes[lane] = _Series(prompt, event, [event])
            return
        known.prompt, known.last = prompt, event
        known.count += 1
        if known.episode is not None:
            known.episode.update(event, known.count, [event])
            return
        known.events.append(event)
        if known.count >= self._compactions:
            known.episode = self.findings.open(self.CATEGORY, event, known.count, known.events, lane=lane)

    def _ended(self, event: int, lane: int) -> None:
        """The latest compaction is over: answers until now were its own."""
        known = self._lanes.get(lane)
        if known is None:
            return
        known.last = event
        if known.episode is not None:
            known.episode.update(event, known.count, [event])
        else:
            known.events.append(event)

    def _is_small(self, end: int) -> bool:
        """Whether a compaction only drops old results of tools: the context is meant to stay nearly as full."""
        told = self._payloads.read(end)
        return told is not None and bool(told.data.get("micro"))

    def _responses_since(self, cut: int, event: int, lane: int) -> int | None:
        """How many responses of a lane came between two events; None where that is not soon, whatever the number."""
        session = self.findings.session
        rows = range(session.llm.rows(cut), session.llm.rows(event))
        if len(rows) > _LOOKED_THROUGH:
            return None
        lanes, events = session.events.lane, session.llm.event
        return sum(lanes[events[row]] == lane for row in rows)
