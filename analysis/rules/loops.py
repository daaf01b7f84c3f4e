"""Loops: calls that come again in turns, or ask again and again how something stands; and no progress."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ..issues.episodes import Episode
from .acts import Act
from .rule import Call, Rule
from .thresholds import Tuning

_PERIODS = (2, 3, 4)
_MOST_SEEN = 20_000
"""Calls of a lane that are known again."""


@dataclass(slots=True)
class _Turns:
    """The latest calls of a lane, and how many in a row were what stood a period before them, by period."""

    calls: deque[Call]
    latest: deque[int] = field(default_factory=lambda: deque(maxlen=_PERIODS[-1]))
    """Fingerprints of the last of them."""
    matched: list[int] = field(default_factory=lambda: [0] * (_PERIODS[-1] + 1))
    is_matched: bool = False
    episode: Episode | None = None
    period: int = 0


class Cycle(Rule):
    """Two to four calls, arguments and all, that come again and again in the same turns."""

    CATEGORY = "cycle"

    def tune(self, tuning: Tuning) -> None:
        self._rounds = tuning.count(self.CATEGORY, "rounds")
        self._turns: dict[int, _Turns] = {}

    def ended(self, call: Call) -> None:
        turns = self._turns.get(call.lane)
        if call.changed or not call.fingerprint or call.act is Act.WAIT:
            if turns is not None:
                del self._turns[call.lane]
            return
        if turns is None:
            turns = self._turns[call.lane] = _Turns(deque(maxlen=_PERIODS[-1] * self._rounds))
        calls, matched, known = turns.calls, turns.matched, len(turns.calls)
        is_new = call.fingerprint not in turns.latest
        turns.latest.append(call.fingerprint)
        if is_new:  # nearly always
            if turns.is_matched:
                turns.matched, turns.is_matched, turns.episode = [0] * len(matched), False, None
            calls.append(call)
            return
        turns.is_matched = True
        for period in _PERIODS:
            is_again = known >= period and calls[-period].fingerprint == call.fingerprint
            matched[period] = matched[period] + 1 if is_again else 0
        calls.append(call)
        if turns.episode is not None:
            if matched[turns.period] == 0:
                turns.episode = None
            elif matched[turns.period] % turns.period == 0:
                rounds = matched[turns.period] // turns.period + 1
                turns.episode.update(call.event, rounds, _ends(calls, turns.period))
            return
        for period in _PERIODS:
            if matched[period] >= period * (self._rounds - 1) and matched[period] % period == 0:
                self._judge(turns, period, call)
                return

    def file_changed(self, event: int, lane: int) -> None:
        self._turns.pop(lane, None)

    def _judge(self, turns: _Turns, period: int, call: Call) -> None:
        """Raise a cycle, unless its calls are all the same: that is a repeat of the page's own."""
        calls = turns.calls
        around = [calls[index] for index in range(-period, 0)]
        if len({each.fingerprint for each in around}) == 1:
            return
        turns.period = period
        turns.episode = self.findings.open(
            self.CATEGORY,
            call.event,
            turns.matched[period] // period + 1,
            _ends(calls, period * self._rounds),
            lane=call.lane,
            label=" → ".join(self.findings.tool(each.label) for each in around),
            detail=str(period),
        )


def _ends(calls: deque[Call], last: int) -> list[int]:
    return [calls[index].event for index in range(-last, 0)]


@dataclass(slots=True)
class _Asked:
    """The same question in a row: when and how often it was asked, and the shortest and longest gap between.

    It `is_wait` if to ask it is to wait; else it is a look at something between waits.
    """

    is_wait: bool
    ends: list[int]
    count: int
    last: float
    shortest: float = float("inf")
    longest: float = 0.0
    episode: Episode | None = None


