"""What all parts of the translation share: the session, its agents, and how an event of theirs is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...events import TraceEvent
from ...kinds import TURN_END
from ..translator import Merged
from .records import known


@dataclass(slots=True)
class Agent:
    """An agent of the session as far as it was read. `name` is empty for the main one.

    An iteration is one call of a model: `asked` is the id of the request that waits for its answer, `given` when the
    agent last got something to answer, `running` are the calls of tools that have not ended.
    """

    name: str = ""
    iteration: int = 0
    is_open: bool = False
    asked: str = ""
    given: float | None = None
    running: set[str] = field(default_factory=set)
    has_failed: bool = False

    @property
    def label(self) -> str:
        """Its name in the ids of events."""
        return self.name or "main"


@dataclass(slots=True)
class Journal:
    """The session as far as it was read, and the maker of its events."""

    session_id: str = ""
    version: tuple[int, ...] = ()
    time: float = 0.0
    merged: Merged = field(default_factory=Merged)
    main: Agent = field(default_factory=Agent)
    turn: int = 0
    """How often the main agent was asked for something, history of another session included."""
    ended_turn: int = 0
    """The turn of it whose end was told last."""
    agents: dict[str, Agent] = field(default_factory=dict)

    def agent(self, name: str) -> Agent:
        """The agent of this name; the main one for none."""
        if not name:
            return self.main
        known = self.agents.get(name)
        if known is None:
            known = self.agents[name] = Agent(name)
        return known

    def skip(self, what: str) -> None:
        """Count a record that says nothing of what was done."""
        self.merged.skipped[what] += 1

    def event(
        self,
        kind: str,
        event_id: str,
        agent: Agent,
        data: Mapping[str, Any],
        *,
        time: float | None = None,
        iteration: int | None = None,
        parent: str | None = None,
        duration_ms: float | None = None,
    ) -> TraceEvent:
        """An event of an agent, now unless `time` says otherwise."""
        payload = {"agent_id": agent.name, **data} if agent.name else dict(data)
        if duration_ms is not None:
            payload["duration_ms"] = duration_ms
        when = self.time if time is None else time
        return TraceEvent(kind, when, self.session_id, event_id, iteration, payload, parent, duration_ms)

    def ask(
        self, agent: Agent, said: Mapping[str, Any] | None = None, *, time: float | None = None
    ) -> Iterator[TraceEvent]:
        """A model is asked: the agent's next iteration begins. `said` is what its start tells."""
        yield from self.end_iteration(agent, time=time)
        agent.iteration += 1
        agent.is_open, agent.has_failed = True, False
        number, name = agent.iteration, f"{agent.label}#{agent.iteration}"
        agent.asked = f"{name}:request"
        yield self.event("iteration_start", f"{name}:start", agent, said or {}, time=time, iteration=number)
        yield self.event("llm_request", agent.asked, agent, {}, time=time, iteration=number)

    def end_turn(self, agent: Agent, event_id: str, seconds: float | None = None) -> Iterator[TraceEvent]:
        """The main agent is done with what it was asked; whether it is asked more nothing says. Told once a turn."""
        if agent is self.main and self.ended_turn != self.turn:
            self.ended_turn = self.turn
            said = {"name": TURN_END, "message": f"turn {self.turn} is over", "turn": self.turn}
            number = agent.iteration or None
            yield self.event("custom", event_id, agent, {**said, **known(seconds=seconds)}, iteration=number)

    def end_iteration(self, agent: Agent, *, time: float | None = None) -> Iterator[TraceEvent]:
        """What the agent did after the answer is over, if anything was."""
        agent.asked = ""
        if agent.is_open:
            agent.is_open = False
            number = agent.iteration
            yield self.event("iteration_end", f"{agent.label}#{number}:end", agent, {}, time=time, iteration=number)
