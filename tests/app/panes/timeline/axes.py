"""Axes of time to draw on."""

from __future__ import annotations

from tracetop.analysis.active_time import ActiveTime, GapColumns
from tracetop.app.panes.timeline.time_axis import Axis

START = 1_780_000_000.0


def axis_of(seconds=20.0, cells=20, zero=START):
    return Axis(ActiveTime(GapColumns(), 0, 0.0, START), START, START + seconds, zero, cells)
