"""The rows of the list of agents: who each is, what it was asked for, what it did and took."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis import figures
from ...analysis.lane_figures import LaneFigures
from ..safe_text import fit, one_line, width_of
from ..sessions.naming import undated
from ..trace import Trace
from ..widgets.palette import Cell
from ..words.agents import asked_of, cost_of, cost_with_agents, name_of, state_of, tokens_of
from .table import Column, fitting

_GAP = "  "
_NARROWEST_NAME = 22
_LEAST_NAME, _LEAST_ASKED = 8, 24
"""Cells that are left to both where they do not fit: names may be long numbers."""
_DEEPEST_INDENT = 8
_MARKS: dict[str, Cell] = {
    "runs": ("● ", "ok"),
    "idle": ("○ ", "muted"),
    "done": ("○ ", "muted"),
    "failed": ("✗ ", "error"),
    "": ("· ", "muted"),
}


_STATE_CELLS = 6


def _failed(lane: LaneFigures) -> str:
    return f"✗{lane.own.failed_tools:,}" if lane.own.failed_tools else ""


_FIGURES: tuple[Column[LaneFigures], ...] = (
    Column("model", 18, lambda lane: undated(one_line(lane.own.model)), "model", rank=6),
    Column("iter", 5, lambda lane: f"{lane.own.iterations:,}", "muted", rank=5),
    Column("tools", 5, lambda lane: f"{lane.own.tool_calls:,}", "text", rank=4),
    Column("failed", 6, _failed, "error", rank=3),
    Column("hit", 4, lambda lane: figures.share(lane.own.tokens.hit_rate), "cache_read", rank=2),
    Column("tokens", 7, tokens_of, "title", rank=1),
    Column("cost", 8, cost_of, "cost"),
    Column("with theirs", 11, cost_with_agents, "cost", rank=2),
)


class AgentRows:
    """Agents, each before those that it spawned."""

    def __init__(self) -> None:
        self.lanes: Sequence[LaneFigures] = ()
        self._trace: Trace | None = None
        self._generation = 0
        self._has_ended = self._is_idle = False

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.lanes)

    def take(self, trace: Trace, lanes: Sequence[LaneFigures], *, has_ended: bool, is_idle: bool) -> None:
        """Show these; `has_ended` and `is_idle` say that of the session."""
        self._is_idle = is_idle
        self._trace, self._generation, self.lanes, self._has_ended = trace, trace.generation, lanes, has_ended

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a row, `width` cells in all."""
        trace, lane = self._trace, self.lanes[index]
        if trace is None or trace.generation != self._generation:
            return []  # the trace has just started over: the next frame shows it
        columns = _columns(width)
        state = state_of(lane, has_ended=self._has_ended, is_idle=self._is_idle)
        told = _told_state(state, columns)
        room = max(0, width - _taken(columns) - width_of(told))
        mark = _MARKS[state]
        indent = "  " * min(lane.depth, _DEEPEST_INDENT)
        name, asked = one_line(name_of(lane)), asked_of(trace, lane)
        room -= len(indent) + width_of(mark[0])
        most = room if width_of(f"{name} {asked}") <= room or not asked else max(_LEAST_NAME, room - _LEAST_ASKED)
        name = fit(name, max(0, min(width_of(name), most, room)))
        asked = fit(f" {asked}", max(0, room - width_of(name)))
        return [
            (indent, "text"),
            mark,
            (name, "agent"),
            (asked, "text"),
            (told, mark[1]),
            *((_GAP + each.fit(each.tell(lane)), each.style) for each in columns),
        ]

    def heads(self, width: int) -> list[Cell]:
        """The heads above rows of the same width."""
        columns = _columns(width)
        tail = "".join(_GAP + each.fit(each.head) for each in columns)
        head = _told_state("state", columns)
        return [(fit("agent", max(0, width - _taken(columns) - width_of(head))) + head + tail, "muted")]


def _told_state(state: str, columns: Sequence[Column[LaneFigures]]) -> str:
    """The state in words where there is room for all figures; its mark stands in every row."""
    return _GAP + fit(state or figures.UNKNOWN, _STATE_CELLS) if len(columns) == len(_FIGURES) else ""


def _columns(width: int) -> list[Column[LaneFigures]]:
    return fitting(_FIGURES, lambda columns: width - _taken(columns) >= _NARROWEST_NAME)


def _taken(columns: Sequence[Column[LaneFigures]]) -> int:
    return sum(len(_GAP) + column.width for column in columns)
