"""What a timeline shows: its rows, its headline, the bars of a waterfall."""

from __future__ import annotations

from .axes import START

LIST, RULER = "#trace-timeline-list", "#trace-timeline-ruler"


def rows(it):
    """The rows of the timeline as they are shown, without what is empty."""
    return [row[1:].rstrip(" │") for row in it.crop(LIST).split("\n") if row.strip(" │▌")]


def row_with(it, word):
    found = [row for row in rows(it) if word in row]
    assert len(found) == 1, (word, rows(it))
    return found[0]


def headline(it):
    return it.screen.panes[0].headline


def bar_of(it, word):
    """The axis in the row that says a word."""
    row = next(row for row in it.crop(LIST).split("\n") if word in row)
    return row[it.screen.panes[0]._ruler._left :]


def window(it):
    axis = it.screen.panes[0]._rows.axis
    return axis.start - START, axis.end - START
