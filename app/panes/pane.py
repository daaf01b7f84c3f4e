"""What all panes are: a bordered place with a number, a headline in its border, and one way to be shown data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import ClassVar, Self

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.message import Message

from ...analysis.lane_calls import OwnCalls
from ...analysis.view import View
from ..bookmarks.bookmarks import NO_BOOKMARKS, Bookmark
from ..contain import contained
from ..safe_text import fit, one_line, width_of
from ..trace import Trace
from ..widgets.measured import Measured
from ..words.agents import only_agent

_BETWEEN = " · "
_CORNERS = 4
"""Cells of a border's top that its title cannot use."""
_FEWEST_CELLS = 6

STYLES = files(__package__).joinpath("panes.tcss").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Only:
    """The one agent that is looked at: its lane, its name, and its calls.

    They are parted from the others' among the first `parted` calls of the session; `is_whole` says that these are all.
    """

    lane: int
    name: str
    calls: OwnCalls = field(compare=False)
    parted: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What the panes are to show: the trace, the view of it, and where the cursor is.

    `cursor` is an event number, None in an empty trace. `follows` says whether the cursor stays at the newest event.
    `version` changes whenever the view does; `loading` is how much of a long trace is read, None when all of it.
    `newest` is the trace of its newest events, where these are to be shown in place of the last that are read; then
    `began` is when the session did, in epoch seconds, as far as is known.
    `live` says whether the view is of everything there is; `filter` is the text of the filter in force, `search` how
    many events were found and which of them the cursor is on. `only` is the agent that the filter names, where it is
    one. `bookmarks` are those on events, by event, also on later ones than the view has.
    `is_idle` says that nothing has come for so long that what has not ended hardly goes on.
    """

    trace: Trace
    view: View
    cursor: int | None
    follows: bool
    version: int
    loading: float | None = None
    newest: Trace | None = None
    began: float | None = None
    live: bool = True
    filter: str = ""
    search: str = ""
    only: Only | None = None
    bookmarks: Mapping[int, Bookmark] = field(default_factory=lambda: NO_BOOKMARKS)
    is_idle: bool = False

    @property
    def is_so_far(self) -> bool:
        """Whether what the view says is not all there is to say, because that is not read yet."""
        return self.live and self.loading is not None

    @property
    def only_lane(self) -> int | None:
        """The lane of the one agent that is looked at; None for all."""
        return None if self.only is None else self.only.lane

    @property
    def only_words(self) -> list[str]:
        """`only explore`, for a headline; nothing where all agents are looked at."""
        if self.only is None:
            return []
        told = only_agent(self.only.name)
        return [told if self.only.is_whole else f"{told}, so far"]


Forms = tuple[str, ...]
"""Ways to tell a figure, the longest first."""


@contained
class Pane(Measured, Vertical):
    """A pane of the dashboard. It gets a `Frame` and draws it; what the user does there it says in messages."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = ""

    @dataclass
    class CursorMoved(Message):
        """The user moved the cursor to an event; None for the newest, to follow it."""

        event: int | None

    @dataclass
    class Inspected(Message):
        """The user wants to see all of an event; of `trace` where that is not the one that the dashboard shows."""

        event: int
        trace: Trace | None = None

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="trace-pane")
        self._so_far = False
        self._parts: tuple[Forms, ...] = ()
        self._title: tuple[object, ...] = ()
        self._titles_only = False
        """Whether what is being drawn again is the title alone."""

    def on_mount(self) -> None:
        self._show_title()

    def size_met(self) -> None:
        super().size_met()
        self._show_title()

    def on_descendant_focus(self) -> None:
        self.call_after_refresh(self._show_title)

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._show_title)

    on_focus = on_descendant_focus
    on_blur = on_descendant_blur

    @property
    def so_far(self) -> bool:
        """Whether the figures are those of a part of the trace, and say so."""
        return self._so_far

    @so_far.setter
    def so_far(self, so_far: bool) -> None:
        if so_far != self._so_far:
            self._so_far = so_far
            self._show_title()

    @property
    def headline(self) -> str:
        """All figures meant for the pane's border."""
        return _BETWEEN.join(forms[0] for forms in self._parts)

    @headline.setter
    def headline(self, text: str) -> None:
        self.headline_parts(text.split(_BETWEEN) if text else ())

    def headline_parts(self, parts: Sequence[str | Forms]) -> None:
        """Show figures in the pane's border, the most important first: those that do not fit are left out whole.

        Of a figure that may be told in several forms, the longest first, the first that fits is shown.
        """
        self._parts = tuple(tuple(map(one_line, (part,) if isinstance(part, str) else part)) for part in parts)
        self._show_title()

    @property
    def _numbered(self) -> str:
        return f"{self.NUMBER} {self.NAME}" if self.NUMBER else self.NAME

    @property
    def headline_room(self) -> int:
        """How many cells there are for figures."""
        return max(0, self.size.width - _CORNERS) - width_of(self._numbered) - 3

    def _show_title(self) -> None:
        name = self._numbered
        room = max(0, self.size.width - _CORNERS)
        title = name, self._fitting(self.headline_room), room, "focus-within" in self.pseudo_classes
        if title == self._title:
            return
        self._title = title
        text, lit = title[1], title[3]
        # A border has one title: the line between name and figures is drawn as part of it.
        line = "─" * max(0, room - width_of(name) - width_of(text) - 2)
        pieces: list[str | tuple[str, str]] = [name]
        if text and line:
            pieces += [" ", (line, "not bold $accent" if lit else "not bold $foreground 40%"), " ", text]
        self._titles_only = True
        self.border_title = Content.assemble(*pieces)
        self._titles_only = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        # A new title is no reason to draw again all that stands below it.
        if self._titles_only:
            regions = (Region(0, 0, self.outer_size.width, 1).translate(-self.content_offset),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _fitting(self, room: int) -> str:
        """As many of the figures as fit; the first is cut where not even that does."""
        kept = ""
        parts = (("so far",), *self._parts) if self._so_far else self._parts
        for forms in parts:
            longer = [f"{kept}{_BETWEEN}{form}" if kept else form for form in forms]
            fitting = next((text for text in longer if width_of(text) <= room), None)
            if fitting is None:
                break
            kept = fitting
        return kept or (fit(parts[0][-1], room).rstrip() if parts and room >= _FEWEST_CELLS else "")

    def say(self, message: Message) -> None:
        """Tell the screen what the user did, without the way through all that the pane stands in."""
        self.screen.post_message(message)

    def show(self, frame: Frame) -> None:
        """Draw a frame. Called only when something changed."""
        raise NotImplementedError

    def focus_content(self) -> None:
        """Put the keyboard where it is of use in this pane."""
        focusable = next((child for child in self.query("*") if child.focusable), None)
        if focusable is not None:
            # At once, not when the message arrives: what is typed right behind the key goes there too.
            self.screen.set_focus(focusable, scroll_visible=False)
