"""What stands on the wall: which sessions, in how many lines each, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...analysis import figures
from ...analysis.efficiency import Components, Efficiency
from ..dashboard.strip import Facts, errors_part, freshness_part, model_part, score_part
from ..safe_text import fit, one_line, width_of
from ..sessions.entry import Entry, goes_on
from ..widgets.palette import Cell
from ..widgets.parts import Form, Part, plain

LABELS: Final = "123456789abcdefhilmnoprstuvxyz"
"""The keys that open a session, as many as sessions can be shown; g j k q w mean something else."""

_ONE_LINE_FROM: Final = 150
"""From this width on all facts stand on one line."""


@dataclass(frozen=True, slots=True)
class Style:
    """How the strips are drawn: lines of facts, whether a ribbon is below, and then a blank line."""

    facts: int
    ribbon: bool
    airy: bool

    def below(self, has_ribbon: bool) -> int:
        """The blank lines below a strip; one of a single line has none."""
        return int(self.airy and (self.facts > 1 or has_ribbon))

    def height(self, has_ribbon: bool) -> int:
        """The lines of a strip, with the blank ones below it."""
        return self.facts + (self.ribbon and has_ribbon) + self.below(has_ribbon)


@dataclass(frozen=True, slots=True)
class Plan:
    """The sessions on the wall, top to bottom, how they are drawn, and how many that go on there is no room for."""

    style: Style
    shown: tuple[Entry, ...]
    left_out: int = 0


def on_the_wall(entries: Iterable[Entry], now: float) -> tuple[list[Entry], list[Entry]]:
    """The sessions that go on, in the order in which they began, newest first, and the others, newest first."""
    going: list[Entry] = []
    others: list[Entry] = []
    for entry in entries:
        if not entry.error:
            (going if goes_on(entry, now) else others).append(entry)
    going.sort(key=lambda entry: (-_start(entry), entry.path.name))
    others.sort(key=lambda entry: (-entry.mtime, entry.path.name))
    return going, others


def plan(
    going: Sequence[Entry],
    others: Sequence[Entry],
    ribboned: frozenset[Path],
    width: int,
    height: int,
    first: int = 0,
) -> Plan:
    """What fits: the sessions that go on in as many lines as there is room for, then others to fill the screen.

    `ribboned` are the paths of those that have a ribbon. Where not even a line each is enough for those that go on,
    they are shown from number `first` on.
    """
    facts = 1 if width >= _ONE_LINE_FROM else 2
    styles = (Style(facts, True, True), Style(facts, True, False), Style(facts, False, False), Style(1, False, False))
    style = next((each for each in styles if _height(each, going, ribboned) <= height), styles[-1])
    shown: list[Entry] = []
    used = 0
    for entry in (*going[first:], *others):
        has_ribbon = entry.path in ribboned
        lines = style.height(has_ribbon)
        # What is below the last one need not be there.
        if used + lines - style.below(has_ribbon) > height or len(shown) == len(LABELS):
            break
        used += lines
        shown.append(entry)
    return Plan(style, tuple(shown), max(0, len(going) - len(shown)))


def _height(style: Style, entries: Iterable[Entry], ribboned: frozenset[Path]) -> int:
    return sum(style.height(entry.path in ribboned) for entry in entries) - style.airy


def _start(entry: Entry) -> float:
    start = entry.glance.start if entry.glance is not None else None
    return entry.mtime if start is None else start


class Labels:
    """A key for each session on the wall, the same for as long as it is there."""

    def __init__(self) -> None:
        self._of: dict[Path, str] = {}

    def give(self, shown: Iterable[Path], *, anew: bool = False) -> None:
        """These are on the wall now; `anew` where their keys are still to be found, and nobody has used them."""
        if anew:
            self._of.clear()
        paths = list(shown)
        self._of = {path: label for path, label in self._of.items() if path in set(paths)}
        taken = set(self._of.values())
        free = iter([label for label in LABELS if label not in taken])
        for path in paths:
            if path not in self._of:
                self._of[path] = next(free)

    def of(self, path: Path) -> str:
        """The key of a session; empty of one that is not there."""
        return self._of.get(path, "")

    def path(self, label: str) -> Path | None:
        """The session that a key opens."""
        return next((path for path, given in self._of.items() if given == label), None)


def facts_of_entry(entry: Entry, now: float) -> Facts:
    """What the strip says of a session of which only head, tail and figures are known."""
    glance, known = entry.glance, entry.figures
    start, newest = (glance.start, glance.newest) if glance is not None else (None, None)
    duration = known.duration if known is not None else None
    if duration is None and start is not None and newest is not None:
        duration = max(0.0, newest - start)
    number = glance.iteration if glance is not None else None
    parts = (
        plain(20, f"it {figures.UNKNOWN if number is None else number}"),
        plain(17, figures.duration(None if duration is None else duration * 1000)),
        plain(21, f"{figures.tokens(known.tokens if known is not None else None)} tok"),
        plain(22, figures.cost(known.cost, known.cost_estimated) if known is not None else figures.UNKNOWN, "cost"),
        plain(16, f"cache {figures.share(known.cache_hit_rate if known is not None else None)}"),
        score_part(known.efficiency if known is not None else Efficiency(None, Components())),
        errors_part(known.errors) if known is not None else plain(7, f"✗ {figures.UNKNOWN}", "muted"),
    )
    return Facts(
        state=_state(entry, now),
        goal=entry.goal or entry.name,
        model=model_part(entry.model or ""),
        parts=parts,
        freshness=freshness_part(newest if newest is not None else entry.mtime, now, entry.ended),
    )


def aligned(strips: Sequence[Facts], longest_goal: int) -> list[Facts]:
    """The same facts, each as wide in all strips, so that they stand in columns; a goal up to `longest_goal` cells."""
    if not strips:
        return []
    state = max(width_of(each.state[0]) for each in strips)
    goal = min(longest_goal, max(width_of(one_line(each.goal)) for each in strips))
    models, fresh = _as_wide(each.model for each in strips), _as_wide(each.freshness for each in strips)
    columns = [_as_wide(column) for column in zip(*(each.parts for each in strips), strict=True)]
    return [
        Facts(
            state=(fit(each.state[0], state), each.state[1]),
            goal=fit(one_line(each.goal), goal),
            model=models[row],
            parts=tuple(column[row] for column in columns),
            freshness=fresh[row],
        )
        for row, each in enumerate(strips)
    ]


def _as_wide(column: Iterable[Part]) -> list[Part]:
    """One thing that strips say, each with all forms that any of them has, and each form as wide as in the others."""
    parts = list(column)
    ranks = sorted({rank for part in parts for rank, _ in part})
    forms = [[next((form for mine, form in part if mine >= rank), ()) for rank in ranks] for part in parts]
    widths = [max(_cells(row[number]) for row in forms) for number in range(len(ranks))]
    return [
        tuple(
            (rank, (*form, (" " * (width - _cells(form)), "text")))
            for rank, form, width in zip(ranks, row, widths, strict=True)
        )
        for row in forms
    ]


def _cells(form: Form) -> int:
    return sum(width_of(text) for text, _ in form)


def _state(entry: Entry, now: float) -> Cell:
    if entry.ended:
        return "○ ENDED", "muted"
    if entry.glance is None or entry.glance.ended is None:
        return "… READING", "muted"
    return ("● LIVE", "ok") if goes_on(entry, now) else ("○ IDLE", "muted")
