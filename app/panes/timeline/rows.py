"""The rows of the timeline as they are drawn: when, how long after the row before, where, what, how long."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace

from ....analysis import figures
from ....analysis.extents import FINAL, Extent, State, extent_of
from ....analysis.fold.joins import completed_by
from ....analysis.view import View
from ....collector.events import TraceEvent
from ...bookmarks.bookmarks import NO_BOOKMARKS, Bookmark
from ...safe_text import fit, fit_right, one_line, width_of
from ...trace import Trace
from ...widgets.bars import bar_of
from ...widgets.palette import Cell
from ..kinds import MARKED
from .columns import WORD_CELLS, Columns, Measure
from .shown_events import ShownEvents
from .time_axis import Axis, Window
from .waterfall import bar_cells
from .words import Words, words_of

_MOST_EXTENTS = 1_000
_LONGEST_BAR_MS = 30_000.0
HOLDERS = frozenset({"iteration_start", "subagent_spawn", "swarm_task_start"})
"""What holds other rows: the axis need not fit all of it."""
AGENT_MARKS = {
    "subagent_spawn": "├", "swarm_task_start": "├",
    "subagent_complete": "└", "subagent_error": "└", "subagent_timeout": "└",
    "swarm_task_complete": "└", "swarm_task_failed": "└",
}  # fmt: skip
_BEFORE_NOTE = "   "
_FEWEST_NOTE_CELLS = 6
_OPEN_STATES = frozenset({State.RUNNING, State.ANSWERING})


class TimelineRows:
    """Draws the rows of `shown`, as a waterfall where there is an axis."""

    def __init__(self) -> None:
        self.shown = ShownEvents()
        self.trace: Trace | None = None
        self.version = 0
        """Changes whenever rows that were drawn before would look different now."""
        self.waterfall = False
        self._axis: Axis | None = None
        self._generation = 0
        self._view = self.shown.session.view()
        self._measure = Measure(self.shown.session)
        self._needs = self._measure.needs(self._view)
        self._extents: dict[int, Extent] = {}
        self._unfinished: set[int] = set()
        """The rows that were drawn as something that goes on."""
        self._stale: set[int] = set()
        self._is_idle = False
        self._bookmarks = NO_BOOKMARKS
        self._marks: dict[int, list[Bookmark]] = {}

    @property
    def view(self) -> View:
        """The view that is drawn."""
        return self._view

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.shown.count

    def take(
        self, trace: Trace, view: View, bookmarks: Mapping[int, Bookmark] = NO_BOOKMARKS, *, is_idle: bool = False
    ) -> None:
        """Draw this view from now on, with these bookmarks, by event in ascending order.

        Of an idle session nothing is drawn as something that goes on.
        """
        was = self._view
        if is_idle != self._is_idle:
            self._is_idle = is_idle
            self.redraw()
        if bookmarks is not self._bookmarks:
            self._bookmarks, self._marks = bookmarks, {}
            for event, bookmark in bookmarks.items():
                completed = completed_by(view.session, event) if event < view.session.count else None
                self._marks.setdefault(event if completed is None else completed, []).append(bookmark)
            self.redraw()
        if view.session is not self._measure.session:
            self._measure = Measure(view.session)
        self.trace, self._generation, self._view = trace, trace.generation, view
        self.shown.session = view.session
        self.shown.at = view.at
        needs, self._needs = self._needs, self._measure.needs(view)
        is_later = view.session is was.session and view.at >= was.at
        if view.at != was.at or not is_later:
            self._extents.clear()
            if not is_later:
                self.redraw()
            self._stale |= self._unfinished
            self._unfinished.clear()
        if needs != self._needs:
            self.redraw()

    def redraw(self) -> None:
        """Whatever was drawn is void."""
        self.version += 1
        self._extents.clear()
        self._unfinished.clear()
        self._stale.clear()

    def take_stale(self) -> set[int]:
        """The rows that were drawn before and may look different since the last time this was asked.

        All of them where `version` is another than then; these few where more of the same trace has come.
        """
        stale, self._stale = self._stale, set()
        return stale

    @property
    def axis(self) -> Axis | None:
        """The axis of the waterfall; None without one."""
        return self._axis

    @axis.setter
    def axis(self, axis: Axis | None) -> None:
        if axis != self._axis:
            self._axis = axis
            self.redraw()

    def columns(self, width: int) -> Columns:
        """The columns in so many cells."""
        return self._needs.columns(width, self.waterfall)

    def extent_of(self, event: int) -> Extent:
        """How long it lasted what the row of an event stands for."""
        extent = self._extents.get(event)
        if extent is None:
            if len(self._extents) >= _MOST_EXTENTS:
                self._extents.clear()
            extent = extent_of(self._view, event, joined=not self.shown.every)
            if self._is_idle and extent.state in _OPEN_STATES:
                extent = replace(extent, state=State.LOST)
            self._extents[event] = extent
        return extent

    def start_of(self, row: int) -> float:
        """When it began what a row stands for."""
        return self.extent_of(self.shown.event_of(row)).start

    def outcome_of(self, row: int) -> int:
        """The event that tells most about a row: the one that completed it, else its own."""
        event = self.shown.event_of(row)
        outcome = self.extent_of(event).outcome
        return event if outcome is None else outcome

    def window_of(self, first: int, last: int) -> Window | None:
        """The time that the rows from `first` up to `last` take; of what holds other rows, its start alone counts."""
        starts, ends = [], []
        session = self._view.session
        for event in map(self.shown.event_of, range(first, last)):
            extent, kind = self.extent_of(event), session.kinds[session.events.kind[event]]
            if extent.start == extent.start and extent.end == extent.end:
                starts.append(extent.start)
                ends.append(extent.start if kind in HOLDERS else extent.end)
        return (min(starts), max(ends)) if starts else None

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a row, `width` cells in all."""
        if self.trace is None or self.trace.generation != self._generation:
            return []  # the trace has just started over: the next frame shows it
        number = self.shown.event_of(index)
        columns, extent, event = self.columns(width), self.extent_of(number), self.trace.event(number)
        outcome = None if extent.outcome in (None, number) else self.trace.event(extent.outcome)
        iteration = self._iteration_of(number)
        words = words_of(event, extent, outcome, iteration)
        if extent.state in _OPEN_STATES or (extent.state not in FINAL and extent.outcome is None):
            self._unfinished.add(index)
        cells = self._when(columns, index, number)
        cells += self._where(columns, number, event, iteration)
        cells.append((f"{words.look.glyph} ", words.look.style))
        if words.kind:
            cells.append((f"{fit(words.look.word, WORD_CELLS - 1)} ", words.look.style))
        cells += self._what(words, columns.text + (0 if words.kind else WORD_CELLS), number)
        cells += _how_long(columns, extent, is_open=extent.state in _OPEN_STATES and event.kind != "iteration_start")
        if columns.axis and self._axis is not None:
            style, thin = _bar_style(extent, words, event.kind), event.kind == "iteration_start"
            cells.append((" ", "text"))
            cells += bar_cells(self._axis, extent, words.look.glyph, style, thin=thin)
        return cells

    def _what(self, words: Words, room: int, number: int) -> list[Cell]:
        """What happened, and behind it what was noted of it, if anything and there is room."""
        bookmark = self._bookmark_of(number)
        if bookmark is None:
            return [(words.fit(room), words.style)]
        cells: list[Cell] = [(fit(f"{MARKED.glyph} ", min(room, 2)), MARKED.style)]
        text, note = words.fit(room - 2), one_line(bookmark.note)
        beside = room - 2 - width_of(text.rstrip()) - len(_BEFORE_NOTE)
        if note and beside >= min(_FEWEST_NOTE_CELLS, width_of(note)):
            return [*cells, (text.rstrip() + _BEFORE_NOTE, words.style), (fit(note, beside), "muted")]
        return [*cells, (text, words.style)]

    def _bookmark_of(self, number: int) -> Bookmark | None:
        """The bookmark of a row: on its own event, or, where they share it, on one that completes that."""
        own = self._bookmarks.get(number)
        if own is not None or self.shown.every:
            return own
        return next((each for each in self._marks.get(number, ()) if each.event < self._view.at), None)

    def _when(self, columns: Columns, index: int, number: int) -> list[Cell]:
        cells: list[Cell] = []
        times = self._view.session.events.time
        if columns.time:
            text = clock(times[number], self._needs.precise)
            cells.append((f"{text[1 - columns.time :]} ", "time"))
        if columns.delta:
            text = delta(times[number] - times[self.shown.event_of(index - 1)]) if index else ""
            cells.append((f"{fit_right(text, columns.delta - 1)} ", "muted"))
        return cells

    def _where(self, columns: Columns, number: int, event: TraceEvent, iteration: int | None) -> list[Cell]:
        cells: list[Cell] = []
        if columns.iteration:
            text = "·" if iteration is None else str(iteration)
            cells.append((f"{fit_right(text, columns.iteration - 1)} ", "muted"))
        if columns.lane:
            mark, name = self._agent_of(number, event)
            where = "" if columns.iteration else "·" if iteration is None else str(iteration)
            text = fit(name, columns.lane - 3) if name else fit_right(where, columns.lane - 3)
            cells.append((f"{mark} {text} ", "agent" if name else "muted"))
        return cells

    def _agent_of(self, number: int, event: TraceEvent) -> tuple[str, str]:
        """The agent a row is about, and its place in that agent's rows: first, last, or between."""
        session = self._view.session
        mark = AGENT_MARKS.get(event.kind)
        if mark is not None:
            metadata = event.data.get("metadata")
            told = {**metadata, **event.data} if isinstance(metadata, dict) else event.data
            name = next((str(told[key]) for key in ("agent_id", "task_id") if told.get(key)), "")
            if name:
                return mark, name
        name = session.lanes.names.name(session.events.lane[number])
        return ("│", name) if name else ("·", "")

    def _iteration_of(self, number: int) -> int | None:
        session = self._view.session
        return session.iterations.number_of(session.events.iteration[number])


