"""The timeline: events, one line each, chosen by kind, category or text."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ...analysis import figures
from ...analysis.fold.lanes import MAIN_AGENT
from ...analysis.timeline.timeline import TimelineEntry, entry
from ...analysis.view import View
from ...collector.events import TraceEvent
from ...collector.kinds import Category, category_of
from ..query.matching import Query
from ..safe_text import fit, fit_right
from ..trace import Trace
from .json_text import json_text, known
from .layout import local_time, more

_A_DAY = 86_400.0
_ROOMY = 100
_GAP = "  "
_DELTA = 8
_DURATION = 7
_KINDS_LISTED = 20
_SAME_AS = {"tool_end": "tool"}  # the alias that attocode's own writer uses


@dataclass(frozen=True, slots=True)
class Choice:
    """Which events to show: of any of these kinds, of any of these categories, with this text, matching this query."""

    kinds: Collection[str] = ()
    categories: Collection[Category] = ()
    text: str = ""
    query: Query | None = None

    def takes_kind(self, kind: str) -> bool:
        """Whether events of this kind are shown."""
        if self.kinds and kind not in self.kinds:
            return False
        return not self.categories or category_of(kind) in self.categories

    def takes_text(self, shown: TimelineEntry) -> bool:
        """Whether an event's kind, summary or payload has the text in it."""
        text = self.text.casefold()
        return (
            text in shown.event_kind.casefold()
            or text in shown.summary.casefold()
            or text in json_text(shown.data).casefold()
        )


EVERYTHING = Choice()


def choice(kinds: Collection[str], categories: Collection[str], text: str, query: Query | None = None) -> Choice:
    """The choice a user means: kinds in any case, `tool_end` with its alias."""
    named = {kind.lower() for kind in kinds} | set(kinds)
    named |= {alias for kind, alias in _SAME_AS.items() if kind in named}
    return Choice(named, {Category(name.upper()) for name in categories}, text, query)


def chosen(trace: Trace, choice: Choice) -> Iterator[tuple[int, TraceEvent, TimelineEntry]]:
    """The number (from 0), the event and its entry of every event that was chosen. Raises TooSlowError."""
    view = trace.view()
    session, columns = view.session, view.session.events
    wanted = [choice.takes_kind(kind) or kind.startswith("(") for kind in session.kinds]
    for number in range(view.at) if choice.query is None else choice.query.find(trace, 0, view.at):
        if not wanted[columns.kind[number]]:
            continue
        event = trace.event(number)
        if not choice.takes_kind(event.kind):
            continue
        row = columns.iteration[number]
        shown = entry(event, session.iterations.number_of(row))
        if not choice.text or choice.takes_text(shown):
            yield number, event, shown


def timeline_json(trace: Trace, choice: Choice = EVERYTHING) -> Iterator[str]:
    """One line per event; `event` counts them from 1."""
    session = trace.view().session
    for number, event, shown in chosen(trace, choice):
        yield json_text(
            {
                "event": number + 1,
                "event_id": event.event_id,
                "timestamp": known(session.events.time[number]),
                "event_kind": event.kind,
                "category": event.category,
                "iteration": shown.iteration,
                "agent": session.lanes.names.name(session.events.lane[number]) or MAIN_AGENT,
                "summary": shown.summary,
                "duration_ms": known(shown.duration_ms),
                "data": shown.data,
            }
        )


def timeline_text(trace: Trace, choice: Choice, width: int) -> Iterator[str]:
    """One line per event: number from 1, local time, time since the line above, iteration, agent, kind, summary."""
    view = trace.view()
    columns = _Columns(view, choice, width)
    before = math.nan
    for number, event, shown in chosen(trace, choice):
        time = view.session.events.time[number]
        yield columns.line(number, time, before, event.kind, shown)
        before = time if math.isfinite(time) else before


class _Columns:
    """The widths of the timeline's columns, told from what the view holds."""

    def __init__(self, view: View, choice: Choice, width: int) -> None:
        session, columns = view.session, view.session.events
        span = view.time_span
        days = span is not None and span[1] - span[0] > _A_DAY
        self._clock, self._clock_width = ("%m-%d %H:%M:%S", 14) if days else ("%H:%M:%S", 8)
        narrow = width < _ROOMY
        self._lanes = columns.lane
        self._lane_name = session.lanes.names.name
        agents = [len(self._lane_name(lane)) for lane in set(columns.lane[: view.at])]
        self._lane_width = min(8 if narrow else 14, max(4, *agents)) if len(agents) > 1 else 0
        kinds = [len(kind) for kind in kinds_of(view) if choice.takes_kind(kind)]
        widest_kind = 26 if not narrow else 16 if self._lane_width else 20
        self._kind_width = min(widest_kind, max(kinds, default=8))
        self._number_width = len(str(view.at)) + 1
        highest = max(session.iterations.number[: view.iterations + 1])
        self._iteration_width = min(5 if narrow else 8, max(2, len(str(highest))))
        widths = [self._number_width, self._clock_width, _DELTA, self._iteration_width, self._kind_width, _DURATION]
        widths += [self._lane_width] if self._lane_width else []
        self._summary_width = max(8, width - sum(widths) - len(_GAP) * len(widths))

    def line(self, number: int, time: float, before: float, kind: str, shown: TimelineEntry) -> str:
        """One event's line."""
        iteration = "" if shown.iteration is None else str(shown.iteration)
        parts = [
            f"#{number + 1}".rjust(self._number_width),
            fit(local_time(time, self._clock), self._clock_width),
            _since(time, before).rjust(_DELTA),
            fit_right(iteration, self._iteration_width),
            fit(kind, self._kind_width),
            fit(shown.summary, self._summary_width),
            "" if shown.duration_ms is None else figures.duration(shown.duration_ms).rjust(_DURATION),
        ]
        if self._lane_width:
            parts.insert(4, fit(self._lane_name(self._lanes[number]) or MAIN_AGENT, self._lane_width))
        return _GAP.join(parts).rstrip()


def _since(time: float, before: float) -> str:
    """`+3.4s`; `−3.4s` where the trace runs backwards; nothing below a millisecond."""
    if not math.isfinite(time) or not math.isfinite(before) or abs(time - before) < 0.0005:
        return ""
    return f"{'−' if time < before else '+'}{figures.duration(abs(time - before) * 1000.0)}"


def kinds_of(view: View) -> list[str]:
    """The kinds a trace holds, in the order of the format's page."""
    return [view.session.kinds[kind] for kind in sorted(set(view.session.events.kind[: view.at]))]


def nothing_matched(trace: Trace) -> str:
    """What to say where no event was chosen."""
    view = trace.view()
    if not view.at:
        return "no events yet"
    kinds = kinds_of(view)
    listed = ", ".join(kinds[:_KINDS_LISTED])
    hidden = f" {more(len(kinds) - _KINDS_LISTED)}" if len(kinds) > _KINDS_LISTED else ""
    return f"none of {figures.count(view.at, 'event')} matches; it has {listed}{hidden}"
