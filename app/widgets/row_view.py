"""The scrolling view that the event list and the line tree share: rows drawn on demand, one of them under a cursor."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..contain import contained
from ..safe_text import fit, one_line
from . import scroll_thumb
from .measured import Measured
from .palette import Cell, Looks, Palette

# A strip owns several small caches; many of them lengthen garbage collection more than they save drawing.
STRIPS_KEPT = 256


@contained
class RowView(Measured, Palette, ScrollView, can_focus=True, inherit_bindings=False):
    """A view of `row_count()` rows of which only the visible ones are ever asked for.

    Subclasses say how many rows there are, what is in a row, and what happens when the user moves or chooses.
    """

    ALLOW_MAXIMIZE = False
    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor_up", "Up", show=False, id="rows.up", tooltip="Move to the row above"),
        Binding("down,j", "cursor_down", "Down", show=False, id="rows.down", tooltip="Move to the row below"),
        Binding("pageup", "page_up", "Page up", show=False, id="rows.page_up", tooltip="Move one page up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="rows.page_down", tooltip="Move one page down"),
        Binding("g,home", "first", "First", show=False, id="rows.first", tooltip="Move to the first row"),
        Binding("G,end", "last", "Last", show=False, id="rows.last", tooltip="Move to the last row"),
        Binding("enter", "choose", "Inspect", id="rows.choose", tooltip="Open the row under the cursor"),
    ]
    DEFAULT_CSS = files(__package__).joinpath("row_view.tcss").read_text(encoding="utf-8")

    cursor: reactive[int] = reactive(-1, repaint=False, init=False)
    """The row under the cursor, -1 when there are no rows. Setting it neither scrolls nor posts a message."""

    def __init__(
        self, *, empty_text: str = "", name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.empty_text = empty_text
        self._epoch = 0
        self._strips: LRUCache[tuple[int, int, int, bool], Strip] = LRUCache(STRIPS_KEPT)
        self._looks = Looks(self)
        self._cursor_looks = self._looks
        self._row_width = 0
        self._page = 0
        self._scrolling_ourselves = False

    def row_count(self) -> int:
        """Return how many rows there are now."""
        raise NotImplementedError

    def row_cells(self, index: int, width: int) -> list[Cell]:
        """Return the pieces of one row for `width` terminal cells."""
        raise NotImplementedError

    def user_moved(self, old: int) -> None:
        """The user put the cursor on another row, or again on the same one."""

    def settle(self) -> None:
        """Put cursor and view where they belong for the current number of rows."""

    def action_choose(self) -> None:
        """The user chose the row under the cursor."""

    @property
    def page(self) -> int:
        """How many rows are visible at once."""
        return max(0, self.scrollable_content_region.height)

    @property
    def top(self) -> int:
        """The first visible row."""
        return self.scroll_offset.y

    def move_to(self, index: int) -> None:
        """Put the cursor on a row and scroll as little as possible to show it; posts no message."""
        self.cursor = index
        self.reveal(self.cursor)

    def go_to(self, index: int) -> None:
        """Put the cursor on a row as if the user had moved it there."""
        self._user_move_to(index)

    def visible_rows(self) -> range:
        """The rows in sight."""
        return range(self.top, min(self.row_count(), self.top + self.page))

    def reveal(self, index: int) -> None:
        """Scroll as little as possible to make a row visible."""
        page, top = self.page, self.top
        if page and index >= 0:
            if index < top:
                self.scroll_rows_to(index)
            elif index >= top + page:
                self.scroll_rows_to(index - page + 1)

    def show_end(self, index: int) -> None:
        """Show the last rows, or the row at `index` on top if that is above them: wherever the view was before."""
        self.scroll_rows_to(self.row_count())
        self.reveal(index)

    def scroll_rows_to(self, top: float) -> None:
        """Make `top` the first visible row, as far as there are rows."""
        self._scrolling_ourselves = True
        try:
            # Without force the first scroll after filling is ignored: the bar does not exist yet.
            self.scroll_to(y=max(0.0, min(top, self.max_scroll_y)), animate=False, force=True)
        finally:
            self._scrolling_ourselves = False

    def rows_changed(self, *, redraw: bool = True) -> None:
        """Take note of a new number of rows and, with `redraw`, of new content of rows already drawn."""
        if redraw:
            self._epoch += 1
        size = Size(1, self.row_count())
        if size != self.virtual_size:
            self._resize_to(size)
        self.refresh()
        self.settle()
        self._show_bar()

    def forget(self, rows: Iterable[int]) -> None:
        """Draw these rows anew where they are seen."""
        width = self._row_width
        for row in rows:
            for lit in (False, True):
                self._strips.discard((row, self._epoch, width, lit))
            if self.top <= row < self.top + self.page:
                self.refresh_line(row)

    def _resize_to(self, size: Size) -> None:
        """Take note of another number of rows, and lay the screen out again only where a bar comes or goes.

        Nothing else of the layout depends on it, and a layout costs several frames.
        """
        room = self.container_size.height
        is_bar_due = size.height > room and self.styles.overflow_y != "hidden"
        if room and is_bar_due != self.show_vertical_scrollbar:
            self.virtual_size = size
            return
        self.set_reactive(RowView.virtual_size, size)
        if self.scroll_y > self.max_scroll_y:
            self.scroll_y = self.max_scroll_y

    def _show_bar(self) -> None:
        if self.show_vertical_scrollbar:
            scroll_thumb.tell(self.vertical_scrollbar, self.virtual_size.height, self.page, self.scroll_y)

    def validate_cursor(self, index: int) -> int:
        return max(-1, min(index, self.row_count() - 1)) if index >= 0 else min(0, self.row_count() - 1)

    def watch_cursor(self, old: int, new: int) -> None:
        for row in (old, new):
            if self.top <= row < self.top + self.page:
                self.refresh_line(row)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        # Instead of Textual's, which repaints the bar each time.
        self._show_bar()
        if round(old_value) != round(new_value):
            self.refresh()

    def watch_show_vertical_scrollbar(self, shown: bool) -> None:
        # A bar that appears after the view was scrolled would stand at its top.
        if shown:
            self.vertical_scrollbar.position = self.scroll_y

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_focus(self) -> None:
        self.refresh()  # the row under the cursor looks different

    on_blur = on_focus

    def render_lines(self, crop: Region) -> list[Strip]:
        self.look_at_size()
        # Styles are looked up once here, not per line: that is a third of the cost of a frame.
        self._looks = self.looks()
        self._cursor_looks = self.cursor_looks()
        self._row_width = max(0, self.scrollable_content_region.width)
        if not self._is_plain():
            return super().render_lines(crop)
        # As Textual would do it, but the strips stay the same from frame to frame, with all they have worked out.
        base, background = self.background_colors
        filters, filler = self.get_line_filters(), Style.from_color(bgcolor=(base + background).rich_color)
        left, right = crop.x, crop.right
        strips = []
        for y in crop.line_range:
            strip = self.render_line(y).adjust_cell_length(right, filler)
            for each in filters:
                strip = strip.apply_filter(each, background)
            strips.append(strip.crop(left, right) if left else strip)
        return strips

    def _is_plain(self) -> bool:
        """Whether nothing is drawn around or over the rows."""
        styles = self.styles
        is_bare = not styles.gutter and not styles.tint.a and not any(edge for edge, _ in styles.outline)
        return is_bare and self.opacity == 1.0 and styles.text_opacity == 1.0 and not styles.has_rule("hatch")

    def render_line(self, y: int) -> Strip:
        width = self._row_width
        index = self.top + y
        if index >= self.row_count():
            text = self.empty_text if y == 0 and not self.row_count() else ""
            return Strip([Segment(fit(f" {text}", width), self._looks["muted"])], width)
        lit = index == self.cursor
        key = (index, self._epoch, width, lit)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw(index, width, lit)
        return strip

    def _draw(self, index: int, width: int, lit: bool) -> Strip:
        looks = self._cursor_looks if lit else self._looks
        segments = [Segment("▌" if lit else " ", looks["cursor_mark"])]
        for text, name in self.row_cells(index, max(0, width - 1)):
            if text:
                segments.append(Segment(one_line(text), looks[name]))
        return Strip(segments).adjust_cell_length(width, looks["text"])

    def action_cursor_up(self) -> None:
        self._user_move_to(self.cursor - 1)

    def action_cursor_down(self) -> None:
        self._user_move_to(self.cursor + 1)

    def action_page_up(self) -> None:
        self._user_move_to(self.cursor - max(1, self.page - 1))

    def action_page_down(self) -> None:
        self._user_move_to(self.cursor + max(1, self.page - 1))

    def action_first(self) -> None:
        self._user_move_to(0)

    def action_last(self) -> None:
        self._user_move_to(self.row_count() - 1)

    def _user_move_to(self, index: int) -> None:
        if self.row_count():
            old = self.cursor
            self.move_to(max(0, index))
            self.user_moved(old)

    def row_at(self, event: events.MouseEvent) -> int | None:
        """Return the row under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None or offset.x >= self.scrollable_content_region.width:
            return None
        index = self.top + offset.y
        return index if index < self.row_count() else None

    def on_click(self, event: events.Click) -> None:
        index = self.row_at(event)
        if index is None:
            return
        event.stop()
        if index == self.cursor:
            self.action_choose()
        else:
            self._user_move_to(index)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -self.app.scroll_sensitivity_y)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, self.app.scroll_sensitivity_y)

    def _wheel(self, event: events.MouseEvent, rows: float) -> None:
        event.prevent_default()
        top = max(0.0, min(self.scroll_y + rows, self.max_scroll_y))
        if top != self.scroll_y:
            event.stop()
            self.scroll_to(y=top, animate=False, force=True)

    def size_met(self) -> None:
        super().size_met()
        was, self._page = self._page, self.page
        if not was or self.top <= self.cursor < self.top + was:
            self.reveal(self.cursor)
