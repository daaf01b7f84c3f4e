"""The list of the timeline, with the keys for how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from ...contain import contained
from ...widgets.event_list import EventList

_TIMELINE = Binding.Group("timeline")
_AXIS_ACTIONS = frozenset({"zoom_axis", "pan_axis", "fit_axis"})


@contained
class TimelineList(EventList):
    """An event list that tells which of its rows are seen, and what the user wants to see of time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "w",
            "waterfall",
            "Waterfall",
            id="timeline.waterfall",
            group=_TIMELINE,
            tooltip="Rows as bars on an axis of time",
        ),
        Binding(
            "x",
            "every_event",
            "Every event",
            show=False,
            id="timeline.every_event",
            group=_TIMELINE,
            tooltip="A row for every event, or one for a call and its end",
        ),
        Binding(
            "less_than_sign",
            "zoom_axis(2.0)",
            "Zoom out",
            key_display="<",
            id="timeline.zoom_out",
            group=_TIMELINE,
            tooltip="Show twice as much time",
        ),
        Binding(
            "greater_than_sign",
            "zoom_axis(0.5)",
            "Zoom in",
            key_display=">",
            id="timeline.zoom_in",
            group=_TIMELINE,
            tooltip="Show half as much time, around the row under the cursor",
        ),
        Binding(
            "left",
            "pan_axis(-0.5)",
            "Earlier",
            show=False,
            id="timeline.earlier",
            group=_TIMELINE,
            tooltip="Move the axis earlier by half",
        ),
        Binding(
            "right",
            "pan_axis(0.5)",
            "Later",
            show=False,
            id="timeline.later",
            group=_TIMELINE,
            tooltip="Move the axis later by half",
        ),
        Binding(
            "0",
            "fit_axis",
            "Fit",
            show=False,
            id="timeline.fit",
            group=_TIMELINE,
            tooltip="Fit the axis to the rows seen",
        ),
    ]

    @dataclass
    class Toggled(Message):
        """The user wants the waterfall, or a row for every event, or that no more."""

        what: str

    @dataclass
    class Zoomed(Message):
        """The user wants to see so many times as much time."""

        factor: float

    @dataclass
    class Panned(Message):
        """The user wants to see what is so many windows later."""

        windows: float

    @dataclass
    class Fitted(Message):
        """The user wants to see the time that the visible rows take."""

    @dataclass
    class Scrolled(Message):
        """Other rows are seen."""

    @dataclass
    class Undershot(Message):
        """The user wants to go above the first row; with `to_start` to the first event of all."""

        to_start: bool = False

    has_axis = False
    """Whether there is a waterfall, so that the keys for its axis work."""
    begins_late = False
    """Whether there are events before the first row."""

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) != round(old_value):
            self.post_message(self.Scrolled())

    def size_met(self) -> None:
        super().size_met()
        self.post_message(self.Scrolled())

    def _user_move_to(self, index: int) -> None:
        if self.begins_late and index < 0 and not self.cursor:
            self.post_message(self.Undershot())
        else:
            super()._user_move_to(index)

    def action_first(self) -> None:
        if self.begins_late:
            self.post_message(self.Undershot(to_start=True))
        else:
            super().action_first()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _AXIS_ACTIONS:
            return self.has_axis
        return super().check_action(action, parameters)

    def action_waterfall(self) -> None:
        self.post_message(self.Toggled("waterfall"))

    def action_every_event(self) -> None:
        self.post_message(self.Toggled("every event"))

    def action_zoom_axis(self, factor: float) -> None:
        self.post_message(self.Zoomed(factor))

    def action_pan_axis(self, windows: float) -> None:
        self.post_message(self.Panned(windows))

    def action_fit_axis(self) -> None:
        self.post_message(self.Fitted())