def _how_long(columns: Columns, extent: Extent, is_open: bool) -> list[Cell]:
    milliseconds = extent.duration_ms
    text = "running" if is_open else "" if milliseconds is None else figures.duration(milliseconds)
    is_long = milliseconds is not None and milliseconds >= _LONGEST_BAR_MS
    style = "mark" if is_open else "warn" if is_long else "muted"
    cells: list[Cell] = []
    if columns.duration:
        cells.append((fit_right(text, columns.duration), style))
    if columns.bar:
        cells.append((f" {bar(milliseconds, _LONGEST_BAR_MS, columns.bar - 1)}", "bar"))
    return cells


def _bar_style(extent: Extent, words: Words, kind: str) -> str:
    if extent.state is State.FAILED:
        return "error"
    if kind == "iteration_start":
        return "muted"
    return "mark" if extent.state in _OPEN_STATES and kind not in HOLDERS else words.look.style


def clock(timestamp: float, precise: bool = False) -> str:
    """The local time of day, `14:02:11`, or to the millisecond."""
    if timestamp != timestamp:  # NaN is not equal to itself
        return "--:--:--.---" if precise else "--:--:--"
    text = time.strftime("%H:%M:%S", time.localtime(timestamp))
    return f"{text}.{int(timestamp % 1.0 * 1000):03d}" if precise else text


