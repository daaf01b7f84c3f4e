"""The second pass: goes over the columns of a session once, in event order, and has every rule look at them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from ...collector.kinds import KINDS
from ..cache.between import EventOf
from ..cache.limits import limits_of
from ..cache.losses import CacheLosses
from ..fold.lane_branches import LaneBranches
from ..fold.tool_calls import MOST_TARGETS
from ..issues.episodes import Episode, IssueLog
from .acts import CHANGES, Act, Acts
from .thresholds import DEFAULT_TUNING, Tuning

if TYPE_CHECKING:
    from ..fold.session import Session

_EVENTS_AT_A_TIME = 4_000
"""Some 10 ms of work."""
_BREAKS_AT_A_TIME = 100
"""The same: why the cache broke is looked for in three payloads."""

_SPAWNED, _ITERATION, _STARTED, _ENDED, _RESPONSE, _BREAK, _PATTERN, _KIND, _LEFT, _TURN = range(10)
"""What is looked at, in the order in which it is where one event is several of these."""


class Call(msgspec.Struct, gc=False):
    """A tool call that has ended, as the rules see it. Times in epoch seconds (NaN unknown), duration in ms.

    A struct, since one is made for every call. `event` is its end, `start` the event that began it. `turn` is the one
    it ended in. `changed` says that it changed some file. `target` is the number of what it is about, 0 where that is
    unknown.
    """

    number: int
    start: int
    event: int
    lane: int
    turn: int
    label: int
    fingerprint: int
    target: int
    act: Act
    failed: bool
    changed: bool
    time: float
    duration: float


KINDS_HEARD = (
    "session_start", "session_end", "llm_error", "llm_retry",
    "compaction_start", "compaction_end", "context_overflow",
    "budget_check", "budget_warning", "budget_exhausted",
    "subagent_spawn", "subagent_complete", "subagent_error", "subagent_timeout",
    "swarm_task_start", "swarm_task_complete", "swarm_task_failed", "swarm_complete",
)  # fmt: skip
"""The kinds of events that rules may be told of by name."""

_FILE_CHANGE = KINDS.index("file_change")


class Rule:
    """A rule of the second pass. It overrides those of the hooks that it needs, and no other is called.

    All that a hook may look at is what was known as of its event: a call's arguments and outcome only once it has
    ended. What a rule keeps of a lane is bounded. `HEARS` are the kinds of events that `happened` is told of.
    """

    CATEGORY = ""
    HEARS: tuple[str, ...] = KINDS_HEARD

    def __init__(self, findings: Findings, tuning: Tuning) -> None:
        self.findings = findings
        self.tune(tuning)

    def tune(self, tuning: Tuning) -> None:
        """Take the thresholds."""

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        """Whether the end of a call that does this, and failed or did not, has to be told."""
        return True

    def spawned(self, event: int, agent: int) -> None:
        """A sub-agent or worker was announced: a row of `AgentColumns`."""

    def left(self, event: int, agent: int) -> None:
        """A sub-agent or worker completed, failed or timed out."""

    def iteration(self, event: int, lane: int, row: int) -> None:
        """An iteration began."""

    def started(self, event: int, lane: int, call: int, label: int) -> None:
        """A call began."""

    def ended(self, call: Call) -> None:
        """A call ended."""

    def response(self, event: int, lane: int) -> None:
        """The model answered, or a piece of its answer came."""

    def broke(self, event: int, lane: int, index: int) -> None:
        """A response broke the cache; it is the break of this number, from 0."""

    def recurred(self, event: int, lane: int) -> None:
        """A response raised a pattern of the cache, or made one go on."""

    def file_changed(self, event: int, lane: int) -> None:
        """An event told that a file was changed, beside the calls that change files."""

    def turn_ended(self, event: int, lane: int) -> None:
        """The agent was done with what it was asked. It may be asked more, or that was all."""

    def happened(self, event: int, lane: int, kind: str) -> None:
        """Something else happened, of one of the kinds in `HEARS`."""


class Findings:
    """Where rules put what they find; keeps the names they need for it, and what else was found out of the session.

    `event_of` reads an event with its payload again: some 50 µs, so only of the few events that a rule is about. None
    where nobody can.
    """

    def __init__(self, session: Session, acts: Acts, losses: CacheLosses, event_of: EventOf | None) -> None:
        self.session = session
        self.acts = acts
        self.losses = losses
        self.event_of = event_of
        self.log = IssueLog()
        self._branches = LaneBranches(session)

    def open(
        self,
        category: str,
        event: int,
        value: float,
        evidence: Iterable[int],
        *,
        lane: int,
        label: str = "",
        detail: str = "",
    ) -> Episode:
        """Raise a finding at `event`, in the iteration that the event stands in."""
        row = self.session.events.iteration[event]
        number = self.session.iterations.number_of(row)
        return self.log.open(
            category, event, value, sorted(evidence), iteration=number, lane=lane, label=label, detail=detail
        )

    def time(self, event: int) -> float:
        """When an event was; NaN unknown."""
        return self.session.events.time[event]

    def tool(self, label: int) -> str:
        """The name of a tool."""
        return self.session.labels.name(label) or "a tool"

    def agent(self, agent: int) -> str:
        """The name of a sub-agent, by its row."""
        return self.session.lanes.names.name(self.session.agents.lane[agent])

    def spent_by(self, agent: int, event: int) -> int:
        """Tokens that a sub-agent took from its spawn up to an event."""
        session = self.session
        first, last = session.llm.rows(session.agents.event[agent]), session.llm.rows(event)
        branches = self._branches.of(session.agents.lane[agent])
        return sum(
            (each.spent(session.llm, last)[0] or 0) - (each.spent(session.llm, first)[0] or 0) for each in branches
        )

    def target(self, target: int) -> str:
        """What a call is about; empty where that is unknown."""
        return self.session.targets.name(target)

    def ordinal(self, turn: int) -> int:
        """How many turns of its lane came before one."""
        return self.session.turns.ordinal(turn)


class SecondPass:
    """What all rules found in a session, as of any event. Grows by `extend`. For one thread."""

    def __init__(self, session: Session, tuning: Tuning = DEFAULT_TUNING, losses: CacheLosses | None = None) -> None:
        from .catalogue import RULES  # the rules are made of what is here

        self.session = session
        self.tuning = tuning
        self.taken = 0
        """How many events were looked at."""
        self.changes: array[int] = array("I")
        """The events that changed some file: ends of calls, and those that tell of it."""
        session.cache_breaks.tune(limits_of(tuning))
        self.losses = losses or CacheLosses(session)
        self._acts = Acts(session.labels, session.targets)
        findings = Findings(session, self._acts, self.losses, self.losses.event_of)
        self.log = session.findings = findings.log
        rules = [rule(findings, tuning) for rule in RULES if rule.CATEGORY not in tuning.muted]
        self._on_iteration = [rule.iteration for rule in rules if _hears(rule, "iteration")]
        self._on_start = [rule.started for rule in rules if _hears(rule, "started")]
        on_end = [rule for rule in rules if _hears(rule, "ended")]
        self._on_success, self._on_failure = (
            {act: [rule.ended for rule in on_end if rule.concerns(act, failed)] for act in Act}
            for failed in (False, True)
        )
        self._on_response = [rule.response for rule in rules if _hears(rule, "response")]
        self._on_break = [rule.broke for rule in rules if _hears(rule, "broke")]
        self._on_pattern = [rule.recurred for rule in rules if _hears(rule, "recurred")]
        self._on_spawn = [rule.spawned for rule in rules if _hears(rule, "spawned")]
        self._on_leave = [rule.left for rule in rules if _hears(rule, "left")]
        self._on_file_change = [rule.file_changed for rule in rules if _hears(rule, "file_changed")]
        self._on_turn = [rule.turn_ended for rule in rules if _hears(rule, "turn_ended")]
        hearing = [rule for rule in rules if _hears(rule, "happened")]
        self._on_kind = [[rule.happened for rule in hearing if kind in rule.HEARS] for kind in KINDS]
        """By the number of a kind."""
        self._heard = bytes(
            number == _FILE_CHANGE or (number < len(KINDS) and bool(self._on_kind[number])) for number in range(256)
        )
        self._handlers: tuple[Callable[[int, int], None], ...] = (
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

    def _spawned(self, event: int, row: int) -> None:
        if self.session.agents.announced[row]:
            for told in self._on_spawn:
                told(event, row)

    def _left(self, event: int, row: int) -> None:
        agent = self.session.agents.ended_agent[row]
        for told in self._on_leave:
            told(event, agent)

    def _iteration(self, event: int, row: int) -> None:
        session = self.session
        lane = session.lanes.branches[session.iterations.branch[row]].lane
        for told in self._on_iteration:
            told(event, lane, row)

    def _started(self, event: int, row: int) -> None:
        lane, label = self.session.events.lane[event], self.session.tools.label[row]
        for told in self._on_start:
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
        call = Call(
            number,
            start,
            event,
            events.lane[start],
            events.iteration[event] or session.turns.of(event),
            label,
            tools.fingerprint[number],
            target,
            act,
            failed,
            changed,
            events.time[event],
            tools.duration[number],
        )
        for told in (self._on_failure if failed else self._on_success)[act]:
            told(call)

    def _response(self, event: int, row: int) -> None:
        lane = self.session.events.lane[event]
        for told in self._on_response:
            told(event, lane)

    def _break(self, event: int, row: int) -> None:
        lane = self.session.events.lane[event]
        for told in self._on_break:
            told(event, lane, row)

    def _pattern(self, event: int, row: int) -> None:
        lane = self.session.events.lane[event]
        for told in self._on_pattern:
            told(event, lane)

    def _turn(self, event: int, row: int) -> None:
        lane = self.session.events.lane[event]
        for told in self._on_turn:
            told(event, lane)

    def _kind(self, event: int, row: int) -> None:
        events = self.session.events
        lane, number = events.lane[event], events.kind[event]
        kind = KINDS[number]
        if number == _FILE_CHANGE:
            self.changes.append(event)
            for changed in self._on_file_change:
                changed(event, lane)
        for told in self._on_kind[number]:
            told(event, lane, kind)


def _hears(rule: Rule, hook: str) -> bool:
    """Whether a rule has this hook."""
    return getattr(type(rule), hook) is not getattr(Rule, hook)
