"""Where the prompt cache broke: responses that did not find there what the one before them had left."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..fold.columns import KNOWN_COST, KNOWN_READ, NONE
from ..fold.lanes import MAIN_LANE
from .limits import LIMITS, CacheLimits
from .miss_prices import CachePrices
from .patterns import CachePatterns
from .solved_prices import PRICED_CALLS

if TYPE_CHECKING:
    from ..fold.session import Session

FULL, SWITCHED, SHRANK, COLD, SHARED, EXPIRABLE = (1 << bit for bit in range(6))
"""Traits of a break: nearly nothing was read; another model answered; the prompt is shorter than the one before; it is
the first response of a sub-agent; a sibling's first response had read the prefix that this one did not; the short life
of a cache ran out before it, and not the long one."""

_REQUESTS_AT_A_TIME = 4_000
"""Some 10 ms of work."""
_NEVER = 1 << 62


@dataclass(slots=True)
class _Siblings:
    """What the sub-agents of one spawner and one model showed of the prefix that they share."""

    first: int
    """The event of the first response of any."""
    newest: int
    left: int
    """The least that a first response left in the cache."""
    shared: int
    """The most that a first response read from there: that much is shared for certain."""


@dataclass(slots=True)
class _Newest:
    """The newest response of a lane's run: what it left in the cache, and what it was part of."""

    event: int
    prompt: int
    left: int
    label: int
    siblings: _Siblings | None
    others: dict[int, int] = field(default_factory=dict)
    """What the newest response of every other model of the run left."""


