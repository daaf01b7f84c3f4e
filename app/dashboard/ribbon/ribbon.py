"""The ribbon: the whole session on one line, left to right by event number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from ....analysis.fold.session import Session
from ....analysis.phases import PhaseIndex
from ....analysis.view import View
from ...bookmarks.bookmarks import NO_BOOKMARKS, Bookmark
from ...contain import contained
from ...widgets.palette import Palette
from .cells import BARS, Axis, Picture, draw
from .marks import IssueMarks

_MARGIN = 1
"""Blank cells at either end."""
_CELLS_A_NOTCH = 3
_VISIBLE = "ribbon--visible"
_CURSOR = "ribbon--cursor"


@contained
class Ribbon(Palette):
    """Draws phases and marks of a session, where the cursor is in it, and what part of it the timeline shows.

    Costs a few look-ups per cell, however long the session is, and those only when something changed. A click or a
    drag says which event it hit: that of the mark in the cell, or the first of the cell.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = files(__package__).joinpath("ribbon.tcss").read_text(encoding="utf-8")

    @dataclass
    class Jumped(Message):
        """The user went to an event; `begins` where a press of the button did it, not the drag that follows."""

        event: int
        begins: bool = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._view: View | None = None
        self._cursor: int | None = None
        self._visible: tuple[int, int] | None = None
        self._total = 0
        self._bookmarks = NO_BOOKMARKS
        self._phases = PhaseIndex(Session())
        self._issues = IssueMarks(self._phases.session)
        self._shown: tuple[object, ...] = ()
        self._drawn: tuple[object, ...] = ()
        self._picture: Picture | None = None
        self._grip: list[int] | None = None
        self._catching_up = False
        self._slices = 0

    def show(
        self,
        view: View,
        cursor: int | None,
        visible: tuple[int, int] | None,
        total: int | None = None,
        bookmarks: Mapping[int, Bookmark] = NO_BOOKMARKS,
    ) -> None:
        """Show a view, the number of the event under the cursor, and the first and last event the timeline shows.

        The line stands for `total` events, of which the view may have only the first; None for those of the view.
        Bookmarks are given by event, in ascending order. Cheap where nothing changed.
        """
        if view.session is not self._phases.session:
            self._phases, self._issues = PhaseIndex(view.session), IssueMarks(view.session)
        self._view, self._cursor, self._visible = view, cursor, visible
        self._total = max(view.at, total or 0)
        self._bookmarks = bookmarks
        self._extend()
        self._refresh_if_changed()

    def _extend(self) -> None:
        """Take in what the session has become, some of it later if that is much."""
        complete = self._phases.extend() and self._issues.extend()
        if not complete and not self._catching_up:
            self._catching_up = self.call_later(self._show_more)

    def _show_more(self) -> None:
        self._catching_up = False
        self._slices += 1
        self._extend()
        self._refresh_if_changed()

    def _refresh_if_changed(self) -> None:
        shown = (*self._facts(), self._cursor, self._visible)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def _facts(self) -> tuple[object, ...]:
        """What the picture depends on, but for its width."""
        view = self._view
        if view is None:
            return ()
        return view.session, view.at, self._total, view.all_version, self._slices, self._breaks(view), self._bookmarks

    @staticmethod
    def _breaks(view: View) -> int:
        return view.session.cache_breaks.count(view.at)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        picture = self._up_to_date(width - 2 * _MARGIN)
        if picture is None or y:
            return Strip.blank(width, self.looks()["text"])
        looks = {"": self.looks(), _VISIBLE: self.looks(_VISIBLE)}
        cursor = self.get_visual_style(_CURSOR).rich_style + Style(reverse=True)
        margin = Segment(" " * _MARGIN, looks[""]["text"])
        segments = [margin]
        cells = zip(picture.cells, self._lights(picture.axis), strict=True)
        for (style, light), run in groupby(cells, key=lambda cell: (cell[0][1], cell[1])):
            text = "".join(glyph for (glyph, _), _ in run)
            if light == _CURSOR:
                segments.append(Segment(" " if text in BARS else text, cursor))
            else:
                segments.append(Segment(text, looks[light][style]))
        return Strip([*segments, margin], width)

    def _lights(self, axis: Axis) -> list[str]:
        """Which component style lies under each cell; "" for none."""
        lights = [""] * axis.width
        if self._visible is not None:
            first, last = (max(0, min(event, axis.total - 1)) for event in self._visible)
            seen = axis.cells_of(first, last)
            if len(seen) < axis.width:  # where everything is seen there is nothing to tell
                lights[seen.start : seen.stop] = [_VISIBLE] * len(seen)
        if self._cursor is not None and 0 <= self._cursor < axis.total:
            lights[axis.cell_of(self._cursor)] = _CURSOR
        return lights

    def _up_to_date(self, width: int) -> Picture | None:
        view = self._view
        drawn = (*self._facts(), width)
        if drawn != self._drawn:
            self._drawn = drawn
            if view is None or not view.at or width < 1:
                self._picture = None
            else:
                axis = Axis(self._total, width)
                self._picture = draw(view, self._phases, self._issues, axis, tuple(self._bookmarks))
        return self._picture

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1 and self._picture is not None:
            event.stop()
            self.capture_mouse()
            # Where a jump changes what the line stands for, the drag goes on along the line that was grasped.
            self._grip = self._picture.events
            self._jump(_at(self._grip, event.x), begins=True)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._grip is not None:
            event.stop()
            to = _at(self._grip, event.x)
            if to != self._cursor:
                self._jump(to)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._grip is not None:
            event.stop()
            self._grip = None
            self.release_mouse()

    def on_mouse_release(self) -> None:
        self._grip = None

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._jump_by(-_CELLS_A_NOTCH)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._jump_by(_CELLS_A_NOTCH)

    def _jump_by(self, cells: int) -> None:
        view = self._view
        if view is None or not view.at or self._picture is None:
            return
        here = view.at - 1 if self._cursor is None else self._cursor
        events = max(1, abs(cells) * self._total // self._picture.axis.width)
        to = max(0, min(here + (events if cells > 0 else -events), self._total - 1))
        if to != here:
            self._jump(to)

    def _jump(self, event: int, begins: bool = False) -> None:
        """Say where the user went. The next jump counts from there, whether or not this one was shown meanwhile."""
        self._cursor = event
        self.post_message(self.Jumped(event, begins))


def _at(events: list[int], x: int) -> int:
    """The event that a column of the widget stands for; the nearest where a drag went outside."""
    return events[max(0, min(x - _MARGIN, len(events) - 1))]
