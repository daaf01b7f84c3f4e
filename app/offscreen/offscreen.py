"""The dashboard without a terminal: opened on a trace, read to its end, drawn for whoever takes its picture."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.strip import Strip

from ..dashboard.screen import DashboardScreen
from ..destinations import parse_destination
from ..panes.names import PANES
from ..standalone import Prepare, TracetopApp
from ..trace import Trace, load_trace

_MOST_LOOKS = 500


@dataclass(frozen=True, slots=True)
class Stage:
    """How a dashboard is set up: columns and rows, the pane to zoom, one of Textual's themes or ours."""

    size: tuple[int, int]
    pane: str | None = None
    theme: str | None = None

    def check(self) -> None:
        """Raises ValueError for a pane that does not exist."""
        if self.pane is not None and self.pane not in PANES:
            raise ValueError(f"no pane is called {self.pane!r}; there are {', '.join(PANES)}")


def load_whole(path: Path) -> tuple[Trace, float]:
    """A trace, and the time of its last event: the only clock of pictures. Raises UnreadableTraceError."""
    trace = load_trace(path)
    span = trace.view().time_span
    return trace, span[1] if span else 0.0


def event_of(trace: Trace, place: int | str) -> int:
    """The event that a place means, by its number or in words. Raises ValueError where it is not in the trace."""
    try:
        return parse_destination(str(place)).event(trace.view())
    except ValueError as error:
        raise ValueError(f"{trace.name}: {error}") from error


@asynccontextmanager
async def offscreen(
    path: Path, stage: Stage, clock: Callable[[], float], prepare: Prepare | None = None
) -> AsyncIterator[tuple[DashboardScreen, Pilot[Any]]]:
    """The dashboard on a trace that is read to its end. Raises ValueError for a theme that does not exist.

    What the user set is not read, so that pictures are the same everywhere.
    """
    app = TracetopApp(path, clock=clock, prepare=prepare)
    if stage.theme is not None and stage.theme not in app.available_themes:
        raise ValueError(f"no theme is called {stage.theme!r}; there are {', '.join(sorted(app.available_themes))}")
    async with app.run_test(size=stage.size) as pilot:
        if stage.theme is not None:
            app.theme = stage.theme
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, DashboardScreen)
        while not screen.source.wait_until_read(0.05) and screen.source.error is None:
            await asyncio.sleep(0)
        screen.hold_still()
        trace = screen.source.trace
        trace.second_pass(trace.session).extend_to_end()
        trace.ledger(trace.session).extend_to_end()
        if stage.pane is not None:
            screen.zoom(PANES.index(stage.pane))
        before: list[Strip] = []
        for _ in range(_MOST_LOOKS):  # what looks through long traces does so bit by bit
            await painted(screen, pilot)
            if before == (before := lines_of(screen)):
                break
        yield screen, pilot


async def painted(screen: DashboardScreen, pilot: Pilot[Any]) -> None:
    """Have all that is known painted."""
    screen.paint()
    await pilot.pause()


def lines_of(screen: DashboardScreen) -> list[Strip]:
    """The lines of the frame that is shown."""
    # A private name of Textual: there is no public way to the lines of a frame.
    return list(screen._compositor.render_strips())
