"""The second pass: goes over the columns of a session once, in event order, and has every rule look at them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...collector.kinds import KINDS
from ..cache.limits import limits_of
from ..cache.losses import CacheLosses
from ..fold.tool_calls import MOST_TARGETS
from ..issues.episodes import Episode
from .acts import CHANGES, Acts
from .catalogue import RULES
from .ears import Ears
from .reporting import Findings
from .rule import Call
from .thresholds import DEFAULT_TUNING, Tuning

if TYPE_CHECKING:
    from ..fold.session import Session

_EVENTS_AT_A_TIME = 4_000
"""Some 10 ms of work."""
_BREAKS_AT_A_TIME = 100
"""The same: why the cache broke is looked for in three payloads."""

_RAISED, _SPAWNED, _ITERATION, _STARTED, _ENDED, _RESPONSE, _BREAK, _PATTERN, _KIND, _LEFT, _TURN = range(11)
"""What is looked at, in the order in which it is where one event is several of these."""


_FILE_CHANGE = KINDS.index("file_change")


class SecondPass:
    """What all rules found in a session, as of any event. Grows by `extend`. For one thread."""

    def __init__(self, session: Session, tuning: Tuning = DEFAULT_TUNING, losses: CacheLosses | None = None) -> None:
        self.session = session
        self.tuning = tuning
        self.taken = 0
        """How many events were looked at."""
        self.changes: array[int] = array("I")
        """The events that changed some file: ends of calls, and those that tell of it."""
        session.cache_breaks.tune(limits_of(tuning))
        self.losses = losses or CacheLosses(session)
        self._acts = Acts(session.labels, session.targets)
        self._findings = findings = Findings(session, self._acts, self.losses, self.losses.event_of)
        self.log = session.findings = findings.log
        self._calls, self._waiting = findings.calls, findings.waiting
        rules = [rule(findings, tuning) for rule in RULES if rule.CATEGORY not in tuning.muted]
        self._ears = findings.ears = Ears(rules)
        self._on_kind = [self._ears.of_kind(kind) for kind in KINDS]
        """By the number of a kind."""
        self._heard = bytes(
            number == _FILE_CHANGE or (number < len(KINDS) and bool(self._on_kind[number])) for number in range(256)
        )
        self._handlers: tuple[Callable[[int, int], None], ...] = (
            self._raised,
            self._spawned,
            self._iteration,
            self._started,
            self._ended,
            self._response,
            self._break,
            self._pattern,
            self._kind,
            self._left,
            self._turn,
        )

    def extend(self, most: int = _EVENTS_AT_A_TIME) -> bool:
        """Look at the next events, at most so many; gives whether there are more."""
        first, count = self.taken, self.session.count
        last = self._as_far_as_breaks(first, min(count, first + most))
        handlers = self._handlers
        for event, what, row in self._happenings(first, last):
            handlers[what](event, row)
        self.taken = last
        return last < count

    def _as_far_as_breaks(self, first: int, last: int) -> int:
        """How far it may look: to where the breaks of the cache are worked out, and to so many of them."""
        breaks = self.losses.breaks
        while breaks.covered <= first < last:
            breaks.extend()
        last = min(last, breaks.covered)
        beyond = breaks.count(first) + _BREAKS_AT_A_TIME
        return min(last, breaks.events[beyond]) if beyond < len(breaks) else last

    def extend_to_end(self) -> None:
        """Look at all there is."""
        while self.extend():
            pass

    def standing(self, at: int) -> list[Episode]:
        """What stands as of event `at`, oldest first; as far as it was looked."""
        return self.log.standing(at)

    def version(self, at: int) -> int:
        """How often anything that stands as of event `at` had changed by then."""
        return self.log.version(at)

    def _happenings(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """What the rules are told of among these events, in order: the event, what it is, and a row."""
        session, agents = self.session, self.session.agents
        tools, breaks = session.tools, session.cache_breaks
        heard = session.events.kind[first:last].translate(self._heard)
        found = [
            (column[row], what, row)
            for what, column, lowest in (
                (_RAISED, session.issues.raised, 0),
                (_SPAWNED, agents.event, 0),
                (_ITERATION, session.iterations.first, 1),
                (_STARTED, tools.event, 0),
                (_ENDED, tools.ended_event, 0),
                (_RESPONSE, session.llm.event, 0),
                (_BREAK, breaks.events, 0),
                (_PATTERN, breaks.patterns.proofs, 0),
                (_LEFT, agents.ended_event, 0),
                (_TURN, session.turn_ends, 0),
            )
            for row in range(bisect_left(column, first, lo=lowest), bisect_left(column, last, lo=lowest))
        ]
        place = heard.find(1)
        while place >= 0:
            found.append((first + place, _KIND, 0))
            place = heard.find(1, place + 1)
        found.sort()
        return found

    def _raised(self, event: int, row: int) -> None:
        if self._ears.raised:
            episode = self.session.issues.episodes[row]
            for told in self._ears.raised:
                told(event, episode.lane, episode.category)

    def _spawned(self, event: int, row: int) -> None:
        if self.session.agents.announced[row]:
            for told in self._ears.spawned:
                told(event, row)

    def _left(self, event: int, row: int) -> None:
        agent = self.session.agents.ended_agent[row]
        for told in self._ears.left:
            told(event, agent)

    def _iteration(self, event: int, row: int) -> None:
        session = self.session
        lane = session.lanes.branches[session.iterations.branch[row]].lane
        if lane in self._waiting:
            self._go_on(event, lane)
        for told in self._ears.iteration:
            told(event, lane, row)

    def _started(self, event: int, row: int) -> None:
        session = self.session
        lane, told_of_starts = session.events.lane[event], self._ears.started
        if lane in self._waiting:
            self._go_on(event, lane)
        if told_of_starts:
            label = session.tools.label[row]
            for told in told_of_starts:
                told(event, lane, row, label)

    def _ended(self, event: int, row: int) -> None:
        session = self.session
        tools, events = session.tools, session.events
        number = tools.ended_call[row]
        start, label, target = tools.event[number], tools.label[number], tools.target[number]
        if target == MOST_TARGETS - 1:
            target = 0
        failed, act = bool(tools.failed[number]), self._acts.of(label, target)
        changed = act in CHANGES and not failed
        if changed:
            self.changes.append(event)
            self._findings.note_change(act, target, event)
        lane = events.lane[start]
        place = self._calls[lane] = self._calls.get(lane, 0) + 1
        if lane in self._waiting:
            self._go_on(event, lane)
        call = Call(
            number,
            start,
            event,
            lane,
            events.iteration[event] or session.turns.of(event),
            place,
            label,
            tools.fingerprint[number],
            target,
            act,
            failed,
            changed,
            events.time[event],
            tools.duration[number],
        )
        for told in self._ears.ended[failed][act]:
            told(call)

    def _go_on(self, event: int, lane: int) -> None:
        for told in self._waiting.pop(lane):
            told(event, lane)

    def _response(self, event: int, row: int) -> None:
        lane = self.session.events.lane[event]
        for told in self._ears.response:
            told(event, lane)

    def _break(self, event: int, row: int) -> None:
        lane = self.session.events.lane[event]
        for told in self._ears.broke:
            told(event, lane, row)

    def _pattern(self, event: int, row: int) -> None:
        lane = self.session.events.lane[event]
        for told in self._ears.recurred:
            told(event, lane)

    def _turn(self, event: int, row: int) -> None:
        lane = self.session.events.lane[event]
        for told in self._ears.turn_ended:
            told(event, lane)

    def _kind(self, event: int, row: int) -> None:
        events = self.session.events
        lane, number = events.lane[event], events.kind[event]
        kind = KINDS[number]
        if number == _FILE_CHANGE:
            self.changes.append(event)
            self._findings.changes.note_event(event)
            for changed in self._ears.file_changed:
                changed(event, lane)
        for told in self._on_kind[number]:
            told(event, lane, kind)
