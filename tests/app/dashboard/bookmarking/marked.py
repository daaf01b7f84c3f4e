"""An event bookmarked by key, and the ribbon that shows it."""

from __future__ import annotations


def ribbon(it):
    return it.crop("#trace-ribbon")


async def mark(it, event, note=""):
    """Go to an event, counted from 0, and bookmark it."""
    it.screen.move_cursor(event)
    await it.settle()
    await it.press("m")
    await it.enter(note)
