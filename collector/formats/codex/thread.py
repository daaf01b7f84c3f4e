"""A thread of Codex, which is an agent: its turns and its iterations, each of which is one call of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...events import TraceEvent
from .calls import Call
from .plans import Plan
from .rollout import Meta
from .usage import Counted, Usage

_MOST_SAID = 20_000
"""Characters of an answer that are kept."""
_SAME_PROMPT_SECONDS = 2.0


@dataclass(slots=True)
class Thread:
    """What is known of a thread so far. Its methods give the events that come of what happens.

    `agent` is the name of a sub-agent, None for the session's own thread. The model is asked as soon as it was told
    something (`hear`); that it was is known when it answers (`speak`), or when its tokens are told (`answer`), which
    older versions do before what it says.
    """

    session_id: str
    id: str
    agent: str | None = None
    elders: tuple[Thread, ...] = ()
    meta: Meta | None = None
    model: str = ""
    effort: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    turns: set[str] = field(default_factory=set)
    turn: int = 0
    iteration: int | None = None
    """The one that is open."""
    counted: Counted = field(default_factory=Counted)
    plan: Plan = field(default_factory=Plan)
    calls: dict[str, Call] = field(default_factory=dict)
    """Those that have not ended."""
    ended_calls: set[str] = field(default_factory=set)
    spawned_by: str | None = None
    """The event that had this agent begin."""
    path: Path = Path()
    is_replaying: bool = False
    """Whether its file repeats what another thread did."""
    replayed: str = ""
    """Which one that is."""
    replayed_turns: frozenset[str] | None = None
    """Those of its turns that its own file tells of; None until they are asked for."""
    replay_names_turns: bool = False
    born_at: float = 0.0
    last_record_at: float = 0.0
    is_done: bool = False
    """Whether this sub-agent was said to be done."""
    compactions: dict[str, int] = field(default_factory=dict)
    latest: float = 0.0
    """When it, or a tool it called, last did anything."""
    is_in_turn: bool = False
    _iterations: int = 0
    _calls_made: int = 0
    _asked_at: float | None = None
    _requested_at: float = 0.0
    _is_asked: bool = True
    _is_waiting: bool = False
    _begins_anew: bool = False
    _said: str = ""
    _prompt: tuple[str, float] | None = None

    def event(
        self,
        kind: str,
        at: float,
        key: str,
        data: Mapping[str, Any],
        *,
        iteration: int | None = None,
        parent: str | None = None,
        duration_ms: float | None = None,
    ) -> TraceEvent:
        """An event of this agent; its id is made of `key`."""
        about = dict(data) if self.agent is None else {**data, "agent_id": self.agent}
        number = self.iteration if iteration is None else iteration
        return TraceEvent(kind, at, self.session_id, key, number, about, parent, duration_ms)

    def hear(self, at: float, *, anew: bool = False) -> None:
        """Something was told to the model: a prompt, the output of a tool. `anew` where a turn begins with it."""
        self._asked_at = at
        self._is_asked = True
        self._begins_anew = self._begins_anew or anew

    def speak(self, at: float, said: str = "") -> list[TraceEvent]:
        """The model says something, or calls a tool."""
        events: list[TraceEvent] = []
        if self.iteration is None or (self._is_asked and (not self._is_waiting or self._is_over())):
            events = self._ask(at)
        self.latest = max(self.latest, at)
        if said and said not in self._said and len(self._said) < _MOST_SAID:
            self._said = f"{self._said}\n{said}".lstrip("\n")[:_MOST_SAID]
        return events

    def _is_over(self) -> bool:
        """Whether a call whose tokens were never told is behind the model, since it goes on from something new."""
        if self._begins_anew:
            return True
        return self.counted.context is None and self._calls_made > 0 and not self.calls

    def _ask(self, at: float) -> list[TraceEvent]:
        asked_at = self._requested_at = at if self._asked_at is None else min(at, self._asked_at)
        events = self.rest(asked_at)
        self._iterations += 1
        self.iteration = self._iterations
        self._is_asked = self._begins_anew = False
        self._is_waiting = True
        self._prompt = None
        self._calls_made = 0
        data = {"turn": self.turn} if self.turn else {}
        asked = {name: said for name, said in (("model", self.model), ("effort", self.effort)) if said}
        events.append(self.event("iteration_start", asked_at, self._key("start"), data))
        events.append(self.event("llm_request", asked_at, self._key("request"), {**asked, **data}))
        return events

    def is_heard(self, at: float) -> list[TraceEvent]:
        """The limits of the plan are told anew: an answer begins, for they come with that."""
        return self.speak(at) if self._is_asked and self.is_in_turn and not self._is_waiting else []

    def answer(self, at: float, usage: Usage, response: str) -> list[TraceEvent]:
        """The tokens of a call of the model are told, `response` being its id where it has one."""
        events = [] if self._is_waiting else self._ask(at)
        data: dict[str, Any] = {**({"model": self.model} if self.model else {}), **usage.fields(self.model)}
        if response:
            data["response_id"] = response
        if self._said:
            data["content"] = self._said
        self._is_waiting, self._said = False, ""
        self.latest = max(self.latest, at)
        took = (at - self._requested_at) * 1000 if at >= self._requested_at else None
        events.append(
            self.event("llm_response", at, self._key("response"), data, parent=self._key("request"), duration_ms=took)
        )
        return events

    def fail(self, at: float, key: str, data: Mapping[str, Any]) -> list[TraceEvent]:
        """Something went wrong: the call of the model, where one is out."""
        kind = "llm_error" if self._is_waiting else "error"
        self._is_waiting = False
        return [self.event(kind, at, key, data)]

    def call(self, call: Call, at: float) -> list[TraceEvent]:
        """A tool was called."""
        self._calls_made += 1
        self.calls[call.id] = call
        return [self.event("tool_start", at, call.event_id, call.fields(), iteration=call.iteration)]

    def cancel(self, at: float) -> list[TraceEvent]:
        """The calls that are open end without a result."""
        events = []
        for call in self.calls.values():
            data = {"tool_name": call.name, "tool_id": call.id, "cancelled": True}
            self.ended_calls.add(call.id)
            id = f"{call.id}:end"
            events.append(self.event("tool_end", at, id, data, iteration=call.iteration, parent=call.event_id))
        self.calls.clear()
        return events

    def takes_prompt(self, prompt: str, at: float) -> bool:
        """Whether a prompt is none that was told just now, by another record."""
        before, self._prompt = self._prompt, (prompt, at)
        return before is None or before[0] != prompt or at - before[1] > _SAME_PROMPT_SECONDS

    def rest(self, at: float) -> list[TraceEvent]:
        """The open iteration ends."""
        if self.iteration is None:
            return []
        events = [self.event("iteration_end", at, self._key("end"), {})]
        self.iteration = None
        self._is_waiting = False
        return events

    @property
    def is_idle(self) -> bool:
        """Whether nothing is awaited: no answer of the model, no end of a tool."""
        return not self._is_waiting and not self.calls

    def _key(self, what: str) -> str:
        return f"{self.id}:{self._iterations}:{what}"
