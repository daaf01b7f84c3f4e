"""What the inspector shows, and the way to a row of it."""

from __future__ import annotations

from typing import Any


def text_of(it: Any) -> list[str]:
    """The rows in sight, without border, cursor mark and scroll bar."""
    rows = it.crop("#trace-inspector-lines").split("\n")
    return [row[1:].rstrip(" ▁▂▃▄▅▆▇█") for row in rows]


def cursor_row(it: Any) -> str:
    return str(it.lit_row("#trace-inspector-lines")[1:].rstrip())


def outline(it: Any) -> Any:
    return it.screen.query_one("#trace-inspector-lines")


async def go_to(it: Any, text: str) -> None:
    """Put the cursor on the last row in sight that holds a text."""
    row = max(index for index, row in enumerate(text_of(it)) if text in row)
    outline(it).go_to(outline(it).top + row)
    await it.settle()


def toasts(it: Any) -> list[str]:
    return [notification.message for notification in it.app._notifications]
