"""Turns of a thread as events: what is asked and answered, under which settings, and how a turn ends."""

from __future__ import annotations

from typing import Any

from ...events import TraceEvent
from ...kinds import TURN_END
from .rollout import Payload, content_text, number, part, text
from .session import Events, RolloutSession
from .sub_agents import SubAgents
from .thread import Thread

_SETTINGS = ("model", "approval_policy", "collaboration_mode")
_MOST_TEXT = 100_000
REQUEST = "## My request for Codex:"
"""What a prompt says behind all that an editor put before it."""
_INJECTED = ("<", "# AGENTS.md")
"""How messages of a user begin that the program itself put in their mouth."""


class Turns:
    """Handlers of the records about turns and messages."""

    def __init__(self, session: RolloutSession, sub_agents: SubAgents) -> None:
        self._session = session
        self._sub_agents = sub_agents

    def turn_context(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """Under which settings the model is asked, which is news only where they are others now."""
        thread.hear(at)
        turn = text(payload, "turn_id")
        if turn:
            thread.turns.add(turn)
        thread.model = text(payload, "model") or thread.model
        thread.effort = text(payload, "effort") or thread.effort
        events: Events = []
        mode = text(part(payload, "collaboration_mode"), "mode")
        for name in _SETTINGS:
            now = mode if name == "collaboration_mode" else text(payload, name)
            before = thread.settings.get(name)
            if now and now != before:
                thread.settings[name] = now
                if before is not None:
                    data = {"setting": name, "from_mode": f"{name.replace('_', ' ')} {before}", "to_mode": now}
                    events.append(thread.event("mode_change", at, f"{thread.id}:{name}:{at}", data))
        return events

    def message(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A message of the conversation, of the model or to it."""
        if text(payload, "role") == "assistant":
            return thread.speak(at, content_text(payload.get("content")))
        thread.hear(at)
        return []

    def bare_message(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A message of the oldest versions, in which prompts stand nowhere else."""
        said = content_text(payload.get("content"))
        if text(payload, "role") == "user" and said and not said.lstrip().startswith(_INJECTED):
            return self._asked(thread, said, at, f"{thread.turn + 1}")
        return self.message(thread, kind, payload, at)

    def heard(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """What another agent says to this one."""
        thread.hear(at)
        return self._session.skip(kind)

    def said(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """What the model thinks or says, by a message about it: mostly a copy of an item."""
        said = text(payload, "message") if kind == "agent_message" else ""
        return thread.speak(at, said)

    def prompt(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """What a person asks for."""
        if not self._session.is_new(thread, kind, at):
            return []
        return self._asked(thread, text(payload, "message"), at, f"{at}")

    def prompt_item(self, thread: Thread, item: Payload, at: float) -> Events:
        """The same where newer versions tell it, as an item that is completed."""
        id = text(item, "id") or f"{at}"
        if not self._session.is_new(thread, "prompt", id):
            return []
        return self._asked(thread, content_text(item.get("content")), at, id)

    def _asked(self, thread: Thread, prompt: str, at: float, key: str) -> Events:
        prompt = prompt[:_MOST_TEXT]
        if not thread.takes_prompt(prompt, at):
            self._session.merged.duplicates += 1
            return []
        events = thread.rest(thread.latest) if thread.is_idle else []
        thread.hear(at, anew=True)
        thread.is_in_turn = True
        thread.turn += 1
        if thread.agent is None and self._session.start is not None:
            goal = prompt.rpartition(REQUEST)[2].strip()
            self._session.start = {**self._session.start, "goal": goal}
        data = {"name": "user_message", "message": prompt, "turn": thread.turn}
        return [*events, thread.event("custom", at, f"{thread.id}:prompt:{key}", data)]

    def task_started(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A turn begins."""
        turn = text(payload, "turn_id")
        if turn:
            if not self._session.is_new(thread, kind, turn):
                return []
            thread.turns.add(turn)
        window = number(payload, "model_context_window")
        if window is not None:
            thread.counted.window = int(window)
        events = thread.rest(thread.latest) if thread.is_idle else []
        thread.hear(at, anew=True)
        thread.is_in_turn = True
        if thread.agent is not None and thread.is_done:
            thread.is_done = False
            parent = thread.elders[0] if thread.elders else self._session.main
            events += self._sub_agents.spawn(parent, thread.id, at, {"task": "goes on"})
        return events

    def task_complete(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A turn ends."""
        if not self._session.is_new(thread, kind, text(payload, "turn_id") or at):
            return []
        events = thread.rest(at)
        thread.is_in_turn = False
        if thread.agent is None:
            return [*events, self._turn_end(thread, payload, at)]
        result = {"result": text(payload, "last_agent_message")}
        return events + self._sub_agents.child_ends(thread, "subagent_complete", at, result)

    def _turn_end(self, thread: Thread, payload: Payload, at: float) -> TraceEvent:
        """The agent is done with what it was asked. Whether the session is over nothing says."""
        turn, took = text(payload, "turn_id"), number(payload, "duration_ms")
        data: dict[str, Any] = {"name": TURN_END, "message": f"turn {thread.turn} is over", "turn": thread.turn}
        if turn:
            data["turn_id"] = turn
        if took is not None:
            data["seconds"] = took / 1000
        return thread.event("custom", at, f"{thread.id}:turn_end:{turn or at}", data)

    def turn_aborted(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A turn is stopped, mostly by a person, and with it what ran in it."""
        if not self._session.is_new(thread, kind, text(payload, "turn_id") or at):
            return []
        reason = text(payload, "reason") or "interrupted"
        data = {"error": f"the turn was stopped: {reason}", "error_type": "interrupted"}
        stopped = thread.event("error", at, f"{thread.id}:aborted:{at}", data)
        events = [stopped, *thread.cancel(at), *thread.rest(at)]
        thread.is_in_turn = False
        if thread.agent is None:
            return events
        return events + self._sub_agents.child_ends(thread, "subagent_error", at, data)
