"""The line at the bottom: the keys that work now, as many as fit."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from ..contain import contained
from ..safe_text import width_of
from ..widgets.palette import PALETTE_CLASSES, Palette, style_sheet

_ALWAYS_LAST = ("help", "quit_tracetop", "close")


@contained
class KeyLine(Palette, Widget):
    """Keys and what they do. One that makes no sense now is dimmed; a click is the key."""

    COMPONENT_CLASSES: ClassVar[set[str]] = PALETTE_CLASSES
    DEFAULT_CSS = style_sheet("KeyLine")

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        keys = self._keys()
        while keys and sum(width_of(key) + width_of(text) + 3 for key, text, _, _ in keys) > width:
            keys.remove(next((key for key in reversed(keys) if key[3].split("(")[0] not in _ALWAYS_LAST), keys[-1]))
        segments: list[Segment] = []
        self._places.clear()
        left = 0
        for key, text, enabled, action in keys:
            segments.append(Segment(f" {key}", looks["mark" if enabled else "muted"]))
            segments.append(Segment(f" {text} ", looks["text" if enabled else "muted"]))
            right = left + width_of(key) + width_of(text) + 3
            if enabled:
                self._places.append((left, right, action))
            left = right
        return Strip(segments).adjust_cell_length(width, looks["text"])

    def _keys(self) -> list[tuple[str, str, bool, str]]:
        keys = []
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and not binding.system:
                action = binding.action
                key = self.app.get_key_display(binding).replace("^", "ctrl+")
                keys.append((key, binding.description.lower(), active.enabled, action))
        keys.sort(key=lambda key: key[3].split("(")[0] in _ALWAYS_LAST)
        return keys

    async def on_click(self, event: events.Click) -> None:
        for left, right, action in self._places:
            if left <= event.x < right:
                focused = self.screen.focused
                namespace = focused if focused is not None and hasattr(focused, f"action_{action}") else self.screen
                await namespace.run_action(action)
                return
