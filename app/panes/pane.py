"""What all panes are: a bordered place with a number, a headline in its border, and one way to be shown data."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from ...analysis.view import View
from ..contain import contained
from ..safe_text import one_line
from ..trace import Trace

STYLES = files(__package__).joinpath("panes.tcss").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the panes are to show: the trace, the view of it, and where the cursor is.

    `cursor` is an event number, None in an empty trace. `follows` says whether the cursor stays at the newest event.
    `version` changes whenever the view does; `loading` is how much of the trace is read, None when all of it.
    `live` says whether the view is of everything there is.
    """

    trace: Trace
    view: View
    cursor: int | None
    follows: bool
    version: int
    loading: float | None = None
    live: bool = True


@contained
class Pane(Vertical):
    """A pane of the dashboard. It gets a `Frame` and draws it; what the user does there it says in messages."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = ""

    @dataclass
    class CursorMoved(Message):
        """The user moved the cursor to an event; None for the newest, to follow it."""

        event: int | None

    @dataclass
    class Inspected(Message):
        """The user wants to see all of an event."""

        event: int

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="trace-pane")
        self._headline = ""

    def on_mount(self) -> None:
        self.headline = ""

    @property
    def headline(self) -> str:
        """The figures in the pane's border."""
        return self._headline

    @headline.setter
    def headline(self, text: str) -> None:
        self._headline = text
        title = f"{self.NUMBER} {self.NAME}" if self.NUMBER else self.NAME
        self.border_title = Content(f"{title} · {one_line(text)}" if text else title)

    def show(self, frame: Frame) -> None:
        """Draw a frame. Called only when something changed."""
        raise NotImplementedError

    def focus_content(self) -> None:
        """Put the keyboard where it is of use in this pane."""
        focusable = next((child for child in self.query("*") if child.focusable), None)
        if focusable is not None:
            focusable.focus(scroll_visible=False)