class Polling(Rule):
    """The same question how something stands, asked at regular gaps with nothing but waiting between.

    What is looked at between two waits is a question too; to look at something new is work.
    """

    CATEGORY = "polling"

    def tune(self, tuning: Tuning) -> None:
        self._calls = tuning.count(self.CATEGORY, "calls")
        self._seconds = tuning.of(self.CATEGORY, "seconds")
        self._regularity = tuning.of(self.CATEGORY, "regularity")
        self._asked: dict[int, dict[int, _Asked]] = {}

    def file_changed(self, event: int, lane: int) -> None:
        self._asked.pop(lane, None)

    def ended(self, call: Call) -> None:
        is_look = call.act is Act.READ or call.act is Act.SEARCH
        if call.act is not Act.WAIT and not (is_look and call.lane in self._asked):
            if self._asked:
                self._asked.pop(call.lane, None)
            return
        if not call.fingerprint:
            return
        lane = self._asked.setdefault(call.lane, {})
        asked = lane.get(call.fingerprint)
        if asked is None:
            if is_look or len(lane) > self._calls:  # a new question, or so many different ones, is no polling
                lane.clear()
            lane[call.fingerprint] = _Asked(not is_look, [call.event], 1, call.time)
            return
        gap = call.time - asked.last
        shortest, longest = min(asked.shortest, gap), max(asked.longest, gap)
        is_regular = gap >= self._seconds and longest <= self._regularity * shortest
        if not is_regular:
            lane[call.fingerprint] = _Asked(not is_look, [call.event], 1, call.time)
            return
        asked.shortest, asked.longest, asked.last = shortest, longest, call.time
        asked.count += 1
        if asked.episode is not None:
            asked.episode.update(call.event, asked.count, [call.event])
            return
        asked.ends.append(call.event)
        is_told = any(each.episode is not None for each in lane.values())
        if asked.count >= self._calls and not is_told and any(each.is_wait for each in lane.values()):
            asked.episode = self.findings.open(
                self.CATEGORY,
                call.event,
                asked.count,
                asked.ends,
                lane=call.lane,
                label=self.findings.tool(call.label),
                detail=self.findings.target(call.target),
            )


@dataclass(slots=True)
class _Fruitless:
    """What a lane has called so far, and the iterations since its last progress: the last call of each."""

    seen: set[int] = field(default_factory=set)
    last_row: int = 0
    iterations: int = 0
    ends: list[int] = field(default_factory=list)
    episode: Episode | None = None

    def begin_anew(self) -> None:
        """There was progress."""
        self.last_row, self.iterations, self.episode = 0, 0, None
        self.ends.clear()


class NoProgress(Rule):
    """Iterations with calls, none of which changed a file, brought something not seen before, or ran well."""

    CATEGORY = "no_progress"

    def tune(self, tuning: Tuning) -> None:
        self._iterations = tuning.count(self.CATEGORY, "iterations")
        self._lanes: dict[int, _Fruitless] = {}

    def ended(self, call: Call) -> None:
        lane = self._lanes.get(call.lane)
        if lane is None:
            lane = self._lanes[call.lane] = _Fruitless()
        is_new = call.fingerprint not in lane.seen
        if not call.failed and (
            call.changed or is_new or call.act is Act.RUN or call.act is Act.AGENT or call.fingerprint == 0
        ):
            if lane.iterations:
                lane.begin_anew()
        elif call.turn and call.turn != lane.last_row:
            lane.last_row = call.turn
            lane.iterations += 1
            self._count(lane, call)
        if len(lane.seen) >= _MOST_SEEN:
            lane.seen.clear()
            is_new = True
        if is_new:
            lane.seen.add(call.fingerprint)

    def file_changed(self, event: int, lane: int) -> None:
        if lane in self._lanes:
            self._lanes[lane].begin_anew()

    def _count(self, lane: _Fruitless, call: Call) -> None:
        if lane.episode is not None:
            lane.episode.update(call.event, lane.iterations, [call.event])
            return
        lane.ends.append(call.event)
        if lane.iterations >= self._iterations:
            lane.episode = self.findings.open(self.CATEGORY, call.event, lane.iterations, lane.ends, lane=call.lane)
