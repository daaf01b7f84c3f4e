"""A Textual app with an agent in it and a dashboard on the agent's recording, which exists in memory only.

ctrl+d opens and closes the dashboard: that is DashboardHost. f2 pushes another one by hand, as an app would that does
not inherit DashboardHost; escape or ctrl+d closes that one.

Its trace holds 5 iterations, 5 LLM calls, 5 tool calls, 7,300 tokens and no sub-agents.
"""

import asyncio

from textual import work
from textual.app import App, ComposeResult
from textual.widgets import Footer, Label, RichLog
from tracetop import TraceCollector
from tracetop.app import DashboardHost, DashboardScreen

THINKING_SECONDS = 0.5


class EmbeddedApp(DashboardHost, App[None]):
    """Shows what its agent counts."""

    BINDINGS = [("f2", "push_dashboard", "Trace"), ("q", "quit", "Quit")]

    def __init__(self) -> None:
        super().__init__()
        self.collector = TraceCollector(output_dir=None)

    def dashboard_source(self) -> TraceCollector:
        """What DashboardHost's dashboard shows."""
        return self.collector

    def compose(self) -> ComposeResult:
        """A hint, the agent's log, the keys."""
        yield Label("ctrl+d or f2 shows what the agent did")
        yield RichLog()
        yield Footer()

    def action_push_dashboard(self) -> None:
        """The same by hand: any app may push the screen."""
        if not isinstance(self.screen, DashboardScreen):
            self.push_screen(DashboardScreen(self.collector))

    @work
    async def on_mount(self) -> None:
        """The agent: five turns, each with a call of a model and of a tool."""
        with self.collector as collector:
            collector.start_session(goal="Count to five", model="scripted")
            for number in range(1, 6):
                with collector.iteration():
                    with collector.llm(model="scripted") as call:
                        await asyncio.sleep(THINKING_SECONDS)
                        call.tokens = {"input": 250, "cache_read": 400 * number, "output": 10}
                    with collector.tool("count", {"to": number}) as tool:
                        tool.result = "…".join(map(str, range(1, number + 1)))
                    self.query_one(RichLog).write(tool.result)


if __name__ == "__main__":
    EmbeddedApp().run()
