"""The command palette is told keys before it is drawn, and where there is no room for it."""

from __future__ import annotations

import asyncio

import pytest
from textual.command import CommandPalette
from textual.events import Key


@pytest.mark.parametrize("size", [(80, 24), (80, 3)])
@pytest.mark.parametrize("opened", ["action_command_palette", "search_themes"])
async def test_page_keys_that_come_too_early_are_no_end(show, small, size, opened):
    async with show(small, size) as it:
        getattr(it.app, opened)()
        for _ in range(4):
            for key in ("pageup", "pagedown", "up", "down"):
                it.app.post_message(Key(key, None))
                await asyncio.sleep(0.001)  # `quiet` would wait for an app that has ended
        assert it.app.return_code is None
        await it.settle()
        assert isinstance(it.screen, CommandPalette)
        await it.press("escape", "escape")
        assert not isinstance(it.screen, CommandPalette)
