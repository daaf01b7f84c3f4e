"""A list that lies over the other panes until it is closed. Where its cursor stands is its own business."""

from __future__ import annotations

from textual.app import ComposeResult

from ..contain import contained
from ..widgets.event_list import EventList
from .pane import Pane
from .table import TableHead


@contained
class ListPane(Pane):
    """Heads and rows. Subclasses fill the list and say what it means that a row is chosen."""

    def __init__(self, head: TableHead, rows: EventList, *, id: str) -> None:
        super().__init__(id=id)
        self._head, self._list = head, rows
        self._version = 0

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._list

    def draw_rows(self) -> None:
        """Have all rows drawn anew."""
        self._version += 1
        self._list.refresh_rows(self._version)

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()

    def on_event_list_overshot(self, message: EventList.Overshot) -> None:
        message.stop()
