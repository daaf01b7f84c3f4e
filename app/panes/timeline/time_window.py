"""Which stretch of time a waterfall shows: what the visible rows take, or what the user chose."""

from __future__ import annotations

import math

from ....analysis.active_time import IdleGaps, fold_idle
from ....analysis.fold.session import Session
from ....analysis.view import View
from .time_axis import Axis, Window, gap_cells, longer


class TimeWindow:
    """Makes the axis of a waterfall, zooms it and moves it, within the time of the session."""

    def __init__(self) -> None:
        self.gaps = IdleGaps(Session())
        self.axis: Axis | None = None
        self._session_time: Window = (0.0, 0.0)
        self._chosen: Window | None = None

    def open(self, session: Session) -> None:
        """Show the time of another session."""
        self.gaps, self.axis, self._chosen = IdleGaps(session), None, None

    def draw(self, view: View, seen: Window | None, cells: int, began: float | None = None) -> Axis | None:
        """The axis for a view in so many cells; `seen` is the time that the visible rows take.

        `began` is when the session did, where its first event is not in the view.

        What is said to have begun before the session did does not widen it.
        """
        span = view.time_span
        window = self._chosen or (seen and span and longer(max(seen[0], span[0]), seen[1]))
        self.axis = None
        if window and span and cells > 0:
            self._session_time = longer(*span)
            active = fold_idle(self.gaps, view.at, *window, cells, gap_cells(cells))
            self.axis = Axis(active, *window, span[0] if began is None else began, cells)
        return self.axis

    def zoom(self, factor: float, around: float) -> None:
        """Show so many times as much time, around a moment; around the middle if it is not known."""
        if self.axis is not None:
            if math.isnan(around):
                around = (self.axis.start + self.axis.end) / 2
            self._chosen = self.axis.zoomed(factor, around, self._session_time)

    def pan(self, windows: float) -> None:
        """Show what is so many windows later."""
        if self.axis is not None:
            self._chosen = self.axis.panned(windows, self._session_time)

    def fit(self) -> None:
        """Show the time that the visible rows take."""
        self._chosen = None

    def reveal(self, moment: float) -> None:
        """Have a moment within a window that the user chose."""
        if self._chosen is not None and (moment < self._chosen[0] or moment > self._chosen[1]):
            self.zoom(1.0, moment)
