"""The list of bookmarks, over the other panes: where each is, what was noted, and the way there."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from ..bookmarks.bookmarks import Bookmark, Bookmarks
from ..contain import contained
from ..trace import Trace
from ..widgets.event_list import EventList
from .bookmark_rows import BookmarkRows
from .list_pane import ListPane
from .pane import Frame
from .table import TableHead

_BOOKMARKS = Binding.Group("list of bookmarks")
_EMPTY = "no bookmarks yet: m on an event makes one"


@contained
class BookmarkList(EventList):
    """An event list whose rows can be changed and removed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go there", id="bookmarks.go", group=_BOOKMARKS, tooltip="Go to the event"),
        Binding("m", "screen.bookmark", "Note", id="bookmarks.note", group=_BOOKMARKS, tooltip="Change the note"),
        Binding("x,delete", "remove", "Remove", id="bookmarks.remove", group=_BOOKMARKS, tooltip="Remove the bookmark"),
    ]

    @dataclass
    class Removed(Message):
        """The user wants a row gone."""

        index: int

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("choose", "remove"):
            return True if self.row_count() else None
        return super().check_action(action, parameters)

    def action_remove(self) -> None:
        if self.cursor >= 0:
            self.post_message(self.Removed(self.cursor))


@contained
class BookmarksPane(ListPane):
    """Over the other panes, until it is closed."""

    NAME: ClassVar[str] = "bookmarks"

    @dataclass
    class Chosen(Message):
        """The user wants to go to a bookmark."""

        bookmark: Bookmark

    @dataclass
    class Removed(Message):
        """The user wants a bookmark gone."""

        bookmark: Bookmark

    def __init__(self, *, id: str) -> None:
        self._rows = BookmarkRows()
        super().__init__(
            TableHead(self._rows.heads, id="trace-bookmarks-head"),
            BookmarkList(self._rows, can_follow=False, empty_text=_EMPTY, id="trace-bookmarks-list"),
            id=id,
        )
        self._shown: tuple[object, ...] = ()
        self._count = 0

    @property
    def selected(self) -> Bookmark | None:
        """The bookmark under the cursor."""
        return self._rows.bookmarks[self._list.cursor] if 0 <= self._list.cursor < self._rows.count else None

    def show(self, frame: Frame) -> None:
        """Bookmarks are listed by `list_bookmarks`: all of them, as of whatever event the view is."""

    def list_bookmarks(self, trace: Trace, bookmarks: Bookmarks) -> None:
        """List all bookmarks; cheap where they are listed already. The cursor stays on its bookmark."""
        shown = (trace, trace.generation, bookmarks.version)
        if shown == self._shown:
            self._redraw(trace)
            return
        self._shown = shown
        selected, index = self.selected, self._list.cursor
        self._rows.take(trace, bookmarks)
        self._count = -1
        self._redraw(trace)
        self._head.display = self._rows.count > 0
        if selected is not None:
            same = (row for row, each in enumerate(self._rows.bookmarks) if each.key == selected.key)
            self._list.move_to(next(same, min(index, self._rows.count - 1)))
        self.headline_parts(_headline(bookmarks, self._rows.bookmarks))
        if self.is_mounted:
            self.refresh_bindings()

    def _redraw(self, trace: Trace) -> None:
        """Have the rows say what became of the events, where any came since."""
        if trace.session.count != self._count:
            self._count = trace.session.count
            self.draw_rows()

    def select_near(self, event: int | None) -> None:
        """Put the cursor on the last bookmark up to an event, or on the first."""
        row = 0 if event is None else bisect_right(self._rows.bookmarks, event, key=lambda each: each.event) - 1
        self._list.move_to(max(0, row))

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        if self.selected is not None:
            self.post_message(self.Chosen(self.selected))

    def on_bookmark_list_removed(self, message: BookmarkList.Removed) -> None:
        message.stop()
        if message.index < self._rows.count:
            self.post_message(self.Removed(self._rows.bookmarks[message.index]))


def _headline(store: Bookmarks, bookmarks: list[Bookmark]) -> list[str]:
    """How many there are, and what is wrong with any."""
    parts = [f"{len(bookmarks):,}" if bookmarks else "none"]
    strangers = sum(map(store.is_stranger, bookmarks))
    if strangers:
        parts.append(f"{strangers:,} on other events")
    if store.unsaved:
        parts.append(f"{store.unsaved:,} not saved")
    return [part for part in (*parts, store.bad_lines, store.defect) if part]
