"""The inspector: everything about one event, or about one issue and the events that prove it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult

from ...analysis import figures
from ...analysis.issues.issue import Issue
from ...analysis.timeline import duration_of, summarize
from ..contain import contained
from ..safe_text import one_line
from ..trace import Trace
from ..widgets.event_list import EventList
from ..widgets.palette import Cell
from .kinds import look_of
from .pane import Frame, Pane
from .payload_lines import payload_lines, wrapped
from .timeline import clock


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the inspector; one with an `event` leads there."""

    cells: Sequence[Cell]
    event: int | None = None


class InspectorLines:
    """What the inspector shows, as rows."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.lines)

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a line."""
        return list(self.lines[index].cells)


@contained
class InspectorPane(Pane):
    """Over the other panes, until it is closed."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = "inspector"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines = InspectorLines()
        self._list = EventList(self._lines, can_follow=False, id="trace-inspector-lines")
        self._trace: Trace | None = None
        self._event: int | None = None
        self._issue: Issue | None = None
        self._version = 0

    def compose(self) -> ComposeResult:
        yield self._list

    @property
    def event(self) -> int | None:
        """The event that is shown."""
        return self._event

    def inspect_event(self, trace: Trace, event: int) -> None:
        """Show an event."""
        self._trace, self._event, self._issue = trace, event, None
        self._redraw()

    def inspect_issue(self, trace: Trace, issue: Issue) -> None:
        """Show an issue and its evidence."""
        self._trace, self._event, self._issue = trace, None, issue
        self._redraw()

    def show(self, frame: Frame) -> None:
        if self._issue is None and frame.cursor is not None and frame.cursor != self._event:
            self.inspect_event(frame.trace, frame.cursor)

    def on_resize(self) -> None:
        if self._trace is not None:
            self._redraw(stay=True)

    def _redraw(self, stay: bool = False) -> None:
        trace, width = self._trace, max(20, self.size.width - 4)
        if trace is None:
            return
        if self._issue is not None:
            self.headline = f"{self._issue.severity} issue"
            self._lines.lines = issue_lines(trace, self._issue, width)
        elif self._event is not None:
            kind = trace.event(self._event).kind
            self.headline = f"event {self._event + 1:,} of {trace.session.count:,} · {kind}"
            self._lines.lines = event_lines(trace, self._event, width)
        self._version += 1
        self._list.refresh_rows(self._version)
        if not stay:
            self._list.move_to(0)

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        event = self._lines.lines[message.index].event
        if event is not None:
            self.post_message(self.CursorMoved(event))
            self.post_message(self.Inspected(event))


def event_lines(trace: Trace, number: int, width: int) -> list[Line]:
    """Everything about an event."""
    event = trace.event(number)
    session = trace.session
    look = look_of(event.kind)
    row = session.events.iteration[number]
    iteration = session.iterations.number_of(row)
    stated = "" if event.iteration is not None or iteration is None else " (the open one)"
    agent = session.lanes.names.name(session.events.lane[number])
    facts = {
        "kind": f"{event.kind} · {event.category}",
        "time": f"{clock(event.timestamp)} · {_date(event.timestamp)}",
        "iteration": figures.UNKNOWN if iteration is None else f"{iteration}{stated}",
        "agent": agent or "main",
        "duration": figures.duration(duration_of(event)),
        "event id": event.event_id or figures.UNKNOWN,
        "parent": event.parent_event_id or figures.UNKNOWN,
        "position": trace.place(number),
    }
    lines = [Line([(f"{look.glyph} {one_line(summarize(event))}", "title")]), Line([])]
    lines += [Line([(f"{name:<10}", "muted"), (one_line(fact), "text")]) for name, fact in facts.items()]
    lines += [Line([]), Line([("data", "title")])]
    lines += [Line(cells) for cells in payload_lines(event.data, width)] or [Line([("no payload", "muted")])]
    return lines


def issue_lines(trace: Trace, issue: Issue, width: int) -> list[Line]:
    """Everything about an issue: what, why, what to do, and the events that prove it."""
    where = "" if issue.iteration is None else f" · iteration {issue.iteration}"
    lines = [
        Line([(f"{issue.severity.upper()} ", issue.severity), (one_line(issue.title), "title")]),
        Line([(f"{issue.category}{where}{f' · agent {one_line(issue.agent)}' if issue.agent else ''}", "muted")]),
        Line([]),
    ]
    lines += [Line([(line, "text")]) for line in wrapped(issue.description, width)]
    lines += [Line([]), Line([("what to do", "title")])]
    lines += [Line([(line, "text")]) for line in wrapped(issue.suggestion, width)]
    lines += [Line([]), Line([(f"evidence: {figures.count(len(issue.events), 'event')}, enter goes there", "title")])]
    for number in issue.events:
        event = trace.event(number)
        look = look_of(event.kind)
        text = f"#{number + 1:<7,} {clock(event.timestamp)}  {look.glyph} {one_line(summarize(event))}"
        lines.append(Line([(text, look.style)], event=number))
    return lines


def _date(timestamp: float) -> str:
    if timestamp != timestamp:  # NaN is not equal to itself
        return figures.UNKNOWN
    return time.strftime("%Y-%m-%d", time.localtime(timestamp)) + f" · {timestamp:.3f}"
