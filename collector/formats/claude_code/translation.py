"""Records of Claude Code, in any order in which they may come, to events of the native kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from ...events import TraceEvent
from ..translator import Merged, Origin, Record
from .agents import Agents
from .calls import Calls
from .effects import Effects
from .forks import History
from .journal import Agent, Journal
from .notices import Notices
from .prompts import Said, Saying, notification_of, saying_of
from .records import number, part, text, time_of
from .session import SessionStart
from .tools import Tools


class Translation:
    """Translates the records of one session, those of its sub-agents' logs among them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = journal = Journal()
        self.merged: Merged = journal.merged
        self._start = SessionStart(journal)
        self._history = History(path)
        self._is_history_told = False
        self._effects = Effects(journal)
        self._agents = Agents(journal, path)
        self._tools = Tools(journal, self._agents, self._effects)
        self._calls = Calls(journal, self._tools)
        notices = Notices(journal, self._calls, self._effects)
        self._seen: set[int] = set()
        """What was read, by the hashes of its ids."""
        self._sidechains: dict[str, str] = {}
        """Of which sub-agent a record is, by its id, in logs that hold those of all agents."""
        self._root: str | None = None
        """The agent whose own log the session's file is: a sub-agent's log may be opened alone."""
        self._by_type: dict[str, Callable[[Record, Agent], Iterator[TraceEvent]]] = {
            "assistant": self._calls.answered,
            "user": self._user,
            "system": notices.system,
            "attachment": notices.attachment,
            "progress": self._progress,
            "queue-operation": self._queued,
            "permission-mode": notices.permission_mode,
            "cost-state": notices.cost_state,
            "file-history-snapshot": notices.snapshot,
            "summary": self._title,
            "ai-title": self._title,
            "custom-title": self._title,
        }

    def take(self, record: Record, origin: Origin) -> Iterator[TraceEvent]:
        """The events that a record adds, in order."""
        journal = self._journal
        journal.merged.records += 1
        uuid = text(record, "uuid")
        if uuid:
            if hash(uuid) in self._seen:
                journal.merged.duplicates += 1
                return
            self._seen.add(hash(uuid))
        time = time_of(record)
        if time is not None:
            journal.time = time
        if "version" in record:
            journal.version = _version(text(record, "version"))
        if origin.path == self._path and self._history.holds(record):
            self._learn(record, origin)
            return
        journal.session_id = journal.session_id or text(record, "sessionId")
        self._start.look_at(record, time)
        yield from self._start.told(self._events(record, origin))

    def _learn(self, record: Record, origin: Origin) -> None:
        """Know what stands in the history of another session, which counts there."""
        self._journal.merged.history += 1
        self._start.look_at(record, None, forked_from=self._history.of)
        agent = self._journal.agent(self._agent_of(record, origin))
        kind = text(record, "type")
        if kind == "assistant":
            self._calls.count_elsewhere(part(record, "message"))
        elif kind == "user":
            agent.given = self._journal.time
            saying = saying_of(record)
            if saying.what is Said.PROMPT and agent is self._journal.main:
                self._journal.turn += 1
                self._start.prompted(saying.text)

    def _told_history(self) -> Iterator[TraceEvent]:
        """That the session goes on from another, before the first that is its own."""
        if self._history.records and not self._is_history_told:
            self._is_history_told = True
            data = {"name": "history", "forked_from": self._history.of, "records": self._history.records}
            event_id = f"{self._journal.session_id}:history"
            yield self._journal.event("custom", event_id, self._journal.main, data)

    def _events(self, record: Record, origin: Origin) -> Iterator[TraceEvent]:
        agent_id = self._agent_of(record, origin)
        agent = self._journal.agent(agent_id)
        if agent_id:
            yield from self._agents.spoke(agent_id, record, origin.path)
        yield from self._told_history()
        kind = text(record, "type")
        tell = self._by_type.get(kind)
        if tell is None:
            self._journal.skip(kind or "no type")
        else:
            yield from tell(record, agent)

    def _agent_of(self, record: Record, origin: Origin) -> str:
        """The sub-agent that a record is of; empty for the main agent."""
        if not text(record, "uuid"):
            return ""
        told = text(record, "agentId")
        if self._root is None and origin.path == self._path:
            self._root = told
        if told:
            return "" if told == self._root else told
        if record.get("isSidechain") is not True or self._root:
            return ""
        known = self._sidechains.get(text(record, "parentUuid"))
        name = known or f"sidechain {text(record, 'uuid')[:8]}"
        self._sidechains[text(record, "uuid")] = name
        return name

    def _user(self, record: Record, agent: Agent) -> Iterator[TraceEvent]:
        if not agent.name:
            yield from self._effects.mode(text(record, "permissionMode"), f"{text(record, 'uuid')}:mode", agent)
        yield from self._tools.results(record, agent)
        saying = saying_of(record)
        tell = _SAYINGS.get(saying.what)
        if tell is not None:
            yield from tell(self, record, saying, agent)
        elif saying.what is not Said.NOTHING:
            self._journal.skip(f"user: {saying.what.value}")
            agent.given = self._journal.time

    def _prompt(self, record: Record, saying: Saying, agent: Agent) -> Iterator[TraceEvent]:
        journal = self._journal
        agent.given = journal.time
        if agent is journal.main:
            self._journal.turn += 1
            self._start.prompted(saying.text)
        if agent.asked:  # said while the model is at it: it hears it with the rest
            told = {"name": "prompt", "turn": journal.turn, "message": saying.text}
            event_id = f"{text(record, 'uuid')}:prompt"
            yield journal.event("custom", event_id, agent, told, iteration=agent.iteration)
            return
        agent.running.clear()  # whatever has no result by now will have none
        yield from journal.ask(agent, {"turn": journal.turn, "prompt": saying.text})

    def _command(self, record: Record, saying: Saying, agent: Agent) -> Iterator[TraceEvent]:
        data = {"name": "command", "message": saying.text}
        yield self._journal.event("custom", f"{text(record, 'uuid')}:command", agent, data)

    def _interrupted(self, record: Record, saying: Saying, agent: Agent) -> Iterator[TraceEvent]:
        number_of = agent.iteration if agent.is_open else None
        data = {"name": "interrupted", "message": saying.text.strip("[]")}
        yield self._journal.event("custom", f"{text(record, 'uuid')}:interrupted", agent, data, iteration=number_of)
        yield from self._journal.end_iteration(agent)

    def _notified(self, record: Record, saying: Saying, agent: Agent) -> Iterator[TraceEvent]:
        agent.given = self._journal.time
        yield from self._notification(saying.text)

    def _queued(self, record: Record, agent: Agent) -> Iterator[TraceEvent]:
        told = text(record, "content")
        if text(record, "operation") == "enqueue" and notification_of(told) is not None:
            yield from self._notification(told)
        else:
            self._journal.skip("queue-operation")

    def _notification(self, told: str) -> Iterator[TraceEvent]:
        notification = notification_of(told)
        if notification is None or not notification.status:
            self._journal.skip("user: task notification")
        else:
            yield from self._agents.notified(notification)

    def _progress(self, record: Record, agent: Agent) -> Iterator[TraceEvent]:
        told = part(record, "data")
        kind = text(told, "type")
        if kind == "agent_progress":
            yield from self._agents.copied(record)
            return
        elapsed = number(told, "elapsedTimeSeconds")
        if elapsed is not None:
            self._tools.shows_life(text(record, "parentToolUseID"), elapsed)
        self._journal.skip(f"progress: {kind or 'other'}")

    def _title(self, record: Record, agent: Agent) -> Iterator[TraceEvent]:
        self._start.titled(record, hash(text(record, "leafUuid")) in self._seen)
        self._journal.skip(text(record, "type"))
        return iter(())


@cache
def _version(told: str) -> tuple[int, ...]:
    return tuple(int(number) for number in told.split(".") if number.isdecimal())


_SAYINGS: dict[Said, Callable[[Translation, Record, Saying, Agent], Iterator[TraceEvent]]] = {
    Said.PROMPT: Translation._prompt,
    Said.COMMAND: Translation._command,
    Said.INTERRUPTION: Translation._interrupted,
    Said.NOTIFICATION: Translation._notified,
}
