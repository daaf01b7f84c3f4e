"""The list of keys, made from what is bound where the focus is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from ..contain import contained
from ..panes.inspector import InspectorLines, Line
from ..panes.pane import Frame, Pane
from ..safe_text import fit
from ..widgets.event_list import EventList

_HOWTO = (
    "tracetop shows what a coding agent does, where its tokens and money go, and what it wastes.",
    "One cursor runs through all panes: move it in any of them and the others follow.",
    "space pauses: every pane then shows the session as of the cursor; , . [ ] e i b move it, space plays on.",
    "end goes back to the newest event and follows it.",
)


@contained
class HelpPane(Pane):
    """Over the other panes, until it is closed."""

    NAME: ClassVar[str] = "help"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines = InspectorLines()
        self._list = EventList(self._lines, can_follow=False, id="trace-help-lines")
        self._version = 0

    def compose(self) -> ComposeResult:
        yield self._list

    def show(self, frame: Frame) -> None:
        """Keys do not change with the trace."""

    def list_keys(self, screen: Screen[object]) -> None:
        """List the keys of the focused widget, of the dashboard and of the app."""
        lines = [Line([(text, "text")]) for text in _HOWTO]
        bound: dict[str, list[Line]] = {}
        for active in screen.active_bindings.values():
            binding = active.binding
            if not binding.description or (binding.system and not binding.show):
                continue
            key = screen.app.get_key_display(binding)
            words = active.tooltip or binding.tooltip or binding.description
            style = "text" if active.enabled else "muted"
            off = "" if active.enabled else "  (not now)"
            line = Line([(fit(key, 14), "mark"), (f"{words}{off}", style)])
            lines_of = bound.setdefault(_owner(active.node, screen), [])
            if all(line.cells != other.cells for other in lines_of):
                lines_of.append(line)
        for owner, keys in bound.items():
            lines += [Line([]), Line([(owner, "title")]), *keys]
        self._lines.lines = lines
        self._version += 1
        self._list.refresh_rows(self._version)
        self._list.move_to(0)
        self.headline = "every key that works here · esc closes"

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()


def _owner(node: object, screen: Screen[object]) -> str:
    if node is screen:
        return "dashboard"
    return "where the focus is" if isinstance(node, Widget) else "app"
