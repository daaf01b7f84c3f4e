"""How sessions end: with iterations behind the last change that led nowhere, or with changes that nobody tried."""

from __future__ import annotations

from dataclasses import dataclass, field

from .acts import Act
from .second_pass import Call, Rule
from .thresholds import Tuning

_MOST_KEPT = 1_000
"""Events of evidence of a lane that are kept."""
_TEXTS = (".md", ".txt", ".rst", ".adoc", ".markdown", ".csv", ".log")
"""Files that nothing is to be run for."""


@dataclass(slots=True)
class _Tail:
    """What a lane called since its last change, and its iterations since anything of that was new."""

    seen: set[int] = field(default_factory=set)
    row: int = 0
    iterations: int = 0
    ends: list[int] = field(default_factory=list)


class TailSpin(Rule):
    """A session that ended with iterations in which all had been called before since the last change.

    The first run behind a change checks it, and the first look at something may be a new question: these are of use.
    """

    CATEGORY = "tail_spin"

    def tune(self, tuning: Tuning) -> None:
        self._iterations = tuning.count(self.CATEGORY, "iterations")
        self._lanes: dict[int, _Tail] = {}

    def file_changed(self, event: int, lane: int) -> None:
        self._lanes[lane] = _Tail()

    def ended(self, call: Call) -> None:
        if call.changed:
            self._lanes[call.lane] = _Tail()
            return
        tail = self._lanes.get(call.lane)
        if tail is None or call.act is Act.TALK:
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

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind not in ("session_start", "session_end"):
            return
        tail = self._lanes.pop(lane, None)
        if kind == "session_end" and tail is not None and tail.iterations >= self._iterations:
            self.findings.open(self.CATEGORY, event, tail.iterations, tail.ends, lane=lane)


@dataclass(slots=True)
class _Unverified:
    """The edits of a lane since something was last run: how many, the ends of the first of them, the last file."""

    edits: int = 0
    ends: list[int] = field(default_factory=list)
    target: int = 0


class UnverifiedFinish(Rule):
    """A session that ended with changes after which nothing was run."""

    CATEGORY = "unverified_finish"

    def tune(self, tuning: Tuning) -> None:
        self._edits = tuning.count(self.CATEGORY, "edits")
        self._lanes: dict[int, _Unverified] = {}

    def ended(self, call: Call) -> None:
        if call.act is Act.RUN or call.act is Act.AGENT:
            self._lanes.pop(call.lane, None)
        elif call.changed and call.act is not Act.SHELL_EDIT and call.target:
            if not _is_to_be_tried(self.findings.target(call.target)):
                return
            lane = self._lanes.setdefault(call.lane, _Unverified())
            lane.edits, lane.target = lane.edits + 1, call.target
            if len(lane.ends) < _MOST_KEPT:
                lane.ends.append(call.event)

    def happened(self, event: int, lane: int, kind: str) -> None:
        if kind not in ("session_start", "session_end"):
            return
        unverified = self._lanes.pop(lane, None)
        if kind == "session_end" and unverified is not None and unverified.edits >= self._edits:
            detail = self.findings.target(unverified.target)
            self.findings.open(self.CATEGORY, event, unverified.edits, unverified.ends, lane=lane, detail=detail)


def _is_to_be_tried(path: str) -> bool:
    """Whether a file is one to run something for: no text, and none without an ending, such as LICENSE."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return "." in name.lstrip(".") and not name.endswith(_TEXTS)
