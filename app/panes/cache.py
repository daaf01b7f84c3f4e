"""Pane 4: how far the cached prefix reached into each prompt."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from ...analysis import figures
from ...analysis.cache import WINDOW
from ...analysis.view import View
from ..contain import contained
from ..widgets.braille_chart import BrailleChart, Mark
from .chart_pane import ChartPane
from .pane import Frame

_MOST_REQUESTS = 1_000


@contained
class CachePane(ChartPane):
    """The prompt as a line, its cached prefix filled below it, breaks marked."""

    NUMBER: ClassVar[int] = 4
    NAME: ClassVar[str] = "cache boundary"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._chart = BrailleChart(
            line=("prompt", "input"),
            area=("cached prefix", "cache_read"),
            format_value=figures.tokens,
            format_label=lambda index: f"#{index * self._step + 1}",
            empty_text="no response has reported its cache yet",
            id="trace-cache-chart",
        )
        self._step = 1
        self._drawn: tuple[int, ...] = ()
        self._view: View | None = None

    def compose(self) -> ComposeResult:
        yield self._chart

    def show(self, frame: Frame) -> None:
        view = self._view = frame.view
        breaks = cache_breaks(view)
        drawn = (id(frame.trace), frame.trace.generation, view.cache.requests, len(breaks))
        if drawn != self._drawn:
            self._drawn = drawn
            self._draw(view, breaks)
        requests = view.cache.requests
        if frame.cursor is not None and requests:
            self._chart.cursor = max(0, view.cache.index_of(frame.cursor)) // self._step
        else:
            self._chart.cursor = None
        self.headline = self._headline_of(view, len(breaks))

    def _headline_of(self, view: View, breaks: int) -> str:
        cache = view.cache
        if not cache.requests:
            return figures.UNKNOWN
        parts = [f"{figures.share(view.cache_hit_rate)} hit"]
        if cache.requests > 1:
            parts.append(f"last {min(WINDOW, cache.requests)}: {figures.share(cache.hit_rate)}")
        parts.append(f"boundary {figures.tokens(cache.boundary_position)}")
        parts.append(figures.count(breaks, "break") if breaks else "no breaks")
        return " · ".join(parts)

    def _draw(self, view: View, breaks: list[int]) -> None:
        cache = view.cache
        self._step = max(1, -(-cache.requests // _MOST_REQUESTS))
        requests = [cache.request(index) for index in range(0, cache.requests, self._step)]
        self._chart.set_series(
            [float(request.prompt) for request in requests], [float(request.read) for request in requests]
        )
        self._chart.marks = [
            Mark(cache.index_of(event) // self._step, "○", "cache_break", top=True) for event in breaks
        ]

    def columns(self) -> int:
        return self._chart.count()

    def column(self) -> int | None:
        return self._chart.cursor

    def event_of(self, column: int) -> int:
        assert self._view is not None
        return self._view.cache.request(min(column * self._step, self._view.cache.requests - 1)).event

    def on_chart_column_clicked(self, message: BrailleChart.ColumnClicked) -> None:
        message.stop()
        if self._view is not None and self._view.cache.requests:
            self.post_message(self.CursorMoved(self.event_of(message.index)))


def cache_breaks(view: View) -> list[int]:
    """The events at which the cache hit rate fell, in order."""
    return [episode.raised for episode in view.session.issues.standing(view.at) if episode.category == "cache_drop"]
