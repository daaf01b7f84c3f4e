"""What a timeline shows."""

from __future__ import annotations

from .axes import START

LIST, RULER = "#trace-timeline-list", "#trace-timeline-ruler"


def bar_of(it, word):
    """The axis in the row that says a word."""
    row = next(row for row in it.crop(LIST).split("\n") if word in row)
    return row[it.screen.panes[0]._ruler._left :]


def window(it):
    axis = it.screen.panes[0]._rows.axis
    return axis.start - START, axis.end - START
