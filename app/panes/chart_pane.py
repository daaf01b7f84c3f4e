"""A pane with a chart, and below it a table where there is room for one: the keys walk from column to column."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ..contain import contained
from ..widgets.chart import Chart
from ..widgets.event_list import EventList
from .pane import Pane
from .table import Table, TableHead

_TALL = 16
_WIDE = 40
_LOWEST_CHART = 10
_CHARTS_SHARE = 0.42


@contained
class ChartPane(Pane, can_focus=True):
    """Keeps chart and table on one cursor. Subclasses say which event a column and a row stand for.

    It takes the focus itself where no table is shown, since a chart does not.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "column(-1)", "Previous", show=False, id="chart.previous", tooltip="The column before"),
        Binding("right,l", "column(1)", "Next", show=False, id="chart.next", tooltip="The next column"),
        Binding("enter", "inspect", "Inspect", id="chart.inspect", tooltip="Open the event of this column"),
    ]

    def __init__(self, chart: Chart, table: Table[Any], rows: EventList, *, id: str) -> None:
        """`rows` shows the table; it cannot follow its end."""
        super().__init__(id=id)
        self._plot = chart
        self._table = table
        self._head = TableHead(table.heads, id=f"{id}-head")
        self._list = rows
        self._head.display = self._list.display = False
        self._table_version = 0

    def compose(self) -> ComposeResult:
        yield self._plot
        yield self._head
        yield self._list

    def event_of(self, column: int) -> int:
        """The event that a column stands for."""
        raise NotImplementedError

    def event_of_row(self, row: int) -> int:
        """The event that a row of the table stands for."""
        raise NotImplementedError

    def chosen_column(self, column: int) -> int:
        """The event that is inspected where a column is chosen."""
        return self.event_of(column)

    def chosen_row(self, row: int) -> int:
        """The same of a row of the table."""
        return self.event_of_row(row)

    def event_after(self) -> int | None:
        """The event that the next column will stand for, the first not in the view yet; None if there is none."""
        raise NotImplementedError

    def event_after_rows(self) -> int | None:
        """The same of the next row."""
        raise NotImplementedError

    @property
    def has_table(self) -> bool:
        """Whether the table is shown."""
        return bool(self._list.display)

    def show_table(self, count: int, row: int | None, *, changed: bool) -> None:
        """Show so many rows with the cursor on one of them; `changed` says that rows look different than before."""
        self._table.count = count
        if changed:
            self._table_version += 1
            self._head.refresh()
        self._lay_out()
        self._list.refresh_rows(self._table_version)
        if row is not None and row != self._list.cursor:
            self._list.move_to(row)

    def size_met(self) -> None:
        super().size_met()
        self._lay_out()

    def on_focus(self) -> None:
        if self.has_table:
            self._list.focus(scroll_visible=False)

    def focus_content(self) -> None:
        self.screen.set_focus(self._list if self.has_table else self, scroll_visible=False)

    def _lay_out(self) -> None:
        """Give the table what the chart can spare, but no more lines than it has rows."""
        width, height = self.content_size
        room = height - 1 - max(_LOWEST_CHART, round(height * _CHARTS_SHARE)) if height >= _TALL else 0
        rows = min(self._table.count, room) if width >= _WIDE else 0
        had_focus = self.has_focus or self._list.has_focus
        if had_focus and self.has_table and not rows:
            self.focus(scroll_visible=False)
        self._head.display = self._list.display = rows > 0
        if rows:
            self._list.styles.height = rows
            if had_focus and not self._list.has_focus:
                self.screen.set_focus(self._list, scroll_visible=False)  # at once: the next key may be on its way

    def action_column(self, step: int) -> None:
        """Go to the next column, or the one before; from the last one on to what comes after it."""
        at, count = self._plot.cursor, self._plot.count()
        if at is None or not count:
            return
        beyond = at + step >= count
        self.say(self.CursorMoved(self.event_after() if beyond else self.event_of(max(0, at + step))))

    def action_inspect(self) -> None:
        """Open the event of the column under the cursor."""
        if self._plot.cursor is not None:
            self.say(self.Inspected(self.chosen_column(self._plot.cursor)))

    def on_chart_column_clicked(self, message: Chart.ColumnClicked) -> None:
        message.stop()
        if message.index < self._plot.count():
            self.say(self.CursorMoved(self.event_of(message.index)))

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()
        self.say(self.CursorMoved(self.event_of_row(message.index)))

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        self.say(self.Inspected(self.chosen_row(message.index)))

    def on_event_list_overshot(self, message: EventList.Overshot) -> None:
        message.stop()
        self.say(self.CursorMoved(self.event_after_rows()))

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()
