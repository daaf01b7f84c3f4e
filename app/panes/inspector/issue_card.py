"""Everything about an issue: what, since when, why, what to do, and the events that prove it."""

from __future__ import annotations

from collections.abc import Hashable

from ....analysis import figures
from ....analysis.issues.issue import Issue
from ....analysis.rules.findings import Finding
from ...safe_text import fit, width_of
from ...trace import Trace
from ...widgets.palette import Cell
from ...words.waste import NO_COSTS, CostWords
from .card_rows import Fact, event_cells, fact_rows, gap, when
from .entries import Copied, Entry, Leaf, Sheet, room_at
from .wrapped_text import WrappedText


def issue_card(trace: Trace, issue: Issue, width: int, costs: CostWords = NO_COSTS, stands: bool = True) -> Sheet:
    """All there is to see of an issue, in a tree of `width` cells, with what it cost.

    Where it does not stand as of the event that is shown, nothing but where it does.
    """
    room = room_at(width, 0)
    if not stands:
        text = (
            f"As of this event there is no such issue: it was raised at event {issue.raised + 1:,}, enter goes there."
        )
        lines = _paragraph("not yet", text, room)
        return Sheet([*lines, Leaf("raised", event_cells(trace, issue.raised, room), issue.raised)])
    severity = f"{issue.severity.upper()} "
    title: list[Cell] = [(severity, issue.severity), (fit(issue.title, room - width_of(severity)), "title")]
    entries: list[Entry] = [Leaf("title", title, copied=Copied("title", issue.title)), gap("facts")]
    entries += fact_rows(_facts(trace, issue, costs), room)
    entries += [gap("description"), *_paragraph("description", issue.description, room)]
    entries += [gap("suggestion"), Leaf("what to do", [("what to do", "title")])]
    entries += _paragraph("suggestion", issue.suggestion, room)
    heading = f"evidence: {figures.count(len(issue.events), 'event')}"
    entries += [gap("evidence"), Leaf("evidence", [(heading, "title"), (", enter goes there", "muted")])]
    return Sheet(entries, _Evidence(trace, issue.events, room))


class _Evidence(Entry):
    """The events that prove an issue; there may be very many, so they are read when they are seen."""

    def __init__(self, trace: Trace, events: tuple[int, ...], room: int) -> None:
        super().__init__("events")
        self._trace = trace
        self._generation = trace.generation
        self._events = events
        self._room = room

    @property
    def count(self) -> int:
        return len(self._events)

    def child(self, index: int) -> Entry:
        if self._trace.generation != self._generation:
            return Leaf(("event", index), [])  # the trace has just started over: the next frame shows it
        event = self._events[index]
        copied = Copied("event id", self._trace.event_id(event))
        leaf = Leaf(("event", index), event_cells(self._trace, event, self._room), event, copied)
        leaf.parent = self
        return leaf

    def find(self, name: Hashable) -> int | None:
        index = name[1] if isinstance(name, tuple) and name[0] == "event" else None
        return index if index is not None and index < len(self._events) else None


def _facts(trace: Trace, issue: Issue, costs: CostWords) -> list[Fact]:
    facts = [
        Fact("category", issue.category),
        *([Fact("confidence", issue.confidence)] if isinstance(issue, Finding) else []),
        Fact("agent", issue.agent or "main"),
        Fact("iteration", figures.UNKNOWN if issue.iteration is None else f"{issue.iteration}"),
        Fact("count", figures.count(issue.count, "time")),
        Fact("since", _event_and_time(trace, min(issue.events, default=issue.raised))),
    ]
    if len(issue.events) > 1:
        facts.append(Fact("latest", _event_and_time(trace, max(issue.events))))
    facts.append(Fact("cost", costs.toll or figures.UNKNOWN))
    if costs.wasted:
        facts.append(Fact("wasted", costs.wasted))
    if isinstance(issue, Finding):
        facts += [Fact("fires from" if not number else "", words) for number, words in enumerate(issue.thresholds)]
    return facts


def _event_and_time(trace: Trace, event: int) -> str:
    return f"event {event + 1:,} · {when(trace.session.events.time[event])}"


def _paragraph(name: str, text: str, room: int) -> list[Entry]:
    wrapped = WrappedText(text, room)
    wrapped.read_on(len(text))
    copied = Copied(name, text)
    return [Leaf((name, index), [(wrapped.line(index), "text")], copied=copied) for index in range(wrapped.count)]
