"""Dashboards to be measured, tracetop's own and an embedded one, and waiting until they have read and painted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any


async def opened(app: Any) -> Any:
    """The dashboard, its trace read to the end and painted."""
    from tracetop.app.dashboard.screen import DashboardScreen

    while not isinstance(app.screen, DashboardScreen):
        await asyncio.sleep(0.02)
    screen = app.screen
    while not screen.source.wait_until_read(0.01):
        await asyncio.sleep(0.05)
    screen.paint()
    await painted(screen)
    return screen


async def painted(screen: Any) -> None:
    """Wait until what is to be drawn is drawn."""
    done = asyncio.Event()
    screen.call_after_refresh(done.set)
    await done.wait()


def host_of(path: str) -> Any:
    """An agent's app that embeds the dashboard."""
    from textual.app import App
    from tracetop.app import DashboardHost

    class Agent(DashboardHost, App[Any]):
        def dashboard_source(self) -> str:
            return path

        async def on_mount(self) -> None:
            await self.open_dashboard()

    return Agent()


def standalone(path: str) -> Any:
    """tracetop's own app."""
    from tracetop.app.settings.effective import EffectiveSettings
    from tracetop.app.settings.settings import Settings
    from tracetop.app.standalone import TracetopApp

    return TracetopApp(Path(path), settings=EffectiveSettings(Settings(index=False)))
