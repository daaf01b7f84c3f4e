"""The rows of the list of bookmarks: which event, when, what it is, and what was noted."""

from __future__ import annotations

from ...analysis import figures
from ...analysis.extents import extent_of
from ..bookmarks.bookmarks import Bookmark, Bookmarks
from ..safe_text import fit, fit_right, width_of
from ..trace import Trace
from ..widgets.palette import Cell
from .kinds import MARKED
from .timeline.rows import clock
from .timeline.words import words_of

_GAP = "  "
_TIME = 8
_ITERATION = 5
_FEWEST_EVENT = 5
_WIDEST_WHAT = 60
_ROOM_FOR_TIME, _ROOM_FOR_ITERATION = 48, 64
_UNREAD, _OTHER = "not read yet", "another event now"


class BookmarkRows:
    """All bookmarks of a trace by event number, also those whose event is not there."""

    def __init__(self) -> None:
        self.bookmarks: list[Bookmark] = []
        self._store: Bookmarks | None = None
        self._trace: Trace | None = None
        self._generation = 0
        self._event = _FEWEST_EVENT

    @property
    def count(self) -> int:
        """How many bookmarks there are."""
        return len(self.bookmarks)

    def take(self, trace: Trace, store: Bookmarks) -> None:
        """List what bookmarks there are now."""
        self._trace, self._generation, self._store = trace, trace.generation, store
        self.bookmarks = store.all()
        last = f"{self.bookmarks[-1].event + 1:,}" if self.bookmarks else ""
        self._event = max(_FEWEST_EVENT, len(last))

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a row, `width` cells in all."""
        trace, store, bookmark = self._trace, self._store, self.bookmarks[index]
        if trace is None or store is None or trace.generation != self._generation:
            return []  # the trace has just started over: the next frame shows it
        for_time, for_iteration, for_what, for_note = self._columns(width)
        time, iteration = bookmark.time, None
        if store.is_placed(bookmark):
            time, iteration, what = _event(trace, bookmark.event, for_what)
        else:
            why = _OTHER if store.is_stranger(bookmark) else _UNREAD
            what = [(fit(f"{why}: {bookmark.kind}" if bookmark.kind else why, for_what), "muted")]
        cells: list[Cell] = [(f"{MARKED.glyph} ", MARKED.style)]
        cells.append((fit_right(f"{bookmark.event + 1:,}", self._event), "text"))
        if for_time:
            cells.append((_GAP + fit(figures.UNKNOWN if time is None else clock(time), for_time), "time"))
        if for_iteration:
            told = figures.UNKNOWN if iteration is None else str(iteration)
            cells.append((_GAP + fit_right(told, for_iteration), "muted"))
        return [*cells, (_GAP, "text"), *what, (_GAP, "text"), (fit(bookmark.note, for_note), "text")]

    def heads(self, width: int) -> list[Cell]:
        """The heads above rows of the same width."""
        for_time, for_iteration, for_what, for_note = self._columns(width)
        heads = ["  " + fit_right("event", self._event)]
        heads += [fit("time", for_time)] if for_time else []
        heads += [fit_right("iter", for_iteration)] if for_iteration else []
        return [(_GAP.join([*heads, fit("what", for_what), fit("note", for_note)]), "muted")]

    def _columns(self, width: int) -> tuple[int, int, int, int]:
        """The cells for time, iteration, what the event is, and the note; 0 where there is no room."""
        time = _TIME if width >= _ROOM_FOR_TIME else 0
        iteration = _ITERATION if width >= _ROOM_FOR_ITERATION else 0
        taken = 2 + self._event + sum(len(_GAP) + cells for cells in (time, iteration) if cells) + 2 * len(_GAP)
        left = max(0, width - taken)
        what = min(left // 2, _WIDEST_WHAT)
        return time, iteration, what, left - what


def _event(trace: Trace, number: int, room: int) -> tuple[float, int | None, list[Cell]]:
    """When an event was, in which iteration, and what became of it, as a row of the timeline tells."""
    session = trace.session
    event, extent = trace.event(number), extent_of(trace.view(), number)
    iteration = session.iterations.number_of(session.events.iteration[number])
    outcome = None if extent.outcome in (None, number) else trace.event(extent.outcome)
    words = words_of(event, extent, outcome, iteration)
    sign = fit(f"{words.look.glyph} ", min(2, room))
    cells: list[Cell] = [(sign, words.look.style), (words.fit(room - width_of(sign)), words.style)]
    return session.events.time[number], iteration, cells
