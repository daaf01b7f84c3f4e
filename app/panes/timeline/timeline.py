"""Pane 1: every call and event on a line, newest at the end, with its bar on an axis of time if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from ....analysis import figures
from ...contain import attempt, contained
from ...trace import Trace
from ...widgets.event_list import EventList
from ..pane import Frame, Pane
from .rows import TimelineRows, bar, clock
from .time_ruler import TimeRuler
from .time_window import TimeWindow
from .timeline_list import TimelineList

__all__ = ["TimelinePane", "TimelineRows", "bar", "clock"]

_WORK_SECONDS = 0.03
"""How long the work that is left waits, so that keys are heard meanwhile."""


@contained
class TimelinePane(Pane):
    """The timeline and its list."""

    NUMBER: ClassVar[int] = 1
    NAME: ClassVar[str] = "timeline"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows = TimelineRows()
        self._list = TimelineList(empty_text="no events yet", id="trace-timeline-list")
        self._ruler = TimeRuler(id="trace-timeline-ruler")
        self._frame: Frame | None = None
        self._shown: tuple[int, int] | None = None
        self._window = TimeWindow()
        self._revealed: int | None = None
        self._stood: tuple[object, ...] = ()
        """What was shown of the past last: event, length of the view, page."""
        self._works = False
        self._told_of_older = False
        self._newest: Trace | None = None
        """The trace whose rows are shown in place of those of a trace that is still being read."""

    def compose(self) -> ComposeResult:
        yield self._ruler
        yield self._list

    def visible_events(self) -> tuple[int, int] | None:
        """The events that the first and the last visible row begin with; None if no row of the trace is visible."""
        if self._newest is not None:
            return None
        first, last = self._visible_rows()
        return (self._rows.shown.event_of(first), self._rows.shown.event_of(last - 1)) if first < last else None

    def filter(self, matches: Sequence[int] | None) -> None:
        """Show only these events, in ascending order; None shows all."""
        self._rows.shown.filter(matches)
        self._rows.redraw()
        self._work()
        self._list.set_rows(self._rows, self._rows.version)

    def extend_filter(self, matches: Sequence[int]) -> None:
        """Show these newer events too."""
        if matches:
            self._rows.shown.extend_filter(matches)

    @property
    def newest_chosen(self) -> tuple[Trace, int, bool] | None:
        """Where the newest events are shown: their trace, the one under the cursor, whether the list follows them."""
        if self._newest is None or self._list.cursor < 0:
            return None
        return self._newest, self._rows.shown.event_of(self._list.cursor), self._list.following

    def follow_newest(self) -> None:
        """Go to the last row and stay there, where the newest events are shown."""
        if self._newest is not None:
            self._list.following = True
            self._show_again()

    def show(self, frame: Frame) -> None:
        self._frame = frame
        if frame.live:
            self._stood = ()
        above = self._list.cursor - self._list.top if self._newest is not None else None
        self._newest = frame.newest
        self._list.begins_late = frame.newest is not None
        trace = frame.newest or frame.trace
        identity = (id(trace), trace.generation)
        if frame.newest is not None:
            self._rows.take(trace, trace.view())
        else:
            self._rows.take(trace, frame.view, frame.bookmarks, is_idle=frame.is_idle)
        self._list.can_follow = frame.live
        if identity != self._shown:
            self._shown = identity
            self._window.open(trace.session)
            self._rows.redraw()
            self._list.set_rows(self._rows, self._rows.version)
            if frame.newest is not None:
                self._list.following = True
        self._draw(frame)
        if above is not None and frame.newest is None and not frame.follows:
            self._list.scroll_rows_to(self._list.cursor - above)

    def _draw(self, frame: Frame) -> None:
        """Have list, ruler and headline show a frame."""
        self._work()
        self._list.forget(self._rows.take_stale())
        self._list.refresh_rows(self._rows.version)
        self._place_cursor(frame)
        self._fit()
        self.headline = self._headline_of(frame)

    def _work(self) -> None:
        """Do some of what must look through all events, and the rest later."""
        more = self._rows.shown.catch_up()
        if self._rows.waterfall:
            more |= self._window.gaps.extend()
        if more and not self._works:
            self._works = True
            self.set_timer(_WORK_SECONDS, self._work_on)

    def _work_on(self) -> None:
        self._works = False
        self._show_again()

    def _show_again(self) -> None:
        if self._frame is not None:
            attempt(self, "the timeline pane", self._draw, self._frame)

    def _place_cursor(self, frame: Frame) -> None:
        if frame.newest is not None:
            pass  # it moves among them by itself
        elif frame.follows:
            self._list.following = True
        elif frame.cursor is not None:
            self._list.following = False
            row = self._rows.shown.row_of(frame.cursor)
            if not frame.live:
                self._place_as_then(frame, row)
            elif row >= 0 and row != self._list.cursor:
                super(EventList, self._list).move_to(row)
        if frame.cursor != self._revealed and self._list.cursor >= 0:
            self._revealed = frame.cursor
            self._window.reveal(self._rows.start_of(self._list.cursor))

    def _place_as_then(self, frame: Frame, row: int) -> None:
        """Have the list stand as it did when the event was the newest, unless the user has scrolled since."""
        place = frame.cursor, frame.view.at, self._list.page
        if place != self._stood:
            self._stood = place
            self._list.cursor = row
            self._list.show_end(row)

    def _visible_rows(self) -> tuple[int, int]:
        first = self._list.top
        return first, min(first + self._list.page, self._rows.count)

    def _fit(self) -> None:
        """Have the axis fit what is seen, unless the user chose what it shows."""
        rows, axis = self._rows, None
        columns = rows.columns(max(0, self._list.scrollable_content_region.width - 1))
        if columns.axis and self._frame is not None:
            seen = rows.window_of(*self._visible_rows())
            axis = self._window.draw(rows.view, seen, columns.axis, self._frame.began)
        rows.axis = axis
        self._ruler.show(axis, columns.before_axis + 1)
        self._list.refresh_rows(rows.version)

    def _newest_headline(self, frame: Frame) -> str:
        session = self._rows.shown.session
        parts = []
        if self._list.following:
            parts.append(f"newest {figures.count(session.count, 'event')}")
        else:
            at = self._rows.shown.event_of(self._list.cursor) + 1
            parts.append(f"{at:,} of the newest {figures.count(session.count, 'event')}")
        if frame.loading is not None:
            parts.append(f"read from the start: {frame.loading:.0%}")
        return " · ".join([*parts, *self._axis_parts(frame)])

    def _headline_of(self, frame: Frame) -> str:
        if frame.newest is not None:
            return self._newest_headline(frame)
        total, rows, shown = frame.view.at, self._rows.count, self._rows.shown
        parts = [frame.search] if frame.search else []
        parts += self._axis_parts(frame)
        if shown.matches is not None:
            parts.append(f"{shown.matching:,} of {figures.count(total, 'event')}")
            if rows != shown.matching:
                parts.append(figures.count(rows, "row"))
        elif frame.cursor is not None and frame.live and not frame.follows:
            parts.append(f"{frame.cursor + 1:,} of {frame.trace.session.count:,}")
            if rows != total:
                parts.append(figures.count(rows, "row"))
        else:
            of_rows = f"{figures.count(rows, 'row')} of " if rows != total else ""
            parts.append(f"{of_rows}{figures.count(total, 'event')}")
        if frame.filter:
            parts.append(f"filter {frame.filter}")
        if frame.trace.bad_line_count:
            parts.append(f"✗ {figures.count(frame.trace.bad_line_count, 'bad line')}")
        if self._list.below and frame.live:
            parts.append(f"+{self._list.below:,} below")
        elif frame.follows:
            parts.append("following")
        return " · ".join(parts)

    def _axis_parts(self, frame: Frame) -> list[str]:
        axis, span = self._rows.axis, self._rows.view.time_span
        if axis is None or span is None:
            return ["waterfall"] if self._rows.waterfall else []
        shown, whole = (seconds * 1000.0 for seconds in (axis.end - axis.start, span[1] - span[0]))
        told = figures.duration(shown) if shown >= 1.0 else f"{shown:.2g}ms"
        parts = ["waterfall", f"{told} of {figures.duration(whole)}"]
        if axis.gaps:
            parts.append(f"{figures.count(len(axis.gaps), 'gap')} folded")
        return parts

    def on_timeline_list_scrolled(self, message: TimelineList.Scrolled) -> None:
        if self._rows.waterfall and self._frame is not None:
            self._fit()
            self.headline = self._headline_of(self._frame)

    def on_timeline_list_toggled(self, message: TimelineList.Toggled) -> None:
        message.stop()
        rows = self._rows
        if message.what == "waterfall":
            rows.waterfall = self._list.has_axis = not rows.waterfall
            self._window.fit()
        else:
            rows.shown.every = not rows.shown.every
        rows.redraw()
        self._list.set_rows(rows, rows.version)
        self._list.refresh_bindings()
        self._show_again()

    def on_timeline_list_zoomed(self, message: TimelineList.Zoomed) -> None:
        message.stop()
        if self._list.cursor >= 0:
            self._window.zoom(message.factor, self._rows.start_of(self._list.cursor))
            self._show_again()

    def on_timeline_list_panned(self, message: TimelineList.Panned) -> None:
        message.stop()
        self._window.pan(message.windows)
        self._show_again()

    def on_timeline_list_fitted(self, message: TimelineList.Fitted) -> None:
        message.stop()
        self._window.fit()
        self._show_again()

    def on_timeline_list_undershot(self, message: TimelineList.Undershot) -> None:
        message.stop()
        if message.to_start:
            self.say(self.CursorMoved(0))
        elif not self._told_of_older:
            self._told_of_older = True
            self.notify("older events are read from the start · home: the first", timeout=3)

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()
        if self._newest is not None:
            self._told_of_older = False
            self._show_again()
            return
        self.say(self.CursorMoved(None if message.follows else self._rows.shown.event_of(message.index)))

    def on_event_list_overshot(self, message: EventList.Overshot) -> None:
        message.stop()
        self.say(self.CursorMoved(self._rows.shown.beyond(message.rows)))

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        self.say(self.Inspected(self._rows.outcome_of(message.index), self._newest))

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()
        if self._newest is not None:
            self._show_again()
        elif message.following:
            self.say(self.CursorMoved(None))
        elif message.cursor >= 0:
            self.say(self.CursorMoved(self._rows.shown.event_of(message.cursor)))
