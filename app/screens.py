"""Which screens are seen."""

from __future__ import annotations

from typing import Any

from textual.screen import ModalScreen, Screen


def is_seen(screen: Screen[Any]) -> bool:
    """Whether a screen is on top, or only dialogs lie over it.

    Textual's `is_current` also says so of a screen right below one that hides it.
    """
    stack = screen.app.screen_stack
    return screen in stack and all(isinstance(above, ModalScreen) for above in stack[stack.index(screen) + 1 :])
