"""What the dashboard can do, in the command palette."""

from __future__ import annotations

from textual.command import CommandPalette
from tracetop.app.dashboard.screen import DashboardScreen


async def test_the_palette_has_our_commands(show, demo):
    async with show(demo) as it:
        await it.press("ctrl+p")
        assert isinstance(it.screen, CommandPalette)
        await it.press(*"Error")
        await it.until(lambda: "Error (e)" in it.text)
        await it.press("down", "enter") if it.app.focused is None else await it.press("enter")
        await it.until(lambda: isinstance(it.screen, DashboardScreen))
        await it.until(lambda: it.place in it.screen.source.trace.session.errors)
