"""What makes a widget hear of every size it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.strip import Strip

from ..contain import contained

if TYPE_CHECKING:
    from textual.widget import Widget as _Widget
else:
    _Widget = object  # styles are inherited along the first base that is a widget: this must not be it


@contained
class Measured(_Widget):
    """Goes before the widget that it makes hear.

    Textual tells a new size by a `Resize`. It tells none where a widget came into sight and something asked where it
    stands before the layout was made, as drawing does; then the size is met when the widget is drawn.
    """

    _met = Size(0, 0)

    def size_met(self) -> None:
        """It has another size than before."""

    def on_resize(self) -> None:
        if self.size != self._met:
            self._met = self.size
            self.size_met()

    def look_at_size(self) -> None:
        """Meet a size that was not told. To be called when it is drawn."""
        if self.size != self._met:
            self._met = self.size
            self.call_next(self.size_met)

    def render_lines(self, crop: Region) -> list[Strip]:
        self.look_at_size()
        return super().render_lines(crop)
