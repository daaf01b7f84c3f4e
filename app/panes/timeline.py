"""Pane 1: every event on a line, newest at the end."""

from __future__ import annotations

import math
import time
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.message import Message

from ...analysis import figures
from ...analysis.timeline import summarize
from ...analysis.view import View
from ..contain import contained
from ..safe_text import fit, fit_right, one_line
from ..trace import Trace
from ..widgets.event_list import EventList
from ..widgets.palette import Cell
from .kinds import Look, look_of
from .pane import Frame, Pane

_WIDE = 92
_BAR_CELLS = 8
_LONGEST_BAR_MS = 30_000.0
_FEWEST_ITERATION_CELLS = 4
_MOST_ITERATION_CELLS = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_CHUNK = Look("·", "chunk", "muted")


class TimelineRows:
    """The rows of the timeline: all events, or those that a filter let through."""

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.generation = 0
        self.at = 0
        self.matches: array[int] | None = None
        self.shows_lanes = False
        self.iteration_cells = _FEWEST_ITERATION_CELLS
        self._looked_through = 0
        self._first_of_agent: int | None = None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.at if self.matches is None else bisect_left(self.matches, self.at)

    def event_of(self, index: int) -> int:
        """The event on a row."""
        return index if self.matches is None else self.matches[index]

    def event_beyond(self, rows: int) -> int | None:
        """The event so many rows below the last one; None for the end of the trace."""
        if not rows:
            return None
        if self.matches is None:
            return self.at - 1 + rows
        index = self.count - 1 + rows
        return self.matches[min(index, len(self.matches) - 1)] if self.matches else None

    def index_of(self, event: int) -> int:
        """The row of an event, or of the last one before it that is shown."""
        if self.matches is None:
            return event
        low, high = 0, len(self.matches)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.matches[middle] <= event else (low, middle)
        return low - 1

    def forget(self) -> None:
        """The trace started over."""
        self._looked_through, self._first_of_agent = 0, None

    def notice_agents(self) -> None:
        """Show the lane of each event if any event so far is a sub-agent's."""
        if self.trace is not None and self._first_of_agent is None and self.at > self._looked_through:
            new = self.trace.session.events.lane[self._looked_through : self.at]
            if any(new):
                self._first_of_agent = self._looked_through + next(index for index, lane in enumerate(new) if lane)
            self._looked_through = self.at
        self.shows_lanes = self._first_of_agent is not None and self._first_of_agent < self.at

    def notice_numbers(self, view: View) -> None:
        """Make room for the longest iteration number so far."""
        longest = max((len(str(branch.highest)) for branch in view.session.lanes.branches), default=0)
        self.iteration_cells = max(_FEWEST_ITERATION_CELLS, min(longest, _MOST_ITERATION_CELLS))

    @property
    def layout(self) -> int:
        """Changes whenever rows look different."""
        return self.iteration_cells * 2 + self.shows_lanes

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a row, `width` cells in all."""
        if self.trace is None or self.trace.generation != self.generation:
            return []  # the trace has just started over: the next frame shows it
        number = self.event_of(index)
        session = self.trace.session
        events = session.events
        kind = session.kinds[events.kind[number]]
        look = look_of(kind)
        iteration = events.iteration[number]
        duration = events.duration[number]
        known_duration = duration if duration == duration else None
        cells: list[Cell] = [(f"{clock(events.time[number])} ", "time")]
        if width >= _WIDE:
            cells.append((f"{fit_right(self._delta(index, number), 8)} ", "muted"))
        if width >= 60:
            label = str(session.iterations.number[iteration]) if iteration else "·"
            cells.append((f"{fit_right(label, self.iteration_cells)} ", "muted"))
        if self.shows_lanes:
            agent = session.lanes.names.name(events.lane[number])
            cells.append((fit(f"│{agent}" if agent else "", 6 if width >= _WIDE else 4) + " ", "agent"))
        summary = summarize(self.trace.event(number))
        if kind == "llm_response" and summary.startswith("… "):
            look = _CHUNK
        cells.append((f"{look.glyph} {fit(look.word, 8)} ", look.style))
        tail = self._tail(known_duration, width)
        room = width - sum(len(text) for text, _ in cells) - sum(len(text) for text, _ in tail)
        cells.append((fit(one_line(summary), max(0, room)), _summary_style(look.style)))
        return cells + tail

    def _delta(self, index: int, number: int) -> str:
        assert self.trace is not None
        times = self.trace.session.events.time
        if not index:
            return ""
        seconds = times[number] - times[self.event_of(index - 1)]
        return f"{seconds:+.1f}s" if seconds == seconds and abs(seconds) < 100_000 else figures.UNKNOWN

    @staticmethod
    def _tail(duration_ms: float | None, width: int) -> list[Cell]:
        if width < 44:
            return []
        text = fit_right(figures.duration(duration_ms) if duration_ms is not None else "", 8)
        style = "warn" if duration_ms is not None and duration_ms >= _LONGEST_BAR_MS else "muted"
        cells = [(text, style)]
        if width >= _WIDE:
            cells.append((f" {bar(duration_ms, _LONGEST_BAR_MS, _BAR_CELLS)}", "bar"))
        return cells


@contained
class TimelinePane(Pane):
    """The timeline and its list."""

    NUMBER: ClassVar[int] = 1
    NAME: ClassVar[str] = "timeline"

    @dataclass
    class FollowChanged(Message):
        """The user let go of the newest event or took hold of it again."""

        follows: bool

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows = TimelineRows()
        self._list = EventList(empty_text="no events yet", id="trace-timeline-list")
        self._shown: tuple[int, int] | None = None

    def compose(self) -> ComposeResult:
        yield self._list

    @property
    def event_list(self) -> EventList:
        """The list in this pane."""
        return self._list

    def filter(self, matches: Sequence[int] | None) -> None:
        """Show only these events, in ascending order; None shows all."""
        self._rows.matches = None if matches is None else array("I", matches)
        self._list.set_rows(self._rows)

    def extend_filter(self, matches: Sequence[int]) -> None:
        """Show these newer events too."""
        if self._rows.matches is not None and matches:
            self._rows.matches.extend(matches)

    def show(self, frame: Frame) -> None:
        rows = self._rows
        identity = (id(frame.trace), frame.trace.generation)
        rows.trace, rows.generation, rows.at = frame.trace, frame.trace.generation, frame.view.at
        if identity != self._shown:
            rows.forget()
        rows.notice_agents()
        rows.notice_numbers(frame.view)
        self._list.can_follow = frame.live
        if identity != self._shown:
            self._shown = identity
            self._list.set_rows(rows, rows.layout)
        else:
            self._list.refresh_rows(rows.layout)
        if frame.follows:
            self._list.following = True
        elif frame.cursor is not None:
            self._list.following = False
            index = rows.index_of(frame.cursor)
            if index >= 0 and index != self._list.cursor:
                super(EventList, self._list).move_to(index)
        self.headline = self._headline_of(frame)

    def _headline_of(self, frame: Frame) -> str:
        total = frame.view.at
        parts = []
        if self._rows.matches is not None:
            parts.append(f"{self._rows.count:,} of {figures.count(total, 'event')}")
        elif frame.cursor is not None and not frame.follows:
            parts.append(f"{frame.cursor + 1:,} of {frame.trace.session.count:,}")
        else:
            parts.append(figures.count(total, "event"))
        if frame.loading is not None:
            parts.append(f"{frame.loading:.0%} read")
        if frame.trace.bad_line_count:
            parts.append(f"✗ {figures.count(frame.trace.bad_line_count, 'bad line')}")
        if self._list.below:
            parts.append(f"+{self._list.below:,} below")
        elif frame.follows:
            parts.append("following")
        return " · ".join(parts)

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()
        self.post_message(self.CursorMoved(None if message.follows else self._rows.event_of(message.index)))

    def on_event_list_overshot(self, message: EventList.Overshot) -> None:
        message.stop()
        self.post_message(self.CursorMoved(self._rows.event_beyond(message.rows)))

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        self.post_message(self.Inspected(self._rows.event_of(message.index)))

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()
        if message.following:
            self.post_message(self.CursorMoved(None))
        elif message.cursor >= 0:
            self.post_message(self.CursorMoved(self._rows.event_of(message.cursor)))


def clock(timestamp: float) -> str:
    """The local time of day, `14:02:11`."""
    if timestamp != timestamp:  # NaN is not equal to itself
        return "--:--:--"
    return time.strftime("%H:%M:%S", time.localtime(timestamp))


def bar(value: float | None, full: float, cells: int) -> str:
    """A horizontal bar of at most `cells` cells, on a square-root scale so that short ones are seen too."""
    if not value or value <= 0:
        return " " * cells
    eighths = max(1, round(math.sqrt(min(value, full) / full) * cells * 8))
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def _summary_style(look_style: str) -> str:
    return look_style if look_style in ("error", "critical", "warn", "muted", "title", "compaction") else "text"
