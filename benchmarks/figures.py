"""What a benchmark finds: figures with what is promised of them, and the tables they are printed in.

A figure has one value per round, all rounds of one run; where others did the same work in the same rounds, its
ratios to them, one per round too. Shown are medians and the lowest and highest of the rounds.
"""

from __future__ import annotations

import operator
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum


class Of(Enum):
    """What a promise is about: the figure, or its ratio to one of the others."""

    VALUE = ""
    ORJSON = "× orjson"
    ATTOCODE = "× attocode"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a median must not be above, or below where `at_least`."""

    limit: float
    of: Of = Of.VALUE
    at_least: bool = False

    def is_kept_by(self, median: float) -> bool:
        """Whether a median keeps it."""
        return median >= self.limit if self.at_least else median <= self.limit

    def told(self, unit: str) -> str:
        """For people."""
        what = f"{short(self.limit)} {unit if self.of is Of.VALUE else self.of.value}".rstrip()
        return f"{'at least' if self.at_least else 'at most'} {what}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    `values` has one value per round, in `unit`; none where it was not measured, and `note` says why. `orjson` are its
    ratios to orjson.loads over the same lines, in the same rounds; `attocode` how many times as much attocode took for
    the same work. `note` is short, and says what the name does not: of how many keys a p95 is, say.
    """

    name: str
    values: Sequence[float]
    unit: str
    promise: Promise | None = None
    orjson: Sequence[float] = ()
    attocode: Sequence[float] = ()
    note: str = ""

    def kept(self) -> bool | None:
        """Whether the promise is kept; None without one, or where it was not measured."""
        if self.promise is None:
            return None
        of = {Of.VALUE: self.values, Of.ORJSON: self.orjson, Of.ATTOCODE: self.attocode}[self.promise.of]
        return self.promise.is_kept_by(statistics.median(of)) if of else None

    def cells(self) -> tuple[str, ...]:
        """What the columns of `COLUMNS` say of it."""
        verdict = {True: "✓ kept", False: "✗ MISSED", None: "– not measured" if self.promise else ""}[self.kept()]
        return (
            self.name,
            f"{short(statistics.median(self.values))} {self.unit}".rstrip() if self.values else "–",
            f"{short(min(self.values))} to {short(max(self.values))}" if len(self.values) > 1 else "",
            str(len(self.values)) if self.values else "",
            short(statistics.median(self.orjson)) if self.orjson else "",
            short(statistics.median(self.attocode)) if self.attocode else "",
            "" if self.promise is None else self.promise.told(self.unit),
            verdict,
            self.note,
        )


COLUMNS = ("figure", "median", "lowest to highest", "rounds", "× orjson", "× attocode", "promised", "", "note")
_LEFT = {"figure", "promised", "", "note"}


def at_most(limit: float, of: Of = Of.VALUE) -> Promise:
    """A promise that a median is no more."""
    return Promise(limit, of)


def at_least(limit: float, of: Of = Of.VALUE) -> Promise:
    """A promise that a median is no less."""
    return Promise(limit, of, at_least=True)


def not_measured(name: str, why: str, promise: Promise | None = None, unit: str = "") -> Figure:
    """A row that says why there is no figure."""
    return Figure(name, (), unit, promise, note=f"not measured: {why}")


def ratios(one: Sequence[float], other: Sequence[float]) -> tuple[float, ...]:
    """One by the other, round by round."""
    return tuple(map(operator.truediv, one, other))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def in_turns(rounds: int, *works: Callable[[], float]) -> list[list[float]]:
    """What each of some works gives, round by round: A B C, A B C, so that a busy moment hits all of them."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for values, work in zip(found, works, strict=True):
            values.append(work())
    return found


def short(number: float) -> str:
    """Three figures that count."""
    if number == 0 or abs(number) >= 100:
        return f"{number:,.0f}"
    places = 1 if abs(number) >= 10 else 2 if abs(number) >= 1 else 3
    text = f"{number:.{places}f}"
    return text.rstrip("0").rstrip(".")


def text_table(figures: Sequence[Figure]) -> str:
    """For a terminal."""
    rows = [COLUMNS, *(figure.cells() for figure in figures)]
    shown = [column for column in range(len(COLUMNS)) if any(row[column] for row in rows[1:])]
    widths = {column: max(len(row[column]) for row in rows) for column in shown}

    def line(row: Sequence[str]) -> str:
        cells = (
            row[column].ljust(widths[column]) if COLUMNS[column] in _LEFT else row[column].rjust(widths[column])
            for column in shown
        )
        return "  ".join(cells).rstrip()

    return "\n".join(map(line, rows))


def markdown_table(figures: Sequence[Figure]) -> str:
    """The same for a page."""
    rows = [figure.cells() for figure in figures]
    shown = [column for column in range(len(COLUMNS)) if any(row[column] for row in rows)]
    rule = ["---" if COLUMNS[column] in _LEFT else "--:" for column in shown]
    lines = [[COLUMNS[column] for column in shown], rule, *([row[column] for column in shown] for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
