"""Horizontal bars of text, drawn to an eighth of a cell."""

from __future__ import annotations

_EIGHTHS: tuple[str, ...] = ("", *"▏▎▍▌▋▊▉")


def bar_of(length: float, full: str = "█") -> str:
    """A bar of so many cells, an eighth of one at least; `full` fills the whole ones."""
    eighths = max(1, round(length * 8))
    return full * (eighths // 8) + _EIGHTHS[eighths % 8]
