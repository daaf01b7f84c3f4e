"""The keys of the browser and of the wall, over them until it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from .contain import contained
from .dashboard.help import HelpPane, keys_of
from .panes.pane import STYLES as PANE_STYLES


@contained
class HelpScreen(ModalScreen[None]):
    """Lists the keys of the screen that it is opened from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "close", "Close", id="help.close", tooltip="Close the list of keys"),
    ]
    CSS = f"HelpScreen {{\n{PANE_STYLES}\n{files(__package__).joinpath('help_screen.tcss').read_text('utf-8')}\n}}"

    def __init__(self, screen: Screen[Any], howto: Sequence[str]) -> None:
        """`howto` are the sentences before the keys."""
        super().__init__()
        self._sections = keys_of(screen)
        self._pane = HelpPane(id="help-keys", howto=howto)

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self._pane.list_sections(self._sections)
        self._pane.focus_content()

    def action_close(self) -> None:
        """Close it."""
        self.dismiss()
