"""The rows of the list of what stays in the context: whose result, how long, how often it was sent, what that took."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis import figures
from ...analysis.rent import Rented
from ..safe_text import fit, fit_right, one_line
from ..trace import Trace
from ..widgets.palette import Cell
from ..words.rent import asked_of, figures_of, tool_of

_GAP = "  "
_FIGURES = (("size", 8), ("sent again", 10), ("tokens", 8), ("cost", 9))
_ROOM_FOR_SIZE, _ROOM_FOR_TIMES = 56, 48
_ITERATION = 6
_ASKED = 200
_ROOM_FOR_ITERATION = 70


class ContextRows:
    """Results, those that took most first. All figures are estimates."""

    def __init__(self) -> None:
        self.rented: Sequence[Rented] = ()
        self._trace: Trace | None = None
        self._generation = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rented)

    def take(self, trace: Trace, rented: Sequence[Rented]) -> None:
        """Show these."""
        self._trace, self._generation, self.rented = trace, trace.generation, rented

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a row, `width` cells in all."""
        trace, rented = self._trace, self.rented[index]
        if trace is None or trace.generation != self._generation:
            return []  # the trace has just started over: the next frame shows it
        styles = ("text", "muted", "title", "cost")
        tail: list[Cell] = []
        if width >= _ROOM_FOR_ITERATION:
            iteration = trace.session.iterations.number_of(trace.session.events.iteration[rented.event])
            tail.append(
                (_GAP + fit_right(figures.UNKNOWN if iteration is None else str(iteration), _ITERATION), "muted")
            )
        for (text, style), (name, cells) in zip(zip(figures_of(rented), styles, strict=True), _FIGURES, strict=True):
            if _has_room(name, width):
                tail.append((_GAP + fit_right(text, cells), style))
        room = max(0, width - sum(len(text) for text, _ in tail))
        return [*_asked(trace, rented, room), *tail]

    def heads(self, width: int) -> list[Cell]:
        """The heads above rows of the same width."""
        tail = _GAP + fit_right("iter", _ITERATION) if width >= _ROOM_FOR_ITERATION else ""
        tail += "".join(_GAP + fit_right(name, cells) for name, cells in _FIGURES if _has_room(name, width))
        return [(fit("result of", max(0, width - len(tail))) + tail, "muted")]


def _has_room(name: str, width: int) -> bool:
    return width >= {"size": _ROOM_FOR_SIZE, "sent again": _ROOM_FOR_TIMES}.get(name, 0)


def _asked(trace: Trace, rented: Rented, room: int) -> list[Cell]:
    """The tool and what it was asked, in so many cells."""
    name, words = one_line(tool_of(trace, rented)), one_line(asked_of(trace, rented, _ASKED))
    name = fit(name, min(room, len(name)))
    return [(name, "tool"), (fit(f" {words}", room - len(name)), "text")]
