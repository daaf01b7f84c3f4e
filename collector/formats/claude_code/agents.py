"""Sub-agents: which call of a tool began one, what is its own log, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ...events import TraceEvent
from ..translator import Record
from .files import own_log_of
from .journal import Agent, Journal
from .prompts import Notification
from .records import blocks, known, number, part, plain, text, without_data

SPAWNING = frozenset({"Task", "Agent"})
"""The tools that begin a sub-agent."""
_STILL_RUNS = frozenset({"async_launched", "teammate_spawned", "running"})
_DONE = frozenset({"completed", ""})


@dataclass(slots=True)
class Spawn:
    """A call that begins a sub-agent. Which one is known later: `agent_id` is empty until then."""

    tool_id: str
    event_id: str
    caller: str
    iteration: int | None
    time: float
    agent_type: str = ""
    description: str = ""
    prompt: str = ""
    agent_id: str = ""


class Agents:
    """The sub-agents of a session, by the ids that Claude Code gave them."""

    def __init__(self, journal: Journal, path: Path) -> None:
        self._journal = journal
        self._path = path
        self._spawns: dict[str, Spawn] = {}
        self._told: set[str] = set()
        """Agents of which an event told that they began, or that spoke first."""
        self._over: set[str] = set()
        self._logged: set[str] = set()
        self._copied: set[str] = set()

    def asked(self, tool_id: str, event_id: str, args: Mapping[str, Any], caller: Agent, iteration: int) -> None:
        """A tool was called that begins a sub-agent."""
        self._spawns[tool_id] = Spawn(
            tool_id,
            event_id,
            caller.name,
            iteration,
            self._journal.time,
            text(args, "subagent_type"),
            text(args, "description") or text(args, "name"),
            text(args, "prompt"),
        )

    def spoke(self, agent_id: str, record: Record, log: Path) -> Iterator[TraceEvent]:
        """A record of a sub-agent's own log: the first tells by which call it began."""
        self._logged.add(agent_id)
        if agent_id in self._told:
            return
        notes = _notes_beside(log)
        prompt = plain(part(record, "message").get("content"))
        spawn = self._spawns.get(text(notes, "toolUseId")) or self._spawn_asking(prompt)
        if spawn is None and notes:
            parent = text(notes, "parentAgentId")
            spawn = Spawn(
                "", "", parent, None, self._journal.time, text(notes, "agentType"), text(notes, "description")
            )
        if spawn is not None:
            yield from self._begun(spawn, agent_id)
        self._told.add(agent_id)

    def _spawn_asking(self, prompt: str) -> Spawn | None:
        """The call that asked just this, of those whose agent is not known."""
        open_spawns = (spawn for spawn in self._spawns.values() if not spawn.agent_id)
        return next((spawn for spawn in open_spawns if prompt and spawn.prompt.strip() == prompt.strip()), None)

    def _begun(self, spawn: Spawn, agent_id: str, *, time: float | None = None) -> Iterator[TraceEvent]:
        spawn.agent_id = agent_id
        if agent_id in self._told:
            return
        self._told.add(agent_id)
        described = ": ".join(filter(None, (spawn.agent_type, spawn.description)))
        data = {
            "agent_id": agent_id,
            **known(
                parent_agent_id=spawn.caller,
                agent_type=spawn.agent_type,
                description=described,
                prompt=spawn.prompt,
                tool_id=spawn.tool_id,
            ),
        }
        yield self._journal.event(
            "subagent_spawn",
            f"{agent_id}:spawn",
            self._journal.main,
            data,
            time=time,
            iteration=spawn.iteration,
            parent=spawn.event_id or None,
        )

    def told_of(self, tool_id: str, details: Mapping[str, Any]) -> Iterator[TraceEvent]:
        """The result of a call tells which agent it began, if nothing did before."""
        spawn, agent_id = self._spawns.get(tool_id), text(details, "agentId")
        if spawn is not None and agent_id:
            yield from self._begun(spawn, agent_id, time=None if _runs_on(details) else spawn.time)

    def returned(self, tool_id: str, details: Mapping[str, Any], said: str, *, failed: bool) -> Iterator[TraceEvent]:
        """The call of a tool that began a sub-agent has its result: the end of the agent, or just its start."""
        spawn = self._spawns.get(tool_id)
        if spawn is not None and spawn.agent_id and not _runs_on(details):
            told = known(
                error=said if failed else None,
                result=None if failed else said,
                duration_ms=number(details, "totalDurationMs"),
                tool_calls=number(details, "totalToolUseCount"),
                context_tokens=number(details, "totalTokens"),
            )
            yield from self._ended(spawn.agent_id, spawn, told, failed=failed)

    def notified(self, notification: Notification) -> Iterator[TraceEvent]:
        """A task of the background is over: a sub-agent, or something else that is told as it is."""
        agent_id = notification.task_id
        spawn = self._spawns.get(notification.tool_id)
        if agent_id not in self._told and spawn is None:
            data = known(name="task", message=notification.summary, status=notification.status, task=agent_id)
            event_id = f"task:{agent_id}:{notification.status}"
            if event_id in self._over:
                self._journal.merged.duplicates += 1
                return
            self._over.add(event_id)
            yield self._journal.event("custom", event_id, self._journal.main, data)
            return
        if spawn is None:
            spawn = next((each for each in self._spawns.values() if each.agent_id == agent_id), None)
        if spawn is not None:
            yield from self._begun(spawn, agent_id)
        failed = notification.status not in _DONE
        said = notification.result or notification.summary
        told = known(error=notification.summary or notification.status) if failed else known(result=said)
        yield from self._ended(agent_id, spawn, told, failed=failed)

    def _ended(
        self, agent_id: str, spawn: Spawn | None, told: Mapping[str, Any], *, failed: bool
    ) -> Iterator[TraceEvent]:
        if agent_id in self._over:
            self._journal.merged.duplicates += 1
            return
        self._over.add(agent_id)
        if agent_id in self._journal.agents:
            yield from self._journal.end_iteration(self._journal.agents[agent_id])
        caller, iteration = (spawn.caller, spawn.iteration) if spawn is not None else ("", None)
        yield self._journal.event(
            "subagent_error" if failed else "subagent_complete",
            f"{agent_id}:end",
            self._journal.main,
            {"agent_id": agent_id, **known(parent_agent_id=caller), **told},
            iteration=iteration,
            parent=f"{agent_id}:spawn",
        )

    def copied(self, record: Record) -> Iterator[TraceEvent]:
        """A copy of a sub-agent's record in the log of its caller: it counts nothing, and is told if there is no other.

        Such copies are of calls that ask for tools, not of all, so no sum of them is what the agent took.
        """
        data = part(record, "data")
        agent_id, message = text(data, "agentId"), part(data, "message")
        spawn = self._spawns.get(text(record, "parentToolUseID"))
        if agent_id and spawn is not None:
            yield from self._begun(spawn, agent_id)
        if not agent_id or agent_id in self._logged or own_log_of(self._path, agent_id) is not None:
            self._journal.merged.duplicates += 1
            return
        content = part(message, "message")
        message_id = text(content, "id")
        if message.get("type") != "assistant" or not message_id:
            self._journal.skip("progress: agent_progress")
            return
        if message_id not in self._copied:
            self._copied.add(message_id)
            self._journal.merged.uncounted += 1
        agent = self._journal.agent(agent_id)
        for block in blocks(content.get("content")):
            if block.get("type") == "tool_use":
                told = {"tool_name": text(block, "name"), "args": without_data(part(block, "input")), "is_copy": True}
                yield self._journal.event("custom", f"{text(block, 'id')}:copy", agent, told)


def _runs_on(details: Mapping[str, Any]) -> bool:
    """Whether a result is just that a sub-agent was begun, which goes on in the background."""
    return details.get("isAsync") is True or text(details, "status") in _STILL_RUNS


def _notes_beside(log: Path) -> Mapping[str, Any]:
    """What Claude Code noted of a sub-agent beside its log; nothing where it did not."""
    try:
        notes = orjson.loads(log.with_name(f"{log.stem}.meta.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}
