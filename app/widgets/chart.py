"""What the charts share: axes, labels, marks, tracks, a legend, a cursor and clicks. A subclass draws the plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from ..contain import contained
from ..safe_text import fit, fit_right, one_line, width_of
from .canvas import Canvas
from .chart_lines import Lines
from .legend import Entry, draw_legend
from .palette import Cell, Palette
from .scale import Slots, nice_axis
from .track import Track

_STRIDES = (1, 2, 5, 10, 20, 25, 50)
_LIMIT_IN_SIGHT = 1.6
"""A limit so many times the highest value is still drawn; one further up would flatten the plot."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A glyph on a column: at the top of the plot if `top`, else on its axis. Of two on one spot the later shows."""

    index: int
    glyph: str
    style: str = "mark"
    top: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A height of the plot to be marked by a line, and what it is called."""

    label: str
    value: float
    style: str = "budget"


@contained
class Chart(Palette):
    """A plot with axes. `cursor` highlights one column of data; a click says which column it hit."""

    ALLOW_SELECT = False
    DEFAULT_CSS = files(__package__).joinpath("chart.tcss").read_text(encoding="utf-8")

    COLUMN: ClassVar[str] = "bar"
    """What a slot that several columns of data share is called."""
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
        self.captions: Sequence[Sequence[Cell]] = ()
        """What to say at the right of the legend, the longest first: the first that fits is shown."""
        self.tracks: Sequence[Track] = ()
        """Narrow charts under the axis, shown where the height allows."""
        self.limit: Limit | None = None
        self.data_group = 1
        """How many things each column of data stands for."""
        self._marks: tuple[Mark, ...] = ()
        self._frame: list[Strip] | None = None
        self._frame_size = Size(0, 0)
        self._slots = Slots(0, 1, 1, self.PER_CELL)
        self._left = 0

    def count(self) -> int:
        """Return how many columns of data there are."""
        raise NotImplementedError

    def legend(self, index: int | None) -> list[Entry]:
        """Return an entry for each series that has a label, with its value at column `index`."""
        raise NotImplementedError

    def group_note(self, size: int) -> str:
        """Say that a slot stands for `size` things."""
        return f"{size:,} per {self.COLUMN}"

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
        cursor = self.cursor if self.cursor is not None and 0 <= self.cursor < self.count() else None
        entries = self.legend(cursor)
        has_legend = bool(entries or self.captions or any(track.name for track in self.tracks))
        lines = Lines.lay_out(height, len(self.tracks), has_legend, any(mark.top for mark in self._marks))
        shown_tracks = list(zip(self.tracks, lines.tracks, strict=False))
        entries += [self._entry_of(track, cursor) for track, _ in shown_tracks if track.name]
        slots, full, ticks = self._scale(width, lines, [track.label for track, _ in shown_tracks])
        room = Region(self._left, lines.plot.start, width - self._left, len(lines.plot))
        if self._left:
            self._draw_value_axis(canvas, room, full, ticks)
        self.plot(canvas, slots, room, full)
        self._draw_limit(canvas, room, full)
        if lines.base is not None:
            self._draw_base(canvas, slots, lines.base)
        self._draw_marks(canvas, slots, lines.top_marks if height >= 5 else None, lines.base)
        for track, rows in shown_tracks:
            self._draw_track(canvas, slots, track, rows)
        if lines.labels is not None:
            self._draw_labels(canvas, slots, lines.labels)
        group = slots.group * self.data_group
        note = self.group_note(group) if group > 1 else ""
        if not (lines.legend and draw_legend(canvas, entries, self.captions, note)):
            self._draw_group(canvas, group, lines.labels)
        if cursor is not None:
            lit = (*lines.plot, *(y for rows in lines.tracks for y in rows))
            canvas.light((self._left + cell for cell in slots.cells_of(cursor)), lit)
        return canvas.strips(self.looks(), self.cursor_looks())

    def _scale(self, width: int, lines: Lines, names: list[str]) -> tuple[Slots, float, list[tuple[float, str]]]:
        """Find slots and an axis that agree: it takes room from the slots, and grouping them changes the peak."""
        slots, full, ticks = self._slots, 1.0, [(1.0, "")]
        for _ in range(3):
            slots = self._lay_out(width)
            full, values = nice_axis(self._peak(self.resample(slots)), min(5, len(lines.plot) // 3))
            ticks = [(value, one_line(self.format_value(value))) for value in values]
            left = self._axis_width(width, [*(label for _, label in ticks), *names])
            if left == self._left:
                break
            self._left = left
        else:
            slots = self._lay_out(width)
            self.resample(slots)
        self._slots = slots
        return slots, full, ticks

    def _peak(self, highest: float) -> float:
        """What the axis must reach: the highest value, and a limit not far above it."""
        limit = self.limit.value if self.limit is not None else 0.0
        return limit if highest < limit <= highest * _LIMIT_IN_SIGHT else highest

    def _draw_empty(self, width: int, height: int) -> list[Strip]:
        self._slots = Slots(0, 1, 1, self.PER_CELL)
        looks = self.looks()
        text = fit(self.empty_text, min(width, width_of(one_line(self.empty_text))))
        before = (width - width_of(text)) // 2
        strips = [Strip([Segment(" " * width, looks["muted"])], width) for _ in range(height)]
        strips[(height - 1) // 2] = Strip([Segment(fit(" " * before + text, width), looks["muted"])], width)
        return strips

    def _draw_value_axis(self, canvas: Canvas, room: Region, full: float, ticks: list[tuple[float, str]]) -> None:
        for y in range(room.y, room.bottom):
            canvas.put(room.x - 1, y, "│", "axis")
        for value, label in ticks:
            y = room.bottom - max(1, round(value / full * room.height))
            canvas.write(0, y, fit_right(label, room.x - 1), "axis")
            canvas.put(room.x - 1, y, "┤", "axis")

    def _entry_of(self, track: Track, index: int | None) -> Entry:
        value = track.values[index] if index is not None and index < len(track.values) else None
        return Entry("▃", track.name, track.style, "" if value is None else self.format_value(value))

    def _draw_limit(self, canvas: Canvas, room: Region, full: float) -> None:
        """Draw the line of the limit where the plot leaves room, and its label at the right, clear of it if it can."""
        limit = self.limit
        if limit is None or not 0 < limit.value <= full:
            return
        y = room.bottom - max(1, round(limit.value / full * room.height))
        label = f" {one_line(limit.label)} "
        last = max(room.x, room.right - width_of(label))
        clear = (x for x in range(last, room.x - 1, -1) if canvas.is_free(x, y, width_of(label)))
        x = next(clear, last)
        for dot in range(room.x, room.right):
            if canvas.is_free(dot, y, 1):
                canvas.put(dot, y, "·", limit.style)
        canvas.write(x, y, label, limit.style)

    def _draw_track(self, canvas: Canvas, slots: Slots, track: Track, rows: range) -> None:
        if self._left:
            for y in rows:
                canvas.put(self._left - 1, y, "│", "axis")
            canvas.write(0, rows[-1], fit_right(one_line(track.label), self._left - 1), "axis")
        track.draw(canvas, slots, Region(self._left, rows[0], canvas.width - self._left, len(rows)))

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
        seen: dict[tuple[int, bool], Mark] = {}
        for mark in self._marks:  # of many in one slot the last is seen
            if 0 <= mark.index < slots.count:
                seen[mark.index // slots.group, mark.top] = mark
        for mark in seen.values():
            y = top if mark.top else bottom
            if y is not None:
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

    def _draw_group(self, canvas: Canvas, group: int, y: int | None) -> None:
        """Say at the left of the labels how many things a slot stands for, where the legend has no room for it."""
        notes = (f"{group:,}/{self.COLUMN}", f"×{group}")
        fitting = next((note for note in notes if width_of(note) < self._left), "")
        if group > 1 and y is not None:
            canvas.write(0, y, fitting, "warn")
