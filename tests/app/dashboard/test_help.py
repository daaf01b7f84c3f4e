"""The list of keys: all of them, and which do not work now."""

from __future__ import annotations

from .shown import is_shown

SECTION_5 = {
    "ctrl+d": "ctrl+d", "esc": "esc", "q": "q", "1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "tab": "tab",
    "z": "z", "up": "↑", "down": "↓", "j": "j", "k": "k", "pgup": "pgup", "pgdn": "pgdn", "g": "g", "G": "G",
    "enter": "⏎", "f": "f", "/": "/", "n": "n", "N": "N", "F": "F", ",": ",", ".": ".", "[": "[", "]": "]",
    "space": "space", "+": "+", "-": "-", "home": "home", "end": "end", "e": "e", "E": "E", "i": "i", "I": "I",
    "b": "b", "B": "B", "y": "y", ":": ":", "?": "?", "ctrl+p": "ctrl+p",
}  # fmt: skip


async def test_help_lists_every_key(show, demo):
    async with show(demo, (160, 100)) as it:
        await it.press("question_mark")
        assert is_shown(it, "#trace-help")
        listed = set(it.crop("#trace-help").split())
        assert set(SECTION_5.values()) <= listed, set(SECTION_5.values()) - listed
        await it.press("question_mark")
        assert not is_shown(it, "#trace-help")


async def test_help_says_what_does_not_work_now(show, demo):
    async with show(demo, (160, 100)) as it:
        await it.press("question_mark")
        rows = it.crop("#trace-help").split("\n")
        assert any("Next event found" in row and "(not now)" in row for row in rows)
        assert any("Next error" in row and "(not now)" not in row for row in rows)
