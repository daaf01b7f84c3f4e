"""Calls that come again and again, alike but for numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...collector.records import arguments_of
from ..arguments import preview
from ..issues.episodes import Episode
from .acts import Act
from .blotted import blotted
from .payloads import Payloads
from .rule import Call, Rule
from .thresholds import Tuning

_QUESTIONS = (Act.READ, Act.SEARCH)


@dataclass(slots=True)
class _Run:
    """A call that ran or asked something; `alike` is what it has in common with others: "" nothing, None unknown."""

    call: Call
    alike: str | None

    def is_near(self, call: Call) -> bool:
        """Whether a call is of the same tool and about the same."""
        return self.call.label == call.label and self.call.target == call.target


@dataclass(slots=True)
class _Alike:
    """The latest calls of a lane, and what goes on by what calls have in common.

    None stands for calls that have nothing in common with others at first sight: most. `counts` says how many of the
    others are, or may be, alike: by tool and target, and by what they are told by.
    """

    most: int
    calls: deque[_Run | None] = field(default_factory=deque)
    counts: dict[tuple[int, int] | str, int] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)

    def add(self, run: _Run | None) -> None:
        """One call more, and the first of too many less."""
        calls = self.calls
        if len(calls) == self.most and (first := calls.popleft()) is not None:
            self._count(first, -1)
        calls.append(run)
        if run is not None:
            self._count(run, 1)

    def runs(self) -> Iterator[_Run]:
        """The calls that may have something in common with others, oldest first."""
        return (run for run in self.calls if run is not None)

    def learn(self, run: _Run, alike: str) -> None:
        """What a call has in common with others is known."""
        self._count(run, -1)
        run.alike = alike
        self._count(run, 1)

    def _count(self, run: _Run, more: int) -> None:
        alike = run.alike
        if alike == "":
            return
        counts, near = self.counts, (run.call.label, run.call.target)
        for key in (near,) if alike is None else (near, alike):
            left = counts.get(key, 0) + more
            if left:
                counts[key] = left
            else:
                del counts[key]


class NearRepeat(Rule):
    """Calls that differ in nothing but numbers, made again and again.

    Of commands that is told by the command, of other calls by their payloads, which are read once several of a tool
    stand side by side.
    """

    CATEGORY = "near_repeat"

    def tune(self, tuning: Tuning) -> None:
        self._calls = tuning.count(self.CATEGORY, "calls")
        self._within = tuning.count(self.CATEGORY, "within")
        self._alike: dict[int, _Alike] = {}
        self._payloads = Payloads(self.findings.event_of)

    def file_changed(self, event: int, lane: int) -> None:
        self._alike.pop(lane, None)

    def ended(self, call: Call) -> None:
        if call.changed:
            self._alike.pop(call.lane, None)
            return
        alike = self._first_look(call)
        lane = self._alike.get(call.lane)
        if alike == "":
            if lane is not None:
                lane.add(None)
            return
        if lane is None:
            lane = self._alike[call.lane] = _Alike(self._within)
        run = _Run(call, alike)
        lane.add(run)
        if alike is None and lane.counts[call.label, call.target] >= self._calls:
            self._read_along(lane, call)
        if not run.alike:
            return
        if lane.counts[run.alike] < self._calls:
            lane.episodes.pop(run.alike, None)
            return
        same = [each.call for each in lane.runs() if each.alike == run.alike]
        if len({each.fingerprint for each in same}) < 2:
            lane.episodes.pop(run.alike, None)
            return
        self._found(lane, run.alike, call, same)

    def _found(self, lane: _Alike, alike: str, call: Call, same: list[Call]) -> None:
        episode = lane.episodes.get(alike)
        if episode is not None:
            episode.update(call.event, episode.values[-1] + 1, [call.event])
            return
        if len(lane.episodes) > self._within:
            lane.episodes.clear()
        lane.episodes[alike] = self.findings.open(
            self.CATEGORY,
            call.event,
            len(same),
            [each.event for each in same],
            lane=call.lane,
            label=self.findings.tool(call.label),
            detail=self.findings.target(call.target) or preview(self._arguments(call)),
        )

    def _first_look(self, call: Call) -> str | None:
        """What a call has in common with others, as far as its target tells."""
        if not call.fingerprint or not (call.act is Act.RUN or (call.act in _QUESTIONS and not call.target)):
            return ""
        number = self.findings.acts.alike(call.target) if call.target else 0
        return str(number) if number else None

    def _read_along(self, lane: _Alike, call: Call) -> None:
        """Find what calls of one tool and target have in common where there are as many as it takes."""
        near = [each for each in lane.runs() if each.alike is None and each.is_near(call)]
        if None not in lane.calls and all(each.call.fingerprint == call.fingerprint for each in lane.runs()):
            return
        for each in near:
            told = blotted(self._arguments(each.call, call.event), is_question=each.call.act in _QUESTIONS)
            lane.learn(each, "" if told is None else f"{call.label} {told}")

    def _arguments(self, call: Call, at: int | None = None) -> Any:
        """What a call was asked, by its start or its end; None where neither says, or may be read."""
        for event in dict.fromkeys((call.start, call.event)):
            told = self._payloads.read(event, at)
            arguments = None if told is None else arguments_of(told.data)
            if arguments is not None:
                return arguments
        return None
