"""The progress line: how far a long trace is read, how fast, how long that will still take."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from ...analysis import figures
from ..contain import contained
from ..safe_text import one_line
from ..widgets.bars import bar_of
from ..widgets.palette import Cell, Palette
from ..widgets.parts import Part, fitting, joined, plain
from .source.opening import Reading

_MEASURED_SECONDS = 3.0
"""Speed is that of the last so many seconds."""
_FEWEST_SECONDS = 0.5
_BETWEEN_SECONDS = 0.1
_BAR_SHARE = 4
_SHORTEST_BAR, _LONGEST_BAR = 8, 40


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a trace is read: events and bytes a second."""

    events: float
    bytes: float


class Stopwatch:
    """Measures the speed of the reading from what it is told of it."""

    def __init__(self) -> None:
        self._known: deque[tuple[float, int, int]] = deque()

    def note(self, now: float, events: int, read: int) -> None:
        """So many events, and bytes, are read at `now`, by any clock in seconds."""
        known = self._known
        if known and (now < known[-1][0] or read < known[-1][2]):
            known.clear()  # the clock was set, or the trace started over
        if not known or now - known[-1][0] >= _BETWEEN_SECONDS:
            known.append((now, events, read))
        while now - known[0][0] > _MEASURED_SECONDS:
            known.popleft()

    def forget(self) -> None:
        """The reading rests: what comes then tells nothing of what was before."""
        self._known.clear()

    @property
    def speed(self) -> Speed | None:
        """How fast it was lately; None until there is something to tell."""
        if not self._known:
            return None
        (began, events, read), (now, events_now, read_now) = self._known[0], self._known[-1]
        seconds = now - began
        if seconds < _FEWEST_SECONDS or read_now <= read:
            return None
        return Speed((events_now - events) / seconds, (read_now - read) / seconds)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the line says. `keys` says which keys stop the reading, or have it go on."""

    reading: Reading = Reading(0, 0)
    events: int = 0
    speed: Speed | None = None
    keys: str = ""


@contained
class ProgressLine(Palette):
    """Draws `Facts`: a bar, and figures in shorter forms where there is less room."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._facts = Facts()

    def show(self, facts: Facts) -> None:
        """Show other facts."""
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        cells = _cells(self._facts, width)
        return Strip([Segment(one_line(text), looks[style]) for text, style in cells]).adjust_cell_length(
            width, looks["text"]
        )


def _cells(facts: Facts, width: int) -> list[Cell]:
    share = facts.reading.share
    bar = min(_LONGEST_BAR, width // _BAR_SHARE)
    cells: list[Cell] = [(" ", "text")]
    if bar >= _SHORTEST_BAR:
        filled = bar_of(share * bar) if share else ""
        cells += [(filled, "bar"), ("░" * (bar - len(filled)), "muted"), (" ", "text")]
    else:
        bar = 0
    room = width - bar - 1
    return [*cells, *joined(fitting(_parts(facts), room))[1:]]


def _parts(facts: Facts) -> tuple[Part, ...]:
    reading, speed = facts.reading, facts.speed
    percent = f"{math.floor(reading.share * 100)}%".rjust(4)
    read = figures.count(facts.events, "event")
    if reading.is_stopped:
        return (
            ((30, (("■ stopped at", "warn"), (percent, "title"))), (31, (("■", "warn"), (percent, "title")))),
            ((10, ((f"{read} read, figures are of these so far", "text"),)), (15, ((f"{read} read", "text"),))),
            plain(20, facts.keys, "mark") if facts.keys else (),
        )
    return (
        ((9, (("reading", "muted"), (percent, "title"))), (30, ((percent, "title"),))),
        ((8, ((f"{read} so far", "text"),)), (15, ((read, "text"),))),
        plain(7, f"{figures.tokens(speed.events)} events/s", "muted") if speed is not None else (),
        _time_left(reading, speed),
        plain(20, facts.keys, "mark") if facts.keys else (),
    )


def _time_left(reading: Reading, speed: Speed | None) -> Part:
    if speed is None:
        return ()
    seconds = math.ceil(max(0, reading.total - reading.read) / speed.bytes)
    text = f"{seconds} s" if seconds < 100 else figures.duration(seconds * 1000.0)
    return plain(16, f"{text} left", "text")
