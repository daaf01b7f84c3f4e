"""The rows of the issue list: severity, title, how often, where, since when, and what it cost.

Issues of the documented categories and the findings of the second pass stand together; a finding's row begins with its
category and ends with how sure it is, where there is room.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from ...analysis import figures
from ...analysis.issues.episodes import Episode
from ...analysis.issues.issue import SEVERITIES, Issue
from ...analysis.issues.toll import Assessment, Toll
from ...analysis.ledger.entry import Wasted
from ...analysis.ledger.ledger import Ledger
from ...analysis.rules.findings import (
    ALL_CATEGORIES,
    confidence_of,
    describe,
    occurrences,
    severity_of,
    title_of,
)
from ...analysis.rules.second_pass import SecondPass
from ...analysis.rules.waste import assess
from ...analysis.tree.index import TreeIndex
from ...analysis.tree.tree import Tree
from ...analysis.view import View
from ..safe_text import fit, fit_right, one_line, width_of
from ..short_paths import shorten_paths
from ..widgets.palette import Cell
from ..words.waste import CostWords, own_waste, told_of_an_issue
from .timeline.timeline import clock

_GLYPHS = {"critical": "‼", "high": "!", "medium": "▪", "low": "·"}
_SHORT = {"critical": "crit", "high": "high", "medium": "med", "low": "low"}
_WHOLE_WORDS_FROM = 84
_BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class _Column:
    """What stands right of the title, in so many cells, where rows have at least `shown_from`."""

    head: str
    width: int
    shown_from: int
    tell: Callable[[IssueRows, Episode, int], Cell]


@dataclass(frozen=True, slots=True)
class _Known:
    """What an issue cost after so many changes to it, as of event `at`."""

    changes: int
    at: int
    assessment: Assessment

    def holds(self, changes: int, at: int) -> bool:
        """Whether that is what it costs as of another event too."""
        return self.changes == changes and (self.at == at or (self.assessment.is_final and self.at < at))


class IssueRows:
    """The issues and findings that stand as of a view, worst first, and of one severity the newest first."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self.is_unsettled = False
        """Whether what some issue cost, of those drawn since this was last set back, may still grow by itself."""
        self._tree: Tree | None = None
        self._found: SecondPass | None = None
        self._ledger: Ledger | None = None
        self._known: dict[int, _Known] = {}

    @property
    def count(self) -> int:
        """How many issues stand."""
        return len(self.episodes)

    def set_view(self, view: View, index: TreeIndex, found: SecondPass, ledger: Ledger) -> None:
        """Tell everything as of another view: with the index of its session, what rules found there, what that wasted.

        `list_issues` finds the issues anew.
        """
        if self._tree is None or self._tree.session is not view.session or self._found is not found:
            self._known.clear()
        self._found = found
        self._ledger = ledger
        self._tree = Tree(view, index)

    def list_issues(self, only_lane: int | None = None) -> dict[str, int]:
        """Find the issues that stand now, of all agents or of one; gives how many of each severity, worst first."""
        by_severity: dict[str, list[Episode]] = {severity: [] for severity in SEVERITIES}
        by_category = {category: by_severity[severity_of(category)] for category in ALL_CATEGORIES}
        assert self._found is not None
        for episode in self._view.all_episodes():
            if only_lane is not None and episode.lane != only_lane:
                continue
            by_category[episode.category].append(episode)
        self.episodes = [episode for episodes in by_severity.values() for episode in reversed(episodes)]
        return {severity: len(episodes) for severity, episodes in by_severity.items() if episodes}

    def issue(self, index: int) -> Issue:
        """The issue on a row, whole."""
        return self._told(self.episodes[index])

    def is_raised_at(self, event: int) -> bool:
        """Whether an event raised any issue, standing or not."""
        assert self._found is not None
        for raised in (self._view.session.issues.raised, self._found.log.raised):
            place = bisect_left(raised, event)
            if place < len(raised) and raised[place] == event:
                return True
        return False

    def proves(self, index: int, event: int) -> bool:
        """Whether an event is evidence of the issue on a row."""
        return self.episodes[index].proves(event, self._view.at)

    def toll(self, episode: Episode) -> Toll:
        """What an issue has cost so far; told again without another look where nothing can have changed."""
        tree = self._tree
        assert tree is not None
        changes = bisect_left(episode.updates, tree.at)
        known = self._known.get(id(episode))
        if known is None or not known.holds(changes, tree.at):
            known = self._known[id(episode)] = _Known(changes, tree.at, assess(episode, tree))
        self.is_unsettled = self.is_unsettled or not known.assessment.is_final
        return known.assessment.toll

    def wasted(self, episode: Episode) -> Wasted | None:
        """What is an issue's own of all that was wasted; None where its category claims nothing."""
        return None if self._ledger is None else self._ledger.wasted_by(episode, self._view.at)

    def told_costs(self, episode: Episode) -> CostWords:
        """What an issue has cost so far, in words."""
        toll = _BETWEEN.join(self.toll(episode).words())
        return CostWords(toll, told_of_an_issue(self.wasted(episode), self._view))

    def tell(self, episode: Episode) -> tuple[Issue, CostWords] | None:
        """An issue as of the view, and what it cost in words; None where it does not stand."""
        if self._tree is None or not episode.stands(self._tree.at):
            return None
        return self._told(episode), self.told_costs(episode)

    def row(self, index: int, width: int) -> list[Cell]:
        """Severity, title, and what there is room for."""
        episode, columns = self.episodes[index], _columns(width)
        severity = severity_of(episode.category)
        mark = _severity(severity, width)
        room = max(0, width - width_of(mark) - sum(column.width for column in columns))
        title = one_line(title_of(episode, self._view.at))
        cells: list[Cell] = [(mark, severity), *_title(title, episode, room)]
        for column in columns:
            text, style = column.tell(self, episode, column.width - 1)
            cells.append((fit_right(text, column.width), style))
        return cells

    def heads(self, width: int) -> list[Cell]:
        """The heads above rows of the same width."""
        columns, mark = _columns(width), width_of(_severity(SEVERITIES[0], width))
        room = max(0, width - mark - sum(column.width for column in columns))
        heads = "".join(fit_right(column.head, column.width) for column in columns)
        return [(" " * mark + fit("issue", room) + heads, "muted")]

    def _told(self, episode: Episode) -> Issue:
        assert self._found is not None
        return describe(episode, self._view, tuning=self._found.tuning)

    @property
    def _view(self) -> View:
        assert self._tree is not None
        return self._tree.view

    def tell_count(self, episode: Episode, room: int) -> Cell:
        """How often it occurred: `14×`."""
        count = occurrences(episode.category, episode.count(self._view.at))
        return (f"{count:,}×" if count > 1 else ""), "muted"

    def tell_where(self, episode: Episode, room: int) -> Cell:
        """The iterations from the first to the last of its evidence, `7–9`, with the agent where there is room."""
        session, count = self._view.session, episode.count(self._view.at)
        rows = session.events.iteration
        first, last = rows[episode.evidence[0]], rows[episode.evidence[count - 1]]
        iterations = session.iterations
        where = "" if episode.iteration is None else f"it {episode.iteration}"
        if first and last and first != last and iterations.branch[first] == iterations.branch[last]:
            where = f"it {iterations.number[first]}–{iterations.number[last]}"
        agent = one_line(session.lanes.names.name(episode.lane))
        named = f"{agent} {where}".strip()
        return (named if width_of(named) <= room else where), "muted"

    def tell_since(self, episode: Episode, room: int) -> Cell:
        """The time of its first evidence: `14:02:11`."""
        return clock(self._view.session.events.time[episode.evidence[0]]), "time"

    def tell_toll(self, episode: Episode, room: int) -> Cell:
        """As much of what it cost as there is room for, money first."""
        toll = self.toll(episode)
        style = "cost" if toll.cost is not None else "text" if toll.tokens is not None else "muted"
        words = [word.removesuffix("ens") for word in toll.words()]
        text = words[0] if words else figures.UNKNOWN
        if width_of(text) > room:
            text = text.removesuffix(" tok")
        for word in words[1:]:
            if width_of(text) + len(_BETWEEN) + width_of(word) <= room:
                text += _BETWEEN + word
        return text, style

    def tell_wasted(self, episode: Episode, room: int) -> Cell:
        """Its own part of what was wasted; nothing where that is none."""
        return own_waste(self.wasted(episode)), "cost"


