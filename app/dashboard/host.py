"""What a host app inherits to get the dashboard: ctrl+d, and nothing else of it is touched."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from ...collector.events import TraceEvent
from ..safe_text import one_line
from .screen import DashboardScreen
from .source.open_source import SourceLike

_SCREEN_NAME = "tracetop"


class DashboardHost(App[Any]):
    """An `App` with a dashboard, to inherit beside one's own base.

    ctrl+d opens and closes it, also while an Input or a TextArea has the focus. The host says in `dashboard_source`
    what to show. The dashboard keeps its state while it is hidden.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+d",
            "toggle_dashboard",
            "Dashboard",
            priority=True,
            show=False,
            id="trace.toggle",
            tooltip="Open or close the trace dashboard",
        )
    ]

    _dashboard: DashboardScreen | None = None
    _dashboard_shows: object = None

    def dashboard_clock(self) -> float:
        """The time in epoch seconds, against which the dashboard says how fresh a trace is."""
        return time.time()

    def dashboard_source(self) -> SourceLike:
        """What the dashboard shows: a `TraceCollector` of this process, or the path of a trace."""
        raise NotImplementedError(f"{type(self).__name__} must say in dashboard_source() what its dashboard shows")

    def dashboard_screen(self, source: SourceLike) -> DashboardScreen:
        """The dashboard on what `dashboard_source` gave; a host may make its own here."""
        return DashboardScreen(source, clock=self.dashboard_clock)

    @property
    def dashboard(self) -> DashboardScreen | None:
        """The dashboard, once it was opened."""
        return self._dashboard

    async def action_toggle_dashboard(self) -> None:
        """Open the dashboard, or close it."""
        if isinstance(self.screen, DashboardScreen):
            self.close_dashboard()
        elif not isinstance(self.screen, ModalScreen):
            await self.open_dashboard()

    async def open_dashboard(self, at: int | str | TraceEvent | None = None) -> DashboardScreen | None:
        """Open the dashboard on what `dashboard_source` gives now; None, and a word to the user, if it cannot be.

        `at` is the event to look at: the session is shown as of it. An event as the recorder gave it, its number from
        1, its id, or a place in words, as `DashboardScreen.seek` takes it. None leaves it where it was.
        """
        if self._dashboard is not None and self._dashboard in self.screen_stack:
            if at is not None:
                self._dashboard.seek(at)
            return self._dashboard  # below a screen of the host's, which is to be closed first
        try:
            source = self.dashboard_source()
            if self._dashboard is None or source != self._dashboard_shows:
                await self._replace_dashboard(source)
            if self._dashboard is not None and at is not None:
                self._dashboard.seek(at)
            await self.push_screen(_SCREEN_NAME)
        except Exception as error:  # noqa: BLE001 - the dashboard must never take its host down
            self.notify(one_line(f"the dashboard cannot open: {error}"), severity="error", markup=False)
            return None
        return self._dashboard

    def close_dashboard(self) -> None:
        """Close the dashboard; it keeps its state for the next time."""
        if isinstance(self.screen, DashboardScreen) and len(self.screen_stack) > 1:
            self.pop_screen()

    async def _replace_dashboard(self, source: SourceLike) -> None:
        if self._dashboard is not None:
            self.uninstall_screen(_SCREEN_NAME)
            await self._dashboard.remove()
        self._dashboard = self.dashboard_screen(source)
        self._dashboard_shows = source
        self.install_screen(self._dashboard, _SCREEN_NAME)
