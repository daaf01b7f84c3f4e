"""The rows of the list of bookmarks: which event, when, what it is, and what was noted."""

from __future__ import annotations

from ...analysis import figures
from ...analysis.timeline import summarize
from ..bookmarks import Bookmark, Bookmarks
from ..safe_text import fit, fit_right, width_of
from ..trace import Trace
from ..widgets.palette import Cell
from .kinds import MARKED, look_of
from .timeline_rows import clock

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
        self._event = max(_FEWEST_EVENT, len(last) + 1)

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a row, `width` cells in all."""
        trace, store, bookmark = self._trace, self._store, self.bookmarks[index]
        if trace is None or store is None or trace.generation != self._generation:
            return []  # the trace has just started over: the next frame shows it
        number, time, iteration, style = f"{bookmark.event + 1:,}", bookmark.time, figures.UNKNOWN, "muted"
        if store.is_placed(bookmark):
            event, session = trace.event(bookmark.event), trace.session
            look, time = look_of(event.kind), session.events.time[bookmark.event]
            known = session.iterations.number_of(session.events.iteration[bookmark.event])
            iteration = figures.UNKNOWN if known is None else str(known)
            what, style = f"{look.glyph} {summarize(event)}", look.style
        else:
            why = _OTHER if store.is_stranger(bookmark) else _UNREAD
            what = f"{why}: {bookmark.kind}" if bookmark.kind else why
        return self._line(width, number, _clock(time), iteration, (what, style), (bookmark.note, "text"), MARKED.style)

    def heads(self, width: int) -> list[Cell]:
        """The heads above rows of the same width."""
        cells = self._line(width, "event", "time", "iter", ("what", "muted"), ("note", "muted"), "muted", mark=" ")
        return [(text, "muted") for text, _ in cells]

    def _line(
        self,
        width: int,
        number: str,
        time: str,
        iteration: str,
        what: Cell,
        note: Cell,
        style: str,
        mark: str = MARKED.glyph,
    ) -> list[Cell]:
        cells: list[Cell] = [(f"{mark} ", style), (fit_right(number, self._event), "text")]
        if width >= _ROOM_FOR_TIME:
            cells.append((_GAP + fit(time, _TIME), "time"))
        if width >= _ROOM_FOR_ITERATION:
            cells.append((_GAP + fit_right(iteration, _ITERATION), "muted"))
        left = max(0, width - sum(width_of(text) for text, _ in cells) - 2 * len(_GAP))
        for_what = min(left // 2, _WIDEST_WHAT)
        cells += [(_GAP, "text"), (fit(what[0], for_what), what[1])]
        return [*cells, (_GAP, "text"), (fit(note[0], left - for_what), note[1])]


def _clock(time: float | None) -> str:
    return figures.UNKNOWN if time is None else clock(time)
