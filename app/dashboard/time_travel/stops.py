"""What a replay stops at: the next error, issue, cache break, compaction, or a cost that is reached."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ....analysis import figures
from ....analysis.fold.session import Session
from ....analysis.issues.episodes import Episode, IssueLog
from ....analysis.issues.issue import SEVERITIES
from ....analysis.rules.findings import severity_of, title_of

HINTS = ("issue", "high", "error", "break", "compaction", "$0.50")
"""What may be said, by example; a severity means issues of it or worse."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a replay stops, and why, in words."""

    event: int
    reason: str


@dataclass(frozen=True, slots=True)
class Stops:
    """The kinds of moments a replay stops at, as the user names them; `cost` in dollars, None for at no cost."""

    kinds: frozenset[str] = frozenset()
    cost: float | None = None

    def __bool__(self) -> bool:
        return bool(self.kinds) or self.cost is not None

    def __str__(self) -> str:
        return " ".join([*(kind for kind in _KINDS if kind in self.kinds), *self._cost_told()])

    def _cost_told(self) -> list[str]:
        return [] if self.cost is None else [f"${self.cost:g}"]

    def first(self, session: Session, after: int, through: int) -> Stop | None:
        """The first of these moments behind event `after` and up to event `through`."""
        found = [_KINDS[kind](session, after, through) for kind in self.kinds]
        if self.cost is not None:
            found.append(_cost_reached(session, self.cost, after, through))
        return min((stop for stop in found if stop is not None), key=lambda stop: stop.event, default=None)


def parse_stops(text: str) -> Stops:
    """What a user means by `issue error $0.50`; nothing for no stops. Raises ValueError with a message for the user."""
    kinds, cost = set(), None
    for word in text.lower().replace(",", " ").split():
        name = word.removesuffix("s") if word.removesuffix("s") in _KINDS else word
        if name in _KINDS:
            kinds.add(name)
        elif match := re.fullmatch(r"(?:cost[:=]?)?\$?(\d{1,9}(?:\.\d{1,9})?)", word):
            cost = float(match[1])
        elif word != "cost":
            raise ValueError(f"cannot stop at {word!r}: give {', '.join([*_KINDS, 'a cost ($0.50)'])}")
    if "cost" in text.lower().split() and cost is None:
        raise ValueError("stop at which cost? $0.50 is fifty cents")
    return Stops(frozenset(kinds), cost)


def _events(events_of: Callable[[Session], Sequence[int]], tell: Callable[[Session, int], str]) -> _Find:
    def find(session: Session, after: int, through: int) -> Stop | None:
        events = events_of(session)
        row = bisect_right(events, after)
        if row < len(events) and events[row] <= through:
            return Stop(events[row], tell(session, events[row]))
        return None

    return find


def _issues(severities: Sequence[str] = SEVERITIES) -> _Find:
    def find(session: Session, after: int, through: int) -> Stop | None:
        found = [_first_raised(log, severities, after, through) for log in (session.issues, session.findings)]
        first = min((episode for episode in found if episode is not None), key=lambda each: each.raised, default=None)
        if first is None:
            return None
        title = title_of(first, first.raised + 1)
        return Stop(first.raised, f"{severity_of(first.category)} issue: {title}")

    return find


def _first_raised(log: IssueLog, severities: Sequence[str], after: int, through: int) -> Episode | None:
    rows = range(bisect_right(log.raised, after), bisect_right(log.raised, through))
    return next((log.episodes[row] for row in rows if severity_of(log.episodes[row].category) in severities), None)


def _failure(session: Session, event: int) -> str:
    kind, name = session.kinds[session.events.kind[event]], session.labels.name(session.events.label[event])
    return f"{kind} {name}".strip()


def _breaks(session: Session) -> Sequence[int]:
    session.cache_breaks.extend()
    return session.cache_breaks.events


def _lost(session: Session, event: int) -> str:
    breaks = session.cache_breaks
    return f"cache break: {figures.tokens(breaks.rebilled_by(breaks.count(event)))} tokens re-billed"


def _cost_reached(session: Session, cost: float, after: int, through: int) -> Stop | None:
    llm = session.llm
    first, end = bisect_right(llm.event, after), bisect_right(llm.event, through)
    if first >= end or (first and llm.sum_cost[first - 1] >= cost):
        return None
    row = bisect_left(llm.sum_cost, cost, first, end)
    if row == end:
        return None
    return Stop(llm.event[row], f"cost {figures.cost(llm.sum_cost[row])}")


_Find = Callable[[Session, int, int], "Stop | None"]
_KINDS: dict[str, _Find] = {
    "issue": _issues(),
    "critical": _issues(SEVERITIES[:1]),
    "high": _issues(SEVERITIES[:2]),
    "medium": _issues(SEVERITIES[:3]),
    "low": _issues(),
    "error": _events(lambda session: session.errors, _failure),
    "break": _events(_breaks, _lost),
    "compaction": _events(lambda session: session.compactions, lambda session, event: "compaction"),
}
"""What is looked for under each word, in the order in which they are listed."""