class CacheBreaks:
    """All breaks of a session, oldest first, as of any event. Grows by `extend`, some microseconds a response.

    Columns of one row per break: `events` are the responses, `previous` the response each is held against, `expected`
    the tokens that one left in the cache, `rebilled` sums over all rows so far. Whatever needs a payload is no part of
    it: see `cache_losses`. For one thread, the one that looks at the session.
    """

    def __init__(self, session: Session, limits: CacheLimits = LIMITS) -> None:
        self.session = session
        self.limits = limits
        self.events: array[int] = array("I")
        self.previous: array[int] = array("I")
        self.requests: array[int] = array("I")
        """The number of each among the requests of the cache, from 0."""
        self.expected: array[int] = array("q")
        self.rebilled: array[int] = array("q")
        self.traits = bytearray()
        self.patterns = CachePatterns(limits)
        self.priced: dict[int, array[int]] = {}
        """By model the first LLM rows whose cost the trace gives."""
        self.prices = CachePrices(self)
        """What each break cost."""
        self.taken = 0
        """How many requests of the cache were looked at."""
        self._newest: dict[int, _Newest] = {}
        self._siblings: dict[tuple[int, int], _Siblings] = {}
        self._agents: dict[int, int] = {}
        self._agents_taken = 0
        self._branches_taken = 0
        self._runs: list[tuple[int, int]] = []
        self._runs_taken = 0

    def __len__(self) -> int:
        """How many breaks are known."""
        return len(self.events)

    def count(self, at: int) -> int:
        """How many of the known breaks there were as of event `at`."""
        return bisect_left(self.events, at)

    def rebilled_before(self, count: int) -> int:
        """Tokens that the first `count` breaks made be paid for again."""
        return self.rebilled[count - 1] if count else 0

    def rebilled_by(self, index: int) -> int:
        """The same of one break."""
        return self.rebilled[index] - self.rebilled_before(index)

    def tune(self, limits: CacheLimits) -> None:
        """Take other limits, before anything is taken in. Raises ValueError where they would come too late."""
        if self.taken and limits != self.limits:
            raise ValueError("breaks were found by other limits")
        self.limits = self.patterns.limits = limits

    @property
    def covered(self) -> int:
        """Up to which event all is known; what was folded since, or is folded meanwhile, may come behind it."""
        llm, count = self.session.llm, self.session.count
        rows = llm.cache_rows
        known = bisect_left(rows, llm.rows(count))
        return count if self.taken >= known else llm.event[rows[self.taken]]

    def extend_all(self) -> None:
        """Take in all that was folded."""
        while self.extend():
            pass

    def extend(self) -> bool:
        """Take in the next responses, some milliseconds' worth. Gives whether there are more."""
        session, llm = self.session, self.session.llm
        count = session.count
        rows = llm.cache_rows
        known = bisect_left(rows, llm.rows(count))
        if known == self.taken:
            return False
        self._take_runs(count)
        last = min(known, self.taken + _REQUESTS_AT_A_TIME)
        lanes, labels, times = session.events.lane, session.events.label, session.events.time
        llm_events, llm_flags = llm.event, llm.flags
        sum_input, sum_read, sum_write = llm.sum_input, llm.sum_read, llm.sum_write
        newest, priced, patterns = self._newest, self.priced, self.patterns
        next_run = self._next_run()
        for request in range(self.taken, last):
            row = rows[request]
            if not llm_flags[row] & KNOWN_READ:
                continue
            event = llm_events[row]
            if event >= next_run:
                next_run = self._begin_runs(event)
            lane, label = lanes[event], labels[event]
            if row:
                before = row - 1
                read, written = sum_read[row] - sum_read[before], sum_write[row] - sum_write[before]
                sent = sum_input[row] - sum_input[before]
            else:
                read, written, sent = sum_read[0], sum_write[0], sum_input[0]
            prompt, paid = sent + read + written, sent + written
            samples = priced.get(label)
            if samples is None:
                samples = priced[label] = array("I")
            if len(samples) < PRICED_CALLS and llm_flags[row] & KNOWN_COST and not llm.estimates(row, row + 1):
                samples.append(row)
            state = newest.get(lane)
            if state is None:
                siblings = self._begin(request, row, event, lane, label, read, written, paid)
                newest[lane] = _Newest(event, prompt, read + written, label, siblings)
                patterns.take(lane, event, prompt, read, written, 0.0)
                continue
            patterns.take(lane, event, prompt, read, written, times[event] - times[state.event])
            if state.left > read:
                self._judge(request, event, state, label, prompt, read, paid)
            if label != state.label:
                state.others[state.label] = state.left
                state.label = label
            state.event, state.prompt, state.left = event, prompt, read + written
            if state.siblings is not None:
                state.siblings.newest = event
        self.taken = last
        return last < known

    def _judge(self, request: int, event: int, state: _Newest, label: int, prompt: int, read: int, paid: int) -> None:
        """Find whether a response broke the cache that another response of its run left."""
        limits, expected = self.limits, state.left
        lost = expected - read
        is_full = expected >= limits.full_least_expected and read <= limits.full_most_read * expected
        rebilled = min(lost, paid)
        if not (is_full or self._is_partial(expected, lost)) or paid < limits.least_share_paid * prompt:
            return  # of a prompt that is short but came from the cache nothing was lost
        is_switched = bool(label and state.label and label != state.label)
        if is_switched:
            own = state.others.get(label)
            if own is not None and not self._is_partial(own, own - read):
                return  # it found all that it had left itself
        traits = FULL * is_full | SWITCHED * is_switched | SHRANK * (prompt < state.prompt)
        times = self.session.events.time
        if limits.short_life < times[event] - times[state.event] <= limits.long_life:
            traits |= EXPIRABLE
        self._append(request, event, state.event, expected, rebilled, traits)

    def _is_partial(self, expected: int, lost: int) -> bool:
        limits = self.limits
        return lost >= max(limits.partial_least_lost, limits.partial_least_share * expected)

    def _append(self, request: int, event: int, previous: int, expected: int, rebilled: int, traits: int) -> None:
        self.previous.append(previous)
        self.requests.append(request)
        self.expected.append(expected)
        self.rebilled.append(self.rebilled_before(len(self.events)) + rebilled)
        self.traits.append(traits)
        self.events.append(event)

    def _begin(
        self, request: int, row: int, event: int, lane: int, label: int, read: int, written: int, paid: int
    ) -> _Siblings | None:
        """The first response of a run: of a sub-agent's it is asked whether its siblings had a cache for it."""
        agent = None if lane == MAIN_LANE else self._agent_of(lane, event)
        if agent is None:
            return None
        agents = self.session.agents
        group = agents.branch[agent], label
        siblings = self._siblings.get(group)
        shared = read if read >= self.limits.sibling_least_prefix else 0
        if siblings is None:
            siblings = self._siblings[group] = _Siblings(event, event, read + written, shared)
            return siblings
        asked = self.session.llm.request[row]
        begun = agents.event[agent] if asked == NONE else asked
        times = self.session.events.time
        is_warm = siblings.first < begun and times[event] - times[siblings.newest] <= self.limits.short_life
        expected = siblings.shared or siblings.left
        is_cold = read <= self.limits.full_most_read * expected and expected >= self.limits.sibling_least_prefix
        rebilled = min(expected - read, paid)
        if is_warm and is_cold:
            traits = FULL | COLD | (SHARED if siblings.shared else 0)
            self._append(request, event, siblings.newest, expected, rebilled, traits)
        siblings.newest = event
        siblings.left = min(siblings.left, read + written)
        siblings.shared = max(siblings.shared, shared)
        return siblings

    def _agent_of(self, lane: int, event: int) -> int | None:
        """The sub-agent that a lane was last announced as before an event."""
        agents = self.session.agents
        end = bisect_left(agents.event, event)
        for agent in range(self._agents_taken, end):
            if agents.announced[agent]:
                self._agents[agents.lane[agent]] = agent
        self._agents_taken = max(self._agents_taken, end)
        return self._agents.get(lane)

    def _take_runs(self, count: int) -> None:
        """Note where lanes began further runs: a run has a conversation, and so a cache, of its own."""
        branches = self.session.lanes.branches
        while self._branches_taken < len(branches) and branches[self._branches_taken].first < count:
            branch = branches[self._branches_taken]
            if branch.run > 1:
                self._runs.append((branch.first, branch.lane))
            self._branches_taken += 1

    def _next_run(self) -> int:
        return self._runs[self._runs_taken][0] if self._runs_taken < len(self._runs) else _NEVER

    def _begin_runs(self, event: int) -> int:
        """Forget what the runs left that are over as of an event. Gives the event that begins the next run."""
        while self._next_run() <= event:
            _, lane = self._runs[self._runs_taken]
            self._newest.pop(lane, None)
            self.patterns.end(lane)
            self._runs_taken += 1
        return self._next_run()
