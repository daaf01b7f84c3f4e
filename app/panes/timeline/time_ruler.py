"""The line above a waterfall that tells its times."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from ...contain import contained
from ...widgets.palette import Palette
from .time_axis import Axis
from .waterfall import ruler_cells


@contained
class TimeRuler(Palette):
    """Round times where they are on the axis. Hidden while there is none."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._axis: Axis | None = None
        self._left = 0
        self.display = False
        self.styles.height = 1

    def show(self, axis: Axis | None, left: int) -> None:
        """Tell the times of an axis that begins `left` cells from the left."""
        if (axis, left) == (self._axis, self._left):
            return
        self._axis, self._left = axis, left
        self.display = axis is not None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        segments = [Segment(" " * self._left, looks["text"])]
        if self._axis is not None:
            segments += [Segment(text, looks[style]) for text, style in ruler_cells(self._axis)]
        return Strip(segments).adjust_cell_length(width, looks["text"])
