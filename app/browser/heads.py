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
from .rows import column_at, heads, says_order

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
        self._silent: frozenset[str] = frozenset()

    def show(self, order: Order, silent: frozenset[str]) -> None:
        """Say that the sessions are in this order; columns that are silent are not shown."""
        if (order, silent) != (self._order, self._silent):
            self._order, self._silent = order, silent
            self.refresh()

    @property
    def says_order(self) -> bool:
        """Whether it is seen here by what the sessions are sorted."""
        return says_order(self._room, self._order, self._silent)

    @property
    def _room(self) -> int:
        return max(0, self.size.width - _MARGINS)

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        cells = heads(self._room, self._order, self._silent)
        segments = [Segment(text, looks[style]) for text, style in [(" ", "text"), *cells]]
        return Strip(segments).adjust_cell_length(width, looks["text"])

    def on_click(self, event: events.Click) -> None:
        column = column_at(event.x - 1, self._room, self._silent)
        if column:
            event.stop()
            self.post_message(self.Chosen(column))
