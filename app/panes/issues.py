"""Pane 5: what the session wastes, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.message import Message
from textual.strip import Strip

from ...analysis.issues.episodes import Episode
from ...analysis.issues.issue import Issue
from ...analysis.ledger.ledger import Ledger
from ..contain import contained
from ..safe_text import fit
from ..widgets.event_list import EventList
from ..words.waste import NO_COSTS, CostWords, bill_forms
from .inspector.wrapped_text import WrappedText
from .issue_rows import IssueRows
from .pane import Forms, Frame, Pane
from .table import TableHead

_HEADS_FROM = (10, 52)
"""From so many rows and columns of the pane on, one row is for the heads of the columns."""

WATCHED_FOR = (
    "Watched for: identical calls, iterations without a tool call, cache drops, token spikes, frequent compactions, "
    "empty responses, failing and slow tools, context overflow, ignored budget warnings, failed sub-agents; "
    "more in docs/rules.md."
)


@contained
class IssueList(EventList):
    """The list of issues; where there are none and there is room, it says what is watched for."""

    def render_line(self, y: int) -> Strip:
        if self.row_count() or y < 2:
            return super().render_line(y)
        width = self.scrollable_content_region.width
        lines = WrappedText(WATCHED_FOR, max(1, width - 2))
        lines.read_on(len(WATCHED_FOR))
        line = lines.line(y - 2) if lines.count + 2 <= self.page and y - 2 < lines.count else ""
        return Strip([Segment(fit(f" {line}", width), self.looks()["muted"])], width)


@contained
class IssuesPane(Pane):
    """The issues that stand."""

    NUMBER: ClassVar[int] = 5
    NAME: ClassVar[str] = "issues"

    @dataclass
    class IssueChosen(Message):
        """The user wants to see all of an issue: as it is now, what stands behind it, and what it cost in words."""

        issue: Issue
        episode: Episode
        costs: CostWords = NO_COSTS

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows = IssueRows()
        self._head = TableHead(self._rows.heads, id="trace-issues-head")
        self._list = IssueList(self._rows, can_follow=False, empty_text="no issues so far", id="trace-issues-list")
        self._version = 0
        self._counts: Mapping[str, int] = {}
        self._told: list[str | Forms] = []
        self._waste = 0
        self._shown: tuple[object, ...] = ()
        self._at = -1
        self._place: tuple[object, ...] = ()
        self._chosen: Episode | None = None

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._list

    @property
    def selected(self) -> Issue | None:
        """The issue under the cursor."""
        return self._rows.issue(self._list.cursor) if 0 <= self._list.cursor < self._rows.count else None

    @property
    def selected_episode(self) -> Episode | None:
        """What stands behind it."""
        return self._rows.episodes[self._list.cursor] if 0 <= self._list.cursor < self._rows.count else None

    def show(self, frame: Frame) -> None:
        view = frame.view
        found = frame.trace.second_pass(view.session)
        ledger = frame.trace.ledger(view.session)
        waste = ledger.version(view.at)
        self._rows.set_view(view, frame.trace.tree_index(view.session), found, ledger)
        is_looking = found.taken < view.at
        versions = view.issue_version, found.version(view.at)
        shown = (id(frame.trace), frame.trace.generation, *versions, is_looking, frame.only_lane)
        if shown != self._shown:
            if shown[:2] != self._shown[:2]:
                self._chosen = None
            self._shown = shown
            self._list_issues(frame.only_lane)
        elif view.at < self._at or (view.at > self._at and self._rows.is_unsettled) or waste != self._waste:
            self._redraw()
        self._waste = waste
        self._head_line(ledger, frame, is_looking)
        self._at = view.at
        rows, columns = _HEADS_FROM
        size = self.outer_size
        self._head.display = self._rows.count > 0 and size.height >= rows and size.width >= columns
        place = (frame.cursor,) if frame.live else (frame.cursor, view.at, self._list.page)
        if place != self._place:
            self._place = place
            if frame.live:
                self._select_raised_at(frame.cursor, keep=not frame.follows)
            else:
                self._stand_as_then(frame.cursor)

    def _redraw(self) -> None:
        self._rows.is_unsettled = False
        self._version += 1
        self._list.refresh_rows(self._version)

    def _list_issues(self, only_lane: int | None) -> None:
        self._counts = self._rows.list_issues(only_lane)
        self._redraw()
        self._keep_chosen()

    def _head_line(self, ledger: Ledger, frame: Frame, is_looking: bool) -> None:
        """How many issues there are, what they wasted of the bill, which is that of all, how many of each severity."""
        count, *severities = _headline(self._counts)
        wasted = bill_forms(ledger.wasted(frame.view.at), frame.view) if frame.only is None else ()
        told: list[str | Forms] = [
            *frame.only_words,
            count,
            *([wasted] if wasted else []),
            *severities,
            *(["still looking"] if is_looking else []),
        ]
        if told != self._told:
            self._told = told
            self.headline_parts(told)

    def _select_raised_at(self, event: int | None, keep: bool) -> None:
        """Put the cursor on the issue that an event raised, if it did; not away from one that the event proves.

        Without `keep` only until the next issue: whoever follows wants to see the worst.
        """
        row, rows = self._list.cursor, self._rows
        if event is None or (0 <= row < rows.count and rows.proves(row, event)):
            return
        for index, episode in enumerate(rows.episodes):
            if episode.raised == event:
                self._chosen = episode if keep else None
                self._list.move_to(index)
                return

    def _stand_as_then(self, event: int | None) -> None:
        """Put the cursor on the issue that an event raised, else on the one the user chose, else on the worst."""
        episodes = self._rows.episodes
        raised = (index for index, episode in enumerate(episodes) if episode.raised == event)
        row = next(raised, None) if event is not None and self._rows.is_raised_at(event) else None
        if row is None and self._chosen is not None:
            row = next((index for index, episode in enumerate(episodes) if episode is self._chosen), None)
        row = row or 0
        self._list.cursor = row
        self._list.scroll_rows_to(0)
        self._list.reveal(row)

    def tell(self, episode: Episode) -> tuple[Issue, CostWords] | None:
        """An issue as of the view that is shown, and what it cost; None where it does not stand."""
        return self._rows.tell(episode)

    def choose_selected(self) -> None:
        """Keep the cursor on the issue it is on, wherever the user goes in the trace."""
        row = self._list.cursor
        if 0 <= row < self._rows.count:
            self._chosen = self._rows.episodes[row]

    def _keep_chosen(self) -> None:
        """Leave the cursor on the issue it was put on, though others came before it; else show the worst."""
        if self._chosen is not None:
            for index, episode in enumerate(self._rows.episodes):
                if episode is self._chosen:
                    self._list.move_to(index)
                    return
        self._chosen = None
        if self._list.cursor != 0:
            self._list.move_to(0)

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()
        if 0 <= message.index < self._rows.count:
            self._chosen = self._rows.episodes[message.index]
            self.say(self.CursorMoved(self._chosen.raised))

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        issue = self.selected
        if issue is not None:
            episode = self._rows.episodes[self._list.cursor]
            self.post_message(self.IssueChosen(issue, episode, self._rows.told_costs(episode)))


def _headline(counts: Mapping[str, int]) -> list[str]:
    """How many issues there are, and how many of each severity, worst first."""
    if not counts:
        return ["none"]
    return [f"{sum(counts.values()):,}", *(f"{count:,} {severity}" for severity, count in counts.items())]
