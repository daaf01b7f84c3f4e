"""The marks of the ribbon: what went wrong or changed the context, and where in the session."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ....analysis.fold.session import Session
from ....analysis.issues.episodes import IssueLog
from ....analysis.rules.findings import severity_of
from ....analysis.rules.words.cache import CATEGORIES as CACHE
from ....analysis.view import View
from ...panes.kinds import MARKED

_EPISODES_AT_A_TIME = 20_000
_CROWDED_FROM = 8
"""Events per cell from which on there are marks in most cells of any session."""


class Bin(NamedTuple):
    """Events `start` to `end - 1`, and the cell that stands for them."""

    cell: int
    start: int
    end: int


class Found(NamedTuple):
    """A cell that has a mark: the first event it is for, and of how many."""

    cell: int
    event: int
    many: int


@dataclass(frozen=True, slots=True)
class MarkLook:
    """How a mark is drawn, and what it is called."""

    glyph: str
    style: str
    word: str


CRITICAL = MarkLook("!", "critical", "critical issue")
HIGH = MarkLook("!", "high", "high issue")
ERROR = MarkLook("✗", "error", "error")
CACHE_BREAK = MarkLook("○", "cache_break", "cache break")
COMPACTION = MarkLook("▼", "compaction", "compaction")
MEDIUM = MarkLook("!", "medium", "medium issue")
LOW = MarkLook("!", "low", "low issue")
BOOKMARK = MarkLook(MARKED.glyph, MARKED.style, MARKED.word)

WORST_FIRST = (CRITICAL, HIGH, ERROR, CACHE_BREAK, COMPACTION, MEDIUM, LOW)
"""Of several marks in one cell the first of these shows."""

_WORSE_THAN_BOOKMARK = frozenset({CRITICAL, HIGH, ERROR})
_OF_SEVERITY = {"critical": CRITICAL, "high": HIGH, "medium": MEDIUM, "low": LOW}


class _LogMarks:
    """The episodes of one log by the mark they get, each with the event that raised it."""

    def __init__(self, log: IssueLog) -> None:
        self.log = log
        self.known = 0
        self._raised = {look: array("I") for look in _OF_SEVERITY.values()}
        self._numbers = {look: array("I") for look in self._raised}

    def extend(self, most: int) -> bool:
        """Take in at most so many of the episodes raised since; return whether these were all."""
        raised, known = self.log.raised, len(self.log.raised)
        end = min(known, self.known + most)
        for number in range(self.known, end):
            category = self.log.episodes[number].category
            if category in CACHE:
                continue  # the breaks themselves are marked
            look = _OF_SEVERITY[severity_of(category)]
            self._raised[look].append(raised[number])
            self._numbers[look].append(number)
        self.known = end
        return end == known

    def find(self, look: MarkLook, bins: Sequence[Bin], at: int) -> list[Found]:
        """The bins in which issues were raised that stand as of event `at`."""
        raised, numbers, episodes = self._raised[look], self._numbers[look], self.log.episodes
        found = []
        for each, first, last in _rows_in(bins, raised):
            # Few issues are ever withdrawn, so the first look nearly always ends the search.
            standing = next((row for row in range(first, last) if episodes[numbers[row]].stands(at)), None)
            if standing is not None:
                found.append(Found(each.cell, raised[standing], last - first))
        return found


class IssueMarks:
    """The issues and findings of a session by the mark they get. Grows by `extend`.

    Has the breaks of the cache grow too, which are marked beside them.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._breaks = session.cache_breaks
        self._issues, self._findings = _LogMarks(session.issues), _LogMarks(session.findings)

    def __len__(self) -> int:
        return self._issues.known + self._findings.known

    def extend(self, most: int = _EPISODES_AT_A_TIME) -> bool:
        """Take in at most so many of the episodes raised since; return whether these were all."""
        if self._findings.log is not self._session.findings:  # the rules began anew
            self._findings = _LogMarks(self._session.findings)
        is_all = self._issues.extend(most)
        is_all = self._findings.extend(most) and is_all
        return not self._breaks.extend() and is_all

    def find(self, look: MarkLook, bins: Sequence[Bin], at: int) -> list[Found]:
        """The bins in which issues were raised that stand as of event `at`."""
        cells = {each.cell: each for each in self._issues.find(look, bins, at)}
        for each in self._findings.find(look, bins, at):
            other = cells.get(each.cell)
            cells[each.cell] = (
                each if other is None else Found(each.cell, min(each.event, other.event), each.many + other.many)
            )
        return list(cells.values())


def marks_of(view: View, issues: IssueMarks, bins: Sequence[Bin]) -> dict[int, tuple[MarkLook, int]]:
    """The marked cells: each with its worst mark and the first event that this is for.

    Worse is a critical issue, then one of high severity, an error, a cache break, a compaction, an issue of medium
    severity and one of low. Bins of many events nearly all have something; marks then take at most a third of the
    cells, the worst kind of mark first, and of one kind the cells that have most, so that the phases stay visible. A
    critical issue always shows.
    """
    crowded = bool(bins) and view.at >= _CROWDED_FROM * len(bins)
    room = len(bins) // 3 if crowded else len(bins)
    marked: dict[int, tuple[MarkLook, int]] = {}
    for look in WORST_FIRST:
        found = [each for each in _find(look, view, issues, bins) if each.cell not in marked]
        if look is not CRITICAL:
            found = _fullest(found, room - len(marked))
        marked.update((each.cell, (look, each.event)) for each in found)
    return marked


def add_bookmarks(marked: dict[int, tuple[MarkLook, int]], bins: Sequence[Bin], bookmarks: Sequence[int]) -> None:
    """Mark the cells of bookmarked events too, but for those where something went wrong.

    However crowded it is: these are the user's own.
    """
    for each in _events_in(bins, bookmarks):
        if each.cell not in marked or marked[each.cell][0] not in _WORSE_THAN_BOOKMARK:
            marked[each.cell] = (BOOKMARK, each.event)


def _find(look: MarkLook, view: View, issues: IssueMarks, bins: Sequence[Bin]) -> list[Found]:
    if look is ERROR:
        return _events_in(bins, view.session.errors)
    if look is CACHE_BREAK:
        return _events_in(bins, view.session.cache_breaks.events)
    if look is COMPACTION:
        return _events_in(bins, view.session.compactions)
    return issues.find(look, bins, view.at)


def _events_in(bins: Sequence[Bin], events: Sequence[int]) -> list[Found]:
    return [Found(each.cell, events[first], last - first) for each, first, last in _rows_in(bins, events)]


def _rows_in(bins: Sequence[Bin], events: Sequence[int]) -> list[tuple[Bin, int, int]]:
    """The bins that hold any of the events, with the rows of these. Bins are in order and leave nothing out."""
    found = []
    first, last = 0, len(events)
    for each in bins:
        if first == last:
            break
        end = bisect_left(events, each.end, first, last)
        if first < end:
            found.append((each, first, end))
            first = end
    return found


def _fullest(found: list[Found], room: int) -> list[Found]:
    if len(found) <= room:
        return found
    return sorted(found, key=lambda each: -each.many)[: max(0, room)]
