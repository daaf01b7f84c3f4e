"""How plain reports are laid out: headings, tables, wrapped prose. Everything returned is safe for a terminal."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from datetime import datetime

from ...analysis.figures import UNKNOWN
from ..safe_text import fit, fit_right, one_line, width_of

MIN_WIDTH = 80
MAX_PROSE = 110
_FALLBACK_WIDTH = 100
GAP = "  "


def terminal_width() -> int:
    """The columns to lay a report out for: the terminal's, but never so few that a report falls apart."""
    return max(MIN_WIDTH, shutil.get_terminal_size((_FALLBACK_WIDTH, 24)).columns)


def heading(title: str, note: str = "", width: int = MAX_PROSE) -> str:
    """A section's title with a rule behind it, and in the rule a note."""
    room = min(width, MAX_PROSE)
    start = f"── {one_line(title)} "
    longest = room - width_of(start) - len(" ──") - 3
    note = one_line(note)
    end = f" {note if width_of(note) <= longest else fit(note, longest).rstrip()} ──" if note else ""
    return start + "─" * (room - width_of(start) - width_of(end)) + end


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """`text` made safe and broken between words into lines of at most `width` cells, `indent` included."""
    lines: list[str] = []
    room = max(20, min(width, MAX_PROSE) - len(indent))
    line = ""
    for word in one_line(text).split():
        joined = f"{line} {word}" if line else word
        if width_of(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(indent + line)
        line = word if width_of(word) <= room else fit(word, room).rstrip()
    return [*lines, indent + line] if line else lines


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    left: frozenset[int] = frozenset({0}),
    elastic: int = 0,
    indent: str = "  ",
) -> list[str]:
    """Aligned columns under their headers, numbers to the right; the columns in `left` to the left.

    Where a row would be wider than `width`, the column `elastic` gives way.
    """
    cells = [[one_line(cell) for cell in row] for row in ([headers, *rows] if any(headers) else rows)]
    widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
    excess = len(indent) + sum(widths) + len(GAP) * (len(widths) - 1) - width
    if excess > 0:
        widths[elastic] = max(8, widths[elastic] - excess)
    return [
        (
            indent
            + GAP.join(
                fit(cell, size) if column in left else fit_right(cell, size)
                for column, (cell, size) in enumerate(zip(row, widths, strict=True))
            )
        ).rstrip()
        for row in cells
    ]


def more(count: int, noun: str = "") -> str:
    """The line that says a list was cut."""
    return f"… and {count:,} more{f' {noun}' if noun else ''}"


def exact(number: int | None) -> str:
    """`1,764,000`; unknown an en dash."""
    return UNKNOWN if number is None else f"{number:,}"


def local_time(epoch_seconds: float, pattern: str) -> str:
    """A time of the trace on the local clock; unknown an en dash."""
    if not math.isfinite(epoch_seconds):
        return UNKNOWN
    try:
        return datetime.fromtimestamp(epoch_seconds).strftime(pattern)
    except (OverflowError, ValueError, OSError):
        return UNKNOWN
