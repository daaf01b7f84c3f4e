"""What the charts share: room for bars, axes, labels, marks, a cursor and clicks. A subclass only draws the plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ..contain import contained
from ..safe_text import fit, fit_right, one_line, width_of
from .canvas import Canvas
from .palette import PALETTE_CLASSES, Palette, style_sheet
from .scale import Slots, nice_ticks

_STRIDES = (1, 2, 5, 10, 20, 25, 50)


@dataclass(frozen=True, slots=True)
class Mark:
    """A glyph on a column: above the plot if `top`, else below its axis. Of two on one spot the later shows."""

    index: int
    glyph: str
    style: str = "mark"
    top: bool = False


@contained
class Chart(Palette, Widget):
    """A plot with axes. `cursor` highlights one column of data; a click says which column it hit."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = PALETTE_CLASSES
    DEFAULT_CSS = style_sheet("Chart", "chart.tcss")

    PER_CELL: ClassVar[int] = 1
    WIDEST: ClassVar[int] = 8

    cursor: reactive[int | None] = reactive(None, init=False)
    """The highlighted column of data."""

    @dataclass
    class ColumnClicked(Message):
        """The user clicked a column of data; of several in one slot the first."""

        chart: Chart
        index: int

        @property
        def control(self) -> Chart:
            return self.chart

    def __init__(
        self,
        *,
        format_value: Callable[[float], str] = "{:g}".format,
        format_label: Callable[[int], str] = lambda index: str(index + 1),
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.format_value = format_value
        self.format_label = format_label
        self.empty_text = empty_text
        self._marks: tuple[Mark, ...] = ()
        self._frame: list[Strip] | None = None
        self._frame_size = Size(0, 0)
        self._slots = Slots(0, 1, 1, self.PER_CELL)
        self._left = 0

    def count(self) -> int:
        """Return how many columns of data there are."""
        raise NotImplementedError

    def legend(self) -> list[tuple[str, str, str]]:
        """Return (glyph, label, style name) of each series that has a label."""
        raise NotImplementedError

    def resample(self, slots: Slots) -> float:
        """Prepare what `plot` draws, one value per slot, and return the highest one."""
        raise NotImplementedError

    def plot(self, canvas: Canvas, slots: Slots, room: Region, full: float) -> None:
        """Draw into `room`, whose height stands for the value `full`."""
        raise NotImplementedError

    @property
    def group_size(self) -> int:
        """How many columns of data share a bar; 1 while there is room for each."""
        return self._lay_out(self.content_size.width).group

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks above and below the plot."""
        return self._marks

    @marks.setter
    def marks(self, marks: Sequence[Mark]) -> None:
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.redraw()

    def redraw(self) -> None:
        """Data changed: draw anew with the next frame."""
        self._frame = None
        self.refresh()

    def watch_cursor(self) -> None:
        self._frame = None

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._frame = None

    def render_lines(self, crop: Region) -> list[Strip]:
        # A new size is drawn before the event about it arrives.
        if self._frame is None or self._frame_size != self.content_size:
            self._frame, self._frame_size = self._draw(), self.content_size
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if self._frame is None or y >= len(self._frame):
            return Strip.blank(self.content_size.width)
        return self._frame[y]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        index = None if offset is None or offset.x < self._left else self._slots.index_at(offset.x - self._left)
        if index is not None:
            self.post_message(self.ColumnClicked(self, index))

    def _axis_width(self, width: int, labels: Sequence[str]) -> int:
        """Return the cells left of the plot: none if that would leave too little room."""
        return min(max(map(width_of, labels)), width // 3) + 1 if width >= 16 else 0

    def _lay_out(self, width: int) -> Slots:
        return Slots.lay_out(self.count(), max(1, width - self._left), self.PER_CELL, self.WIDEST)

    def _draw(self) -> list[Strip]:
        width, height = self.content_size
        if not width or not height:
            return []
        if not self.count():
            return self._draw_empty(width, height)
        canvas = Canvas(width, height)
        legend = self.legend() if height >= 6 else []
        above = height >= 5 and any(mark.top for mark in self._marks)
        below = height >= 5 and any(not mark.top for mark in self._marks)
        top = bool(legend) + above
        rows = max(1, height - top - below - (height >= 4) - (height >= 3))

        slots, ticks, labels = self._scale(width, rows)
        room = Region(self._left, top, width - self._left, rows)
        if self._left:
            self._draw_value_axis(canvas, room, ticks, labels)
        self.plot(canvas, slots, room, ticks[-1])
        line = room.bottom
        if height >= 4:
            self._draw_base(canvas, slots, line)
            line += 1
        self._draw_marks(canvas, slots, bool(legend) if above else None, line if below else None)
        line += below
        if height >= 3:
            self._draw_labels(canvas, slots, line)
        if legend:
            self._draw_legend(canvas, slots, legend)
        if self.cursor is not None and 0 <= self.cursor < slots.count:
            canvas.light((self._left + cell for cell in slots.cells_of(self.cursor)), range(top, room.bottom))
        return canvas.strips(self.looks(), self.cursor_looks())

    def _scale(self, width: int, rows: int) -> tuple[Slots, list[float], list[str]]:
        """Find slots and ticks that agree: the axis takes room from the slots, and grouping them changes the peak."""
        slots, ticks, labels = self._slots, [0.0], [""]
        for _ in range(3):
            slots = self._lay_out(width)
            ticks = nice_ticks(self.resample(slots), max(1, min(5, rows // 3)))
            labels = [one_line(self.format_value(tick)) for tick in ticks]
            left = self._axis_width(width, labels)
            if left == self._left:
                break
            self._left = left
        else:
            slots = self._lay_out(width)
            self.resample(slots)
        self._slots = slots
        return slots, ticks, labels

    def _draw_empty(self, width: int, height: int) -> list[Strip]:
        self._slots = Slots(0, 1, 1, self.PER_CELL)
        looks = self.looks()
        text = fit(self.empty_text, min(width, width_of(one_line(self.empty_text))))
        before = (width - width_of(text)) // 2
        strips = [Strip([Segment(" " * width, looks["muted"])], width) for _ in range(height)]
        strips[(height - 1) // 2] = Strip([Segment(fit(" " * before + text, width), looks["muted"])], width)
        return strips

    def _draw_value_axis(self, canvas: Canvas, room: Region, ticks: list[float], labels: list[str]) -> None:
        for y in range(room.y, room.bottom):
            canvas.put(room.x - 1, y, "│", "axis")
        for tick, label in zip(ticks[1:], labels[1:], strict=True):
            y = room.bottom - round(tick / ticks[-1] * room.height)
            canvas.write(0, y, fit_right(label, room.x - 1), "axis")
            canvas.put(room.x - 1, y, "┤", "axis")

    def _draw_base(self, canvas: Canvas, slots: Slots, y: int) -> None:
        if self._left:
            canvas.put(self._left - 1, y, "└", "axis")
        for x in range(self._left, canvas.width):
            canvas.put(x, y, "─", "axis")
        if self.cursor is not None and 0 <= self.cursor < slots.count:
            cells = slots.cells_of(self.cursor)
            canvas.put(self._left + self._middle(cells), y, "▲", "cursor_mark")

    def _middle(self, cells: range) -> int:
        """Return the cell of a slot that stands for it."""
        return cells[(len(cells) - 1) // 2]

    def _draw_marks(self, canvas: Canvas, slots: Slots, top: int | None, bottom: int | None) -> None:
        for mark in self._marks:
            y = top if mark.top else bottom
            if y is not None and 0 <= mark.index < slots.count:
                glyph = fit(mark.glyph, 1)
                canvas.put(self._left + self._middle(slots.cells_of(mark.index)), y, glyph, mark.style)

    def _draw_labels(self, canvas: Canvas, slots: Slots, y: int) -> None:
        """Label the first, the last and as many others as fit."""
        last = slots.shown - 1
        longest = max(width_of(one_line(self.format_label(slot * slots.group))) for slot in {0, last // 2, last})
        cells = slots.span / slots.per_cell / slots.shown
        stride = next((s for s in _STRIDES if s * cells >= longest + 1), slots.shown)
        for slot in (0, last, *range(stride, last, stride)):
            text = one_line(self.format_label(slot * slots.group))
            size = width_of(text)
            middle = self._left + self._middle(slots.cells_of(slot * slots.group))
            x = max(0, min(middle - (size - 1) // 2, canvas.width - size))
            left, right = max(0, x - 1), min(canvas.width, x + size + 1)
            if canvas.is_free(left, y, right - left):
                canvas.write(x, y, text, "axis")

    def _draw_legend(self, canvas: Canvas, slots: Slots, legend: list[tuple[str, str, str]]) -> None:
        x = self._left
        for glyph, label, style in legend:
            x = canvas.write(x, 0, glyph, style)
            x = canvas.write(x, 0, f" {one_line(label)}  ", "muted")
        if slots.group > 1:
            canvas.write(x, 0, f"{slots.group} per bar", "warn")
