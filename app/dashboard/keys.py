"""The dashboard's keys and what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..contain import contained
from ..safe_text import one_line
from .agent_list import AgentActions
from .bookmarking import Bookmarking
from .context_list import ContextActions
from .cursor import Cursor, Mode
from .navigation.navigation import PLACES, Navigation
from .prompt import PromptActions
from .time_travel.time_travel import TimeTravel
from .what_if_list import WhatIfActions

_ENABLED, _DISABLED, _HIDDEN = True, None, False


def _if(condition: object) -> bool | None:
    return _ENABLED if condition else _DISABLED


def _end_of_trace(screen: Any) -> bool | None:
    if screen.is_typing or screen.is_covered:
        return _HIDDEN  # the key is the prompt's, or the overlay's own
    return _if(screen.source.trace.session.count)


_MAKES_SENSE: dict[str, Callable[[Any], bool | None]] = {
    "quit_tracetop": lambda screen: _ENABLED if screen.is_standalone else _HIDDEN,
    "found_next": lambda screen: _if(screen.found),
    "found_previous": lambda screen: _if(screen.found),
    "evidence": lambda screen: _if(screen.selected_issue),
    "back": lambda screen: _if(screen.history.can_go_back),
    "forward": lambda screen: _if(screen.history.can_go_forward),
    "reading": lambda screen: _if(screen.reading is not None),
    "speed": lambda screen: _if(screen.cursor.mode is not Mode.LIVE),
    "stop_at": lambda screen: _if(screen.source.trace.session.count),
    "first": _end_of_trace,
    "live": _end_of_trace,
    "copy": lambda screen: _if(screen.source.trace.session.count),
    "step": lambda screen: _if(screen.source.trace.session.count),
    "play": lambda screen: _if(screen.source.trace.session.count),
    "pane": lambda screen: _if(not screen.is_covered),
    "next_pane": lambda screen: _if(not screen.is_covered),
    "zoom": lambda screen: _if(not screen.is_covered),
    "context": lambda screen: _if(screen.source.trace.session.count),
    "agents": lambda screen: _if(screen.source.trace.session.count),
    "what_if": lambda screen: _if(screen.source.trace.session.count),
    "bookmark": lambda screen: _if(screen.event_to_note is not None),
    "next_bookmark": lambda screen: _if(screen.bookmarks.placed),
    "previous_bookmark": lambda screen: _if(screen.bookmarks.placed),
}
"""Whether an action makes sense on a dashboard now; one that is not listed always does."""


@contained
class KeyActions(AgentActions, Bookmarking, ContextActions, WhatIfActions, Navigation, TimeTravel, PromptActions):
    """What the keys do; part of the dashboard screen."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that make no sense now are shown as such: None is disabled, False hidden."""
        if action in ("next", "previous") and parameters and self.frame is not None:
            find, _ = PLACES[str(parameters[0])]
            return _if(find(self.frame.view, None) or self.cursor.mode is not Mode.LIVE)
        makes_sense = _MAKES_SENSE.get(action)
        return _ENABLED if makes_sense is None else makes_sense(self)

    def action_close(self) -> None:
        """Close the dashboard, as ctrl+d does."""
        close = getattr(self.app, "close_dashboard", None)
        if close is not None:
            close()
        elif len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def action_peel(self) -> None:
        """Close the topmost of what is open; the dashboard itself last."""
        for close in self.layers_open():
            close()
            self.refresh_bindings()
            return
        self.action_close()

    def action_quit_tracetop(self) -> None:
        """Leave tracetop."""
        self.app.exit()

    def action_pane(self, index: int) -> None:
        """Make a pane the active one."""
        self._activate(index)

    def action_next_pane(self, step: int) -> None:
        """Make the next pane the active one, or the one before."""
        self._activate((self.active + step) % len(self.panes))

    def action_zoom(self) -> None:
        """Show the active pane only, or all again."""
        self.toggle_class("-zoomed")
        self.call_after_refresh(self._show_panes)

    def action_help(self) -> None:
        """Show or hide the list of keys."""
        if self.help.has_class("-shown"):
            self._close(self.help)
        else:
            self.help.list_keys(self)
            self._open(self.help)

    def action_copy(self) -> None:
        """Copy the line of the event under the cursor."""
        trace = self.source.trace
        place = self.cursor.place(trace.session.count)
        if self.newest_chosen is not None:
            trace, place = self.newest_chosen
        if place is None:
            return
        try:
            line = trace.line(place).decode(errors="replace")
        except OSError as error:
            self.notify(one_line(f"cannot read the event again: {error}"), severity="warning", markup=False)
            return
        self.app.copy_to_clipboard(line)
        which = f"event {place + 1:,}" if trace.from_start else "the event"
        self.notify(f"copied {which} ({len(line):,} characters)", timeout=2)

    if TYPE_CHECKING:  # the rest is the screen's
        cursor: Cursor

        def __getattr__(self, name: str) -> Any: ...
