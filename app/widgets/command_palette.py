"""Textual's command palette, which may be told keys before it is drawn."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette


class PatientPalette(CommandPalette):
    """Leaves out what goes over its list before the list has a size: Textual looks for lines there, and the app ends.

    The list has none until it is drawn first, and never in a terminal of three lines.
    """

    def _action_command_list(self, action: str) -> None:
        # A private name of Textual (8.2): its bindings say this action.
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)
