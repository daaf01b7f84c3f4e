"""The line at the bottom: the keys that work now, as many as fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.segment import Segment
from textual import events
from textual.dom import DOMNode
from textual.screen import Screen
from textual.strip import Strip

from ..contain import contained
from ..safe_text import width_of
from ..widgets.palette import Palette

_ALWAYS_LAST = ("help", "quit_tracetop", "close", "leave")


@dataclass(frozen=True, slots=True)
class _Key:
    shown: str
    text: str
    enabled: bool
    action: str
    node: DOMNode

    @property
    def cells(self) -> int:
        return width_of(self.shown) + width_of(self.text) + 3

    @property
    def is_last(self) -> bool:
        """Whether it stands at the right end, and goes last where room is short."""
        return self.action in _ALWAYS_LAST


@contained
class KeyLine(Palette):
    """Keys and what they do. One that makes no sense now is dimmed; a click is the key."""

    def __init__(
        self,
        *,
        id: str,
        first: Callable[[], Sequence[str]] = tuple,
        words: Callable[[str], str | None] = lambda binding_id: None,
    ) -> None:
        """`first` are the ids of bindings to show before all others, `words` what one does now, if not as always."""
        super().__init__(id=id)
        self._first, self._words = first, words
        self._places: list[tuple[int, int, _Key]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        keys = self._keys()
        while keys and sum(key.cells for key in keys) > width:
            keys.remove(next((key for key in reversed(keys) if not key.is_last), keys[-1]))
        segments: list[Segment] = []
        self._places.clear()
        left = 0
        for key in keys:
            segments.append(Segment(f" {key.shown}", looks["mark" if key.enabled else "muted"]))
            segments.append(Segment(f" {key.text} ", looks["text" if key.enabled else "muted"]))
            if key.enabled:
                self._places.append((left, left + key.cells, key))
            left += key.cells
        return Strip(segments).adjust_cell_length(width, looks["text"])

    def _keys(self) -> list[_Key]:
        first = {binding_id: place for place, binding_id in enumerate(self._first())}
        keys: dict[str, tuple[int, _Key]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if (binding.show or binding.id in first) and not binding.system:
                shown = self.app.get_key_display(binding).replace("^", "ctrl+")
                words = self._words(binding.id or "") or binding.description
                key = _Key(shown, words.lower(), active.enabled, binding.action, active.node)
                place = len(first) + key.is_last if binding.id not in first else first[binding.id]
                keys.setdefault(binding.action, (place, key))  # of two keys that do the same the first is enough
        return [key for _, key in sorted(keys.values(), key=lambda found: found[0])]

    async def on_click(self, event: events.Click) -> None:
        for left, right, key in self._places:
            if left <= event.x < right:
                node: Any = key.node
                await node.run_action(key.action)
                return
