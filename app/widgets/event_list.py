"""A list of any length that can follow its own end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from ..contain import contained
from .palette import Cell
from .row_view import RowView


class Rows(Protocol):
    """What an event list shows."""

    @property
    def count(self) -> int:
        """How many rows there are; may grow at any time, is read when the list is told."""
        ...

    def row(self, index: int, width: int) -> list[Cell]:
        """Return the pieces of a row, fitted to `width` terminal cells together; called for visible rows only."""
        ...


class _NoRows:
    count = 0

    def row(self, index: int, width: int) -> list[Cell]:
        return []


@contained
class EventList(RowView):
    """Rows under a cursor. While `following`, the cursor stays on the last row as rows arrive.

    Messages are posted for what the user did, never for what the program set, so that they may safely move a cursor
    that moves this list.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "follow", "Follow", id="rows.follow", tooltip="Stay at the last row as rows arrive"),
    ]

    following: reactive[bool] = reactive(True, repaint=False, init=False)
    """Whether the list stays at its last row. Moving up lets go, moving to the last row takes hold again."""

    @dataclass
    class CursorMoved(Message):
        """The user moved the cursor to another row; `follows` says whether the list follows its end now."""

        event_list: EventList
        index: int
        follows: bool = field(default=False, compare=False)

        @property
        def control(self) -> EventList:
            return self.event_list

    @dataclass
    class Chosen(Message):
        """The user pressed enter, or clicked the row under the cursor."""

        event_list: EventList
        index: int

        @property
        def control(self) -> EventList:
            return self.event_list

    @dataclass
    class FollowChanged(Message):
        """The user let go of the end of the list, or took hold of it again."""

        event_list: EventList
        following: bool
        cursor: int = field(default=-1, compare=False)

        @property
        def control(self) -> EventList:
            return self.event_list

    @dataclass
    class Overshot(Message):
        """The user wants to go `rows` beyond the last row of a list that cannot follow."""

        event_list: EventList
        rows: int

        @property
        def control(self) -> EventList:
            return self.event_list

    def __init__(
        self,
        rows: Rows | None = None,
        *,
        following: bool = True,
        can_follow: bool = True,
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_text=empty_text, name=name, id=id, classes=classes)
        self.can_follow = can_follow
        self._rows: Rows = rows or _NoRows()
        self._count = self._rows.count
        self._version = 0
        self._known = self._count
        self.set_reactive(EventList.following, following and can_follow)

    def on_mount(self) -> None:
        self.rows_changed()

    def row_count(self) -> int:
        return self._count

    def row_cells(self, index: int, width: int) -> list[Cell]:
        return self._rows.row(index, width)

    @property
    def below(self) -> int:
        """How many rows arrived since the list let go and are not yet scrolled to; 0 while following."""
        if self.following:
            return 0
        self._known = max(self._known, min(self._count, self.top + self.page))
        return self._count - self._known

    def set_rows(self, rows: Rows, version: int = 0) -> None:
        """Show other rows. The cursor keeps its index as far as there are rows."""
        self._rows = rows
        self._version = version
        self._count = self._known = rows.count
        self.rows_changed()

    def refresh_rows(self, version: int | None = None) -> None:
        """Look at the rows again: at their count, and at the visible ones too if `version` is another than before."""
        redraw = version is not None and version != self._version
        count = self._rows.count
        if not redraw and count == self._count:
            return
        if version is not None:
            self._version = version
        shrunk = count < self._count
        self._count = count
        if shrunk:
            self._known = min(self._known, count)
        self.rows_changed(redraw=redraw)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, show it, and follow if and only if it is the last; posts no message."""
        self.following = max(0, index) >= self._count - 1
        super().move_to(index)

    def validate_following(self, following: bool) -> bool:
        return following and self.can_follow

    def watch_following(self, following: bool) -> None:
        self._known = self._count
        if following:
            self.settle()
        if self.is_mounted:
            self.refresh_bindings()

    def settle(self) -> None:
        if self.following:
            self.cursor = self._count - 1
            self.scroll_rows_to(self._count)
        else:
            self.cursor = min(self.cursor, self._count - 1)

    def size_met(self) -> None:
        super().size_met()
        if self.following:
            self.scroll_rows_to(self._count)

    def _user_move_to(self, index: int) -> None:
        was, beyond = self.following, index - (self._count - 1)
        at_end = self.cursor == self._count - 1
        super()._user_move_to(index)
        if self.following != was:
            self.post_message(self.FollowChanged(self, self.following, self.cursor))
        elif not self.can_follow and at_end and beyond >= 0:
            self.post_message(self.Overshot(self, beyond))

    def user_moved(self, old: int) -> None:
        if self.cursor != old:
            self.post_message(self.CursorMoved(self, self.cursor, self.following))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self._scrolling_ourselves or round(new_value) == round(old_value):
            return
        at_end = round(new_value) >= self.max_scroll_y
        if self.following and not at_end:
            self.following = False
            self.post_message(self.FollowChanged(self, False, self.cursor))
        elif self.can_follow and not self.following and at_end and new_value > old_value:
            self.action_follow()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "follow":
            return False if not self.can_follow else None if self.following else True
        return super().check_action(action, parameters)

    def action_follow(self) -> None:
        if not self._count:
            self.following = True
        elif not self.following:
            self._user_move_to(self._count - 1)

    def action_choose(self) -> None:
        if self.cursor >= 0:
            self.post_message(self.Chosen(self, self.cursor))
