"""A pane with a chart: the keys walk from column to column."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from ..contain import contained
from .pane import Pane


@contained
class ChartPane(Pane, can_focus=True):
    """Takes the focus itself, since a chart does not. Subclasses say which event a column stands for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "column(-1)", "Previous", show=False, id="chart.previous", tooltip="The column before"),
        Binding("right,l", "column(1)", "Next", show=False, id="chart.next", tooltip="The next column"),
        Binding("enter", "inspect", "Inspect", id="chart.inspect", tooltip="Open the event of this column"),
    ]

    def columns(self) -> int:
        """How many columns there are."""
        raise NotImplementedError

    def column(self) -> int | None:
        """The column under the cursor."""
        raise NotImplementedError

    def event_of(self, column: int) -> int:
        """The event that a column stands for."""
        raise NotImplementedError

    def focus_content(self) -> None:
        self.focus(scroll_visible=False)

    def action_column(self, step: int) -> None:
        """Go to the next column, or the one before."""
        at = self.column()
        if at is not None and self.columns():
            self.post_message(self.CursorMoved(self.event_of(max(0, min(self.columns() - 1, at + step)))))

    def action_inspect(self) -> None:
        """Open the event of the column under the cursor."""
        at = self.column()
        if at is not None:
            self.post_message(self.Inspected(self.event_of(at)))
