"""Pane 5: what the session wastes, worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.message import Message

from ...analysis.issues.episodes import Episode
from ...analysis.issues.issue import SEVERITIES, Issue, severity_of
from ...analysis.view import View
from ..contain import contained
from ..safe_text import fit, fit_right, one_line
from ..widgets.event_list import EventList
from ..widgets.palette import Cell
from .pane import Frame, Pane

_GLYPHS = {"critical": "‼", "high": "!", "medium": "▪", "low": "·"}


class IssueRows:
    """The rows of the issue list."""

    def __init__(self) -> None:
        self.view: View | None = None
        self.episodes: list[Episode] = []

    @property
    def count(self) -> int:
        """How many issues stand."""
        return len(self.episodes)

    def issue(self, index: int) -> Issue:
        """The issue on a row."""
        assert self.view is not None
        return self.view.issue(self.episodes[index])

    def row(self, index: int, width: int) -> list[Cell]:
        """Severity, title, how often, in which iteration."""
        issue = self.issue(index)
        severity: Cell = (f"{_GLYPHS[issue.severity]} {issue.severity:<8} ", issue.severity)
        where = f"it {issue.iteration}" if issue.iteration is not None else ""
        if issue.agent:
            where = f"{one_line(issue.agent)} {where}"
        times = f"{issue.count}×" if issue.count > 1 else ""
        tail: list[Cell] = []
        if width >= 70:
            tail = [(fit_right(times, 6), "muted"), (fit_right(where, 12), "muted")]
        elif width >= 40:
            tail = [(fit_right(where, max(6, min(len(where) + 1, 12))), "muted")]
        room = width - sum(len(text) for text, _ in (severity, *tail))
        return [severity, (fit(one_line(issue.title), max(0, room)), "text"), *tail]


@contained
class IssuesPane(Pane):
    """The issues that stand."""

    NUMBER: ClassVar[int] = 5
    NAME: ClassVar[str] = "issues"

    @dataclass
    class IssueChosen(Message):
        """The user wants to see all of an issue."""

        issue: Issue

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows = IssueRows()
        self._list = EventList(self._rows, can_follow=False, empty_text="no issues so far", id="trace-issues-list")
        self._version = 0
        self._shown = (0, 0, -1)
        self._cursor: int | None = None

    def compose(self) -> ComposeResult:
        yield self._list

    @property
    def selected(self) -> Issue | None:
        """The issue under the cursor."""
        return self._rows.issue(self._list.cursor) if 0 <= self._list.cursor < self._rows.count else None

    def show(self, frame: Frame) -> None:
        view = frame.view
        shown = (id(frame.trace), frame.trace.generation, view.issue_version)
        if shown != self._shown:
            self._shown = shown
            self._list_issues(view)
        if frame.cursor != self._cursor:
            self._cursor = frame.cursor
            self._select_raised_at(frame.cursor)

    def _list_issues(self, view: View) -> None:
        selected = self._rows.episodes[self._list.cursor] if self._list.has_focus and self._rows.count else None
        self._rows.view = view
        self._rows.episodes = sorted(view.episodes(), key=_rank)
        self._version += 1
        self._list.refresh_rows(self._version)
        self._keep(selected)
        counts = Counter(severity_of(episode.category) for episode in self._rows.episodes)
        worst = [f"{counts[severity]:,} {severity}" for severity in SEVERITIES if counts[severity]]
        self.headline = " · ".join([f"{self._rows.count:,}", *worst]) if worst else "none"

    def _select_raised_at(self, event: int | None) -> None:
        """Put the cursor on the issue that an event raised, if it did."""
        episodes, row = self._rows.episodes, self._list.cursor
        if 0 <= row < len(episodes) and episodes[row].raised == event:
            return
        for index, episode in enumerate(episodes):
            if episode.raised == event:
                self._list.move_to(index)
                return

    def _keep(self, selected: Episode | None) -> None:
        """Leave the cursor on the issue it was on, though others came before it."""
        for index, episode in enumerate(self._rows.episodes):
            if episode is selected:
                self._list.move_to(index)
                return
        self._list.cursor = 0

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()
        issue = self.selected
        if issue is not None:
            self.post_message(self.CursorMoved(issue.raised))

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        issue = self.selected
        if issue is not None:
            self.post_message(self.IssueChosen(issue))


def _rank(episode: Episode) -> tuple[int, int]:
    """Worst first, and of one severity the newest."""
    return SEVERITIES.index(severity_of(episode.category)), -episode.raised
