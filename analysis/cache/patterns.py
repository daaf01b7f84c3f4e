"""Patterns of the cache that no single response shows: each is one finding per episode, told as of any event."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass, field

from .limits import CacheLimits

FROZEN, NEVER, CHURN, ALTERNATING, EXPIRING = (
    "frozen_boundary",
    "never_cached",
    "write_churn",
    "alternating_misses",
    "repeated_expiry",
)
PATTERNS = (NEVER, CHURN, ALTERNATING, FROZEN, EXPIRING)
"""All patterns, the most expensive kind first."""


@dataclass(slots=True)
class Finding:
    """One episode of a pattern in one agent's lane: the responses that prove it, and how many of them it took."""

    pattern: str
    lane: int
    needed: int
    evidence: array[int] = field(default_factory=lambda: array("I"))

    @property
    def raised(self) -> int:
        """The event that made it a finding."""
        return self.evidence[self.needed - 1]


@dataclass(slots=True)
class _Streak:
    """Responses in succession that may become a finding, and then are its evidence."""

    events: array[int] = field(default_factory=lambda: array("I"))
    finding: Finding | None = None

    def end(self) -> None:
        if self.events:
            self.events = array("I")
        self.finding = None


@dataclass(slots=True)
class _Watch:
    """What is remembered of one lane's run."""

    frozen: _Streak = field(default_factory=_Streak)
    frozen_read: int = 0
    frozen_prompt: int = 0
    never: _Streak = field(default_factory=_Streak)
    alternating: _Streak = field(default_factory=_Streak)
    was_hit: bool | None = None
    recent: deque[tuple[int, int, int, int]] = field(default_factory=deque)
    """Event, prompt, read and written of the last responses that churn is looked for in, with their sums."""
    prompts: int = 0
    reads: int = 0
    writes: int = 0
    churn: Finding | None = None


class CachePatterns:
    """Watches the responses of each lane, one by one, and keeps the findings in the order in which they were raised."""

    def __init__(self, limits: CacheLimits) -> None:
        self.limits = limits
        self._watches: dict[int, _Watch] = {}
        self.findings: list[Finding] = []
        self.raised: array[int] = array("I")
        self.proofs: array[int] = array("I")
        """The responses that raised findings or made one go on."""

    def end(self, lane: int) -> None:
        """The run of a lane is over."""
        self._watches.pop(lane, None)

    def take(self, lane: int, event: int, prompt: int, read: int, written: int, pause: float) -> None:
        """The next response of a lane: tokens of its prompt, and the seconds since the one before, NaN unknown."""
        watch = self._watches.get(lane)
        if watch is None:
            watch = self._watches[lane] = _Watch()
        limits = self.limits
        if read:
            if watch.never.events:
                watch.never.end()
        elif prompt >= limits.never_least_prompt:
            self._add(NEVER, lane, watch.never, event, limits.never_responses)
        self._freeze(lane, watch, event, prompt, read)
        self._alternate(lane, watch, event, prompt, read, pause)
        if prompt >= limits.churn_least_prompt:
            self._churn(lane, watch, event, prompt, read, written)

    def _freeze(self, lane: int, watch: _Watch, event: int, prompt: int, read: int) -> None:
        """The boundary stays where it was while the prompt grows away from it."""
        limits, streak = self.limits, watch.frozen
        anchor = watch.frozen_read
        if not streak.events or abs(read - anchor) > limits.frozen_band * anchor or prompt < watch.frozen_prompt:
            streak.end()
            if read < limits.frozen_least_read:
                return
            watch.frozen_read, watch.frozen_prompt = read, prompt
            streak.events.append(event)
            return
        has_grown = prompt >= watch.frozen_prompt * (1.0 + limits.frozen_growth)
        if streak.finding is None and not has_grown:
            streak.events.append(event)
            return
        self._add(FROZEN, lane, streak, event, limits.frozen_responses)

    def _alternate(self, lane: int, watch: _Watch, event: int, prompt: int, read: int, pause: float) -> None:
        """Hit and miss take turns; a miss after a pause is the cache's time running out, and ends it."""
        limits = self.limits
        is_hit = read >= limits.hit_from * prompt
        is_miss = read <= limits.miss_up_to * prompt
        if prompt < limits.alternating_least_prompt or not (is_hit or is_miss) or pause > limits.short_life:
            watch.alternating.end()
            watch.was_hit = None
            return
        if is_hit == watch.was_hit:
            watch.alternating.end()
        watch.was_hit = is_hit
        self._add(ALTERNATING, lane, watch.alternating, event, limits.alternations + 1)

    def _churn(self, lane: int, watch: _Watch, event: int, prompt: int, read: int, written: int) -> None:
        """Again and again much is written to the cache, and little is read from it."""
        limits, recent = self.limits, watch.recent
        recent.append((event, prompt, read, written))
        watch.prompts += prompt
        watch.reads += read
        watch.writes += written
        if len(recent) > limits.churn_responses:
            _, prompt, read, written = recent.popleft()
            watch.prompts -= prompt
            watch.reads -= read
            watch.writes -= written
        is_churn = (
            len(recent) == limits.churn_responses
            and watch.writes > limits.churn_least_written * watch.prompts
            and watch.reads < limits.churn_most_read * watch.prompts
            and watch.never.finding is None
            and watch.alternating.finding is None
        )
        if not is_churn:
            watch.churn = None
        elif watch.churn is not None:
            watch.churn.evidence.append(event)
            self._note(event)
        else:
            evidence = array("I", [each[0] for each in recent])
            watch.churn = self._raise(Finding(CHURN, lane, len(evidence), evidence))

    def _add(self, pattern: str, lane: int, streak: _Streak, event: int, needed: int) -> None:
        """One more response of a streak, which is a finding from so many on."""
        streak.events.append(event)
        if streak.finding is not None:
            self._note(event)
        elif len(streak.events) >= needed:
            streak.finding = self._raise(Finding(pattern, lane, len(streak.events), streak.events))

    def _raise(self, finding: Finding) -> Finding:
        self.findings.append(finding)
        self.raised.append(finding.raised)
        self._note(finding.raised)
        return finding

    def _note(self, event: int) -> None:
        if not self.proofs or self.proofs[-1] != event:
            self.proofs.append(event)
