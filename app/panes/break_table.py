"""The table of the cache pane: a row per break, and the list that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from ...analysis import figures
from ...analysis.cache.break_causes import BreakClass
from ...analysis.cache.losses import CacheBreak
from ...analysis.fold.lanes import MAIN_AGENT
from ..contain import contained
from ..widgets.event_list import EventList
from .table import Column, Table
from .timeline.timeline import clock

LOOKS = {
    BreakClass.COMPACTION: "▼",
    BreakClass.TOOLS: "⊞",
    BreakClass.SYSTEM: "§",
    BreakClass.MODEL: "⇄",
    BreakClass.HISTORY: "≠",
    BreakClass.EXPIRY: "◷",
    BreakClass.COLD: "∗",
    BreakClass.UNKNOWN: "○",
}
"""The sign of each class of breaks."""


def sign(broken: CacheBreak) -> str:
    """`▼ #42`: what broke it, and at which request."""
    return f"{LOOKS[broken.cause.kind]} #{broken.request + 1:,}"


def found(broken: CacheBreak) -> str:
    """`1.50k of 21.4k`: what was read of what had been left in the cache."""
    return f"{figures.tokens(broken.read)} of {figures.tokens(broken.expected)}"


def rebilled(broken: CacheBreak) -> str:
    """`~31.2k`: derived, not measured."""
    return f"~{figures.tokens(broken.rebilled)}"


def lost(broken: CacheBreak) -> str:
    """`~$0.11`: no trace says it."""
    return figures.cost(broken.loss.dollars, estimated=broken.loss.dollars is not None)


class BreakTable(Table[CacheBreak]):
    """Breaks of the cache, oldest first."""

    def __init__(self, item: Callable[[int], CacheBreak]) -> None:
        super().__init__(
            (
                Column("break", 8, sign, "cache_break", left=True),
                Column("extent", 7, lambda row: row.extent, "text", left=True, rank=2),
                Column("culprit", 31, lambda row: row.culprit, "text", left=True),
                Column("sure", 6, lambda row: row.cause.confidence.value, "muted", left=True, rank=3),
                Column("re-billed", 9, rebilled, "warn"),
                Column("cost", 8, lost, "cost", rank=1),
                Column("still cached", 14, found, "cache_read", rank=4),
                Column("iter", 6, lambda row: figures.UNKNOWN if row.iteration is None else str(row.iteration), rank=5),
                Column("time", 8, lambda row: clock(row.time), "time", rank=6),
                Column("agent", 12, lambda row: row.agent or MAIN_AGENT, "agent", left=True, rank=7),
            ),
            item,
        )


@contained
class BreakList(EventList):
    """Shows the last break before the cursor of the dashboard, which seldom stands at a break itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "choose",
            "Culprit",
            id="breaks.culprit",
            tooltip="Open what broke the cache; once more: the response where it broke",
        ),
    ]

    _beyond = 0

    def stand(self, events: int) -> None:
        """That cursor stands so many events after the row that is lit, or before it where negative."""
        self._beyond = events

    def action_cursor_up(self) -> None:
        self._user_move_to(self.cursor if self._beyond > 0 else self.cursor - 1)

    def action_cursor_down(self) -> None:
        self._user_move_to(self.cursor if self._beyond < 0 else self.cursor + 1)

    def _user_move_to(self, index: int) -> None:
        if self._beyond and index == self.cursor >= 0:
            self.post_message(self.CursorMoved(self, index))
        else:
            super()._user_move_to(index)
