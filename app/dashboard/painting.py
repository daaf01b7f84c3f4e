"""Frames: what changed since the last one, handed to the panes that are to show it, the pane in use first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from ...analysis.fold.session import Session
from ...analysis.issues.episodes import Episode
from ...analysis.issues.issue import Issue
from ...analysis.view import View
from ..contain import attempt, contained
from ..panes.agents import AgentsPane
from ..panes.cache import CachePane
from ..panes.context import ContextPane
from ..panes.inspector.inspector import InspectorPane
from ..panes.issues import IssuesPane
from ..panes.names import PANES
from ..panes.pane import Frame, Only, Pane
from ..panes.timeline.timeline import TimelinePane
from ..panes.what_if import WhatIfPane
from ..safe_text import one_line
from ..trace import Trace
from ..words.waste import NO_COSTS
from .cursor import Cursor, Mode
from .draw_now import draw_now
from .ribbon.ribbon import Ribbon
from .source.opening import Newest
from .source.source import TraceSource
from .strip import SO_FAR_MARK, Facts, SessionStrip, SoFar, facts_of, is_left_alone
from .tab_line import TabLine
from .time_travel.replay import Replay

_CACHE = PANES.index("cache")
_PARTING_SECONDS = 0.006
"""For so long the calls of one agent are parted from the others' within a frame."""
_TRUNCATED = "the trace was truncated or replaced"
_MOVED, _GREW = "moved", "grew"
"""Why some panes have not shown the newest frame."""


