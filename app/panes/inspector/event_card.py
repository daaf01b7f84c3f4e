"""Everything about one event: what happened, its facts, the events it leads to, its payload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....analysis import figures
from ....analysis.cache.losses import cause_words
from ....analysis.timeline.timeline import duration_of, summarize
from ....collector.events import TraceEvent
from ...bookmarks.bookmarks import Bookmark
from ...safe_text import fit
from ...trace import Trace
from ...widgets.palette import Cell
from ..kinds import MARKED, look_of
from .card_rows import NAME_CELLS, Fact, event_cells, fact_rows, gap, when
from .entries import Copied, Entry, Leaf, Sheet, room_at
from .links import Link, links_of
from .payload_tree import Payload

_ITS_PARENT = "  (its parent)"
_PARENT_NOTED = 60
"""From so many cells on, it is said of the other half of an event that it is the parent too."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What is known of an event's line: its size in bytes, None where it cannot be read, and why it cannot."""

    size: int | None
    defect: str = ""


def line_of(trace: Trace, number: int) -> SourceLine:
    """The line of an event; it is read for that, all of it."""
    try:
        return SourceLine(len(trace.line(number)))
    except OSError as error:
        return SourceLine(None, str(error))


def event_card(
    trace: Trace, number: int, at: int, width: int, line: SourceLine, bookmark: Bookmark | None = None
) -> Sheet:
    """All there is to see of an event as of event `at`, in a tree of `width` cells."""
    event = trace.event(number)
    room = room_at(width, 0)
    look = look_of(event.kind)
    summary = summarize(event)
    title: list[Cell] = [(f"{look.glyph} ", look.style), (fit(summary, room - 2), "title")]
    entries: list[Entry] = [Leaf("title", title, copied=Copied("summary", summary)), gap("facts")]
    if bookmark is not None:
        entries += fact_rows([Fact(MARKED.word, f"{MARKED.glyph} {bookmark.note}".rstrip())], room)
    entries += fact_rows(_facts(trace, number, event, line.size), room)
    entries += fact_rows(_cache_break(trace, number, at), room)
    entries += [_link_row(trace, link, event.parent_event_id or "", room) for link in links_of(trace, number, at)]
    entries.append(gap("data"))
    if line.size is None:
        entries.append(Leaf("data", [(fit(f"the line cannot be read again: {line.defect}", room), "warn")]))
    elif not event.data:
        entries.append(Leaf("data", [("no payload", "muted")]))
    else:
        payload = Payload(event.data, width)
        heading: list[Cell] = [("data ", "title"), (f" {figures.count(payload.count, 'field')}", "muted")]
        entries.append(PayloadHeading(heading, payload))
        return Sheet(entries, payload)
    return Sheet(entries)


class PayloadHeading(Leaf):
    """The row above a payload; what is copied there is all of it."""

    def __init__(self, cells: Sequence[Cell], payload: Payload) -> None:
        super().__init__("payload", cells)
        self._payload = payload

    def copied(self) -> Copied:
        return self._payload.copied()


def _link_row(trace: Trace, link: Link, parent_id: str, room: int) -> Leaf:
    """A row that leads to another event, or says that it cannot."""
    name: Cell = (fit(link.name, NAME_CELLS), "muted")
    room -= NAME_CELLS
    copied = Copied("parent", parent_id) if link.is_parent else None
    if link.event is None:
        text = f"{parent_id} (not among the events just before)" if link.is_parent else "not yet"
        return Leaf(("link", link.name), [name, (fit(text, room), "muted")], copied=copied)
    note = _ITS_PARENT if link.is_parent and link.name != "parent" and room >= _PARENT_NOTED else ""
    cells = [name, *event_cells(trace, link.event, room - len(note)), (note, "muted")]
    return Leaf(("link", link.name), cells, link.event, copied or Copied(link.name, trace.event_id(link.event)))


def _cache_break(trace: Trace, number: int, at: int) -> list[Fact]:
    """That a response broke the cache, what did it, how sure that is, and what else may have."""
    session = trace.session  # another as soon as the file starts over
    broken = trace.cache_losses(session).at_event(session.view(at), number)
    if broken is None:
        return []
    others = [f"{cause_words(cause)} ({cause.confidence})" for cause in broken.causes[1:]]
    facts = [Fact("broke", f"{broken.words} ({broken.cause.confidence})")]
    return [*facts, Fact("or else", ", ".join(others))] if others else facts


def _facts(trace: Trace, number: int, event: TraceEvent, size: int | None) -> list[Fact]:
    session = trace.session
    row = session.events.iteration[number]
    iteration = session.iterations.number_of(row)
    implied = "" if event.iteration is not None or iteration is None else " (the one open then)"
    return [
        Fact("kind", f"{event.kind} · {event.category}"),
        Fact("time", when(session.events.time[number])),
        Fact("iteration", figures.UNKNOWN if iteration is None else f"{iteration}{implied}"),
        Fact("agent", session.lanes.names.name(session.events.lane[number]) or "main"),
        Fact("duration", figures.duration(duration_of(event))),
        Fact("size", figures.UNKNOWN if size is None else figures.count(size, "byte")),
        Fact("event id", event.event_id or figures.UNKNOWN),
        Fact("position", trace.place(number)),
    ]
