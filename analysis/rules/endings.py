"""How sessions end: with iterations behind the last change that led nowhere, or with changes that nobody tried.

Many logs of other agents never say that a session has ended, but that a turn has: the agent is done with what it was
asked, and nobody knows yet whether it will be asked more. So the end of a turn is judged as that of a session, and what
was found is withdrawn as soon as the agent goes on. What stands is always about the last thing that happened.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from ..issues.episodes import Episode
from .acts import CHANGES, Act
from .rule import Call, Rule
from .thresholds import Tuning

_MOST_KEPT = 1_000
"""Events of evidence of a lane that are kept."""
_EDITS = CHANGES - {Act.SHELL_EDIT}
_TEXTS = (".md", ".txt", ".rst", ".adoc", ".markdown", ".csv", ".log")
"""Files that nothing is to be run for."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What an end shows: the rule's figure, the events that prove it, and what it is about."""

    value: int
    evidence: list[int]
    detail: str = ""


class _Ending(Rule, ABC):
    """A rule on how a session ends."""

    HEARS = ("session_start", "session_end")

    def tune(self, tuning: Tuning) -> None:
        self._provisional: dict[int, Episode] = {}

    @abstractmethod
    def found(self, lane: int) -> _Found | None:
        """What there is to tell should a lane end here."""

    @abstractmethod
    def begin_anew(self, lane: int) -> None:
        """A run of a lane is over: what was kept of it tells nothing of the next."""

    def turn_ended(self, event: int, lane: int) -> None:
        self._judge(event, lane)

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind == "session_end":
            self._judge(event, lane)
        self._provisional.pop(lane, None)
        self.begin_anew(lane)

    def _judge(self, event: int, lane: int) -> None:
        found = self.found(lane)
        if found is not None and lane not in self._provisional:
            self._provisional[lane] = self.findings.open(
                self.CATEGORY, event, found.value, found.evidence, lane=lane, detail=found.detail
            )
            self.findings.tell_when_going_on(lane, self._goes_on)

    def _goes_on(self, event: int, lane: int) -> None:
        if lane in self._provisional:
            self._provisional.pop(lane).withdraw(event)


@dataclass(slots=True)
class _Tail:
    """What a lane called since its last change, and its iterations since anything of that was new."""

    seen: set[int] = field(default_factory=set)
    row: int = 0
    iterations: int = 0
    ends: list[int] = field(default_factory=list)


class TailSpin(_Ending):
    """A session, or a turn, that ended with iterations in which all had been called before since the last change.

    The first run behind a change checks it, and the first look at something may be a new question: these are of use.
    """

    CATEGORY = "tail_spin"

    def tune(self, tuning: Tuning) -> None:
        super().tune(tuning)
        self._iterations = tuning.count(self.CATEGORY, "iterations")
        self._lanes: dict[int, _Tail] = {}

    def file_changed(self, event: int, lane: int) -> None:
        self._lanes[lane] = _Tail()

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        return act is not Act.TALK

    def ended(self, call: Call) -> None:
        if call.changed:
            self._lanes[call.lane] = _Tail()
            return
        tail = self._lanes.get(call.lane)
        if tail is None:
            return
        if call.fingerprint not in tail.seen or not call.fingerprint:
            tail.row, tail.iterations = call.turn, 0
            tail.ends.clear()
            if len(tail.seen) < _MOST_KEPT:
                tail.seen.add(call.fingerprint)
        elif call.turn and call.turn != tail.row:
            tail.row = call.turn
            tail.iterations += 1
            if len(tail.ends) < _MOST_KEPT:
                tail.ends.append(call.event)

    def turn_ended(self, event: int, lane: int) -> None:
        super().turn_ended(event, lane)
        self.begin_anew(lane)  # what is called again because somebody asked for it is of use

    def found(self, lane: int) -> _Found | None:
        tail = self._lanes.get(lane)
        return None if tail is None or tail.iterations < self._iterations else _Found(tail.iterations, tail.ends)

    def begin_anew(self, lane: int) -> None:
        self._lanes.pop(lane, None)


@dataclass(slots=True)
class _Unverified:
    """The edits of a lane since something was last run: how many, the ends of the first of them, the last file."""

    edits: int = 0
    ends: list[int] = field(default_factory=list)
    target: int = 0


class UnverifiedFinish(_Ending):
    """A session, or a turn, that ended with changes after which nothing was run."""

    CATEGORY = "unverified_finish"

    def tune(self, tuning: Tuning) -> None:
        super().tune(tuning)
        self._edits = tuning.count(self.CATEGORY, "edits")
        self._lanes: dict[int, _Unverified] = {}

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        return act is Act.RUN or act is Act.AGENT or (act in _EDITS and not failed)

    def ended(self, call: Call) -> None:
        if call.act not in _EDITS:
            self._lanes.pop(call.lane, None)
        elif call.target:
            if not _is_to_be_tried(self.findings.target(call.target)):
                return
            lane = self._lanes.setdefault(call.lane, _Unverified())
            lane.edits, lane.target = lane.edits + 1, call.target
            if len(lane.ends) < _MOST_KEPT:
                lane.ends.append(call.event)

    def found(self, lane: int) -> _Found | None:
        unverified = self._lanes.get(lane)
        if unverified is None or unverified.edits < self._edits:
            return None
        return _Found(unverified.edits, unverified.ends, self.findings.target(unverified.target))

    def begin_anew(self, lane: int) -> None:
        self._lanes.pop(lane, None)


def _is_to_be_tried(path: str) -> bool:
    """Whether a file is one to run something for: no text, and none without an ending, such as LICENSE."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return "." in name.lstrip(".") and not name.endswith(_TEXTS)
