"""The bookmarks of a trace: what people noted of its events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analysis import figures
from ...analysis.timeline.timeline import summarize
from ..bookmarks.bookmarks import Bookmark, Bookmarks
from ..trace import Trace
from .json_text import known
from .layout import exact, heading, local_time, table, wrapped

_NOTE_INDENT = " " * 9


def bookmark_objects(trace: Trace, bookmarks: Bookmarks) -> list[dict[str, Any]]:
    """The bookmarks on events of a trace as JSON has them, by event; event numbers are from 1."""
    return [_object(trace, bookmark) for bookmark in bookmarks.placed.values()]


def bookmark_lines(trace: Trace, bookmarks: Bookmarks, width: int) -> Iterator[str]:
    """The section of the report: a line per bookmark, its whole note below; nothing where there are none."""
    placed = bookmarks.placed
    strangers = len(bookmarks) - len(placed)
    if not len(bookmarks) and not bookmarks.bad_lines:
        return
    yield ""
    yield heading("bookmarks", exact(len(placed)), width)
    if placed:
        rows = [_row(trace, bookmark) for bookmark in placed.values()]
        head, *lines = table(["event", "time", "iter", "what"], rows, width, left=frozenset({1, 3}), elastic=3)
        yield head
        for line, bookmark in zip(lines, placed.values(), strict=True):
            yield line
            yield from wrapped(bookmark.note, width, _NOTE_INDENT)
    if strangers:
        yield f"  {figures.count(strangers, 'bookmark')} on events that are not in this trace, or are others now"
    if bookmarks.bad_lines:
        yield from wrapped(bookmarks.bad_lines, width, "  ")


def _object(trace: Trace, bookmark: Bookmark) -> dict[str, Any]:
    session, number = trace.session, bookmark.event
    return {
        "event": number + 1,
        "event_id": trace.event_id(number),
        "time": known(session.events.time[number], 6),
        "iteration": session.iterations.number_of(session.events.iteration[number]),
        "kind": trace.event(number).kind,
        "note": bookmark.note,
    }


def _row(trace: Trace, bookmark: Bookmark) -> list[str]:
    session, number = trace.session, bookmark.event
    iteration = session.iterations.number_of(session.events.iteration[number])
    return [
        f"{number + 1:,}",
        local_time(session.events.time[number], "%H:%M:%S"),
        figures.UNKNOWN if iteration is None else str(iteration),
        summarize(trace.event(number)),
    ]
