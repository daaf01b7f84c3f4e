"""The dashboard: one screen that shows everything about a trace at a glance, and keeps its panes on one cursor."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from importlib.resources import files

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from ...analysis.issues.episodes import Episode
from ...analysis.issues.issue import Issue
from ..bookmarks.bookmarks import Bookmarks
from ..contain import Failed, contained
from ..panes.agents import AgentsPane
from ..panes.bookmarks import BookmarksPane
from ..panes.cache import CachePane
from ..panes.context import ContextPane
from ..panes.inspector.inspector import InspectorPane
from ..panes.issues import IssuesPane
from ..panes.names import PANES
from ..panes.pane import STYLES as PANE_STYLES
from ..panes.pane import Pane
from ..panes.timeline.timeline import TimelinePane
from ..panes.tokens import TokensPane
from ..panes.tree import TreePane
from ..panes.what_if import WhatIfPane
from ..screens import is_seen
from ..settings.settings import FRAME_RATE, LAYOUTS
from .bindings import BINDINGS
from .catching_up import CatchingUp
from .commands import DashboardCommands
from .cursor import Cursor, Mode
from .help import HelpPane
from .key_line import KeyLine
from .keys import KeyActions
from .look_ahead import look_before
from .navigation.history import History
from .overlays import Overlays
from .painting import Painting
from .progress import ProgressLine, Stopwatch
from .prompt_line import PromptLine
from .reading import LongReading
from .ribbon.ribbon import Ribbon
from .source.open_source import SourceLike, open_source
from .strip import SessionStrip
from .tab_line import TabLine
from .time_travel.replay import Replay
from .time_travel.transport import Transport

FRAMES_PER_SECOND = float(FRAME_RATE)


def _styles() -> str:
    sheet = files(__package__).joinpath("dashboard.tcss").read_text(encoding="utf-8")
    head, brace, rest = sheet.partition("{")
    return f"{head}{brace}\n{PANE_STYLES}\n{rest}"


@contained
class DashboardScreen(KeyActions, Painting, CatchingUp, LongReading, Overlays, Screen[None]):
    """Shows a trace: a `TraceCollector` of this process, a path, or a `TraceSource`.

    It reads while it is on the screen and sleeps while it is not; its state stays. `clock` gives epoch seconds,
    `frames_per_second` is how often it looks for something new to paint, `layout` what it opens with: `overview`, or
    the name of the pane to zoom. Raises ValueError for another layout.
    """

    CSS = _styles()
    BINDINGS = BINDINGS
    COMMANDS = {DashboardCommands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (180, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (28, "-tall")]
    AUTO_FOCUS = "#trace-timeline-list"

    def __init__(
        self,
        source: SourceLike,
        *,
        clock: Callable[[], float] = time.time,
        frames_per_second: float = FRAMES_PER_SECOND,
        layout: str = "overview",
        name: str | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id)
        if layout not in LAYOUTS:
            raise ValueError(f"no layout is called {layout!r}; there are {', '.join(LAYOUTS)}")
        self.frames_per_second = frames_per_second
        self._layout_wanted = layout
        self.source = open_source(source)
        self.cursor = Cursor()
        self.replay = Replay()
        self.history = History()
        self.bookmarks = Bookmarks(self.source.path, clock)
        self._clock = clock
        self._stopwatch = Stopwatch()
        self._timer: Timer | None = None
        self._failure = ""
        self._issue: Issue | None = None
        self._episode: Episode | None = None
        self.panes: tuple[Pane, ...] = ()
        self.inspector = InspectorPane(id="trace-inspector")
        self.help = HelpPane(id="trace-help")
        self.bookmark_list = BookmarksPane(id="trace-bookmarks")
        self.context_list = ContextPane(id="trace-context")
        self.agent_list = AgentsPane(id="trace-agents")
        self.what_if_list = WhatIfPane(id="trace-what-if")
        self.active = 0

    def compose(self) -> ComposeResult:
        # Made here, not in __init__: a screen that was popped and is pushed again composes again.
        timeline, tree = TimelinePane(id="trace-timeline"), TreePane(id="trace-tree")
        tokens, cache = TokensPane(id="trace-tokens"), CachePane(id="trace-cache")
        issues = IssuesPane(id="trace-issues")
        self.panes = (timeline, tree, tokens, cache, issues)
        self.inspector, self.help = InspectorPane(id="trace-inspector"), HelpPane(id="trace-help")
        self.bookmark_list = BookmarksPane(id="trace-bookmarks")
        self.context_list = ContextPane(id="trace-context")
        self.agent_list = AgentsPane(id="trace-agents")
        self.what_if_list = WhatIfPane(id="trace-what-if")
        self._painted = ()
        yield SessionStrip(id="trace-strip")
        yield Ribbon(id="trace-ribbon")
        yield Transport(id="trace-transport")
        yield ProgressLine(id="trace-progress")
        yield Static("", id="trace-notice", markup=False)
        yield TabLine(PANES, id="trace-tabs")
        with Vertical(id="trace-body"):
            with Horizontal(id="trace-columns"):
                with Vertical(id="trace-left"):
                    yield timeline
                    yield tree
                with Vertical(id="trace-right"):
                    yield tokens
                    yield cache
                    yield issues
            yield self.inspector
            yield self.bookmark_list
            yield self.context_list
            yield self.agent_list
            yield self.what_if_list
            yield self.help
        yield PromptLine(id="trace-prompt")
        yield KeyLine(id="trace-keys", first=self.keys_first, words=self.words_for)

    @property
    def is_standalone(self) -> bool:
        """Whether tracetop's own app shows this screen, not a host's."""
        return bool(getattr(self.app, "is_tracetop", False))

    @property
    def is_typing(self) -> bool:
        """Whether keys go to the prompt."""
        return isinstance(self.focused, Input)

    @property
    def selected_issue(self) -> Issue | None:
        """The issue whose evidence is walked through: the one opened, else the one selected among the issues."""
        if self._issue is not None or not self.panes:
            return self._issue
        issues = self.panes[-1]
        return issues.selected if isinstance(issues, IssuesPane) else None

    @property
    def selected_episode(self) -> Episode | None:
        """What stands behind it."""
        if self._issue is not None or not self.panes:
            return self._episode
        issues = self.panes[-1]
        return issues.selected_episode if isinstance(issues, IssuesPane) else None

    def on_mount(self) -> None:
        self._activate(0, focus=False)
        if self._layout_wanted != "overview":
            self.zoom(PANES.index(self._layout_wanted))
        self.source.start()
        if self.filtering:
            self.look_again()
        self.source.wait_until_looked()
        if self.source.reading is not None:
            self._is_first = True
            self.paint()
            self._is_first = False
        self.call_after_refresh(self.source.newest_seen)
        self._timer = self.set_interval(1 / self.frames_per_second, self.on_tick, name="tracetop frames")

    def on_unmount(self) -> None:
        self.source.close()
        # Textual stops the timer that paints a screen when it is removed, but keeps it: the same screen, pushed again,
        # would stay blank.
        setattr(self, "_Screen__update_timer", None)  # noqa: B010

    def on_screen_suspend(self) -> None:
        if is_seen(self):  # a dialog or the palette came over us
            return
        self.source.pause()
        if self._timer is not None:
            self._timer.pause()

    def on_screen_resume(self) -> None:
        self.source.start()
        if self._timer is not None:
            self._timer.resume()

    def on_tick(self) -> None:
        """One frame: move the replay on, and paint what changed since the last one."""
        begun, was = asyncio.get_running_loop().time(), self._version
        self._arrive()
        if self.cursor.mode is Mode.REPLAY:
            self._replay_on()
        if self.is_frame_due():
            self.paint(hurried=True)
        if self._version != was:
            look_before(begun + 1 / self.frames_per_second, self.source.nudge)

    def on_ribbon_jumped(self, message: Ribbon.Jumped) -> None:
        if message.begins:
            self.leave_place()
        is_newest = self.cursor.mode is Mode.LIVE and message.event >= self.source.trace.session.count - 1
        self.move_cursor(None if is_newest else message.event)

    def _activate(self, index: int, focus: bool = True) -> None:
        """Make a pane the active one: the one that zooms, and the only one where there is room for one."""
        self.active = index
        for number, pane in enumerate(self.panes):
            pane.set_class(number == index, "-active")
        for column in self.query("#trace-left, #trace-right"):
            column.set_class(self.panes[index] in column.query(Pane), "-active")
        self._show_tabs()
        if focus:
            self.panes[index].focus_content()
        self.call_after_refresh(self._show_panes)

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show_panes)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for number, pane in enumerate(self.panes):
            if pane is event.widget or pane in event.widget.ancestors:
                if number != self.active:
                    self._activate(number, focus=False)
                return

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        self._activate(message.index)

    def on_pane_cursor_moved(self, message: Pane.CursorMoved) -> None:
        self.move_cursor(message.event)

    def on_pane_inspected(self, message: Pane.Inspected) -> None:
        if message.trace is not None and message.trace is not self.source.trace:
            self.inspect_newest(message.trace, message.event)
            return
        if self.inspector.has_class("-shown"):
            self.leave_place()  # a link was followed
        self.inspect(message.event)

    def on_issues_pane_issue_chosen(self, message: IssuesPane.IssueChosen) -> None:
        self._issue, self._episode = message.issue, message.episode
        self.inspector.inspect_issue(self.source.trace, message.issue, message.costs)
        self._open(self.inspector)

    def on_failed(self, message: Failed) -> None:
        message.stop()
        error = message.error
        failure = f"dashboard error in {message.where}: {type(error).__name__}: {error}"
        if failure != self._failure:
            self._failure = failure
            self._show_notice()

    def move_cursor(self, event: int | None, *, hurried: bool = True) -> None:
        """Look at an event, or at the newest and on (None).

        Where it is hurried the panes that are not in use follow a frame later.
        """
        if event is None and self.cursor.mode is not Mode.LIVE:
            event = self.source.trace.session.count - 1
        self.cursor = self.cursor.move_to(event)
        self.replay.moved()
        self._give_up_seek()
        self.paint(hurried=hurried, by_key=True)

    def inspect(self, event: int) -> None:
        """Open the inspector on an event, and stay there."""
        count = self.source.trace.session.count
        if self._episode is not None and not self._episode.proves(event, count):
            self._issue = self._episode = None
        if self.cursor.event != event:
            self.move_cursor(event)
        self.inspector.so_far = self.source.reading is not None
        self.inspector.inspect_event(self.source.trace, event, self.cursor.at(count), self.bookmarks.placed)
        self._open(self.inspector)

    def zoom(self, index: int) -> None:
        """Show one pane only."""
        self._activate(index)
        self.add_class("-zoomed")
