"""The strips of the wall, drawn as one widget: a session's facts, and under them its ribbon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from ...analysis.fold.session import Session
from ...analysis.phases import PhaseIndex
from ...analysis.view import View
from ..contain import contained
from ..dashboard.cursor import Mode
from ..dashboard.ribbon.cells import Axis, draw
from ..dashboard.ribbon.marks import IssueMarks
from ..dashboard.strip import Facts, facts_of, lay_out
from ..safe_text import one_line
from ..sessions.entry import Entry
from ..trace import Trace
from ..widgets.palette import Cell, Palette
from .strips import Labels, Plan, Style, aligned, facts_of_entry, on_the_wall, plan

_MARGIN = 3
"""The mark of the selected one, its key, a space."""

_LONGEST_GOAL = 48
"""Cells of a goal where the other facts stand behind it."""


@contained
class WallView(Palette, can_focus=True):
    """Draws as many sessions as fit, one of them selected. Costs look-ups per visible cell, however long they are."""

    ALLOW_SELECT = False
    DEFAULT_CSS = files(__package__).joinpath("view.tcss").read_text(encoding="utf-8")

    @dataclass
    class Chosen(Message):
        """The user wants to see a session."""

        path: Path

    def __init__(self, trace: Callable[[Path], Trace | None], clock: Callable[[], float], *, id: str) -> None:
        """`trace` gives the trace of a session, where that is kept."""
        super().__init__(id=id)
        self.selected: Path | None = None
        self.plan = Plan(Style(2, True, True), ())
        self.empty_text = ""
        self._trace, self._clock = trace, clock
        self._labels = Labels()
        self._ribbons: dict[Path, _Ribbon] = {}
        self._is_settled = False
        self._is_chosen = False
        """Whether the user selected anything; until then, and while the order changes, it is what stands first."""
        self._is_whole = False
        self._going: list[Entry] = []
        self._others: list[Entry] = []
        self._lines: list[list[Cell]] = []
        self._owners: list[Path | None] = []

    def show(self, entries: Sequence[Entry], *, is_whole: bool = True) -> None:
        """Show these sessions as they are now; `is_whole` says whether there are no others, as far as is known."""
        self._is_whole = is_whole
        self._going, self._others = on_the_wall(entries, self._clock())
        self._lay_out()

    def label_of(self, path: Path) -> str:
        """The key that opens a session."""
        return self._labels.of(path)

    def choose(self, label: str) -> bool:
        """Open the session of a key, if there is one."""
        path = self._labels.path(label)
        if path is None:
            return False
        self._select(path)
        self.post_message(self.Chosen(path))
        return True

    def choose_selected(self) -> None:
        """Open the session that is selected."""
        if self.selected is not None:
            self.post_message(self.Chosen(self.selected))

    def move(self, strips: int) -> None:
        """Select the session so many strips further down."""
        all_there_are = [entry.path for entry in (*self._going, *self._others)]
        if not all_there_are:
            return
        here = all_there_are.index(self.selected) if self.selected in all_there_are else 0
        # Those that go on can be scrolled; of the others only what fits is there.
        last = len(self._going) - 1 if self.plan.left_out else len(self.plan.shown) - 1
        self._select(all_there_are[max(0, min(here + strips, last))])

    def _select(self, path: Path) -> None:
        self.selected, self._is_chosen = path, True
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def on_focus(self) -> None:
        self.refresh()

    on_blur = on_focus

    def on_click(self, event: events.Click) -> None:
        path = self._owners[event.y] if event.y < len(self._owners) else None
        if path is None:
            return
        event.stop()
        if path == self.selected:
            self.choose_selected()
        else:
            self._select(path)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-1)

    def _lay_out(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        views = self._views()
        if not self._is_chosen and not self._is_settled:
            self.selected = None
        self._choose_shown(frozenset(views), width, height)
        entries, style = self.plan.shown, self.plan.style
        shown = [entry.path for entry in entries]
        if self.selected not in shown:
            self.selected = shown[0] if shown else None
        self._labels.give(shown, anew=not self._is_settled)
        # Before a first look at each the order changes at every moment.
        self._is_settled = self._is_settled or (
            self._is_whole and bool(entries) and all(entry.glance is not None for entry in entries)
        )
        self._ribbons = {path: ribbon for path, ribbon in self._ribbons.items() if path in shown}
        facts = [self._facts_of(entry, views.get(entry.path)) for entry in entries]
        self._lines, self._owners = [], []
        for entry, each in zip(entries, aligned(facts, _LONGEST_GOAL if style.facts == 1 else width), strict=True):
            lines = lay_out(each, width - _MARGIN, style.facts)
            view = views.get(entry.path)
            if style.ribbon and view is not None:
                lines.append(
                    [(" ", "text"), *self._ribbon_of(entry.path, view).cells(view, max(1, width - _MARGIN - 2))]
                )
            below = style.below(view is not None)
            self._owners += [entry.path] * len(lines) + [None] * below
            self._lines += lines + [[] for _ in range(below)]
        self.refresh()

    def _choose_shown(self, ribboned: frozenset[Path], width: int, height: int) -> None:
        """Choose what to show: from the first on, or so far down that the selected one is there."""
        going, first = [entry.path for entry in self._going], 0
        while True:
            self.plan = plan(self._going, self._others, ribboned, width, height, first)
            shown = [entry.path for entry in self.plan.shown]
            if self.selected in shown or self.selected not in going or not shown:
                return
            first = max(first + 1, going.index(self.selected) - len(shown) + 1)

    def _views(self) -> dict[Path, View]:
        """The sessions whose traces are kept, of those that there may be room for, as they are now."""
        some = [*self._going, *self._others[: self.size.height]]
        traces = {entry.path: trace for entry in some if (trace := self._trace(entry.path)) is not None}
        return {path: view for path, trace in traces.items() if (view := trace.view()).at}

    def _facts_of(self, entry: Entry, view: View | None) -> Facts:
        now = self._clock()
        return facts_of_entry(entry, now) if view is None else facts_of(view, Mode.LIVE, now=now)

    def _ribbon_of(self, path: Path, view: View) -> _Ribbon:
        ribbon = self._ribbons.get(path)
        if ribbon is None or ribbon.session is not view.session:
            ribbon = self._ribbons[path] = _Ribbon(view.session)
        return ribbon

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        path = self._owners[y] if y < len(self._owners) else None
        if path is None:
            text = self.empty_text if not y and not self._owners else ""
            looks = self.looks()
            return Strip([Segment(f" {text}", looks["muted"])]).adjust_cell_length(width, looks["text"])
        lit = path == self.selected
        looks = self.cursor_looks() if lit else self.looks()
        label = self._labels.of(path) if not y or self._owners[y - 1] != path else " "
        segments = [Segment("▌" if lit else " ", looks["cursor_mark"]), Segment(label, looks["mark"])]
        segments.append(Segment(" ", looks["text"]))
        segments += [Segment(one_line(text), looks[style]) for text, style in self._lines[y]]
        return Strip(segments).adjust_cell_length(width, looks["text"])


class _Ribbon:
    """The ribbon of a session, drawn anew only when the session has changed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._phases, self._issues = PhaseIndex(session), IssueMarks(session)
        self._drawn: tuple[object, ...] = ()
        self._cells: list[Cell] = []

    def cells(self, view: View, width: int) -> list[Cell]:
        """Its cells; what is much to take in is taken in by and by."""
        complete = self._phases.extend() and self._issues.extend()
        drawn = view.at, view.all_version, width, complete
        if drawn != self._drawn or not complete:
            self._drawn = drawn
            self._cells = draw(view, self._phases, self._issues, Axis(view.at, width)).cells
        return self._cells
