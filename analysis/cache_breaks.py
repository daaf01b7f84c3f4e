"""The breaks of the prompt cache: where the hit rate of an agent fell, and what had to be paid for again."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .issues.episodes import Episode
from .tokens import hit_rate
from .view import LlmCall, View

if TYPE_CHECKING:
    from .session import Session

CATEGORY = "cache_drop"
_MOST_COMPACTIONS_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class CacheBreak:
    """One break, at the response `event`, against the same agent's response before it, `previous`.

    `request` is its number among the requests of the cache, from 0; `time` epoch seconds, NaN unknown; `before` and
    `after` are hit rates. `rebilled` are tokens that had been in the cache and were paid for again: an estimate, since
    a trace does not say which tokens a prompt has in common with the one before it. What came between the two:
    `compacted`, `model_changed`, `pause` in seconds (None unknown).
    """

    event: int
    previous: int
    request: int
    time: float
    iteration: int | None
    agent: str
    before: float | None
    after: float | None
    rebilled: int | None
    compacted: bool
    model_changed: bool
    pause: float | None


class CacheBreaks:
    """All breaks of a session, oldest first, as of any event; issues are looked through once, as they come."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._looked_through = 0
        self._episodes: list[Episode] = []
        self.events: array[int] = array("I")
        """The responses at which the cache broke."""

    def count(self, at: int) -> int:
        """How many breaks there were as of event `at`."""
        log = self._session.issues
        known = len(log.raised)
        for episode in log.episodes[self._looked_through : known]:
            if episode.category == CATEGORY:
                self._episodes.append(episode)
                self.events.append(episode.raised)
        self._looked_through = known
        return bisect_left(self.events, at)

    def tell(self, view: View, index: int) -> CacheBreak:
        """All about a break, by its number from 0."""
        session, episode = self._session, self._episodes[index]
        event, previous = episode.raised, episode.evidence[0]
        now, then = (view.llm_call(session.llm.rows(number)) for number in (event, previous))
        times = session.events.time
        pause = times[event] - times[previous]
        return CacheBreak(
            event=event,
            previous=previous,
            request=view.cache.index_of(event),
            time=times[event],
            iteration=episode.iteration,
            agent=now.agent,
            before=hit_rate(then.tokens.input, then.tokens.cache_read),
            after=hit_rate(now.tokens.input, now.tokens.cache_read),
            rebilled=rebilled_tokens(then, now),
            compacted=self._compacted_between(previous, event),
            model_changed=now.model != then.model,
            pause=pause if pause == pause else None,
        )

    def _compacted_between(self, first: int, last: int) -> bool:
        compactions, lanes = self._session.compactions, self._session.events.lane
        start, end = bisect_right(compactions, first), bisect_left(compactions, last)
        near = compactions[max(start, end - _MOST_COMPACTIONS_LOOKED_AT) : end]
        return any(lanes[compaction] == lanes[last] for compaction in near)


def rebilled_tokens(then: LlmCall, now: LlmCall) -> int | None:
    """Tokens that the earlier call left in the cache and the later one did not read from there: at most its prompt.

    None where the calls do not say.
    """
    read, prompt = now.tokens.cache_read, now.tokens.prompt
    if then.tokens.cache_read is None or read is None or prompt is None:
        return None
    cached = then.tokens.cache_read + (then.tokens.cache_write or 0)
    return max(0, min(cached, prompt) - read)
