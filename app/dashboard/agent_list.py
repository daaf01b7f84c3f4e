"""The list of agents: shown, hidden, gone from to where one was spawned, or told of alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...analysis.fold.lanes import MAIN_AGENT
from ..contain import contained
from ..panes.agents import AgentsPane
from ..query.words import quoted


@contained
class AgentActions:
    """Opens and closes the list; part of the dashboard screen."""

    def action_agents(self) -> None:
        """Show or hide the agents."""
        self.toggle_list(self.agent_list)

    def on_agents_pane_chosen(self, message: AgentsPane.Chosen) -> None:
        """Go to where an agent was spawned."""
        self._close(self.agent_list)
        self.jump_to(message.event)

    def on_agents_pane_narrowed(self, message: AgentsPane.Narrowed) -> None:
        """Have the panes tell of one agent only, until the filter is another."""
        self._close(self.agent_list)
        self.filter_by(f"agent:={quoted(message.agent or MAIN_AGENT)}")

    if TYPE_CHECKING:  # the rest is the screen's
        agent_list: AgentsPane

        def __getattr__(self, name: str) -> Any: ...
