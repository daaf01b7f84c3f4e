"""The prompt cache: what broke it, and the patterns of what it finds. Both are worked out by `cache_breaks`."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import nan

from ..cache.break_causes import BreakClass
from ..cache.breaks import EXPIRABLE
from ..cache.losses import cause_name
from ..cache.miss_prices import LongerLife
from ..cache.patterns import ALTERNATING, CHURN, EXPIRING, FROZEN, NEVER, Finding
from ..issues.episodes import Episode
from .rule import Rule
from .thresholds import Tuning
from .words.cache import BREAK


class BrokenCache(Rule):
    """Breaks of an agent's cache, one finding per class of cause. A compaction is meant to break it, so it is none."""

    CATEGORY = BREAK

    def tune(self, tuning: Tuning) -> None:
        self._known: dict[tuple[int, BreakClass], Episode] = {}

    def broke(self, event: int, lane: int, index: int) -> None:
        losses = self.findings.losses
        cause, rebilled = losses.causes(index)[0], losses.breaks.rebilled_by(index)
        if cause.kind is BreakClass.COMPACTION:
            return
        known = self._known.get((lane, cause.kind))
        if known is not None:
            known.update(event, known.values[-1] + rebilled, [event])
            return
        self._known[lane, cause.kind] = self.findings.open(
            self.CATEGORY,
            event,
            rebilled,
            [event],
            lane=lane,
            label=cause_name(cause),
            detail=cause.confidence.value,
        )


@dataclass(slots=True)
class _Shown:
    """A pattern that goes on in a lane: how much of its evidence its episode has."""

    pattern: Finding
    episode: Episode
    taken: int


class _Pattern(Rule):
    """A pattern of what an agent's responses find in the cache: the figure is how long the latest prompt is."""

    def tune(self, tuning: Tuning) -> None:
        self._taken = 0
        self._shown: dict[int, _Shown] = {}

    def recurred(self, event: int, lane: int) -> None:
        patterns = self.findings.losses.breaks.patterns
        raised = patterns.raised
        while self._taken < len(raised) and raised[self._taken] == event:
            pattern = patterns.findings[self._taken]
            self._taken += 1
            if pattern.pattern == self.CATEGORY:
                self._show(pattern, event)
                return
        shown = self._shown.get(lane)
        if shown is None:
            return
        evidence = shown.pattern.evidence
        if shown.taken < len(evidence) and evidence[shown.taken] == event:
            shown.taken += 1
            shown.episode.update(event, self._tokens(event)[0], [event])

    def _show(self, pattern: Finding, event: int) -> None:
        evidence = pattern.evidence[: pattern.needed]
        episode = self.findings.open(
            self.CATEGORY,
            event,
            self._tokens(event)[0],
            evidence,
            lane=pattern.lane,
            detail="{} {}".format(*self._tokens(evidence[0])),
        )
        self._shown[pattern.lane] = _Shown(pattern, episode, pattern.needed)

    def _tokens(self, event: int) -> tuple[int, int]:
        """The prompt of a response, and what of it came from the cache."""
        llm = self.findings.session.llm
        row = llm.rows(event)
        sent, read, written = llm.sum_input[row], llm.sum_read[row], llm.sum_write[row]
        if row:
            sent -= llm.sum_input[row - 1]
            read -= llm.sum_read[row - 1]
            written -= llm.sum_write[row - 1]
        return sent + read + written, read


class NeverCached(_Pattern):
    """Long prompts of which nothing ever comes from the cache."""

    CATEGORY = NEVER


class WriteChurn(_Pattern):
    """Much is written to the cache, and little is read from it."""

    CATEGORY = CHURN


class AlternatingMisses(_Pattern):
    """Hit and miss take turns."""

    CATEGORY = ALTERNATING


class FrozenBoundary(_Pattern):
    """What is read stays the same while the prompt grows."""

    CATEGORY = FROZEN


@dataclass(slots=True)
class _Expiries:
    """The expiries of a lane so far, and what a longer life of the cache would have saved."""

    longer: LongerLife
    events: array[int]
    episode: Episode | None = None


class RepeatedExpiry(Rule):
    """The cache of an agent runs out again and again within an hour. The figure is what the longer cache saves."""

    CATEGORY = EXPIRING

    def tune(self, tuning: Tuning) -> None:
        self._lanes: dict[int, _Expiries] = {}

    def broke(self, event: int, lane: int, index: int) -> None:
        losses = self.findings.losses
        breaks = losses.breaks
        if not breaks.traits[index] & EXPIRABLE or losses.causes(index)[0].kind is not BreakClass.EXPIRY:
            return
        known = self._lanes.get(lane)
        if known is None:
            known = self._lanes[lane] = _Expiries(LongerLife(breaks, lane), array("I"))
        known.events.append(event)
        saved = known.longer.expire(index)
        saving = nan if saved is None else saved
        if known.episode is not None:
            known.episode.update(event, saving, [event])
        elif len(known.events) >= breaks.limits.expiries:
            known.episode = self.findings.open(self.CATEGORY, event, saving, known.events, lane=lane)
