"""What a row of the timeline says of its event, and of the one that completed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from ....analysis.extents import Extent, State
from ....analysis.timeline.timeline import summarize
from ....collector.events import TraceEvent
from ....collector.records import ARGUMENT_FIELDS
from ...safe_text import fit, one_line, width_of
from ...short_paths import cells_to_first_name, shorten_paths
from ..kinds import Look, look_of

_ASKING = Look("…", "asking", "mark")
_ANSWERING = Look("…", "answers", "mark")
_RUNNING = Look("…", "tool", "mark")
_PIECE = Look("·", "chunk", "muted")
_TOLD_BY_START = ("tool_name", "tool", *ARGUMENT_FIELDS, "model")
_LOUD = frozenset({"error", "critical", "warn", "muted", "title", "compaction"})
"""Looks that color all of a row's words."""


@dataclass(frozen=True, slots=True)
class Words:
    """How a row looks and what it says: `end` is to be seen even where the rest is cut.

    Without a `kind` the text stands where the word for the kind would.
    """

    look: Look
    text: str
    end: str = ""
    kind: bool = True

    @property
    def style(self) -> str:
        """The style of the text."""
        return self.look.style if self.look.style in _LOUD else "text"

    def fit(self, cells: int) -> str:
        """All of it in so many cells, paths without their folders first.

        Where not all fits the end gets half, or less if the name of a file would be cut else.
        """
        text, end = one_line(self.text), one_line(self.end)
        if not end:
            return fit(shorten_paths(text, cells), cells)
        if width_of(text) + width_of(end) > cells:
            room = max(cells - width_of(end), cells - cells // 2)
            if self.look.style not in _LOUD:
                room = max(room, min(cells_to_first_name(text), cells - cells // 4))
            text = fit(shorten_paths(text, room), room).rstrip()
        return fit(text + shorten_paths(end, cells - width_of(text)), cells)


def words_of(event: TraceEvent, extent: Extent, outcome: TraceEvent | None, iteration: int | None) -> Words:
    """The words for a row: `outcome` is the event that completed its own, `iteration` the number of its iteration."""
    if event.kind == "iteration_start" and iteration is not None:
        prompt = event.data.get("prompt")
        asked = f" · {prompt}" if prompt and isinstance(prompt, str) else ""
        return Words(look_of(event.kind), f"iteration {iteration}{asked}", kind=False)
    if outcome is not None:
        return _completed(event, outcome)
    say = _OPEN.get(event.kind) if extent.state in _OPEN_STATES else None
    return say(event, extent.state) if say is not None else _plain(event)


def _plain(event: TraceEvent) -> Words:
    text = summarize(event)
    is_piece = event.kind == "llm_response" and text.startswith("… ")
    return Words(_PIECE if is_piece else look_of(event.kind), text)


def _completed(event: TraceEvent, outcome: TraceEvent) -> Words:
    """A call and what came of it, each of which may tell what was called."""
    missing = (name for name in _TOLD_BY_START if name in event.data and outcome.data.get(name) in (None, ""))
    whole = replace(outcome, data={**outcome.data, **{name: event.data[name] for name in missing}})
    text, call = summarize(whole), summarize(replace(whole, kind="tool_start"))
    if event.kind == "tool_start" and text.startswith(call):
        return Words(look_of(outcome.kind), call, text[len(call) :])
    return Words(look_of(outcome.kind), text)


def _tool(event: TraceEvent, state: State) -> Words:
    if state is State.RUNNING:
        return Words(_RUNNING, summarize(event))
    return Words(look_of(event.kind), summarize(event), " → no end")


def _request(event: TraceEvent, state: State) -> Words:
    text = summarize(event)
    if state in (State.RUNNING, State.ANSWERING):
        look = _ASKING if state is State.RUNNING else _ANSWERING
        return Words(look, text.removeprefix("asks").removeprefix(" · "))
    return Words(look_of(event.kind), text, " → failed" if state is State.FAILED else " → no answer")


_OPEN_STATES = frozenset({State.RUNNING, State.ANSWERING, State.LOST, State.FAILED})
_OPEN: dict[str, Callable[[TraceEvent, State], Words]] = {"tool_start": _tool, "llm_request": _request}
