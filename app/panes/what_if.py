"""What the bill would have been, over the other panes: a scenario a row, below them what the selected one rests on."""

from __future__ import annotations

import asyncio
from textwrap import wrap
from time import monotonic
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip

from ...analysis import figures
from ...analysis.what_if.what_if import OVERLAP, WhatIf
from ..contain import contained
from ..safe_text import fit, one_line
from ..widgets.event_list import EventList
from ..widgets.palette import Palette
from ..words.what_if import told_of
from .list_pane import ListPane
from .pane import Frame
from .table import TableHead
from .what_if_rows import WhatIfRows

_REST = 4.0
"""A session that goes on is gone over again after so many times what that took."""
_NAP = 0.05
_LOOKING = "going over the session …"
_GROUP = Binding.Group("what if")


@contained
class WhatIfList(EventList):
    """An event list of scenarios, some of which can be had in several ways."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left,less_than_sign", "option(-1)", "Less", key_display="←", id="what_if.less", group=_GROUP,
            tooltip="A smaller share or size in the row",
        ),
        Binding(
            "right,greater_than_sign", "option(1)", "More", key_display="→", id="what_if.more", group=_GROUP,
            tooltip="A larger share or size in the row",
        ),
    ]  # fmt: skip

    def __init__(self, rows: WhatIfRows, *, id: str) -> None:
        super().__init__(rows, can_follow=False, empty_text=_LOOKING, id=id)
        self._what_if = rows

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "choose":
            return False  # there is nothing to go to
        if action == "option":
            return True if self._what_if.has_options(self.cursor) else None
        return super().check_action(action, parameters)

    def action_option(self, step: int) -> None:
        """Show the next option of the row, or the one before."""
        if isinstance(self.parent, WhatIfPane):
            self.parent.choose(step)


@contained
class Assumptions(Palette):
    """Paragraphs, broken into the lines there are; a cut says so."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._told: tuple[str, ...] = ()

    def tell(self, told: tuple[str, ...]) -> None:
        """Show these, the first as a title."""
        if told != self._told:
            self._told = told
            self.refresh()

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        room = max(10, width - 2)
        lines = [
            (line, "title" if not number else "muted")
            for number, text in enumerate(self._told)
            for line in wrap(one_line(text), room)
        ]
        text, style = lines[y] if y < len(lines) else ("", "text")
        if y == self.size.height - 1 and len(lines) > self.size.height:
            text = f"{text[: room - 2]} …"
        return Strip([Segment(f" {fit(text, room)}", looks[style])]).adjust_cell_length(width, looks["text"])


@contained
class WhatIfPane(ListPane):
    """Over the other panes, until it is closed. Goes over a session in slices, and again when that has grown."""

    NAME: ClassVar[str] = "what if"

    def __init__(self, *, id: str) -> None:
        self._rows = WhatIfRows()
        super().__init__(
            TableHead(self._rows.heads, id="trace-what-if-head"),
            WhatIfList(self._rows, id="trace-what-if-list"),
            id=id,
        )
        self._told = Assumptions(id="trace-what-if-told")
        self._what_if: WhatIf | None = None
        self._frame: Frame | None = None
        self._lists_loaded: set[str] = set()
        self._at_work_on: WhatIf | None = None
        self._rests_until = 0.0
        self._family = ""
        """The scenario under the cursor."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._told

    @property
    def is_settled(self) -> bool:
        """Whether it shows what holds as of the frame that it was given last."""
        frame, known = self._frame, self._what_if
        return frame is not None and known is not None and known.at == frame.view.at and not known.is_looking

    def show(self, frame: Frame) -> None:
        self._frame = frame
        found = frame.trace.second_pass(frame.view.session)
        if self._what_if is None or self._what_if.found is not found:
            self._what_if = WhatIf(found)
            self._rests_until = 0.0
            self._rows.forget()
            self._list_them()
        if self._at_work_on is not self._what_if and self.display and not self.is_settled:
            self._at_work_on = self._what_if
            self.run_worker(self._show_scenarios(self._what_if), exit_on_error=False)

    async def _show_scenarios(self, what_if: WhatIf) -> None:
        """Go over the session until what is shown is of the newest frame, as long as anybody looks.

        Where that fails it is not tried again: it would fail with every frame.
        """
        while self._is_wanted(what_if) and not self.is_settled:
            # Whoever looks at the past does not wait: it does not go on by itself.
            if self._frame is not None and self._frame.live and monotonic() < self._rests_until:
                await asyncio.sleep(_NAP)
                continue
            took = await self._go_over(what_if)
            self._rests_until = monotonic() + _REST * took
        if self._at_work_on is what_if:
            self._at_work_on = None

    async def _go_over(self, what_if: WhatIf) -> float:
        """Go over the session as of the frame, in slices, and list what comes out. Gives the seconds that took."""
        frame, took, has_more = self._frame, 0.0, True
        if frame is None:
            return took
        prices = frame.view.session.prices
        listed = prices.listed if prices else None
        if listed is not None and listed.name not in self._lists_loaded:
            await asyncio.to_thread(listed.others, "")  # to load it takes a tenth of a second
            self._lists_loaded.add(listed.name)
        what_if.look(frame.view.at)
        while has_more and self._is_wanted(what_if):
            begun = monotonic()
            has_more = what_if.extend()
            slice_took = monotonic() - begun
            took += slice_took
            await asyncio.sleep(slice_took)  # keys and frames come first
        if not has_more and what_if is self._what_if:
            self._rows.take(what_if.choices)
            self._list_them()
        return took

    def _is_wanted(self, what_if: WhatIf) -> bool:
        return self.display and what_if is self._what_if

    def _list_them(self, family: str = "") -> None:
        """List what is known, the cursor on the scenario it was on."""
        before = family or self._family
        self.draw_rows()
        self._head.display = self._rows.count > 0
        self._list.move_to(self._rows.row_of(before))
        self._tell()

    def _tell(self) -> None:
        rows, row = self._rows, self._list.cursor
        if 0 <= row < rows.count:
            self._family = rows.choices[row].family
            first, *rest = told_of(rows.scenarios[row])
            self._told.tell((first, *rest, OVERLAP))
        else:
            self._told.tell(())
        self.refresh_bindings()
        self.headline_parts(self._headline())

    def _headline(self) -> list[str]:
        frame, what_if = self._frame, self._what_if
        if frame is None or what_if is None or what_if.at < 0:
            return []
        view = frame.view.session.view(what_if.at)
        parts = [f"the bill is {figures.cost(view.cost, view.cost_estimated)}"]
        if what_if.at != frame.view.at:
            parts.append(f"as of event {what_if.at:,}")
        return parts

    def choose(self, step: int) -> None:
        """Show another option of the row under the cursor."""
        row = self._list.cursor
        if self._rows.has_options(row):
            family = self._rows.choices[row].family
            self._rows.choose(row, step)
            self._list_them(family)

    def on_event_list_cursor_moved(self, message: EventList.CursorMoved) -> None:
        message.stop()
        self._tell()

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
