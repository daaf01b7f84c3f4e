"""Draws what was painted at once, all of it in one go.

Left to itself each widget tells the screen in a message of its own that it looks different, and the screen draws with
the next sixtieth of a second, whoever has told it by then: what one key changed came in two pieces, the second up to 16
ms later.
"""

from __future__ import annotations

from typing import Any

from textual.screen import Screen


def draw_now(screen: Screen[Any]) -> None:
    """Draw the widgets of a screen that want to be drawn; where more is to be done first, they are drawn after that."""
    if not screen.is_current or screen.message_queue_size:
        return
    for widget in screen._compositor.visible_widgets:
        if widget._repaint_required and not (widget._layout_required or widget._refresh_styles_required):
            widget._repaint_required = False
            screen._dirty_widgets.add(widget)
    if screen._dirty_widgets:
        screen._on_timer_update()
