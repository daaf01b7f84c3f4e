"""The session browser: the traces of folders, sorted and filtered, the live ones marked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from ...analysis import figures
from ...analysis.prices import Prices
from ...analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ...collector.sources import Belongs
from ..contain import Failed, contained
from ..dashboard.key_line import KeyLine
from ..dashboard.prompt_line import PromptLine
from ..help_screen import HelpScreen
from ..safe_text import one_line
from ..screens import is_seen
from ..sessions.entry import Entry, is_live
from ..sessions.order import COLUMNS, DEFAULT_ORDER, Order
from ..sessions.sessions import Sessions
from ..short_paths import from_home
from ..widgets.event_list import EventList
from .heads import Heads
from .howto import HOWTO
from .rows import SessionRows, silent_columns
from .selected import SelectedSession
from .session_prompt import SessionPrompt

WATCHER = "browser"

_TICK_SECONDS = 0.25
_AGING_SECONDS, _IDLE_AGING_SECONDS = 1.0, 5.0
"""How often the list is arranged anew only because time has passed: while any session is live, and while none is."""

_ARRANGE_SHARE = 8.0
"""A list that takes a second to arrange is not arranged again for eight."""

_SELECTED_FROM = 14
"""From so many lines on the selected session is told below the list."""


@contained
class BrowserScreen(SessionPrompt):
    """Lists sessions; enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,F", "filter", "Filter", key_display="/", id="browser.filter", tooltip="Show only some sessions"),
        Binding("s", "sort", "Sort", id="browser.sort", tooltip="Sort by the next column"),
        Binding("S", "reverse", "Reverse", id="browser.reverse", tooltip="Sort the other way round"),
        Binding("w", "wall", "Wall", id="browser.wall", tooltip="Watch several sessions at once"),
        Binding("r", "look_again", "Reread", id="browser.reread", tooltip="Look at the folders again"),
        Binding("escape", "peel", "All", id="browser.all", tooltip="Show all sessions again"),
        Binding("question_mark", "help", "Help", key_display="?", id="browser.help", tooltip="Every key"),
        Binding("q", "leave", "Quit", id="browser.quit", tooltip="Quit tracetop"),
    ]
    DEFAULT_CSS = files(__package__).joinpath("browser.tcss").read_text(encoding="utf-8")

    @dataclass
    class Chosen(Message):
        """The user chose a session."""

        path: Path

    class WallWanted(Message):
        """The user wants to see several sessions at once."""

    def __init__(
        self,
        folders: Iterable[Path],
        *,
        select: Path | None = None,
        clock: Callable[[], float] = time.time,
        prices: Prices | None = None,
        index: bool = False,
        tuning: Tuning = DEFAULT_TUNING,
        belongs: Belongs | None = None,
        place: str = "",
    ) -> None:
        """`place` is what the folders are together, for people; without it they are named."""
        super().__init__()
        self._select = select
        self.sessions = Sessions(folders, prices=prices, index=index, tuning=tuning, clock=clock, belongs=belongs)
        self.place = place or ", ".join(map(from_home, self.sessions.folders))
        self.order: Order = DEFAULT_ORDER
        self._rows = SessionRows(clock)
        self._clock = clock
        self._shown = -1
        self._arranged = 0
        self._next_aging = self._earliest = 0.0
        self._had_failed = False

    def compose(self) -> ComposeResult:
        yield Static("", id="browser-title", markup=False)
        yield Heads(id="browser-heads")
        yield EventList(self._rows, can_follow=False, id="browser-list")
        yield SelectedSession(id="browser-selected")
        yield PromptLine(id="browser-prompt")
        yield KeyLine(id="browser-keys", words={"rows.choose": "open"}.get)

    @property
    def selected(self) -> Path | None:
        """The session under the cursor."""
        if not self.is_mounted:
            return None
        cursor = self.query_one(EventList).cursor
        return self._rows.entries[cursor].path if 0 <= cursor < self._rows.count else None

    def select(self, path: Path) -> None:
        """Put the cursor on a session, as soon as it is listed."""
        self._select = path
        self.list_sessions()

    def on_mount(self) -> None:
        self.sessions.start(WATCHER)
        self._timer = self.set_interval(_TICK_SECONDS, self.on_tick, name="tracetop browser")
        self.query_one(EventList).focus()
        self.list_sessions()

    def on_unmount(self) -> None:
        self.sessions.stop()

    def on_resize(self, event: events.Resize) -> None:
        """Leave the room to the list where there is little."""
        self.query_one(SelectedSession).display = event.size.height >= _SELECTED_FROM

    def on_screen_suspend(self) -> None:
        if not is_seen(self):
            self.sessions.pause(WATCHER)
            self._timer.pause()

    def on_screen_resume(self) -> None:
        self.sessions.start(WATCHER)
        self._timer.resume()

    def on_tick(self) -> None:
        """Show what the thread has found since."""
        if not is_seen(self):
            return
        now = time.monotonic()
        if now >= self._earliest and (self.sessions.version != self._shown or now >= self._next_aging):
            self.list_sessions()
        rows = self.query_one(EventList)
        self.sessions.wanted = [self._rows.entries[row].path for row in rows.visible_rows() if row < self._rows.count]

    def list_sessions(self) -> None:
        """List the sessions as they are now. What is selected stays so, where it is on the screen."""
        start = time.monotonic()
        self._shown = self.sessions.version
        now, rows = self._clock(), self.query_one(EventList)
        selected, offset = self.selected, rows.cursor - rows.top
        found = self.sessions.entries
        passing = found if self.filter is None else [entry for entry in found if self.filter.passes(entry, now)]
        self._rows.entries = self.order.arranged(passing, now)
        self._rows.silent = silent_columns(found)
        self._arranged += 1
        rows.empty_text = self._empty_text(len(found))
        was, rows_before = rows.cursor, rows.top
        rows.refresh_rows(self._arranged)
        places = {entry.path: place for place, entry in enumerate(self._rows.entries)}
        place = places.get(selected) if selected is not None else None
        if place is not None and self._rows.entries[place].error and not self._had_failed:
            place = None  # it has just turned out to be none, and goes where those are: nobody goes along
        if self._select in places:
            rows.move_to(places[self._select])
            self._select = None
        elif place is None:
            rows.move_to(max(0, was))
        else:
            # Where the top of the list is shown it goes on to be, so that new sessions are seen to come.
            if rows_before and 0 <= offset < rows.page:
                rows.scroll_rows_to(place - offset)
            rows.move_to(place)
        self._had_failed = 0 <= rows.cursor < self._rows.count and bool(self._rows.entries[rows.cursor].error)
        self._tell_selected()
        live = sum(is_live(entry, now) for entry in self._rows.entries)
        self._show_title(len(found), live)
        end = time.monotonic()
        self._earliest = end + _ARRANGE_SHARE * (end - start)
        self._next_aging = end + (_AGING_SECONDS if live else _IDLE_AGING_SECONDS)

    def list_anew(self) -> None:
        """List them in an order that the user wants. Who looks at the top of the list goes on to."""
        rows = self.query_one(EventList)
        is_at_top = rows.cursor <= 0
        self.list_sessions()
        if is_at_top:
            rows.move_to(0)
            self._tell_selected()

    def count_of_matches(self) -> int:
        return self._rows.count

    def _empty_text(self, found: int) -> str:
        place = one_line(self.place)
        if found and self.filter is not None:
            return f"none of {figures.count(found, 'session')} matches {one_line(self.filter.text)}; esc shows all"
        if not self.sessions.is_listed:
            return f"looking for sessions in {place} …"
        return (
            f"no sessions in {place} yet; they appear here as agents write them "
            "(tracetop sources: where it looks; tracetop demo: one to look at)"
        )

    def _show_title(self, found: int, live: int) -> None:
        entries = self._rows.entries
        count = figures.count(found, "session")
        parts = [f"{len(entries):,} of {count}" if self.filter is not None else count]
        heads = self.query_one(Heads)
        heads.show(self.order, self._rows.silent)
        if not heads.says_order:
            parts.append(f"sorted by {self.order.column}")
        parts.append(f"{live} live")
        waiting = sum(entry.is_waiting for entry in entries)
        if waiting:
            parts.append(f"figures of {len(entries) - waiting:,} of {len(entries):,}")
        parts += _sums(entries)
        parts.append(self.place)
        if self.filter is not None:
            parts.insert(1, f"filter {self.filter.text}")
        if self.sessions.error is not None:
            parts.insert(0, f"✗ {self.sessions.error}")
        self.query_one("#browser-title", Static).update(Content(one_line(" · ".join(["tracetop", *parts]))))

    def _tell_selected(self) -> None:
        cursor = self.query_one(EventList).cursor
        self.query_one(SelectedSession).tell(self._rows.entries[cursor] if 0 <= cursor < self._rows.count else None)

    def on_failed(self, message: Failed) -> None:
        message.stop()
        text = f"error in {message.where}: {type(message.error).__name__}: {message.error}"
        self.notify(one_line(text), severity="error", markup=False)

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()
        self._tell_selected()

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        self.post_message(self.Chosen(self._rows.entries[message.index].path))

    def on_heads_chosen(self, message: Heads.Chosen) -> None:
        message.stop()
        self._sort(self.order.reversed() if message.column == self.order.column else message.order)

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._sort(self.order.next())

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self._sort(self.order.reversed())

    def action_wall(self) -> None:
        """Show several sessions at once."""
        self.post_message(self.WallWanted())

    def action_help(self) -> None:
        """List the keys."""
        sorted_by = f"s sorts by the next of {', '.join(COLUMNS)}; a click on a head sorts by it."
        self.app.push_screen(HelpScreen(self, (*HOWTO, sorted_by)))

    def action_leave(self) -> None:
        """Leave tracetop."""
        self.app.exit()

    def action_look_again(self) -> None:
        """Look at the folders again."""
        self.sessions.search()
        self.sessions.start(WATCHER)
        self._shown = -1

    def _sort(self, order: Order) -> None:
        self.order = order
        self.list_anew()


def _sums(entries: Sequence[Entry]) -> list[str]:
    """What the sessions that are listed took and cost together, as far as that is known."""
    known = [entry.figures for entry in entries if entry.figures is not None]
    tokens = [each.tokens for each in known if each.tokens is not None]
    costs = [each.cost for each in known if each.cost is not None]
    parts = [f"{figures.tokens(sum(tokens))} tok"] if tokens else []
    return [*parts, figures.cost(sum(costs), any(each.cost_estimated for each in known))] if costs else parts
