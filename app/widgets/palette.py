"""Style names that data uses, and the theme's colours behind them.

Rows and charts name styles ("error", "cost"); only this module and `palette.tcss` know what these look like.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TypeAlias

from rich.style import Style
from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.widget import Widget

Cell: TypeAlias = tuple[str, str]
"""A piece of a row: text, style name."""

CURSOR = "trace--cursor"

_NAMES = (
    "text", "title", "muted", "time", "axis", "guide", "llm", "tool", "agent", "ok", "cost", "warn", "compaction",
    "cache_break", "error", "critical", "high", "medium", "low", "mark", "bar", "input", "output", "cache_read",
    "cache_write", "cache_read_cap", "cache_write_cap", "output_cap", "cursor_mark", "explore", "edit", "run", "talk",
    "idle", "found", "key", "string", "number", "word", "added", "removed", "context", "budget", "bookmark",
)  # fmt: skip

STYLE_CLASSES: dict[str, str] = {name: f"trace--{name}" for name in _NAMES}
"""Style name -> component class. A name that is not here is drawn as "text"."""


class Looks(dict[str, Style]):
    """The Rich style of each style name on one widget as it is now, resolved at first use."""

    def __init__(self, widget: Widget, *under: str) -> None:
        super().__init__()
        self._widget = widget
        self._under = under

    def __missing__(self, name: str) -> Style:
        component = STYLE_CLASSES.get(name) or STYLE_CLASSES["text"]
        style = self[name] = self._widget.get_visual_style(*self._under, component).rich_style
        return style


class Palette(Widget):
    """A widget that draws with style names.

    Its component classes are resolved when they are drawn with. Textual would resolve all that a widget declares
    whenever the widget may look different: with some forty each, that was four fifths of what a change of focus cost.
    What they look like stays known until then, as long as Textual itself keeps it.
    """

    DEFAULT_CSS = files(__package__).joinpath("palette.tcss").read_text(encoding="utf-8")

    _known_looks: dict[tuple[object, ...], Looks] | None = None

    def get_component_styles(self, *names: str) -> RenderStyles:
        for name in names:
            if name not in self._component_styles:
                component = DOMNode(classes=name)
                component._attach(self)
                self.app.stylesheet.apply(component, animate=False)
                self._component_styles[name] = component.styles
        return super().get_component_styles(*names)

    def notify_style_update(self) -> None:
        self._component_styles.clear()
        self._known_looks = None
        super().notify_style_update()

    def looks(self, *under: str) -> Looks:
        """Return the styles of an ordinary row or column, or of one that these component styles lie under."""
        if self._known_looks is None:
            self._known_looks = {}
        key = (under, self._pseudo_classes_cache_key)
        looks = self._known_looks.get(key)
        if looks is None:
            looks = self._known_looks[key] = Looks(self, *under)
        return looks

    def cursor_looks(self) -> Looks:
        """Return the styles of the row or column under the cursor, which differ with and without focus."""
        return self.looks(CURSOR)
