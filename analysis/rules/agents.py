"""Sub-agents and workers: those that fall silent, bring little for what they took, or are sent for the same twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ..fold.lanes import MAIN_LANE
from ..issues.episodes import Episode
from .acts import CHANGES, Act
from .rule import Call, Rule
from .thresholds import Tuning

_MOST_TASKS = 4_096
_MOST_LETTERS = 2_000
"""Of a task by which it is known again."""

_TASK_FIELDS = ("task", "prompt", "description", "goal", "instructions")
_RESULT_FIELDS = ("result", "output", "summary", "response", "answer")


def _text_of(data: Mapping[str, Any], fields: tuple[str, ...]) -> str | None:
    """The first of some fields of a payload, as text; None where it has none of them."""
    for name in fields:
        value = data.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping | list):
            try:
                return orjson.dumps(value).decode()
            except TypeError:
                return repr(value)
    return None


@dataclass(slots=True)
class _Running:
    """An agent that was heard of and has not left: its row, its latest event, when that was, what it waits for."""

    agent: int
    event: int
    time: float
    calls: int = 0
    children: int = 0
    episode: Episode | None = None


class SilentAgent(Rule):
    """An agent that was heard of, then nothing more for long, while others went on; nor did it wait for anything."""

    CATEGORY = "silent_agent"
    HEARS = ("session_start", "session_end")
    ASLEEP = ("started", "ended", "response", "iteration")

    def tune(self, tuning: Tuning) -> None:
        self._seconds = tuning.of(self.CATEGORY, "seconds")
        self._announced: dict[int, int] = {}
        self._known: dict[int, _Running] = {}
        self._talking: OrderedDict[int, None] = OrderedDict()
        """The lanes of those that are neither silent nor known to wait, the one heard of least lately first."""

    def spawned(self, event: int, agent: int) -> None:
        if len(self._announced) < _MOST_TASKS:
            self.wake()
            self._announced[self.findings.session.agents.lane[agent]] = agent
        self._hear(event, self.findings.session.events.lane[event], children=1)

    def left(self, event: int, agent: int) -> None:
        session = self.findings.session
        lane = session.agents.lane[agent]
        self._announced.pop(lane, None)
        self._talking.pop(lane, None)
        known = self._known.pop(lane, None)
        if known is not None and known.episode is not None:
            known.episode.withdraw(event)
        self._hear(event, session.events.lane[event], children=-1)
        if not self._announced:
            self.sleep()

    def started(self, event: int, lane: int, call: int, label: int) -> None:
        self._hear(event, lane, calls=1)

    def ended(self, call: Call) -> None:
        self._hear(call.event, call.lane, calls=-1)

    def response(self, event: int, lane: int) -> None:
        self._hear(event, lane)

    def iteration(self, event: int, lane: int, row: int) -> None:
        self._hear(event, lane)

    def happened(self, event: int, lane: int, kind: str) -> None:
        if lane == MAIN_LANE:
            self._announced.clear()
            self._known.clear()
            self._talking.clear()
            self.sleep()

    def _hear(self, event: int, lane: int, *, calls: int = 0, children: int = 0) -> None:
        """An agent is heard of; those that were not for long are silent."""
        if not self._announced:
            return
        now = self.findings.time(event)
        if now != now:
            return
        agent = self._announced.get(lane)
        if agent is not None:
            known = self._known.get(lane)
            if known is None:
                known = self._known[lane] = _Running(agent, event, now)
            elif known.episode is not None:
                known.episode.withdraw(event)
                known.episode = None
            known.event, known.time = event, now
            known.calls = max(0, known.calls + calls)
            known.children = max(0, known.children + children)
            self._talking[lane] = None
            self._talking.move_to_end(lane)
        self._find_silent(event, now)

    def _find_silent(self, event: int, now: float) -> None:
        while self._talking:
            lane = next(iter(self._talking))
            known = self._known[lane]
            if not now - known.time > self._seconds:
                return
            del self._talking[lane]
            if known.calls or known.children:
                continue  # it waits: what it waits for will have it heard of again
            known.episode = self.findings.open(
                self.CATEGORY,
                event,
                now - known.time,
                {self.findings.session.agents.event[known.agent], known.event},
                lane=lane,
                label=self.findings.agent(known.agent),
            )


class LowYieldAgent(Rule):
    """An agent that took much, told little back, and changed no file."""

    CATEGORY = "low_yield_agent"

    def tune(self, tuning: Tuning) -> None:
        self._tokens = tuning.count(self.CATEGORY, "tokens")
        self._characters = tuning.count(self.CATEGORY, "characters")
        self._changed: dict[int, int] = {}
        """By lane the last event with which it changed a file."""

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        return not failed and act in CHANGES

    def ended(self, call: Call) -> None:
        if call.changed and call.lane != MAIN_LANE:
            self._changed[call.lane] = call.event

    def left(self, event: int, agent: int) -> None:
        session, read = self.findings.session, self.findings.event_of
        agents = session.agents
        spawned, lane = agents.event[agent], agents.lane[agent]
        if read is None or agents.failed[agent] or self._changed.get(lane, -1) > spawned:
            return
        spent = self.findings.spent_by(agent, event)
        if spent < self._tokens:
            return
        result = _text_of(read(event).data, _RESULT_FIELDS)
        if result is None or len(result.strip()) > self._characters:
            return
        evidence = {spawned, event}
        self.findings.open(
            self.CATEGORY, event, spent, evidence, lane=lane, label=self.findings.agent(agent), detail=result.strip()
        )


@dataclass(slots=True)
class _Task:
    """A task that an agent was sent for: the spawn, whether one has completed it, and that it was done again."""

    spawned: int
    lane: int
    is_done: bool = False
    episode: Episode | None = None


class RedoneAgent(Rule):
    """An agent that is sent for the very task that another one has completed."""

    CATEGORY = "redone_agent"
    HEARS = ("session_start",)

    def tune(self, tuning: Tuning) -> None:
        self._letters = tuning.count(self.CATEGORY, "characters")
        self._tasks: OrderedDict[str, _Task] = OrderedDict()
        self._running: dict[int, str] = {}

    def spawned(self, event: int, agent: int) -> None:
        read = self.findings.event_of
        told = None if read is None else _text_of(read(event).data, _TASK_FIELDS)
        task = " ".join(told.casefold().split())[:_MOST_LETTERS] if told else ""
        if len(task) < self._letters:
            return
        lane = self.findings.session.agents.lane[agent]
        if len(self._running) < _MOST_TASKS:
            self._running[lane] = task
        known = self._tasks.get(task)
        if known is None:
            if len(self._tasks) >= _MOST_TASKS:
                self._tasks.popitem(last=False)
            self._tasks[task] = _Task(event, lane)
        elif not known.is_done:
            return  # side by side, or again after a failure
        elif known.episode is not None:
            known.episode.update(event, known.episode.values[-1] + 1, [event])
        else:
            evidence = [known.spawned, event]
            name = self.findings.agent(agent)
            known.episode = self.findings.open(self.CATEGORY, event, 2, evidence, lane=lane, label=name, detail=task)

    def left(self, event: int, agent: int) -> None:
        task = self._running.pop(self.findings.session.agents.lane[agent], None)
        known = None if task is None else self._tasks.get(task)
        if known is not None and not self.findings.session.agents.failed[agent]:
            known.is_done = True

    def happened(self, event: int, lane: int, kind: str) -> None:
        if lane == MAIN_LANE:
            self._tasks.clear()
            self._running.clear()
