"""The line of pane names above a single pane, where there is room for one only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from ..contain import contained
from ..safe_text import width_of
from ..widgets.palette import Palette


@contained
class TabLine(Palette):
    """Pane names, one of them lit; a click chooses."""

    @dataclass
    class Chosen(Message):
        """The user clicked the name at `index`."""

        index: int

    def __init__(self, names: Sequence[str], *, id: str) -> None:
        super().__init__(id=id)
        self._names = list(names)
        self._lit = 0

    def light(self, index: int, names: Sequence[str]) -> None:
        """Light another name, and say what each is called now."""
        if (index, list(names)) != (self._lit, self._names):
            self._lit, self._names = index, list(names)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        looks, lit = self.looks(), self.cursor_looks()
        segments = [
            Segment(f" {name} ", lit["title"] if index == self._lit else looks["muted"])
            for index, name in enumerate(self._names)
        ]
        return Strip(segments).adjust_cell_length(self.size.width, looks["text"])

    def on_click(self, event: events.Click) -> None:
        left = 0
        for index, name in enumerate(self._names):
            right = left + width_of(name) + 2
            if left <= event.x < right:
                self.post_message(self.Chosen(index))
            left = right
