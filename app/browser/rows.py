"""The rows of the session browser and the heads of their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from typing import Final

from ...analysis import figures
from ..safe_text import fit, fit_right, one_line
from ..sessions.entry import Entry, State, state_of
from ..sessions.naming import age, agent_word, short_name, undated
from ..sessions.order import DEFAULT_ORDER, Order
from ..widgets.palette import Cell

_STATE_CELLS = 8
_STATES: Final[dict[State, Cell]] = {
    State.LIVE: ("● live", "ok"),
    State.ENDED: ("○ ended", "muted"),
    State.IDLE: ("○ idle", "muted"),
    State.UNKNOWN: ("…", "muted"),
    State.NO_TRACE: ("✗", "error"),
}
"""Each has a word or a sign of its own, so that it reads without color."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column behind the goal: the name by which it is sorted, its head, its cells, from which width on it is shown.

    `text` says what is in it at a time; an empty text is nothing to tell, not something unknown.
    """

    name: str
    head: str
    cells: int
    shown_from: int
    style: str
    text: Callable[[Entry, float], str]
    is_left: bool = False


def _iterations(entry: Entry, now: float) -> str:
    if entry.figures is not None:
        return f"{entry.figures.iterations:,} it"
    number = entry.glance.iteration if entry.glance is not None else None
    return figures.UNKNOWN if number is None else f"at {number:,}"


def _tokens(entry: Entry, now: float) -> str:
    return figures.tokens(entry.figures.tokens if entry.figures is not None else None)


def _cost(entry: Entry, now: float) -> str:
    known = entry.figures
    return figures.UNKNOWN if known is None else figures.cost(known.cost, known.cost_estimated)


def _cache(entry: Entry, now: float) -> str:
    return figures.share(entry.figures.cache_hit_rate if entry.figures is not None else None)


def _score(entry: Entry, now: float) -> str:
    return figures.score(entry.figures.score if entry.figures is not None else None)


def _issues(entry: Entry, now: float) -> str:
    if entry.figures is None:
        return figures.UNKNOWN
    return f"{_WORST.get(entry.figures.worst, '!')}{entry.figures.issues:,}" if entry.figures.issues else ""


def _agent(entry: Entry, now: float) -> str:
    return "" if entry.glance is None else agent_word(entry.glance.agent)


def _project(entry: Entry, now: float) -> str:
    project = "" if entry.glance is None else entry.glance.project
    return PurePath(project).name if "/" in project else PureWindowsPath(project).name


def _model(entry: Entry, now: float) -> str:
    return undated(entry.model) if entry.model else figures.UNKNOWN


_WORST: Final = {"critical": "‼", "high": "!", "medium": "▪", "low": "·"}
"""How bad the worst issue is, as pane 5 marks it."""

_COLUMNS: Final = (
    _Column("project", "project", 14, 116, "muted", _project, is_left=True),
    _Column("agent", "agent", 8, 90, "muted", _agent, is_left=True),
    _Column("", "session", 24, 160, "muted", lambda entry, now: short_name(entry), is_left=True),
    _Column("model", "model", 20, 110, "llm", _model, is_left=True),
    _Column("", "iter", 9, 130, "muted", _iterations),
    _Column("tokens", "tokens", 8, 50, "text", _tokens),
    _Column("cost", "cost", 9, 50, "cost", _cost),
    _Column("cache", "cache", 7, 70, "text", _cache),
    _Column("score", "score", 7, 70, "text", _score),
    _Column("issues", "issues", 8, 70, "warn", _issues),
    _Column("age", "age", 6, 0, "muted", lambda entry, now: age(now - entry.mtime)),
)


class SessionRows:
    """The rows of the browser."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.entries: list[Entry] = []
        self.silent: frozenset[str] = frozenset()
        self._clock = clock

    @property
    def count(self) -> int:
        """How many sessions there are."""
        return len(self.entries)

    def row(self, index: int, width: int) -> list[Cell]:
        """State, goal, model, iterations, tokens, cost, cache, score, issues, age: as many as there is room for."""
        entry, now = self.entries[index], self._clock()
        state, style = _STATES[state_of(entry, now)]
        title = entry.goal or short_name(entry)
        if entry.error:
            room = max(0, width - _STATE_CELLS - _COLUMNS[-1].cells)
            name = fit(one_line(entry.name), room // 3).rstrip()
            words: list[Cell] = [(fit(one_line(f"{name}  {entry.error}"), room), "error")]
            columns: tuple[_Column, ...] = _COLUMNS[-1:]
        else:
            columns = _shown(width, self.silent)
            words = [(fit(one_line(title), _room_for_goal(columns, width)), "title")]
        return [(fit(state, _STATE_CELLS), style), *words, *(_cell(column, entry, now) for column in columns)]


def silent_columns(entries: Iterable[Entry]) -> frozenset[str]:
    """The columns that tell no session from another, because all are of one agent, or of one project."""
    known = [(entry.glance.agent, entry.glance.project) for entry in entries if entry.glance is not None]
    told = {"agent": {agent for agent, _ in known}, "project": {project for _, project in known}}
    return frozenset(name for name, values in told.items() if len(values) < 2)


def heads(width: int, order: Order = DEFAULT_ORDER, silent: frozenset[str] = frozenset()) -> list[Cell]:
    """The heads of the columns; an arrow says by which the sessions are sorted, and which way."""
    columns = _shown(width, silent)

    def head(name: str, words: str, cells: int, is_left: bool) -> Cell:
        is_sorted = bool(name) and name == order.column
        text = f"{words}{'▼' if order.descending else '▲'}" if is_sorted else words
        fitted = fit(f" {text}", cells) if is_left else fit_right(text, cells)
        return fitted, "mark" if is_sorted else "muted"

    goal = head("goal", "goal", _room_for_goal(columns, width) + 1, True)
    return [
        (fit("state", _STATE_CELLS - 1), "muted"),
        goal,
        *(head(each.name, each.head, each.cells, each.is_left) for each in columns),
    ]


def says_order(width: int, order: Order, silent: frozenset[str] = frozenset()) -> bool:
    """Whether the head of the column by which is sorted is among those there is room for."""
    return order.column == "goal" or any(column.name == order.column for column in _shown(width, silent))


def column_at(x: int, width: int, silent: frozenset[str] = frozenset()) -> str:
    """The name of the column whose head has the cell `x`, if there is anything to sort by; else empty."""
    columns = _shown(width, silent)
    right = _STATE_CELLS + _room_for_goal(columns, width)
    if _STATE_CELLS <= x < right:
        return "goal"
    for column in columns:
        if right <= x < right + column.cells:
            return column.name
        right += column.cells
    return ""


def _shown(width: int, silent: frozenset[str]) -> tuple[_Column, ...]:
    return tuple(column for column in _COLUMNS if column.shown_from <= width and column.name not in silent)


def _room_for_goal(columns: tuple[_Column, ...], width: int) -> int:
    return max(0, width - _STATE_CELLS - sum(column.cells for column in columns))


def _cell(column: _Column, entry: Entry, now: float) -> Cell:
    text = one_line(column.text(entry, now))
    style = "muted" if text == figures.UNKNOWN else column.style
    return (fit(f" {text}", column.cells) if column.is_left else fit_right(text, column.cells)), style