@contained
class Painting:
    """Paints what is new; part of the dashboard screen."""

    _generation = 0
    _version = 0
    _is_first = False
    _is_quiet = False
    """Whether the last frame had nothing new to paint."""
    _painted: tuple[object, ...] = ()
    """What the last frame was made of."""
    _late = ""
    _turn = 0
    """The pane whose turn it is while events pour in; 0 for strip and ribbon, for the timeline is in every frame."""
    _frame: Frame | None = None
    _facts: tuple[View | None, Facts] = (None, Facts())
    """What the strip told last, and of which view."""
    _able: tuple[object, ...] = ()
    """What the keys that make sense depend on."""
    _issues_known: tuple[object, ...] = ()
    _issues_found = False

    @property
    def frame(self) -> Frame | None:
        """What was painted last."""
        return self._frame

    @property
    def is_behind(self) -> bool:
        """Whether some pane does not show the newest frame yet."""
        return bool(self._late)

    def _why_anew(self, trace: Trace) -> str:
        """Why a trace starts over: other logs, and `tracetop listen`, tell a session anew when they know better."""
        shown = self._frame.view.session if self._frame is not None else None
        is_same = (
            shown is not None and trace.session.count >= shown.count and trace.session.session_id == shown.session_id
        )
        return "more is known of the session now" if trace.merged is not None or is_same else _TRUNCATED

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
            self.notify(f"{self._why_anew(trace)}: reading it again", title="tracetop")
        self.look_at_bookmarks()
        # What is read is asked for last: where nothing is being read any more, the trace is whole.
        loading, newest = self.source.progress, self.look_at_newest()
        version = trace.version
        view = self._view_of(trace, self.cursor.at(version[1]))
        if not by_key and loading is None:
            self.look_for_findings(trace, view)
        breaks = view.session.cache_breaks
        breaks.extend()
        only = self._only(trace, view)
        self._show_progress()
        self._show_notice()
        self._show_transport()
        self.extend_filter()
        found = self.search_status
        is_idle = self.cursor.mode is Mode.LIVE and loading is None and is_left_alone(view, self.now)
        painted = (
            self.cursor,
            self.filtered_through is None,
            version,
            loading,
            newest and newest.version,
            self.filtered_through,
            found,
            self.bookmarks.version,
            self.findings_told(trace, view, at_once=not hurried),
            breaks.taken,
            only,
            is_idle,
        )
        is_same = self._is_quiet = painted == self._painted
        if hurried and not by_key and not is_same and painted[:2] == self._painted[:2]:
            self._turn = (self._turn + 1) % len(self.panes)
        else:
            self._turn = 0
        if not self._turn or loading is not None:  # frames are rare while much is read
            self._show_strip(view, loading)
            self._tell_time()
            self._show_ribbon(view, loading)
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
            newest,
            None if self._newest is None else self._newest.began,
            is_live,
            filter="" if self.filtering is None else self.filtering.text,
            search=found,
            only=only,
            bookmarks=self.bookmarks.placed,
            is_idle=is_idle,
        )
        self._show_panes([self.panes[index] for index in sorted(set(panes))])
        able = (
            bool(view.at),
            view.errors > 0,
            view.iterations > 0,
            self._has_issues(view),
            breaks.count(view.at) > 0,
            view.compactions > 0,
            self.cursor.mode,
            self.cursor.follows,
            self.bookmarks.version,
            newest is None,
            self.source.reading is not None,
            self.source.reading is not None and self.source.reading.is_stopped,
        )
        if able != self._able:
            self._able = able
            self.refresh_bindings()
        draw_now(self.screen)

    def _view_of(self, trace: Trace, at: int) -> View:
        """A trace as of an event: the view that the last frame had, where it would be the same."""
        known = None if self._frame is None else self._frame.view
        return known if known is not None and known.at == at and known.session is trace.session else trace.view(at)

    def lane_looked_at(self, session: Session) -> int | None:
        """The lane of the one agent that the filter lets through; None for all, or for several."""
        return None if self.filtering is None else self.filtering.agents.sole(session)

    def _only(self, trace: Trace, view: View) -> Only | None:
        """The one agent that is looked at, its calls parted from the others' as far as a frame has time."""
        lane = self.lane_looked_at(view.session)
        if lane is None:
            return None
        parted, end = trace.lane_calls(view.session), time.perf_counter() + _PARTING_SECONDS
        while (is_more := parted.extend()) and time.perf_counter() < end:
            pass
        name = view.session.lanes.names.name(lane)
        return Only(lane, name, parted.of(lane), parted.taken, is_whole=not is_more)

    def _has_issues(self, view: View) -> bool:
        known = view.session, view.all_version
        if known != self._issues_known:
            self._issues_known, self._issues_found = known, bool(view.all_episodes())
        return self._issues_found

    def hold_still(self) -> None:
        """Paint only when told to: for pictures, which show what they are to whatever time passes."""
        if self._timer is not None:
            self._timer.stop()

    def _show_panes(self, panes: Sequence[Pane] | None = None) -> None:
        if self._frame is None:
            return
        if self.source.trace.generation != self._generation:  # the frame is of a trace that has started over
            self.paint()
            return
        lists = self.agent_list, self.context_list, self.what_if_list
        for pane in (*(self.panes if panes is None else panes), self.inspector, *lists):
            if pane.display and (pane.parent is None or pane.size.width or not pane.is_mounted or self._is_first):
                pane.so_far = self._is_so_far(pane, self._frame)
                attempt(pane, f"the {pane.NAME} pane", pane.show, self._frame)
        self._show_issue()
        self._show_tabs()

    def show_anew(self, pane: Pane) -> None:
        """Have a pane that has just been opened show what was painted last."""
        if self._frame is not None:
            attempt(pane, f"the {pane.NAME} pane", pane.show, self._frame)

    def _is_so_far(self, pane: Pane, frame: Frame) -> bool:
        """Whether the figures of a pane are of what is read, which is not all there is."""
        if pane is self.inspector:  # it says how many events there are, also as of one of them
            is_among_newest = frame.newest is not None and self.inspector.shows(frame.newest)
            return frame.loading is not None and self._issue is None and not is_among_newest
        return frame.is_so_far and (frame.newest is None or pane is not self.panes[0])

    def _show_issue(self) -> None:
        """Have the inspector show the issue it is open on as of the frame."""
        issues = self.panes[-1]
        if self._issue is not None and self._episode is not None and isinstance(issues, IssuesPane):
            told = issues.tell(self._episode)
            self._issue, costs = told or (self._issue, NO_COSTS)
            self.inspector.update_issue(self._issue, costs, stands=told is not None)

    def _show_strip(self, view: View, loading: float | None) -> None:
        strip = self.query_one(SessionStrip)
        waiting = self.source.note or self.source.name
        mode, newest = self.cursor.mode, self.source.newest
        so_far = None
        if loading is not None and mode is Mode.LIVE:
            so_far = SoFar(*((None, None) if newest is None else (newest.head, newest.trace.view())))
        of, facts = self._facts
        before = facts if of is view else None
        speed = self.replay.speed
        facts = facts_of(view, mode, now=self.now, speed=speed, waiting=waiting, so_far=so_far, before=before)
        self._facts = view if so_far is None else None, facts
        strip.show(facts)

    def _tell_time(self) -> None:
        """Have the cache's pane count down while nothing happens; it draws nothing unless its title changes."""
        cache = self.panes[_CACHE]
        if isinstance(cache, CachePane):
            cache.tell_time(self.now)

    def _show_ribbon(self, view: View, loading: float | None) -> None:
        timeline = self.panes[0]
        seen = timeline.visible_events() if isinstance(timeline, TimelinePane) and timeline.display else None
        total = None if self.cursor.mode is Mode.LIVE else self.source.trace.session.count
        cursor = self.cursor.place(view.at)
        if self.cursor.mode is Mode.LIVE and loading:
            total = max(view.at + 1, round(view.at / loading))  # about: what is to be read is blank
            cursor = cursor if self._newest is None else total - 1
        self.query_one(Ribbon).show(view, cursor, seen, total, self.bookmarks.placed)

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
            view = self._frame.view
            standing = len(view.all_episodes()) if view.all_version else 0
            names[4] += f" ({standing}{SO_FAR_MARK if self._frame.is_so_far else ''})" if standing else ""
        tabs.light(self.active, names)

    if TYPE_CHECKING:  # the rest is the screen's
        cursor: Cursor
        replay: Replay
        source: TraceSource
        panes: tuple[Pane, ...]
        inspector: InspectorPane
        agent_list: AgentsPane
        context_list: ContextPane
        what_if_list: WhatIfPane
        active: int
        _issue: Issue | None
        _episode: Episode | None
        _timer: Timer | None
        _failure: str
        _newest: Newest | None

        def __getattr__(self, name: str) -> Any: ...