def delta(seconds: float) -> str:
    """How much later, in at most seven cells: `+0.3ms`, `+45ms`, `+3.4s`, `+2m06`, `+1h02`."""
    milliseconds = abs(seconds) * 1000.0
    if not math.isfinite(milliseconds):
        return figures.UNKNOWN
    sign = "-" if seconds < 0.0 else "+"
    if milliseconds < 0.95:
        text = f"{milliseconds:.1f}ms" if milliseconds >= 0.05 else "0ms"
    elif milliseconds < 999.5:
        text = f"{milliseconds:.0f}ms"
    elif milliseconds < 59_950.0:
        text = f"{milliseconds / 1000.0:.1f}s"
    else:
        text = _minutes(round(milliseconds / 1000.0))
    return sign + text


def _minutes(seconds: int) -> str:
    for unit, name, part, limit in ((60, "m", 1, 60), (3600, "h", 60, 48)):
        if seconds < limit * unit:
            return f"{seconds // unit}{name}{seconds % unit // part:02d}"
    return f"{seconds // 86400}d{seconds % 86400 // 3600:02d}"


def bar(value: float | None, full: float, cells: int) -> str:
    """A horizontal bar of at most `cells` cells, on a square-root scale so that short ones are seen too."""
    if not value or value <= 0:
        return " " * cells
    return bar_of(math.sqrt(min(value, full) / full) * cells).ljust(cells)
