"""An event bookmarked by key, and what comes of it: the file, what is told, the ribbon."""

from __future__ import annotations

import json


def sidecar(path):
    return path.with_name(f"{path.name}.bookmarks")


def lines_of(path):
    return [json.loads(line) for line in sidecar(path).read_text().splitlines()]


def messages(it):
    return " | ".join(notification.message for notification in it.app._notifications)


def ribbon(it):
    return it.crop("#trace-ribbon")


async def mark(it, event, note=""):
    """Go to an event, counted from 0, and bookmark it."""
    it.screen.move_cursor(event)
    await it.settle()
    await it.press("m")
    await it.enter(note)
