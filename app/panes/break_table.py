"""The table of the cache pane: a row per break, and the list that shows it."""

from __future__ import annotations

from collections.abc import Callable

from ...analysis import figures
from ...analysis.cache_breaks import CacheBreak
from ..contain import contained
from ..widgets.event_list import EventList
from .table import Column, Table
from .timeline import clock
from .token_table import MAIN_AGENT

_LONG_PAUSE = 300.0
"""Seconds after which prompt caches are commonly given up."""


def hit(broken: CacheBreak) -> str:
    """`96% → 2%`."""
    return f"{figures.share(broken.before)} → {figures.share(broken.after)}"


def rebilled(broken: CacheBreak) -> str:
    """`~31.2k`: derived, not measured."""
    return figures.UNKNOWN if broken.rebilled is None else f"~{figures.tokens(broken.rebilled)}"


def came_before(broken: CacheBreak) -> str:
    """What came between the break and the request before it; not necessarily the cause."""
    pause = broken.pause if broken.pause is not None and broken.pause >= _LONG_PAUSE else None
    found = (
        "compaction" if broken.compacted else "",
        "another model" if broken.model_changed else "",
        f"{figures.duration(pause * 1000)} pause" if pause is not None else "",
    )
    return ", ".join(filter(None, found)) or figures.UNKNOWN


class BreakTable(Table[CacheBreak]):
    """Breaks of the cache, oldest first."""

    def __init__(self, item: Callable[[int], CacheBreak]) -> None:
        super().__init__(
            (
                Column("break", 12, lambda row: f"○ #{row.request + 1:,}", "cache_break", left=True),
                Column("time", 8, lambda row: clock(row.time), "time", rank=3),
                Column("iter", 6, lambda row: figures.UNKNOWN if row.iteration is None else str(row.iteration), rank=1),
                Column("agent", 12, lambda row: row.agent or MAIN_AGENT, "agent", left=True, rank=4),
                Column("hit", 11, hit),
                Column("re-billed", 9, rebilled, "warn"),
                Column("after", 21, came_before, "muted", left=True, rank=2),
            ),
            item,
        )


@contained
class BreakList(EventList):
    """Shows the last break before the cursor of the dashboard, which seldom stands at a break itself."""

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
