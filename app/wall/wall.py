"""The wall: several sessions at once, a strip each, those that go on first; one key opens any."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from ...analysis import figures
from ..contain import Failed, contained
from ..dashboard.key_line import KeyLine
from ..help_screen import HelpScreen
from ..safe_text import one_line
from ..screens import is_seen
from ..sessions.sessions import Sessions
from .view import WallView

WATCHER = "wall"

_TICK_SECONDS = 0.25
_AGING_SECONDS = 1.0

_HOWTO = (
    "Every session that goes on has a strip: its state, goal and model, then where it stands and what it cost, then "
    "its ribbon, the whole session on a line. Sessions that start appear, those that end say so; the newest others "
    "fill the screen.",
    "The key at the left of a strip opens its session, esc comes back to the wall. It stays the same while it is here.",
)


@contained
class WallScreen(Screen[None]):
    """Shows the sessions that the browser lists. They are looked at while it is on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="wall.up", tooltip="Select the strip above"),
        Binding("down,j", "move(1)", "Down", show=False, id="wall.down", tooltip="Select the strip below"),
        Binding("g,home", "move(-9999)", "First", show=False, id="wall.first", tooltip="Select the first strip"),
        Binding("G,end", "move(9999)", "Last", show=False, id="wall.last", tooltip="Select the last strip"),
        Binding("enter", "choose", "Open", id="wall.open", tooltip="Open the selected session"),
        Binding("escape,w", "close", "List", id="wall.close", tooltip="Go to the list of all sessions"),
        Binding("question_mark", "help", "Help", key_display="?", id="wall.help", tooltip="Every key"),
        Binding("q", "leave", "Quit", id="wall.quit", tooltip="Quit tracetop"),
    ]
    CSS = files(__package__).joinpath("wall.tcss").read_text(encoding="utf-8")

    @dataclass
    class Chosen(Message):
        """The user wants to see a session."""

        path: Path

    def __init__(self, sessions: Sessions, place: str, *, clock: Callable[[], float] = time.time) -> None:
        """`place` is where the sessions are, for people."""
        super().__init__()
        self.sessions = sessions
        self._place = place
        self._clock = clock
        self._shown = -1
        self._next_aging = 0.0

    def compose(self) -> ComposeResult:
        yield Static("", id="wall-title", markup=False)
        yield WallView(self.sessions.trace, self._clock, id="wall-strips")
        yield KeyLine(id="wall-keys")

    @property
    def selected(self) -> Path | None:
        """The session that is selected."""
        return self.query_one(WallView).selected if self.is_mounted else None

    def on_mount(self) -> None:
        self.sessions.start(WATCHER)
        self._timer = self.set_interval(_TICK_SECONDS, self.on_tick, name="tracetop wall")
        self.query_one(WallView).focus()
        self.call_after_refresh(self.show)

    def on_unmount(self) -> None:
        self.sessions.pause(WATCHER)

    def on_screen_suspend(self) -> None:
        if not is_seen(self):
            self.sessions.pause(WATCHER)
            self._timer.pause()

    def on_screen_resume(self) -> None:
        self.sessions.start(WATCHER)
        self._timer.resume()

    def on_tick(self) -> None:
        """Show what the thread has found since, and how time passes."""
        if is_seen(self) and (self.sessions.version != self._shown or time.monotonic() >= self._next_aging):
            self.show()

    def show(self) -> None:
        """Show the sessions as they are now."""
        self._shown = self.sessions.version
        self._next_aging = time.monotonic() + _AGING_SECONDS
        entries, view = self.sessions.entries, self.query_one(WallView)
        nothing = f"no sessions in {self._place} yet; they appear here as agents write them"
        view.empty_text = one_line(nothing if self.sessions.is_listed else f"looking for sessions in {self._place} …")
        view.show(entries, is_whole=self.sessions.is_listed)
        self.sessions.wanted = [entry.path for entry in view.plan.shown]
        self._show_title(len(entries))

    def _show_title(self, found: int) -> None:
        view = self.query_one(WallView)
        parts = ["tracetop wall", f"{len(view.plan.shown)} of {figures.count(found, 'session')}"]
        if view.plan.left_out:
            parts.append(f"{view.plan.left_out} more that go on (↓)")
        if self.sessions.error is not None:
            parts.insert(0, f"✗ {self.sessions.error}")
        text = " · ".join([*parts, self._place])
        self.query_one("#wall-title", Static).update(Content(one_line(text)))

    def on_key(self, event: events.Key) -> None:
        if event.character and self.query_one(WallView).choose(event.character):
            event.stop()

    def on_wall_view_chosen(self, message: WallView.Chosen) -> None:
        message.stop()
        self.post_message(self.Chosen(message.path))

    def on_failed(self, message: Failed) -> None:
        message.stop()
        text = f"error in {message.where}: {type(message.error).__name__}: {message.error}"
        self.notify(one_line(text), severity="error", markup=False)

    def action_move(self, strips: int) -> None:
        """Select another strip."""
        self.query_one(WallView).move(strips)

    def action_choose(self) -> None:
        """Open the selected session."""
        self.query_one(WallView).choose_selected()

    def action_close(self) -> None:
        """Go to the list of all sessions."""
        self.dismiss()

    def action_help(self) -> None:
        """List the keys."""
        self.app.push_screen(HelpScreen(self, _HOWTO))

    def action_leave(self) -> None:
        """Leave tracetop."""
        self.app.exit()
