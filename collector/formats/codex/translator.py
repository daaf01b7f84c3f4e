"""Rollouts as events: one `CodexTranslator` reads those of a session, its sub-agents' among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ...events import TraceEvent
from ..translator import Merged, Origin, Record
from .conversation import Conversation
from .replays import begins_replay, replays
from .rollout import Payload, is_bare, is_item, meta_of, part, read, text, time_of
from .session import Events, RolloutSession, start_data
from .sub_agents import SubAgents
from .thread import Thread
from .tool_events import ToolEvents
from .turns import Turns

Handler = Callable[[Thread, str, Payload, float], Events]


class CodexTranslator:
    """The translator of the session that a rollout is opened for."""

    def __init__(self, path: Path) -> None:
        self._session = RolloutSession(path)
        self._sub_agents = SubAgents(self._session)
        self._turns = Turns(self._session, self._sub_agents)
        self._tools = ToolEvents(self._session)
        self._handlers = self._by_type(self._turns, self._tools, Conversation(self._session), self._sub_agents)
        self._latest = 0.0
        self.merged: Merged = self._session.merged

    def take(self, record: Record, origin: Origin) -> Iterable[TraceEvent]:
        """The events that a record adds."""
        session = self._session
        session.merged.records += 1
        kind, payload = read(record)
        told = time_of(record)
        at = self._latest if told is None else told
        self._latest = max(self._latest, at)
        if kind == "session_meta":
            events = self._session_meta(payload, at, origin.path)
            return [*session.begin(at), *events] if events else ()
        thread = session.thread(origin.path)
        thread.is_replaying = replays(thread, kind, payload, at, record.get("ordinal"))
        thread.last_record_at = at
        if thread.is_replaying:
            session.merged.duplicates += 1
            if kind == "token_count":
                thread.counted.token_count(payload, (), replayed=True)
            return ()
        handler = self._handlers.get(kind)
        if handler is None or (kind == "message" and not is_item(record)):
            return session.skip(kind or "unknown")
        if is_bare(record) and kind == "message":
            handler = self._turns.bare_message
        elif kind == "agent_message" and is_item(record):
            handler = self._turns.heard
        events = handler(thread, kind, payload, at)
        return [*session.begin(at), *events] if events and thread.agent is None else events

    def _session_meta(self, payload: Payload, at: float, path: Path) -> Events:
        """The first line of a file, or the first of a history that is repeated in it."""
        session, meta = self._session, meta_of(payload)
        if path == session.path and session.started_at is None and meta.id:
            session.id = meta.id
        thread = session.thread(path)
        thread.last_record_at = at
        if thread.meta is not None:
            thread.is_replaying = begins_replay(thread, meta.id)
            thread.replayed, thread.replayed_turns = meta.id, None
            session.merged.duplicates += 1
            return []
        thread.session_id, thread.id, thread.meta, thread.born_at = session.id, meta.id or thread.id, meta, at
        session.by_id[thread.id] = thread
        if path != session.path:
            return self._sub_agents.child_begins(thread, meta, at)
        session.started_at = at
        if session.start is not None:
            session.start = start_data(payload)
        return []

    def _item_completed(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """What newer versions say of an item when it is done."""
        item = part(payload, "item")
        if text(item, "type") == "UserMessage":
            return self._turns.prompt_item(thread, item, at)
        if text(item, "type") == "SubAgentActivity":
            return self._sub_agents.agent_spawned(thread, "sub_agent_activity", item, at)
        return self._tools.completed(thread, kind, payload, at)

    def _task_complete(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A turn ends, and with it all calls that were said to have ended."""
        return [*self._tools.end_of_turn(thread), *self._turns.task_complete(thread, kind, payload, at)]

    def _by_type(self, turns: Turns, tools: ToolEvents, talk: Conversation, agents: SubAgents) -> dict[str, Handler]:
        several: dict[Handler, str] = {
            tools.call: "function_call custom_tool_call local_shell_call tool_search_call",
            tools.whole_call: "web_search_call image_generation_call",
            tools.output: "function_call_output custom_tool_call_output tool_search_output",
            tools.told_end: "exec_command_end mcp_tool_call_end patch_apply_end",
            tools.approval: "exec_approval_request apply_patch_approval_request guardian_assessment",
            talk.compacted: "compacted context_compacted compaction context_compaction",
            turns.said: "reasoning agent_reasoning agent_message",
            agents.agent_spawned: "collab_agent_spawn_end sub_agent_activity",
        }
        return {
            **{kind: handler for handler, kinds in several.items() for kind in kinds.split()},
            "turn_context": turns.turn_context,
            "message": turns.message,
            "user_message": turns.prompt,
            "item_completed": self._item_completed,
            "task_started": turns.task_started,
            "task_complete": self._task_complete,
            "turn_aborted": turns.turn_aborted,
            "token_count": talk.token_count,
            "token_usage_record": talk.token_usage_record,
            "error": talk.error,
            "stream_error": talk.stream_error,
            "thread_rolled_back": talk.rolled_back,
            "ghost_snapshot": talk.snapshot,
            "entered_review_mode": agents.review_begins,
            "exited_review_mode": agents.review_ends,
            "collab_close_end": agents.agent_closed,
        }
