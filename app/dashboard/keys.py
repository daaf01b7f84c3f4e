"""The dashboard's keys and what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.binding import Binding, BindingType

from ...analysis.view import View
from ..contain import contained
from ..safe_text import one_line
from . import places
from .cursor import Cursor, Mode
from .prompt import PromptActions

BINDINGS: list[BindingType] = [
    Binding("ctrl+d", "close", "Close", priority=True, id="trace.toggle", tooltip="Close the dashboard"),
    Binding("escape", "peel", "Back", show=False, id="trace.back", tooltip="Close what is open, topmost first"),
    Binding("slash", "search", "Search", key_display="/", id="trace.search", tooltip="Search the events"),
    Binding("n", "found_next", "Next found", show=False, id="trace.found_next", tooltip="Next event found"),
    Binding("N", "found_previous", "Previous found", show=False, id="trace.found_previous"),
    Binding("F", "filter", "Filter", id="trace.filter", tooltip="Show only some events in the timeline"),
    Binding("e", "next('error')", "Error", id="trace.error", tooltip="Next error"),
    Binding("E", "previous('error')", "Previous error", show=False, id="trace.error_before"),
    Binding("i", "next('issue')", "Issue", id="trace.issue", tooltip="Next issue"),
    Binding("I", "previous('issue')", "Previous issue", show=False, id="trace.issue_before"),
    Binding("b", "next('break')", "Break", id="trace.break", tooltip="Next cache break"),
    Binding("B", "previous('break')", "Previous cache break", show=False, id="trace.break_before"),
    Binding("space", "play", "Pause", key_display="space", id="trace.play", tooltip="Pause, or play from here"),
    Binding("z", "zoom", "Zoom", id="trace.zoom", tooltip="Show the active pane only"),
    Binding("question_mark", "help", "Help", key_display="?", id="trace.help", tooltip="Every key"),
    Binding("q", "quit_tracetop", "Quit", id="trace.quit", tooltip="Quit tracetop"),
    Binding("1", "pane(0)", "Timeline", show=False, id="trace.pane1", tooltip="The timeline"),
    Binding("2", "pane(1)", "Tree", show=False, id="trace.pane2", tooltip="The iteration tree"),
    Binding("3", "pane(2)", "Tokens", show=False, id="trace.pane3", tooltip="The token flow"),
    Binding("4", "pane(3)", "Cache", show=False, id="trace.pane4", tooltip="The cache boundary"),
    Binding("5", "pane(4)", "Issues", show=False, id="trace.pane5", tooltip="The issues"),
    Binding("tab", "next_pane(1)", "Next pane", show=False, id="trace.next_pane"),
    Binding("shift+tab", "next_pane(-1)", "Previous pane", show=False, id="trace.previous_pane"),
    Binding(
        "comma", "step(-1)", "Step back", show=False, key_display=",", id="trace.step_back", tooltip="One event back"
    ),
    Binding("full_stop", "step(1)", "Step", show=False, key_display=".", id="trace.step", tooltip="One event on"),
    Binding("left_square_bracket", "previous('iteration')", "Previous iteration", show=False, key_display="["),
    Binding("right_square_bracket", "next('iteration')", "Next iteration", show=False, key_display="]"),
    Binding("plus,equals_sign", "speed(1)", "Faster", show=False, key_display="+", id="trace.faster"),
    Binding("minus", "speed(-1)", "Slower", show=False, key_display="-", id="trace.slower"),
    # With priority, for in lists these keys would mean the list's own first and last row.
    Binding("home", "first", "First", show=False, priority=True, id="trace.first", tooltip="The first event"),
    Binding("end", "live", "Live", show=False, priority=True, id="trace.live", tooltip="The newest event, and follow"),
    Binding("f", "live", "Follow", priority=True, id="trace.follow", tooltip="The newest event, and follow"),
    Binding("y", "copy", "Copy", show=False, id="trace.copy", tooltip="Copy the event's line"),
    Binding(
        "colon", "go_to", "Go to", show=False, key_display=":", id="trace.go_to", tooltip="An event, iteration or time"
    ),
]

_PLACES: dict[str, tuple[Callable[[View], Sequence[int]], str]] = {
    "error": (places.errors, "error"),
    "issue": (places.issues, "issue"),
    "break": (places.breaks, "cache break"),
    "iteration": (places.iterations, "iteration"),
}


@contained
class KeyActions(PromptActions):
    """What the keys do; part of the dashboard screen."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that make no sense now are shown as such: None is disabled, False hidden."""
        if action == "quit_tracetop":
            return bool(self.is_standalone)
        if action in ("found_next", "found_previous"):
            return True if self.found else None
        if action == "speed":
            return True if self.cursor.mode is not Mode.LIVE else None
        if action in ("next", "previous") and parameters and self.frame is not None:
            find, _ = _PLACES[str(parameters[0])]
            return True if find(self.frame.view) or self.cursor.mode is not Mode.LIVE else None
        if action in ("first", "live") and (self.is_typing or self.is_covered):
            return False  # the key is the prompt's, or the overlay's own
        if action in ("copy", "step", "play", "first", "live"):
            return True if self.source.trace.session.count else None
        if action in ("pane", "next_pane", "zoom"):
            return None if self.is_covered else True
        return True

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

    def action_step(self, events: int) -> None:
        """Go some events on or back."""
        count = self.source.trace.session.count
        place = self.cursor.place(count)
        if place is not None:
            self.move_cursor(max(0, min(count - 1, place + events)))

    def action_next(self, what: str) -> None:
        """Go to the next error, issue, cache break or iteration."""
        self._go(what, places.after, "next")

    def action_previous(self, what: str) -> None:
        """Go to the previous one."""
        self._go(what, places.before, "previous")

    def _go(self, what: str, choose: Callable[[Sequence[int], int], int | None], word: str) -> None:
        view = self.source.trace.view()
        place = self.cursor.place(view.at)
        find, name = _PLACES[what]
        if place is None:
            return
        candidates = find(view)
        event = choose(candidates, place)
        if event is None and self.cursor.follows and candidates:
            event = candidates[-1] if choose is places.before else candidates[0]
        if event is None:
            self.notify(f"no {word} {name}", timeout=2)
        else:
            self.move_cursor(event)

    def action_first(self) -> None:
        """Go to the first event."""
        self.move_cursor(0)

    def action_live(self) -> None:
        """Go to the newest event and follow."""
        self.cursor = self.cursor.live()
        self.paint()

    def action_play(self) -> None:
        """Pause a live session, play a paused one on from the cursor, pause the replay."""
        place = self.cursor.place(self.source.trace.session.count)
        mode = Mode.REPLAY if self.cursor.mode is Mode.PAUSED else Mode.PAUSED
        self.cursor = replace(self.cursor, event=place, mode=mode)
        self.paint()
        self.refresh_bindings()

    def action_speed(self, step: int) -> None:
        """Replay faster or slower."""
        if step > 0:
            self.replay.faster()
        else:
            self.replay.slower()
        self.notify(f"replay speed {self.replay.speed:g}x", timeout=1.5)

    def action_copy(self) -> None:
        """Copy the line of the event under the cursor."""
        trace = self.source.trace
        place = self.cursor.place(trace.session.count)
        if place is None:
            return
        try:
            line = trace.line(place).decode(errors="replace")
        except OSError as error:
            self.notify(one_line(f"cannot read the event again: {error}"), severity="warning", markup=False)
            return
        self.app.copy_to_clipboard(line)
        self.notify(f"copied event {place + 1:,} ({len(line):,} characters)", timeout=2)

    if TYPE_CHECKING:  # the rest is the screen's
        cursor: Cursor

        def __getattr__(self, name: str) -> Any: ...
