"""Text that is typed into the prompt, and what is shown of it."""

from __future__ import annotations

import re


def title(it):
    return " ".join(re.sub(r"\[[^]]*\]|─+", " ", it.title("timeline")).split())


def listed(it):
    """How many events the filter lets through into the timeline; None without a filter."""
    match = re.search(r"(\d+) of \d+ events", title(it))
    return None if match is None else int(match[1])


def said(it):
    return it.crop("#trace-prompt").rstrip()


def is_shown(it):
    return it.screen.query_one("#trace-prompt").has_class("-shown")


async def type_in(it, text):
    """Type over what the prompt offers, and pause."""
    it.app.focused.value = text
    await it.quiet()
    it.screen.on_typing_paused()
    await it.settle()
