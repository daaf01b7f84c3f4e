"""The heads of the browser's columns: they say by what is sorted, and a click on one sorts by it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from ..contain import contained
from ..sessions.order import DEFAULT_ORDER, Order, order_by
from ..widgets.palette import Palette
from .rows import column_at, heads

_MARGINS = 2
"""The cells of a list's cursor and of its scroll bar."""


@contained
class Heads(Palette):
    """Stand over the cells of the list below."""

    ALLOW_SELECT = False

    @dataclass
    class Chosen(Message):
        """The user clicked the head of a column."""

        column: str

        @property
        def order(self) -> Order:
            """By this column."""
            return order_by(self.column)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._order = DEFAULT_ORDER

    def show(self, order: Order) -> None:
        """Say that the sessions are in this order."""
        if order != self._order:
            self._order = order
            self.refresh()

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        cells = heads(max(0, width - _MARGINS), self._order)
        segments = [Segment(text, looks[style]) for text, style in [(" ", "text"), *cells]]
        return Strip(segments).adjust_cell_length(width, looks["text"])

    def on_click(self, event: events.Click) -> None:
        column = column_at(event.x - 1, max(0, self.size.width - _MARGINS))
        if column:
            event.stop()
            self.post_message(self.Chosen(column))
