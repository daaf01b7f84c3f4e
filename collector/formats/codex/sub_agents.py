"""Sub-agents of a thread as events: their files, what their parents say of them, and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...events import TraceEvent
from .agents import Agents
from .rollout import Meta, Payload, text
from .session import Events, RolloutSession
from .thread import Thread


class SubAgents:
    """Handlers of the records about sub-agents."""

    def __init__(self, session: RolloutSession) -> None:
        self._session = session
        self._agents = Agents()

    def child_begins(self, thread: Thread, meta: Meta, at: float) -> Events:
        """The file of a sub-agent begins."""
        parent = self._session.by_id.get(meta.parent) or self._session.main
        thread.elders = (parent, *parent.elders)
        thread.agent = self._agents.name_of(meta)
        return self.spawn(parent, thread.id, at, {"agent_type": meta.role or None})

    def spawn(self, parent: Thread, child: str, at: float, data: Mapping[str, Any], call_id: str = "") -> Events:
        """A thread has another one begin, or go on; nothing where that is known already."""
        if not self._agents.spawns(child):
            return []
        call = self._agents.call_of(parent, child, call_id)
        asked = call.args if call is not None and isinstance(call.args, dict) else {}
        about: dict[str, Any] = {"task": text(asked, "message") or text(asked, "task") or None, **data}
        about = {name: value for name, value in about.items() if value is not None}
        about |= {"agent_id": self._agents.name(child), "thread_id": child}
        if parent.agent is not None:
            about["parent_agent_id"] = parent.agent
        iteration = parent.iteration if call is None else call.iteration
        about_call = None if call is None else call.event_id
        return [self._event("subagent_spawn", at, f"{child}:spawn:{at}", about, iteration, about_call)]

    def child_ends(self, thread: Thread, kind: str, at: float, data: Mapping[str, Any]) -> Events:
        """A turn of a sub-agent ended, by its own file: it is done until it is told to go on."""
        if not self._agents.is_done(thread.id):
            return []
        thread.is_done = True
        about: dict[str, Any] = {**data, "agent_id": thread.agent}
        parent = thread.elders[0] if thread.elders else None
        if parent is not None and parent.agent is not None:
            about["parent_agent_id"] = parent.agent
        return [self._event(kind, at, f"{thread.id}:{kind}:{at}", about)]

    def agent_spawned(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A sub-agent begins, by the file of its parent."""
        child = text(payload, "new_thread_id") or text(payload, "agent_thread_id")
        if not child or (kind == "sub_agent_activity" and text(payload, "kind").lower() not in ("started", "spawned")):
            return self._session.skip(kind)
        role = text(payload, "new_agent_role") or text(payload, "agent_path")
        self._agents.name(child, text(payload, "new_agent_nickname") or text(payload, "agent_nickname"), role)
        data = {"task": text(payload, "prompt") or None, "model": text(payload, "model") or None}
        return self.spawn(thread, child, at, data, text(payload, "call_id"))

    def agent_closed(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A sub-agent is needed no more, by the file of its parent."""
        child = text(payload, "receiver_thread_id") or text(payload, "agent_thread_id")
        if not self._agents.is_done(child):
            return self._session.skip(kind)
        known = self._session.by_id.get(child)
        if known is not None:
            known.is_done = True
        data = {"agent_id": self._agents.name(child)}
        if thread.agent is not None:
            data["parent_agent_id"] = thread.agent
        return [self._event("subagent_complete", at, f"{child}:closed:{at}", data, thread.iteration)]

    def review_begins(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A review begins, which an agent of its own makes; one that was under way is over."""
        if not self._session.is_new(thread, kind, at):
            return []
        events = self._end_review(thread, at)
        name = self._agents.begin_review()
        task = text(payload, "user_facing_hint") or text(payload, "prompt")
        data = {"agent_id": name, "agent_type": "review", "task": task}
        return [*events, self._event("subagent_spawn", at, f"{thread.id}:{name}", data, thread.iteration)]

    def review_ends(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A review is over."""
        return self._end_review(thread, at) if self._session.is_new(thread, kind, at) else []

    def _end_review(self, thread: Thread, at: float) -> Events:
        name, self._agents.open_review = self._agents.open_review, None
        if name is None:
            return []
        return [self._event("subagent_complete", at, f"{thread.id}:{name}:end", {"agent_id": name})]

    def _event(
        self,
        kind: str,
        at: float,
        id: str,
        data: Mapping[str, Any],
        iteration: int | None = None,
        parent: str | None = None,
    ) -> TraceEvent:
        """An event about a sub-agent, which is named in its payload; it belongs to the agent above."""
        return TraceEvent(kind, at, self._session.id, id, iteration, data, parent)
