"""Frames: what changed since the last one, handed to the panes that are to show it, the pane in use first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from ...analysis.cache_breaks import CATEGORY as CACHE_BREAK
from ...analysis.issues.episodes import Episode
from ...analysis.issues.issue import Issue
from ...analysis.view import View
from ..contain import attempt, contained
from ..panes.inspector import InspectorPane
from ..panes.issues import IssuesPane
from ..panes.names import PANES
from ..panes.pane import Frame, Pane
from ..panes.timeline import TimelinePane
from ..safe_text import one_line
from .cursor import Cursor, Mode
from .draw_now import draw_now
from .replay import Replay
from .ribbon import Ribbon
from .source import TraceSource
from .strip import SessionStrip, facts_of
from .tab_line import TabLine

_MOVED, _GREW = "moved", "grew"
"""Why some panes have not shown the newest frame."""


@contained
class Painting:
    """Paints what is new; part of the dashboard screen."""

    _generation = 0
    _version = 0
    _painted: tuple[object, ...] = ()
    """What the last frame was made of."""
    _late = ""
    _turn = 0
    """The pane whose turn it is while events pour in; 0 for strip and ribbon, for the timeline is in every frame."""
    _frame: Frame | None = None
    _able: tuple[object, ...] = ()
    """What the keys that make sense depend on."""
    _issues_known: tuple[object, ...] = ()
    _issues_found = (False, False)

    @property
    def frame(self) -> Frame | None:
        """What was painted last."""
        return self._frame

    @property
    def is_behind(self) -> bool:
        """Whether some pane does not show the newest frame yet."""
        return bool(self._late)

    def paint(self, hurried: bool = False, *, by_key: bool = False) -> None:
        """Paint what changed since the last frame.

        Where it is hurried the timeline and the active pane come first. The others follow with the next frame, or take
        turns while events pour in, strip and ribbon with them: nobody reads charts twelve times a second, and keys need
        not wait for them. What is hurried by a key leaves to the frames what an earlier key has left.
        """
        trace = self.source.trace
        if trace.generation != self._generation:
            self._generation = trace.generation
            self.cursor = self.cursor.live()
            self.history.forget()
            self._issue = self._episode = None
            self.look_again()
            self.notify("the trace was truncated or replaced: reading it again", title="tracetop")
        self.look_at_bookmarks()
        version = trace.version
        view = trace.view(self.cursor.at(version[1]))
        loading = self.source.progress
        self._show_notice()
        self._show_transport()
        self.extend_filter()
        found = self.search_status
        painted = (
            self.cursor,
            self.filtered_through is None,
            version,
            loading,
            self.filtered_through,
            found,
            self.bookmarks.version,
        )
        is_same = painted == self._painted
        if hurried and not by_key and not is_same and painted[:2] == self._painted[:2]:
            self._turn = (self._turn + 1) % len(self.panes)
        else:
            self._turn = 0
        if not self._turn:
            self._show_strip(view)
            self._show_ribbon(view)
        if is_same and not self._late:
            return
        if not hurried or is_same or not self._painted or (self._late == _MOVED and not by_key):
            panes, self._late = tuple(range(len(self.panes))), ""
        elif by_key or painted[:2] != self._painted[:2]:
            panes, self._late = (0, self.active), _MOVED
        else:
            panes, self._late = (0, self.active, self._turn), _GREW
        self._painted = painted
        self._version += 1
        cursor, is_live = self.cursor.place(view.at), self.cursor.mode is Mode.LIVE
        self._frame = Frame(
            trace,
            view,
            cursor,
            self.cursor.follows,
            self._version,
            loading,
            is_live,
            filter="" if self.filtering is None else self.filtering.text,
            search=found,
            bookmarks=self.bookmarks.placed,
        )
        self._show_panes([self.panes[index] for index in sorted(set(panes))])
        able = (
            bool(view.at),
            view.errors > 0,
            view.iterations > 0,
            *self._kinds_of_issues(view),
            view.compactions > 0,
            self.cursor.mode,
            self.cursor.follows,
            self.bookmarks.version,
        )
        if able != self._able:
            self._able = able
            self.refresh_bindings()
        draw_now(self.screen)

    def _kinds_of_issues(self, view: View) -> tuple[bool, bool]:
        """Whether there are issues, and cache breaks among them."""
        known = view.session, view.issue_version
        if known != self._issues_known:
            episodes = view.episodes()
            is_broken = any(episode.category == CACHE_BREAK for episode in episodes)
            self._issues_known, self._issues_found = known, (bool(episodes), is_broken)
        return self._issues_found

    def hold_still(self) -> None:
        """Paint only when told to: for pictures, which show what they are to whatever time passes."""
        if self._timer is not None:
            self._timer.stop()

    def _show_panes(self, panes: Sequence[Pane] | None = None) -> None:
        if self._frame is None:
            return
        for pane in (*(self.panes if panes is None else panes), self.inspector):
            if pane.display and (pane.parent is None or pane.size.width or not pane.is_mounted):
                attempt(pane, f"the {pane.NAME} pane", pane.show, self._frame)
        self._show_issue()
        self._show_tabs()

    def _show_issue(self) -> None:
        """Have the inspector show the issue it is open on as of the frame."""
        issues = self.panes[-1]
        if self._issue is not None and self._episode is not None and isinstance(issues, IssuesPane):
            told = issues.tell(self._episode)
            self._issue, toll = told or (self._issue, "")
            self.inspector.update_issue(self._issue, toll, stands=told is not None)

    def _show_strip(self, view: View) -> None:
        strip = self.query_one(SessionStrip)
        waiting = self.source.note or self.source.name
        strip.show(facts_of(view, self.cursor.mode, now=self.now, speed=self.replay.speed, waiting=waiting))

    def _show_ribbon(self, view: View) -> None:
        timeline = self.panes[0]
        seen = timeline.visible_events() if isinstance(timeline, TimelinePane) and timeline.display else None
        total = None if self.cursor.mode is Mode.LIVE else self.source.trace.session.count
        self.query_one(Ribbon).show(view, self.cursor.place(view.at), seen, total, self.bookmarks.placed)

    def _show_notice(self) -> None:
        text = self._failure or self.source.note or self.source.trace.defect
        if self.source.error is not None:
            error = self.source.error
            text = f"reading stopped: {type(error).__name__}: {error} · what was read stays"
        notice = self.query_one("#trace-notice", Static)
        if notice.has_class("-shown") != bool(text) or (text and str(notice.visual) != text):
            notice.update(Content(one_line(text)))
            notice.set_class(bool(text), "-shown")

    def _show_tabs(self) -> None:
        tabs = self.query_one(TabLine)
        if not tabs.display:
            return
        names = [f"{number} {name}" for number, name in enumerate(PANES, 1)]
        if self._frame is not None:
            standing = len(self._frame.view.episodes()) if self._frame.view.issue_version else 0
            names[4] += f" ({standing})" if standing else ""
        tabs.light(self.active, names)

    if TYPE_CHECKING:  # the rest is the screen's
        cursor: Cursor
        replay: Replay
        source: TraceSource
        panes: tuple[Pane, ...]
        inspector: InspectorPane
        active: int
        _issue: Issue | None
        _episode: Episode | None
        _timer: Timer | None
        _failure: str

        def __getattr__(self, name: str) -> Any: ...
