"""What the cache lost: every break with its cause and its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import figures
from ..view import View
from .between import EventOf
from .break_causes import WORDS, BreakClass, Cause, Causes
from .breaks import FULL, CacheBreaks
from .miss_prices import Loss

if TYPE_CHECKING:
    from ..fold.session import Session


@dataclass(frozen=True, slots=True)
class CacheBreak:
    """One break, at the response `event`, against `previous`, the response that left `expected` tokens in the cache.

    `request` is its number among the requests of the cache, from 0; `time` epoch seconds, NaN unknown; `read` and
    `prompt` tokens. `rebilled` tokens were paid for again: derived, since a trace does
    not say which tokens a prompt has in common with the one before it. `causes` has the cause and what else may have
    been, `pause` the seconds between the two responses (None unknown).
    """

    event: int
    previous: int
    request: int
    time: float
    iteration: int | None
    agent: str
    is_full: bool
    expected: int
    read: int
    prompt: int
    rebilled: int
    loss: Loss
    causes: tuple[Cause, ...]
    pause: float | None

    @property
    def cause(self) -> Cause:
        """What broke it."""
        return self.causes[0]

    @property
    def extent(self) -> str:
        """`full` or `partial`."""
        return "full" if self.is_full else "partial"

    @property
    def culprit(self) -> str:
        """`compaction at event 1,204`: what broke it, and the number of the event that did."""
        return cause_words(self.cause)

    @property
    def words(self) -> str:
        """All of it in a line: `full · compaction at event 1,204 · ~38.0k re-billed, ~$0.11`."""
        money = f", {figures.cost(self.loss.dollars, estimated=True)}" if self.loss.dollars is not None else ""
        return f"{self.extent} · {self.culprit} · ~{figures.tokens(self.rebilled)} re-billed{money}"


def cause_name(cause: Cause) -> str:
    """`compaction`; the provider's own word where it names nothing that we know."""
    if cause.kind is BreakClass.UNKNOWN and cause.told_by:
        return cause.told_by.replace("_", " ")
    return WORDS[cause.kind]


def cause_words(cause: Cause) -> str:
    """`compaction at event 1,204`: the same, and the event that did it."""
    words = cause_name(cause)
    return words if cause.culprit is None else f"{words} at event {cause.culprit + 1:,}"


class CacheLosses:
    """Tells the breaks of a session, as of any event.

    `event_of` reads an event with its payload again; only the few that a break is between are read, each once.
    """

    def __init__(self, session: Session, event_of: EventOf | None = None) -> None:
        self.session = session
        self.event_of = event_of
        self.breaks: CacheBreaks = session.cache_breaks
        self._causes = Causes(self.breaks, event_of)

    def causes(self, index: int) -> tuple[Cause, ...]:
        """The cause of a break, by its number from 0, and what else may have been."""
        return self._causes.of(index)

    def at_event(self, view: View, event: int) -> CacheBreak | None:
        """The break at a response, if it is one and the view has it."""
        index = self.breaks.count(event)
        is_one = event < view.at and index < len(self.breaks) and self.breaks.events[index] == event
        return self.tell(view, index) if is_one else None

    def all(self, view: View) -> list[CacheBreak]:
        """All breaks of a view, oldest first."""
        return [self.tell(view, index) for index in range(self.breaks.count(view.at))]

    def tell(self, view: View, index: int) -> CacheBreak:
        """All about a break, by its number from 0."""
        session, breaks = self.session, self.breaks
        event, previous = breaks.events[index], breaks.previous[index]
        now = view.llm_call(session.llm.rows(event))
        times = session.events.time
        pause = times[event] - times[previous]
        return CacheBreak(
            event=event,
            previous=previous,
            request=breaks.requests[index],
            time=times[event],
            iteration=now.iteration,
            agent=now.agent,
            is_full=bool(breaks.traits[index] & FULL),
            expected=breaks.expected[index],
            read=now.tokens.cache_read or 0,
            prompt=now.tokens.prompt or 0,
            rebilled=breaks.rebilled_by(index),
            loss=self.loss(index),
            causes=self._causes.of(index),
            pause=pause if pause == pause else None,
        )

    def loss(self, index: int) -> Loss:
        """What a break cost more than if its tokens had been read from the cache."""
        return self.breaks.prices.loss(index)
