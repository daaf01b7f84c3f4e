"""Rows that the inspector's cards have in common: facts, events that enter leads to, gaps."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....analysis import figures
from ....analysis.timeline.timeline import summarize
from ...safe_text import fit, one_line, width_of
from ...trace import Trace
from ...widgets.palette import Cell
from ..kinds import look_of
from ..timeline.timeline import clock
from .entries import Copied, Leaf

NAME_CELLS = 11
"""What a fact's name takes."""
_PAIR_WIDTH = 70
"""From so many cells on, two short facts share a row."""
_WIDEST_HALF = 56
_BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known: its name, and a text, not yet safe."""

    name: str
    text: str


def gap(before: str) -> Leaf:
    """An empty row before something."""
    return Leaf(("gap", before), [])


def fact_rows(facts: Sequence[Fact], room: int) -> Iterator[Leaf]:
    """Facts on rows of `room` cells, two on a row where both are short and there is room."""
    half = min((room - _BETWEEN) // 2, _WIDEST_HALF) if room >= _PAIR_WIDTH else 0
    waiting: Fact | None = None
    for fact in facts:
        is_short = NAME_CELLS + width_of(one_line(fact.text)) <= half
        if waiting is not None:
            if is_short:
                yield _fact_row([waiting, fact], half)
                waiting = None
                continue
            yield _fact_row([waiting], room)
            waiting = None
        if is_short:
            waiting = fact
        else:
            yield _fact_row([fact], room)
    if waiting is not None:
        yield _fact_row([waiting], room)


def _fact_row(facts: Sequence[Fact], room: int) -> Leaf:
    cells: list[Cell] = []
    for fact in facts:
        between = " " * _BETWEEN if cells else ""
        cells += [
            (between + fit(fact.name, NAME_CELLS), "muted"),
            (fit(fact.text, room - NAME_CELLS), "muted" if fact.text == figures.UNKNOWN else "text"),
        ]
    text = facts[0].text if len(facts) == 1 else "\n".join(f"{fact.name}: {fact.text}" for fact in facts)
    return Leaf(("fact", facts[0].name), cells, copied=Copied(" and ".join(fact.name for fact in facts), text))


def event_cells(trace: Trace, number: int, width: int) -> list[Cell]:
    """An event on a row of `width` cells: number, time, what happened."""
    event = trace.event(number)
    look = look_of(event.kind)
    told = f"#{number + 1:<7,} " if trace.from_start else ""
    place = f"{told}{clock(trace.session.events.time[number])}  "
    return [(place, "muted"), (fit(f"{look.glyph} {summarize(event)}", width - width_of(place)), look.style)]


def when(timestamp: float) -> str:
    """The local time to a millisecond, and the day: `14:02:11.250 · 2026-05-28`."""
    if timestamp != timestamp:  # NaN is not equal to itself
        return figures.UNKNOWN
    seconds, milliseconds = divmod(round(timestamp * 1000), 1000)
    local = time.localtime(seconds)
    return f"{time.strftime('%H:%M:%S', local)}.{milliseconds:03d} · {time.strftime('%Y-%m-%d', local)}"
