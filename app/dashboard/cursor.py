"""The one cursor of a dashboard: which event is looked at, and as of which event the panes are drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Mode(Enum):
    """How the dashboard moves through the trace."""

    LIVE = "LIVE"
    """Panes show everything there is; the cursor is a place in it."""
    PAUSED = "PAUSED"
    """Panes show the session as of the cursor, whatever has come since."""
    REPLAY = "REPLAY"
    """The same, while the cursor moves on by itself at the pace of the recording."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a trace. `event` is the number of the event looked at, None for the newest, whichever that is."""

    event: int | None = None
    mode: Mode = Mode.LIVE

    def at(self, count: int) -> int:
        """How many events the panes show when the trace has `count`."""
        if self.mode is Mode.LIVE or self.event is None:
            return count
        return min(count, self.event + 1)

    def place(self, count: int) -> int | None:
        """The number of the event looked at; None in an empty trace."""
        if not count:
            return None
        return count - 1 if self.event is None else min(self.event, count - 1)

    @property
    def follows(self) -> bool:
        """Whether the cursor stays at the newest event."""
        return self.event is None and self.mode is Mode.LIVE

    def move_to(self, event: int | None) -> Cursor:
        """The same cursor at another event."""
        return replace(self, event=event)

    def live(self) -> Cursor:
        """The cursor at the newest event, following."""
        return Cursor()
