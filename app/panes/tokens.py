"""Pane 3: where the tokens go, iteration by iteration."""

from __future__ import annotations

from bisect import bisect_right
from typing import ClassVar

from textual.app import ComposeResult

from ...analysis import figures
from ...analysis.view import TokenFlowPoint, View
from ..contain import contained
from ..widgets.block_chart import BlockChart, Mark, Series
from .chart_pane import ChartPane
from .pane import Frame

_MOST_BARS = 500
_GROUPED_BARS = 250


@contained
class TokensPane(ChartPane):
    """Stacked bars: tokens per iteration in the four buckets, compactions marked."""

    NUMBER: ClassVar[int] = 3
    NAME: ClassVar[str] = "token flow"

    SERIES: ClassVar[tuple[Series, ...]] = (
        Series("cached", "cache_read", "░"),
        Series("written", "cache_write", "▒"),
        Series("fresh", "input", "█"),
        Series("output", "output", "▓"),
        Series("not told apart", "bar", "█"),
    )

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._chart = BlockChart(
            self.SERIES[:4],
            format_value=figures.tokens,
            format_label=self._label,
            empty_text="no tokens reported yet",
            id="trace-tokens-chart",
        )
        self._labels: list[str] = []
        self._events: list[int] = []
        self._drawn: tuple[int, ...] = ()

    def compose(self) -> ComposeResult:
        yield self._chart

    def show(self, frame: Frame) -> None:
        view = frame.view
        drawn = (id(frame.trace), frame.trace.generation, view.llm_rows, view.compactions)
        if drawn != self._drawn:
            self._drawn = drawn
            self._draw(view)
        self._chart.cursor = self._column_at(frame.cursor)
        self.headline = self._headline_of(view)

    def _headline_of(self, view: View) -> str:
        tokens = view.tokens
        parts = [figures.tokens(tokens.total), figures.cost(view.cost)]
        if tokens.output is not None:
            parts.append(f"{figures.tokens(tokens.output)} out")
        if view.input_included_cache:
            parts.append("input taken as including cache")
        if self._chart.count() and len(view.flow_rows()) > _MOST_BARS:
            parts.append("per group of calls")
        return " · ".join(parts)

    def _draw(self, view: View) -> None:
        rows = view.flow_rows()
        if len(rows) > _MOST_BARS:
            self._draw_grouped(view)
            return
        points = [view.flow_point(row) for row in rows]
        self._labels = [_name(point) for point in points]
        self._events = [view.llm_call(view.llm_rows_of(row)[0]).event for row in rows]
        self._show([_stack(point) for point in points], view)

    def _draw_grouped(self, view: View) -> None:
        """Too many iterations to tell one by one: bars of equally many calls, from the running sums alone."""
        llm, rows = view.session.llm, view.llm_rows
        sums = (llm.sum_read, llm.sum_write, llm.sum_input, llm.sum_output)
        ends = [(index + 1) * rows // _GROUPED_BARS - 1 for index in range(_GROUPED_BARS)]
        columns = []
        before: tuple[int, ...] = (0, 0, 0, 0, 0)
        for end in ends:
            now = (*(column[end] for column in sums), llm.sum_total[end])
            split = [now[index] - before[index] for index in range(4)]
            columns.append((*map(float, split), _rest(now[4] - before[4], split)))
            before = now
        firsts = [0, *(end + 1 for end in ends[:-1])]
        self._events = [llm.event[row] for row in firsts]
        rows_of = view.session.events.iteration
        self._labels = [str(view.session.iterations.number[rows_of[event]]) for event in self._events]
        self._show(columns, view)

    def _show(self, columns: list[tuple[float, ...]], view: View) -> None:
        used = slice(0, 4)
        if any(column[4] for column in columns):
            used = slice(0, 5) if any(any(column[:4]) for column in columns) else slice(4, 5)
        self._chart.series = self.SERIES[used]
        self._chart.set_columns([column[used] for column in columns])
        marks = []
        for event in view.session.compactions[: view.compactions]:
            column = self._column_at(event)
            if column is not None:
                marks.append(Mark(min(column + 1, len(columns) - 1), "▼", "compaction"))
        self._chart.marks = marks

    def _column_at(self, event: int | None) -> int | None:
        if event is None or not self._events:
            return None
        return max(0, bisect_right(self._events, event) - 1)

    def _label(self, index: int) -> str:
        return self._labels[index] if index < len(self._labels) else ""

    def columns(self) -> int:
        return len(self._events)

    def column(self) -> int | None:
        return self._chart.cursor

    def event_of(self, column: int) -> int:
        return self._events[column]

    def on_chart_column_clicked(self, message: BlockChart.ColumnClicked) -> None:
        message.stop()
        if message.index < len(self._events):
            self.post_message(self.CursorMoved(self._events[message.index]))


def _name(point: TokenFlowPoint) -> str:
    number = str(point.iteration) if point.iteration is not None else figures.UNKNOWN
    return f"·{number}" if point.agent else number


def _stack(point: TokenFlowPoint) -> tuple[float, ...]:
    split = [
        point.cache_read_tokens or 0,
        point.cache_write_tokens or 0,
        point.input_tokens or 0,
        point.output_tokens or 0,
    ]
    return (*map(float, split), _rest(point.total_tokens or 0, split))


def _rest(total: int, split: list[int]) -> float:
    """What of a total no bucket accounts for; a total that leaves the cache out leaves no rest."""
    return float(max(0, total - sum(split))) if not any(split) else 0.0
