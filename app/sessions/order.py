"""In which order sessions are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from .entry import LIVE_SECONDS, Entry

Key = Callable[[Entry], Any]


@dataclass(frozen=True, slots=True)
class Order:
    """Sessions by a column: from its smallest value up, or `descending`."""

    column: str
    descending: bool = False

    def next(self) -> Order:
        """By the next column, as that is sorted first."""
        names = list(COLUMNS)
        return order_by(names[(names.index(self.column) + 1) % len(names)])

    def reversed(self) -> Order:
        """The other way round."""
        return Order(self.column, not self.descending)

    def arranged(self, entries: Iterable[Entry], now: float) -> list[Entry]:
        """Sessions in this order; those of which it is not known last, and behind them what is no trace.

        Those that are equal come newest first. Of those that were just written to the one where that began last is
        the newest, or two that are written to in turn would change places all the time.
        """
        key = COLUMNS[self.column].key
        known: list[Entry] = []
        unknown: list[Entry] = []
        broken: list[Entry] = []
        for entry in sorted(entries, key=_newest_first(now)):
            (broken if entry.error else unknown if key(entry) is None else known).append(entry)
        if self.column == "age":
            known = known[::-1] if self.descending else known
        else:
            known.sort(key=key, reverse=self.descending)
        return [*known, *unknown, *broken]


@dataclass(frozen=True, slots=True)
class Column:
    """What sessions are sorted by, None of one where it is not known, and which end is of interest."""

    key: Key
    descending: bool = False


def order_by(column: str) -> Order:
    """By a column, what is of most interest first: the youngest, the dearest, the worst score."""
    return Order(column, COLUMNS[column].descending)


def _newest_first(now: float) -> Key:
    def rank(entry: Entry) -> tuple[float, float, str]:
        age = now - entry.mtime
        return (
            (age, 0.0, entry.path.name)
            if age >= LIVE_SECONDS
            else (0.0, -(entry.since or entry.mtime), entry.path.name)
        )

    return rank


def _text(text: str | None) -> str | None:
    return text.casefold() if text else None


COLUMNS: Final[dict[str, Column]] = {
    "age": Column(lambda entry: entry.mtime),
    "goal": Column(lambda entry: _text(entry.goal)),
    "model": Column(lambda entry: _text(entry.model)),
    "tokens": Column(lambda entry: entry.figures and entry.figures.tokens, descending=True),
    "cost": Column(lambda entry: entry.figures and entry.figures.cost, descending=True),
    "cache": Column(lambda entry: entry.figures and entry.figures.cache_hit_rate),
    "score": Column(lambda entry: entry.figures and entry.figures.score),
    "issues": Column(lambda entry: entry.figures and entry.figures.issues, descending=True),
    "agent": Column(lambda entry: _text(entry.glance.agent if entry.glance is not None else None)),
    "project": Column(lambda entry: _text(entry.glance.project if entry.glance is not None else None)),
}
"""By what sessions are sorted, in the order in which one key goes through it."""

DEFAULT_ORDER: Final = order_by("age")
