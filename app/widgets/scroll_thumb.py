"""A scroll bar that is told of rows and painted only when its thumb looks different.

Textual repaints a bar at every change of what it stands for. A list of thousands of rows that follows its end changes
twelve times a second and its thumb hardly ever.
"""

from __future__ import annotations

from math import ceil

from textual.scrollbar import ScrollBar

_STEPS = 8
"""The glyphs of a bar's ends tell this many heights of a cell apart."""


def thumb(cells: int, rows: int, window: int, position: float) -> tuple[int, int]:
    """From where to where the thumb reaches in a bar of so many cells, in eighths of a cell; (0, 0) for no thumb."""
    if not cells or not 0 < window < rows:
        return 0, 0
    size = max(1.0, window * cells / rows)
    start = int((cells - size) * position / (rows - window) * _STEPS)
    return start, start + ceil(size * _STEPS)


def tell(bar: ScrollBar, rows: int, window: int, position: float) -> None:
    """Have a vertical bar stand for a window on rows, and repaint it if it looks different."""
    cells = bar.size.height
    was = thumb(cells, bar.window_virtual_size, bar.window_size, bar.position)
    bar.set_reactive(ScrollBar.window_virtual_size, rows)
    bar.set_reactive(ScrollBar.window_size, window)
    bar.set_reactive(ScrollBar.position, bar.validate_position(position))
    if thumb(cells, rows, window, bar.position) != was:
        bar.refresh()
