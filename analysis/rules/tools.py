"""Tools and the model's provider: what fails, what is slow, what never ends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ..issues.episodes import Episode
from .acts import Act
from .rule import Call, Rule
from .thresholds import Tuning

_MOST_OPEN = 256
"""Calls of a lane without an end that are waited for."""
_MOST_DURATIONS = 200
"""Durations of a tool that its p95 is taken of: the latest."""
_MOST_TOOLS = 64
"""Tools of a lane whose failures are remembered."""


@dataclass(slots=True)
class _Failing:
    """Failures of a tool in a row, of calls that have something in common: the arguments, the file, or the command."""

    marks: tuple[int, int, int]
    ends: list[int]
    episode: Episode | None = None


class ErrorLoop(Rule):
    """A tool that fails again and again with the same arguments, or ones alike."""

    CATEGORY = "error_loop"

    def tune(self, tuning: Tuning) -> None:
        self._failures = tuning.count(self.CATEGORY, "failures")
        self._lanes: dict[int, dict[int, _Failing]] = {}

    def file_changed(self, event: int, lane: int) -> None:
        self._lanes.pop(lane, None)

    def ended(self, call: Call) -> None:
        lane = self._lanes.get(call.lane)
        if not call.failed:
            if lane is not None:
                if call.changed:
                    del self._lanes[call.lane]
                else:
                    lane.pop(call.label, None)
            return
        if not call.fingerprint:
            return
        if lane is None:
            lane = self._lanes[call.lane] = {}
        alike = self.findings.acts.alike(call.target) if call.target and call.act is Act.RUN else 0
        marks = call.fingerprint, call.target, alike
        failing = lane.get(call.label)
        if failing is None or not any(mark and mark == other for mark, other in zip(marks, failing.marks, strict=True)):
            if len(lane) >= _MOST_TOOLS:
                del lane[next(iter(lane))]
            lane[call.label] = _Failing(marks, [call.event])
            return
        failing.marks = marks
        if failing.episode is not None:
            failing.episode.update(call.event, failing.episode.values[-1] + 1, [call.event])
            return
        failing.ends.append(call.event)
        if len(failing.ends) >= self._failures:
            failing.episode = self.findings.open(
                self.CATEGORY,
                call.event,
                len(failing.ends),
                failing.ends,
                lane=call.lane,
                label=self.findings.tool(call.label),
                detail=self.findings.target(call.target),
            )


@dataclass(slots=True)
class _Outcomes:
    """The latest calls of a tool: the end of each that failed, -1 of one that did not."""

    ends: deque[int]
    failed: int = 0
    episode: Episode | None = None


class FailureRate(Rule):
    """A tool most of whose latest calls failed."""

    CATEGORY = "failure_rate"

    def tune(self, tuning: Tuning) -> None:
        self._share = tuning.of(self.CATEGORY, "share")
        self._calls = tuning.count(self.CATEGORY, "calls")
        self._within = max(self._calls, tuning.count(self.CATEGORY, "within"))
        self._tools: dict[int, _Outcomes] = {}

    def ended(self, call: Call) -> None:
        tool = self._tools.get(call.label)
        if tool is None:
            tool = self._tools[call.label] = _Outcomes(deque())
        ends = tool.ends
        if len(ends) == self._within:
            tool.failed -= ends.popleft() >= 0
        ends.append(call.event if call.failed else -1)
        tool.failed += call.failed
        if tool.episode is None and not call.failed:
            return
        rate = tool.failed / len(ends)
        if tool.episode is not None:
            if rate < self._share / 2:  # that far down, so that a tool at the edge raises one finding, not many
                tool.episode = None
            elif call.failed:
                tool.episode.update(call.event, max(rate, tool.episode.values[-1]), [call.event])
        elif call.failed and len(ends) >= self._calls and rate > self._share:
            tool.episode = self.findings.open(
                self.CATEGORY,
                call.event,
                rate,
                [event for event in ends if event >= 0],
                lane=call.lane,
                label=self.findings.tool(call.label),
            )


@dataclass(slots=True)
class _Durations:
    latest: deque[float]
    episode: Episode | None = None


class SlowOutlier(Rule):
    """A call that took far longer than the calls of its tool usually do."""

    CATEGORY = "slow_outlier"

    def tune(self, tuning: Tuning) -> None:
        self._times = tuning.of(self.CATEGORY, "times")
        self._ms = tuning.of(self.CATEGORY, "seconds") * 1000.0
        self._calls = tuning.count(self.CATEGORY, "calls")
        self._tools: dict[int, _Durations] = {}

    def ended(self, call: Call) -> None:
        if call.duration != call.duration or call.act is Act.AGENT:
            return
        tool = self._tools.get(call.label)
        if tool is None:
            tool = self._tools[call.label] = _Durations(deque(maxlen=max(_MOST_DURATIONS, self._calls)))
        if call.duration > self._ms and len(tool.latest) >= self._calls and call.act is not Act.WAIT:
            usual = sorted(tool.latest)[int(0.95 * (len(tool.latest) - 1))]
            if call.duration > self._times * usual:
                self._slow(tool, call, usual)
        tool.latest.append(call.duration)

    def _slow(self, tool: _Durations, call: Call, usual: float) -> None:
        if tool.episode is not None:
            tool.episode.update(call.event, max(call.duration, tool.episode.values[-1]), [call.event])
            return
        tool.episode = self.findings.open(
            self.CATEGORY,
            call.event,
            call.duration,
            [call.event],
            lane=call.lane,
            label=self.findings.tool(call.label),
            detail=str(usual),
        )


@dataclass(slots=True)
class _Hung:
    """Calls of one tool in a lane that hang: how many still do."""

    waiting: int
    episode: Episode


class HungCall(Rule):
    """A call that has no end though the agent that made it went on, or its session ended."""

    CATEGORY = "hung_call"
    HEARS = ("session_end",)
    ASLEEP = ("ended",)

    def tune(self, tuning: Tuning) -> None:
        self._seconds = tuning.of(self.CATEGORY, "seconds")
        self._begun = 0
        """How many calls were looked at, whether they wait for an end."""
        self._open: dict[int, dict[int, None]] = {}
        """By lane the calls that are waited for, oldest first, and some that have ended since."""
        self._hung: dict[tuple[int, int], _Hung] = {}
        self._hung_calls: dict[int, tuple[int, int]] = {}

    def ended(self, call: Call) -> None:
        place = self._hung_calls.pop(call.number, None)
        if not self._hung_calls:
            self.sleep()
        hung = self._hung.get(place) if place is not None else None
        if place is None or hung is None:
            return
        hung.waiting -= 1
        if hung.waiting:
            hung.episode.update(call.event, hung.waiting)
        else:
            hung.episode.withdraw(call.event)
            del self._hung[place]

    def response(self, event: int, lane: int) -> None:
        self._take_open(event)
        if lane in self._open:
            self._look(event, lane, self._seconds)

    def iteration(self, event: int, lane: int, row: int) -> None:
        self.response(event, lane)

    def happened(self, event: int, lane: int, kind: str) -> None:
        self._take_open(event)
        for each in sorted(self._open, key=lambda lane: next(iter(self._open[lane]))):
            self._look(event, each, float("-inf"))

    def _take_open(self, event: int) -> None:
        """Wait for the calls that began before an event and have not ended: nearly all have."""
        tools, call = self.findings.session.tools, self._begun
        starts, ends = tools.event, tools.end
        while call < len(starts) and starts[call] < event:
            if ends[call] >= event:
                waiting = self._open.setdefault(self.findings.session.events.lane[starts[call]], {})
                if len(waiting) >= _MOST_OPEN:
                    self._forget_one(waiting, event)
                waiting[call] = None
            call += 1
        self._begun = call

    def _forget_one(self, waiting: dict[int, None], event: int) -> None:
        """Of too many calls forget those that have ended, or else the oldest."""
        ends = self.findings.session.tools.end
        for call in [call for call in waiting if ends[call] < event] or [next(iter(waiting))]:
            del waiting[call]

    def _look(self, event: int, lane: int, seconds: float) -> None:
        waiting, tools = self._open.get(lane), self.findings.session.tools
        while waiting:
            call = next(iter(waiting))
            start = tools.event[call]
            if tools.end[call] >= event:
                if seconds > 0 and not self.findings.time(event) - self.findings.time(start) > seconds:
                    return
                self._hang(event, lane, call, start, tools.label[call])
            del waiting[call]
        self._open.pop(lane, None)

    def _hang(self, event: int, lane: int, call: int, start: int, label: int) -> None:
        place = lane, label
        if len(self._hung_calls) < 100 * _MOST_OPEN:
            self._hung_calls[call] = place
            self.wake()
        hung = self._hung.get(place)
        if hung is not None:
            hung.waiting += 1
            hung.episode.update(event, hung.waiting, [start])
            return
        tool = self.findings.tool(label)
        self._hung[place] = _Hung(1, self.findings.open(self.CATEGORY, event, 1, [start], lane=lane, label=tool))


@dataclass(slots=True)
class _Storm:
    """The latest troubles of a lane with the model's provider: when and where."""

    troubles: deque[tuple[float, int]]
    episode: Episode | None = None


class RetryStorm(Rule):
    """Errors and retries of the model's provider that follow hard on one another."""

    CATEGORY = "retry_storm"
    HEARS = ("llm_error", "llm_retry")

    def tune(self, tuning: Tuning) -> None:
        self._retries = tuning.count(self.CATEGORY, "retries")
        self._seconds = tuning.of(self.CATEGORY, "seconds")
        self._lanes: dict[int, _Storm] = {}

    def happened(self, event: int, lane: int, kind: str) -> None:
        storm = self._lanes.get(lane)
        if storm is None:
            storm = self._lanes[lane] = _Storm(deque(maxlen=self._retries))
        now = self.findings.time(event)
        storm.troubles.append((now, event))
        is_storm = len(storm.troubles) >= self._retries and now - storm.troubles[0][0] <= self._seconds
        if not is_storm:
            storm.episode = None
        elif storm.episode is not None:
            storm.episode.update(event, storm.episode.values[-1] + 1, [event])
        else:
            events = [each for _, each in storm.troubles]
            storm.episode = self.findings.open(self.CATEGORY, event, len(events), events, lane=lane)
