"""What lies over the panes: the inspector, the lists and the help, which open, close and lie one over the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ...analysis.issues.episodes import Episode
from ...analysis.issues.issue import Issue
from ..contain import contained
from ..panes.inspector.inspector import InspectorPane
from ..panes.list_pane import ListPane
from ..panes.pane import Pane
from .source.source import TraceSource


@contained
class Overlays:
    """Opens and closes what lies over the panes; part of the dashboard screen."""

    @property
    def overlay(self) -> Pane | None:
        """What lies over the panes, the topmost where there are several; None where nothing does."""
        return next(self._overlays(), None)

    @property
    def is_covered(self) -> bool:
        """Whether anything lies over the panes."""
        return self.overlay is not None

    def _open(self, overlay: Pane) -> None:
        overlay.add_class("-shown")
        overlay.focus_content()
        self.refresh_bindings()

    def _close(self, overlay: Pane) -> None:
        overlay.remove_class("-shown")
        if overlay is self.inspector:
            self._issue = self._episode = None
        self.focus_topmost()
        self.refresh_bindings()

    def toggle_list(self, pane: ListPane) -> None:
        """Open a list, with what was painted last, or close it."""
        if pane.has_class("-shown"):
            self._close(pane)
            return
        self._open(pane)
        self.show_anew(pane)

    def focus_topmost(self) -> None:
        """Put the keyboard where the user looks: into what lies over the panes, else into the active pane."""
        (self.overlay or self.panes[self.active]).focus_content()

    def _overlays(self) -> Iterator[Pane]:
        """What lies over the panes, topmost first."""
        lists = self.bookmark_list, self.agent_list, self.context_list, self.what_if_list
        return (pane for pane in (self.help, *lists, self.inspector) if pane.has_class("-shown"))

    def layers_open(self) -> Iterator[Callable[[], None]]:
        """What escape would close, topmost first."""
        if self.query_one("#trace-prompt").has_class("-shown"):
            yield self.close_prompt
        for overlay in self._overlays():
            yield partial(self._close, overlay)
        if self.filtering:
            yield self.clear_filter
        if self.has_class("-zoomed"):
            yield self.action_zoom
        if self.source.reading is not None and not self.source.reading.is_stopped:
            yield self.stop_reading

    if TYPE_CHECKING:  # the rest is the screen's
        source: TraceSource
        panes: tuple[Pane, ...]
        inspector: InspectorPane
        _issue: Issue | None
        _episode: Episode | None

        def __getattr__(self, name: str) -> Any: ...
