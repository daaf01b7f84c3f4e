"""Everything the dashboard can do, for the command palette."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from textual.actions import parse
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode
from textual.widget import Widget

from ..panes.pane import Pane


class _Command(NamedTuple):
    title: str
    text: str
    node: DOMNode
    action: str


class DashboardCommands(Provider):
    """One command per key: of the dashboard, and of each pane that is in sight. The key stands beside it."""

    async def discover(self) -> Hits:
        for command in self._commands():
            yield DiscoveryHit(command.title, self._runner(command), help=command.text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(f"{command.title} {command.text}")
            if score > 0:
                yield Hit(score, matcher.highlight(command.title), self._runner(command), help=command.text)

    def _commands(self) -> Iterator[_Command]:
        yield from self._commands_of(self.screen, "")
        for pane in self.screen.query(Pane):
            if pane.region.width:
                for widget in (pane, *pane.query(Widget)):
                    yield from self._commands_of(widget, f"{pane.NAME}: ")

    def _commands_of(self, node: DOMNode, owner: str) -> Iterator[_Command]:
        # Textual tells the keys in force, with the user's key map, of what has the focus only.
        bindings = node._bindings.copy()
        bindings.apply_keymap(self.app._keymap)
        told = set()
        for key, binding in bindings:
            if not self._is_ours(binding) or binding.id in told or not _makes_sense(node, binding.action):
                continue
            told.add(binding.id)
            shown = self.app.get_key_display(binding) or key
            title = f"{owner}{binding.description} ({shown})"
            yield _Command(title, binding.tooltip or binding.description, node, binding.action)

    @staticmethod
    def _is_ours(binding: Binding) -> bool:
        return bool(binding.id and binding.description)

    def _runner(self, command: _Command) -> Any:
        async def run() -> None:
            if isinstance(command.node, Widget) and command.node.focusable:
                command.node.focus(scroll_visible=False)
            run_action: Any = command.node
            await run_action.run_action(command.action)

        return run


def _makes_sense(node: Any, action: str) -> bool:
    _, name, parameters = parse(action)
    return bool(node.check_action(name, parameters))
