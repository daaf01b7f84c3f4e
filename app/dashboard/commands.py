"""Everything the dashboard can do, for the command palette."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.actions import parse
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider


class DashboardCommands(Provider):
    """One command per key of the dashboard, with the key beside it."""

    async def discover(self) -> Hits:
        for title, text, action in self._commands():
            yield DiscoveryHit(title, self._runner(action), help=text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, text, action in self._commands():
            score = matcher.match(f"{title} {text}")
            if score > 0:
                yield Hit(score, matcher.highlight(title), self._runner(action), help=text)

    def _commands(self) -> Iterator[tuple[str, str, str]]:
        for binding in getattr(self.screen, "BINDINGS", ()):
            if isinstance(binding, Binding) and self._makes_sense(binding.action):
                key = self.app.get_key_display(binding)
                yield f"{binding.description} ({key})", binding.tooltip or binding.description, binding.action

    def _makes_sense(self, action: str) -> bool:
        _, name, parameters = parse(action)
        return bool(self.screen.check_action(name, parameters))

    def _runner(self, action: str) -> Any:
        async def run() -> None:
            await self.screen.run_action(action)

        return run