def _columns(width: int) -> list[_Column]:
    """Those for rows of `width` cells: of one head the widest that is shown."""
    shown = {column.head: column for column in _COLUMNS if width >= column.shown_from}
    return list(shown.values())


def _title(title: str, episode: Episode, room: int) -> list[Cell]:
    """A title; that of a finding between its category and how sure it is, as far as there is room for the title."""
    confidence = confidence_of(episode)
    if not confidence:
        return [(fit(shorten_paths(title, room), room), "text")]
    before, behind = f"{episode.category}: ", f" ({confidence})"
    if room < width_of(before) + width_of(title) + width_of(behind):
        return [(fit(shorten_paths(title, room), room), "text")]
    return [(before, "muted"), (title, "text"), (fit(behind, room - width_of(before) - width_of(title)), "muted")]


def _severity(severity: str, width: int) -> str:
    if width < _WHOLE_WORDS_FROM:
        return f"{_GLYPHS[severity]} {_SHORT[severity]:<4} "
    return f"{_GLYPHS[severity]} {severity:<8} "


_COLUMNS = (
    _Column("count", 7, 130, IssueRows.tell_count),
    _Column("iter", 10, 56, IssueRows.tell_where),
    _Column("iter", 18, 130, IssueRows.tell_where),
    _Column("since", 10, 96, IssueRows.tell_since),
    _Column("wasted", 10, 70, IssueRows.tell_wasted),
    _Column("cost", 8, 34, IssueRows.tell_toll),
    _Column("cost", 12, 84, IssueRows.tell_toll),
    _Column("cost", 21, 130, IssueRows.tell_toll),
)
