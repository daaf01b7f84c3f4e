"""The list of keys, made from what is bound where the focus is, and what the signs of the dashboard mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widget import Widget

from ..contain import contained
from ..panes.kinds import look_of
from ..panes.lines import Line, Lines
from ..panes.pane import Frame, Pane
from ..safe_text import fit, width_of
from ..widgets.event_list import EventList
from ..widgets.palette import Cell
from .ribbon.cells import legend

_HOWTO = (
    "tracetop shows what a coding agent does, where its tokens and money go, and what it wastes.",
    "One cursor runs through all panes: move it in any of them and the others follow.",
    "space pauses: every pane then shows the session as of the cursor; , . [ ] e i b c move it, space plays on.",
    "end goes back to the newest event and follows it. A click is a key too, the wheel scrolls, ribbon and track drag.",
)
_SIGNS = {
    "llm_response": "answer of the model",
    "tool_end": "tool call that went well",
    "tool_error": "failure",
    "tool_start": "tool call that runs",
    "iteration_start": "iteration",
    "compaction_end": "compaction",
    "subagent_spawn": "sub-agent",
    "mode_change": "change of mode",
    "file_change": "file changed",
}
_COLUMN = 46
_KEYS = 12
_MOST_COLUMNS = 4


@dataclass(slots=True)
class Section:
    """A title and what stands under it: keys and words, whether they make sense now."""

    title: str
    entries: dict[str, _Entry] = field(default_factory=dict)

    def lines(self, width: int) -> list[list[Cell]]:
        return [[(fit(self.title, width), "title")], *(entry.cells(width) for entry in self.entries.values())]


@dataclass(slots=True)
class _Entry:
    keys: list[Cell]
    words: str
    enabled: bool = True

    def cells(self, width: int) -> list[Cell]:
        keys: list[Cell] = []
        for text, style in self.keys:
            if sum(width_of(cell) for cell, _ in keys) + width_of(text) < _KEYS:
                keys += [(text, style), (" ", "muted")]
        used = sum(width_of(cell) for cell, _ in keys)
        words = self.words if self.enabled else f"{self.words} (not now)"
        return [
            *keys,
            (" " * (_KEYS - used), "text"),
            (fit(words, max(0, width - _KEYS)), "text" if self.enabled else "muted"),
        ]


@contained
class HelpPane(Pane):
    """Over the other panes, until it is closed."""

    NAME: ClassVar[str] = "help"

    def __init__(self, *, id: str, howto: Sequence[str] = _HOWTO) -> None:
        super().__init__(id=id)
        self._howto = howto
        self._lines = Lines()
        self._list = EventList(self._lines, can_follow=False, id="trace-help-lines")
        self._sections: list[Section] = []
        self._version = 0

    def compose(self) -> ComposeResult:
        yield self._list

    def show(self, frame: Frame) -> None:
        """Keys do not change with the trace."""

    def list_keys(self, screen: Screen[object]) -> None:
        """List the keys of the focused widget, of the dashboard and of the app."""
        self.list_sections([*keys_of(screen), _signs()])

    def list_sections(self, sections: Sequence[Section]) -> None:
        """List these."""
        self._sections = list(sections)
        self.headline = "every key that works here · esc closes"
        self._lay_out()
        self._list.move_to(0)

    def size_met(self) -> None:
        super().size_met()
        self._lay_out()

    def _lay_out(self) -> None:
        """Put the sections side by side, as many columns as there is room for."""
        if not self._sections:
            return
        width = max(20, (self.size.width or self.screen.size.width) - 4)
        columns = max(1, min(_MOST_COLUMNS, width // _COLUMN))
        rows = _side_by_side([section.lines(width // columns - 2) for section in self._sections], columns)
        self._lines.lines = [
            *(Line([(line, "text")]) for text in self._howto for line in wrap(text, width)),
            Line([]),
            *(Line(_joined(row, width // columns)) for row in rows),
        ]
        self._version += 1
        self._list.refresh_rows(self._version)

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()

    def on_event_list_follow_changed(self, message: EventList.FollowChanged) -> None:
        message.stop()

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()


def keys_of(screen: Screen[object]) -> list[Section]:
    """The keys by what they are for; those that do the same on one line."""
    sections: dict[str, Section] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.description or (binding.system and not binding.show):
            continue
        if active.node is screen and not binding.id:
            continue  # what Textual binds on every screen
        title = _title(active, screen)
        section = sections.setdefault(title, Section(title))
        key: Cell = (screen.app.get_key_display(binding).replace("^", "ctrl+"), "mark" if active.enabled else "muted")
        entry = section.entries.get(binding.action)
        if entry is None:
            words = active.tooltip or binding.tooltip or binding.description
            section.entries[binding.action] = _Entry([key], words, active.enabled)
        elif key not in entry.keys:
            entry.keys.append(key)
    return list(sections.values())


def _title(active: ActiveBinding, screen: Screen[object]) -> str:
    if active.binding.group is not None:
        return active.binding.group.description
    return "where the focus is" if isinstance(active.node, Widget) else "app"


def _signs() -> Section:
    """What the signs mean."""
    section = Section("signs")
    for kind, words in _SIGNS.items():
        look = look_of(kind)
        section.entries[kind] = _Entry([(look.glyph, look.style)], words)
    for glyph, word, style in legend():
        section.entries[word] = _Entry([(glyph, style)], f"{word}, in the ribbon")
    return section


def _side_by_side(blocks: Iterable[list[list[Cell]]], count: int) -> list[list[list[Cell]]]:
    """Rows of at most `count` columns; each block goes whole where there is least so far."""
    columns: list[list[list[Cell]]] = [[] for _ in range(count)]
    for block in blocks:
        shortest = min(columns, key=len)
        if shortest:
            shortest.append([])
        shortest.extend(block)
    height = max(map(len, columns))
    return [[column[row] if row < len(column) else [] for column in columns] for row in range(height)]


def _joined(pieces: Sequence[list[Cell]], width: int) -> list[Cell]:
    cells: list[Cell] = []
    for piece in pieces:
        used = sum(width_of(text) for text, _ in piece)
        cells += [*piece, (" " * max(0, width - used), "text")]
    return cells
