"""Editing: a file that was never read, and one that is edited over and over while runs go on failing."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from ..issues.episodes import Episode
from .acts import CHANGES, Act
from .changes import path_of
from .rule import Call, Rule
from .thresholds import Tuning

_MOST_FILES = 2_000
_NAME = re.compile(r"[\w.+-]+")


@dataclass(slots=True)
class _Known:
    """The names of files that a lane has met, events that tell of more, and its edits of others.

    `targets` are those whose names are all among them.
    """

    names: dict[str, None] = field(default_factory=dict)
    targets: set[int] = field(default_factory=set)
    changes: deque[int] = field(default_factory=lambda: deque(maxlen=_MOST_FILES))
    ends: list[int] = field(default_factory=list)
    episode: Episode | None = None

    def meet(self, names: list[str], target: int = 0) -> None:
        """These are known now, all there are of a target; those met first are forgotten where there are too many."""
        known = self.names
        for name in names[:_MOST_FILES]:
            known[name] = None
        self.targets.add(target)
        if len(known) > _MOST_FILES or len(names) > _MOST_FILES or len(self.targets) > _MOST_FILES:
            self.targets.clear()
        while len(known) > _MOST_FILES:
            del known[next(iter(known))]


class BlindEdit(Rule):
    """An edit of a file that the agent itself has neither read nor written, nor named in a command."""

    CATEGORY = "blind_edit"

    def tune(self, tuning: Tuning) -> None:
        self._edits = tuning.count(self.CATEGORY, "edits")
        self._lanes: dict[int, _Known] = {}
        self._names: dict[int, list[str]] = {}

    def ended(self, call: Call) -> None:
        if not call.target:
            return
        lane = self._lanes.get(call.lane)
        if lane is None:
            lane = self._lanes[call.lane] = _Known()
        if call.target in lane.targets:
            return
        names = self._names.get(call.target)
        if names is None:
            names = _NAME.findall(self.findings.target(call.target))
            if call.act not in (Act.RUN, Act.SHELL_EDIT, Act.WAIT, Act.SEARCH):
                names = names[-1:]  # of a path the file alone
            self._names[call.target] = names
        if call.act is Act.EDIT and names and names[-1] not in lane.names:
            self._meet_changed(lane)
            if names[-1] not in lane.names:
                self._blind(lane, call)
        lane.meet(names, call.target)

    def file_changed(self, event: int, lane: int) -> None:
        self._lanes.setdefault(lane, _Known()).changes.append(event)

    def _meet_changed(self, lane: _Known) -> None:
        """Have a lane know the files that it changed: one call may have changed, or made, several."""
        event_of = self.findings.event_of
        while lane.changes and event_of is not None:
            lane.meet(_NAME.findall(path_of(event_of(lane.changes.popleft()).data))[-1:])

    def _blind(self, lane: _Known, call: Call) -> None:
        if lane.episode is not None:
            lane.episode.update(call.event, lane.episode.values[-1] + 1, [call.event])
            return
        lane.ends.append(call.event)
        if len(lane.ends) >= self._edits:
            lane.episode = self.findings.open(
                self.CATEGORY,
                call.event,
                len(lane.ends),
                lane.ends,
                lane=call.lane,
                label=self.findings.tool(call.label),
                detail=self.findings.target(call.target),
            )


@dataclass(slots=True)
class _Churn:
    """The latest edits of a file: in which iteration, after how many failed runs, where."""

    edits: deque[tuple[int, int, int]]
    episode: Episode | None = None


class EditChurn(Rule):
    """The same file edited again and again within few iterations, with runs that fail between."""

    CATEGORY = "edit_churn"

    def tune(self, tuning: Tuning) -> None:
        self._edits = tuning.count(self.CATEGORY, "edits")
        self._within = tuning.of(self.CATEGORY, "within")
        self._failures = tuning.of(self.CATEGORY, "failures")
        self._failed: dict[int, int] = {}
        self._lanes: dict[int, dict[int, _Churn]] = {}

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        return act is Act.RUN if failed else act in CHANGES

    def ended(self, call: Call) -> None:
        if call.act is Act.RUN and call.failed:
            self._failed[call.lane] = self._failed.get(call.lane, 0) + 1
        if not call.changed or call.act is Act.SHELL_EDIT or not call.target or not call.turn:
            return
        lane = self._lanes.setdefault(call.lane, {})
        churn = lane.get(call.target)
        if churn is None:
            if len(lane) >= _MOST_FILES:
                del lane[next(iter(lane))]
            churn = lane[call.target] = _Churn(deque(maxlen=self._edits))
        failed = self._failed.get(call.lane, 0)
        churn.edits.append((self.findings.ordinal(call.turn), failed, call.event))
        first, failed_then, _ = churn.edits[0]
        is_churn = (
            len(churn.edits) >= self._edits
            and churn.edits[-1][0] - first < self._within
            and failed - failed_then >= self._failures
        )
        if not is_churn:
            churn.episode = None
        elif churn.episode is not None:
            churn.episode.update(call.event, churn.episode.values[-1] + 1, [call.event])
        else:
            churn.episode = self.findings.open(
                self.CATEGORY,
                call.event,
                len(churn.edits),
                [event for _, _, event in churn.edits],
                lane=call.lane,
                label=self.findings.tool(call.label),
                detail=self.findings.target(call.target),
            )
