"""All agents of the session, over the other panes: what each did and took, alone and with those it spawned."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from ...analysis import figures
from ...analysis.lane_figures import LaneFigures, LaneSums
from ..contain import contained
from ..widgets.event_list import EventList
from ..words.agents import count_of
from .agent_rows import AgentRows
from .list_pane import ListPane
from .pane import Frame
from .table import TableHead

_REST = 4.0
"""All agents are gone over again after so many times what that took: there may be tens of thousands."""
_GROUP = Binding.Group("agents")


@contained
class AgentList(EventList):
    """An event list of agents."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go there", id="agents.go", group=_GROUP, tooltip="Go to where it was spawned"),
        Binding("o", "only", "Only this", id="agents.only", group=_GROUP, tooltip="Tell of this agent alone"),
    ]

    def action_only(self) -> None:
        """Have the panes tell of the agent under the cursor only."""
        if isinstance(self.parent, AgentsPane):
            self.parent.narrow(self.cursor)


@contained
class AgentsPane(ListPane):
    """Over the other panes, until it is closed. Goes over a long session in slices, frame by frame."""

    NAME: ClassVar[str] = "agents"

    @dataclass
    class Chosen(Message):
        """The user wants to go to where an agent was spawned."""

        event: int

    @dataclass
    class Narrowed(Message):
        """The user wants to be told of one agent only; `agent` is its name, empty for the main one."""

        agent: str

    def __init__(self, *, id: str) -> None:
        self._rows = AgentRows()
        super().__init__(
            TableHead(self._rows.heads, id="trace-agents-head"),
            AgentList(self._rows, can_follow=False, empty_text="no agent yet", id="trace-agents-list"),
            id=id,
        )
        self._sums: LaneSums | None = None
        self._frame: Frame | None = None
        self._shown: tuple[object, ...] = ()
        self._rests_until = 0.0
        self._is_waiting = False

    def show(self, frame: Frame) -> None:
        self._frame = frame
        if self._sums is None or self._sums.session is not frame.view.session:
            self._sums = LaneSums(frame.trace.lane_calls(frame.view.session))
            self._rests_until = 0.0
        self._show_more()

    def _show_more(self) -> None:
        """Go over the next calls; the rest between other things that wait to be done."""
        frame, sums = self._frame, self._sums
        if frame is None or sums is None or not self.display:
            return
        has_more = sums.extend(frame.view.at)
        if has_more:
            self.call_later(self._show_more)
            if self._shown and self._shown[0] is frame.view.session:
                return  # what is shown holds until all is gone over
        shown = frame.view.session, frame.view.at, has_more, frame.is_idle
        if shown == self._shown:
            return
        began = monotonic()
        if began < self._rests_until:
            self._wake_after(self._rests_until - began)
            return
        self._shown = shown
        self._draw(frame, sums.figures(frame.view), partial=has_more)
        self._rests_until = monotonic() + _REST * (monotonic() - began)

    def _wake_after(self, seconds: float) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            self.set_timer(seconds, self._wake)

    def _wake(self) -> None:
        self._is_waiting = False
        self._show_more()

    def _draw(self, frame: Frame, lanes: list[LaneFigures], *, partial: bool) -> None:
        chosen = self._rows.lanes[self._list.cursor].lane if 0 <= self._list.cursor < self._rows.count else None
        self._rows.take(frame.trace, lanes, has_ended=frame.view.ended, is_idle=frame.is_idle)
        self.draw_rows()
        self._list.move_to(next((row for row, each in enumerate(lanes) if each.lane == chosen), 0))
        together = lanes[0].together
        parts = [count_of(len(lanes)), figures.tokens(together.tokens), figures.cost(together.cost, together.estimated)]
        self.headline_parts([*parts, "so far"] if partial else parts)

    def narrow(self, row: int) -> None:
        """Ask to be told of the agent in a row only."""
        if row < self._rows.count:
            self.post_message(self.Narrowed(self._rows.lanes[row].name))

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        if message.index < self._rows.count:
            self.post_message(self.Chosen(self._rows.lanes[message.index].event))
