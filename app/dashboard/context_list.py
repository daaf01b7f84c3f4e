"""The list of what stays in the context: shown, hidden, and gone from to a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contain import contained
from ..panes.context import ContextPane


@contained
class ContextActions:
    """Opens and closes the list; part of the dashboard screen."""

    def action_context(self) -> None:
        """Show or hide the most expensive things in the context."""
        self.toggle_list(self.context_list)

    def on_context_pane_chosen(self, message: ContextPane.Chosen) -> None:
        """Go to where a result came in."""
        self._close(self.context_list)
        self.jump_to(message.event)

    if TYPE_CHECKING:  # the rest is the screen's
        context_list: ContextPane

        def __getattr__(self, name: str) -> Any: ...
