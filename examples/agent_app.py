"""A small chat-like agent app that records itself and has the dashboard built in: Ctrl+D shows it.

Its model is a script, but its tools are real: they list and read files of the current folder.

Usage: python examples/agent_app.py [--trace] [--debug]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Callable
from logging.handlers import MemoryHandler
from pathlib import Path

from textual import work
from textual.app import App, ComposeResult
from textual.widgets import Footer, Input, RichLog, TextArea
from tracetop import TraceCollector
from tracetop.app import DashboardHost

MODEL = "scripted"
HELP = "Ask about a file here, such as: what is in README.md? · /trace toggles recording · F2 notes · /quit"
THINKING_SECONDS = 0.4
MOST_FILES = 100
MOST_CHARACTERS = 4_000

logger = logging.getLogger("agent_app")


def list_files(folder: str) -> str:
    """The names of the files in a folder."""
    names = sorted(entry.name for entry in Path(folder).iterdir() if entry.is_file())
    return "\n".join(names[:MOST_FILES])


def read_file(path: str) -> str:
    """The beginning of a text file in the current folder."""
    if not Path(path).resolve().is_relative_to(Path.cwd().resolve()):
        raise PermissionError(f"{path} is outside the current folder")
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        return file.read(MOST_CHARACTERS)


TOOLS: dict[str, Callable[[str], str]] = {"list_files": list_files, "read_file": read_file}


class AgentApp(DashboardHost, App[None]):
    """A log, a prompt, and an agent that records what it does."""

    CSS = """
    #log { height: 1fr; padding: 0 1; }
    #notes { height: 8; display: none; }
    """
    BINDINGS = [("f2", "toggle_notes", "Notes")]

    def __init__(self, collector: TraceCollector) -> None:
        super().__init__()
        self.collector = collector
        self.iteration = 0
        self.messages: list[str] = []

    def dashboard_source(self) -> TraceCollector:
        """What the dashboard shows."""
        return self.collector

    def compose(self) -> ComposeResult:
        """The log, the notes, the prompt."""
        yield RichLog(id="log", wrap=True, max_lines=5_000)
        yield TextArea(id="notes")
        yield Input(placeholder=HELP, id="prompt")
        yield Footer()

    def on_mount(self) -> None:
        """Begin the session; while recording is off this writes nothing."""
        self.query_one("#log", RichLog).can_focus = False
        self.collector.start_session("chat", MODEL)
        self.query_one(Input).focus()
        self.say(HELP)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do what was typed."""
        text = event.value.strip()
        event.input.clear()
        if text == "/quit":
            self.exit()
        elif text == "/help":
            self.say(HELP)
        elif text == "/trace":
            self.toggle_recording()
        elif text:
            self.say(f"> {text}")
            self.answer(text)

    def action_toggle_notes(self) -> None:
        """Show or hide the notes."""
        notes = self.query_one("#notes", TextArea)
        notes.display = not notes.display
        (notes if notes.display else self.query_one(Input)).focus()

    def toggle_recording(self) -> None:
        """Start or stop recording, and say where."""
        self.collector.enabled = not self.collector.enabled
        state = "on" if self.collector.enabled else "off"
        logger.debug("recording %s: %s", state, self.collector.path)
        self.say(f"Recording is {state}: {self.collector.path}")

    def say(self, text: str) -> None:
        """Write to the log. Files may hold anything, so control characters are replaced."""
        for line in text.splitlines():
            self.query_one("#log", RichLog).write("".join(c if c.isprintable() else "·" for c in line))

    @work(exclusive=True)
    async def answer(self, question: str) -> None:
        """One turn: list the files, read the one that was asked about, answer."""
        self.messages.append(question)
        await self.ask_model("call list_files")
        names = (await self.call_tool("list_files", ".")).splitlines()
        asked = [word.strip("?!,:;\"'`").rstrip(".") for word in question.split()]
        name = next((word for word in asked if "." in word or word in names), next(iter(names), ""))
        await self.ask_model(f"call read_file {name}")
        text = await self.call_tool("read_file", name)
        reply = f"{len(names)} files here. {name} begins: {text[:200]}" if text else f"I cannot read {name!r}."
        await self.ask_model(reply, last=True)
        self.say(reply)

    async def ask_model(self, reply: str, last: bool = False) -> None:
        """Have the scripted model reply. Its tokens are words, and it costs nothing."""
        self.iteration += 1
        self.collector.record("iteration_start", iteration=self.iteration)
        request = self.collector.record_llm_request(self.iteration, len(self.messages), MODEL)
        began = time.monotonic()
        await asyncio.sleep(THINKING_SECONDS)
        self.collector.record_llm_response(
            {"input": sum(len(message.split()) for message in self.messages), "output": len(reply.split())},
            cost=0.0,
            duration_ms=(time.monotonic() - began) * 1000,
            iteration=self.iteration,
            model=MODEL,
            parent_event_id=request.event_id,
            stop_reason="end_turn" if last else "tool_use",
        )
        self.messages.append(reply)
        if last:
            self.collector.record("iteration_end", iteration=self.iteration)

    async def call_tool(self, name: str, argument: str) -> str:
        """Run a tool in a thread, record the call, and return its result, empty where it failed."""
        began = time.monotonic()
        result, error = "", None
        try:
            result = await asyncio.to_thread(TOOLS[name], argument)
        except OSError as failure:
            error = failure
        took = (time.monotonic() - began) * 1000
        logger.debug("%s %s: %s, %.1f ms", name, argument, error or "done", took)
        self.collector.record_tool_call(name, {"path": argument}, result, took, error=error, iteration=self.iteration)
        self.collector.record("iteration_end", iteration=self.iteration)
        self.messages.append(result)
        return result


def main() -> None:
    """Run the app."""
    parser = argparse.ArgumentParser(description="A small agent app with the tracetop dashboard built in.")
    parser.add_argument("--trace", action="store_true", help="record from the start; else /trace switches it on")
    parser.add_argument("--debug", action="store_true", help="log to stderr, when the app has closed")
    options = parser.parse_args()
    # The terminal belongs to the app while it runs.
    log = MemoryHandler(100_000, flushLevel=sys.maxsize, target=logging.StreamHandler(sys.stderr))
    logger.addHandler(log if options.debug else logging.NullHandler())
    logger.setLevel(logging.DEBUG)
    with TraceCollector(enabled=options.trace) as collector:
        AgentApp(collector).run()
    if options.trace or collector.stats()["written"]:
        sys.stdout.write(f"The trace is in {collector.path}\n")


if __name__ == "__main__":
    main()
