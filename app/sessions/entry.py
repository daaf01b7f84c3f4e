"""A session as a list shows it: what a look at both ends of its trace tells, and what only all of it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import msgspec

from ...analysis.efficiency import Components, Efficiency
from ...analysis.issues.issue import SEVERITIES
from ...analysis.rules.findings import severity_of
from ...analysis.view import View
from ...collector.reading.packed import is_called_packed

LIVE_SECONDS = 30.0
"""A trace that was written to within this time and has no session_end is taken to be live."""

LEFT_ALONE_SECONDS = 3600.0
"""An unfinished session that was silent for longer is not shown as going on."""

_LOOK_BACK = 200
"""Events from the last one back that are asked for an iteration."""


class Glance(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the ends of a trace tell; None where they do not say. Times in epoch seconds.

    `start` is the first event's time, `newest` the last one's, `iteration` the last number that an event named. `agent`
    is the format of a log that is not native, `project` the folder its agent worked in, as far as that is told.
    """

    session_id: str = ""
    goal: str | None = None
    model: str | None = None
    start: float | None = None
    newest: float | None = None
    iteration: int | None = None
    ended: bool | None = None
    agent: str = ""
    project: str = ""


class Figures(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What only the whole trace tells; None where the trace does not say. Cost in dollars, duration in seconds.

    `cost_estimated` says that some of the cost is no figure of the trace but an estimate by configured prices.
    """

    events: int
    iterations: int
    errors: int
    issues: int
    tokens: int | None = None
    cost: float | None = None
    cost_estimated: bool = False
    cache_hit_rate: float | None = None
    score: float | None = None
    duration: float | None = None
    components: Components = Components()
    worst: str = ""
    """The severity of the worst issue that stands."""

    @property
    def efficiency(self) -> Efficiency:
        """The score and what it is made of."""
        return Efficiency(self.score, self.components)


@dataclass(frozen=True, slots=True)
class Entry:
    """A session of a folder; what is not known yet is None. `error` says why it is no trace, or cannot be read.

    `size` is in bytes of all parts, `mtime` when the newest changed, in epoch seconds; `since` when that was first seen
    without a pause of `LIVE_SECONDS` up to now, 0 where it was seen once.
    """

    path: Path
    size: int
    mtime: float
    glance: Glance | None = None
    figures: Figures | None = None
    error: str = ""
    since: float = 0.0

    @property
    def name(self) -> str:
        """The name of its file, without what all of them end with."""
        return session_name(self.path)

    @property
    def goal(self) -> str | None:
        """The goal, as far as it is known."""
        return self.glance.goal if self.glance is not None else None

    @property
    def model(self) -> str | None:
        """The model, as far as it is known."""
        return self.glance.model if self.glance is not None else None

    @property
    def ended(self) -> bool:
        """Whether its last event is known to be its end."""
        return self.glance is not None and self.glance.ended is True

    @property
    def is_waiting(self) -> bool:
        """Whether its figures are still to be found out."""
        return self.figures is None and not self.error


def session_name(path: Path) -> str:
    """What a session is called by its file."""
    return path.with_suffix("").stem if is_called_packed(path) else path.stem


class State(Enum):
    """How a session stands; a word for people."""

    LIVE = "live"
    ENDED = "ended"
    IDLE = "idle"
    """Neither ended nor written to of late."""
    UNKNOWN = ""
    """Not looked at yet."""
    NO_TRACE = "no trace"


def state_of(entry: Entry, now: float) -> State:
    """How a session stands at the time `now`."""
    if entry.error:
        return State.NO_TRACE
    if entry.ended:
        return State.ENDED
    if _may_grow(entry) and now - entry.mtime < LIVE_SECONDS:
        return State.LIVE
    return State.UNKNOWN if entry.glance is None or entry.glance.ended is None else State.IDLE


def is_live(entry: Entry, now: float) -> bool:
    """Whether a session seems to be going on."""
    return state_of(entry, now) is State.LIVE


def goes_on(entry: Entry, now: float) -> bool:
    """Whether a session may well be going on: an agent may think or run tools for long without an event."""
    return not entry.ended and not entry.error and _may_grow(entry) and now - entry.mtime < LEFT_ALONE_SECONDS


def _may_grow(entry: Entry) -> bool:
    """Whether its file may be written to: one that is packed was only packed of late."""
    return not is_called_packed(entry.path)


def with_project_of(before: Entry | None, entry: Entry) -> Entry:
    """An entry with the project that a look had shown, and its title where it has none: the fold knows neither."""
    known, glance = None if before is None else before.glance, entry.glance
    if known is None or glance is None or not known.project or glance.project:
        return entry
    return replace(entry, glance=msgspec.structs.replace(glance, project=known.project, goal=glance.goal or known.goal))


def told_by(view: View) -> tuple[Glance, Figures]:
    """What a whole trace tells."""
    span, events, standing = view.time_span, view.session.events, view.all_episodes()
    number = next(
        (
            number
            for event in range(view.at - 1, max(-1, view.at - _LOOK_BACK), -1)
            if (number := view.session.iterations.number_of(events.iteration[event])) is not None
        ),
        None,
    )
    glance = Glance(
        session_id=view.session_id,
        goal=view.goal,
        model=view.model,
        start=span[0] if span else None,
        newest=span[1] if span else None,
        iteration=number,
        ended=view.ended,
    )
    return glance, Figures(
        events=view.at,
        iterations=view.iterations,
        errors=view.errors,
        issues=len(standing),
        tokens=view.tokens.total,
        cost=view.cost,
        cost_estimated=view.cost_estimated,
        cache_hit_rate=view.cache_hit_rate,
        score=view.efficiency.score,
        duration=view.duration_seconds,
        components=view.efficiency.components,
        worst=min((severity_of(each.category) for each in standing), key=SEVERITIES.index, default=""),
    )
