"""The most expensive things in the context, over the other panes: what is sent again with every request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from ...analysis import figures
from ...analysis.rent import Rent
from ..contain import contained
from ..widgets.event_list import EventList
from ..words.rent import total_parts
from .context_rows import ContextRows
from .list_pane import ListPane
from .pane import Frame
from .table import TableHead

_MOST = 200

_EMPTY = "no result of a tool was sent again yet, or the trace does not say how long prompts are"
_GROUP = Binding.Group("context")


@contained
class ContextList(EventList):
    """An event list of results."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go there", id="context.go", group=_GROUP, tooltip="Go to the end of the call"),
    ]


@contained
class ContextPane(ListPane):
    """Over the other panes, until it is closed. Goes over a long session in slices, frame by frame."""

    NAME: ClassVar[str] = "most expensive in the context"

    @dataclass
    class Chosen(Message):
        """The user wants to go to a result."""

        event: int

    def __init__(self, *, id: str) -> None:
        self._rows = ContextRows()
        super().__init__(
            TableHead(self._rows.heads, id="trace-context-head"),
            ContextList(self._rows, can_follow=False, empty_text=_EMPTY, id="trace-context-list"),
            id=id,
        )
        self._rent: Rent | None = None
        self._frame: Frame | None = None
        self._shown: tuple[object, int, bool] | None = None

    def show(self, frame: Frame) -> None:
        self._frame = frame
        if self._rent is None or self._rent.session is not frame.view.session:
            self._rent = frame.view.session.rent
            self._shown = None
        self._show_more()

    def _show_more(self) -> None:
        """Go over the next responses; the rest between other things that wait to be done."""
        frame, rent = self._frame, self._rent
        if frame is None or rent is None or not self.display:
            return
        has_more = rent.extend()
        if has_more:
            self.call_later(self._show_more)
        at = frame.view.at
        shown = (rent, at, has_more)
        if self._shown is not None and self._shown[0] is rent:
            _, before, was_partial = self._shown
            if has_more or (at == before and not was_partial):
                return
        self._shown = shown
        chosen = self._rows.rented[self._list.cursor] if 0 <= self._list.cursor < self._rows.count else None
        self._rows.take(frame.trace, rent.dearest(at, _MOST))
        self.draw_rows()
        self._head.display = self._rows.count > 0
        same = (row for row, each in enumerate(self._rows.rented) if chosen is not None and each.event == chosen.event)
        self._list.move_to(next(same, 0))
        self.headline_parts(self._headline(rent, frame, partial=has_more))

    def _headline(self, rent: Rent, frame: Frame, *, partial: bool) -> list[str]:
        parts = total_parts(rent, frame.view)
        if not parts:
            return [figures.UNKNOWN]
        if self._rows.count == _MOST:
            parts.append(f"the first {_MOST}")
        if partial:
            parts.append("so far")
        return parts

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        if message.index < self._rows.count:
            self.post_message(self.Chosen(self._rows.rented[message.index].event))
