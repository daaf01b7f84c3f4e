"""Rollouts as events: one `CodexTranslator` reads those of a session, its sub-agents' among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ...events import TraceEvent
from ..translator import Merged, Origin, Record
from .agents import Agents
from .calls import Call, arguments_of, changes_of, tool_name
from .limits import Limits
from .outcomes import Outcome, outcome_of, outcome_told
from .patches import changes_told
from .replays import begins_replay, replays
from .rollout import Meta, Payload, content_text, is_bare, is_item, meta_of, number, part, read, text, time_of
from .thread import Thread

Events = list[TraceEvent]
_CALLS = ("function_call", "custom_tool_call", "local_shell_call", "tool_search_call")
_WHOLE_CALLS = ("web_search_call", "image_generation_call")
_OUTPUTS = ("function_call_output", "custom_tool_call_output", "tool_search_output")
_TOLD_ENDS = ("exec_command_end", "mcp_tool_call_end", "patch_apply_end")
_COMPACTIONS = ("compacted", "context_compacted", "compaction", "context_compaction")
_APPROVALS = ("exec_approval_request", "apply_patch_approval_request", "guardian_assessment")
_META_KEPT = ("cwd", "originator", "cli_version", "model_provider", "forked_from_id", "history_mode")
_SETTINGS = ("model", "approval_policy", "collaboration_mode", "effort")
_MOST_TEXT = 100_000
_INJECTED = ("<", "# AGENTS.md")
"""How messages of a user begin that the program itself put in their mouth."""


class CodexTranslator:
    """The translator of one session. Its own thread is the one whose file it is opened by."""

    def __init__(self, path: Path) -> None:
        self.merged = Merged()
        self._path = path
        self._session_id = path.name.removesuffix(".zst").removesuffix(".jsonl")
        self._threads: dict[Path, Thread] = {}
        self._by_id: dict[str, Thread] = {}
        self._agents = Agents()
        self._limits = Limits()
        self._seen: set[tuple[str, str, str]] = set()
        self._latest = 0.0
        self._handlers = self._by_type()
        self._start: dict[str, Any] | None = {}
        self._started_at: float | None = None

    def take(self, record: Record, origin: Origin) -> Iterable[TraceEvent]:
        """The events that a record adds."""
        self.merged.records += 1
        kind, payload = read(record)
        told = time_of(record)
        at = self._latest if told is None else told
        self._latest = max(self._latest, at)
        if kind == "session_meta":
            events = self._session_meta(payload, at, origin.path)
            return [*self._begin(at), *events] if events else ()
        thread = self._thread(origin.path)
        thread.is_replaying = replays(thread, kind, payload, at, record.get("ordinal"))
        thread.last_record_at = at
        if thread.is_replaying:
            self.merged.duplicates += 1
            if kind == "token_count":
                thread.counted.token_count(payload, (), replayed=True)
            return ()
        handler = self._handlers.get(kind)
        if handler is None or (kind == "message" and not is_item(record)):
            self.merged.skipped[kind or "unknown"] += 1
            return ()
        if is_bare(record) and kind == "message":
            handler = self._bare_message
        events = handler(thread, kind, payload, at)
        return [*self._begin(at), *events] if events and thread.agent is None else events

    def _by_type(self) -> dict[str, Callable[[Thread, str, Payload, float], Events]]:
        return {
            **dict.fromkeys(_CALLS, self._call),
            **dict.fromkeys(_WHOLE_CALLS, self._whole_call),
            **dict.fromkeys(_OUTPUTS, self._output),
            **dict.fromkeys(_TOLD_ENDS, self._told_end),
            **dict.fromkeys(_COMPACTIONS, self._compacted),
            **dict.fromkeys(_APPROVALS, self._approval),
            "turn_context": self._turn_context,
            "message": self._message,
            "reasoning": self._said,
            "agent_reasoning": self._said,
            "agent_message": self._said,
            "user_message": self._prompt,
            "item_completed": self._item_completed,
            "token_count": self._token_count,
            "token_usage_record": self._token_usage_record,
            "task_started": self._task_started,
            "task_complete": self._task_complete,
            "turn_aborted": self._turn_aborted,
            "error": self._error,
            "stream_error": self._stream_error,
            "thread_rolled_back": self._rolled_back,
            "ghost_snapshot": self._snapshot,
            "entered_review_mode": self._review_begins,
            "exited_review_mode": self._review_ends,
            "collab_agent_spawn_end": self._agent_spawned,
            "sub_agent_activity": self._agent_spawned,
            "collab_close_end": self._agent_closed,
        }

    # What a file and a session are.

    def _thread(self, path: Path) -> Thread:
        """The thread of a file; of one whose first line is damaged too."""
        thread = self._threads.get(path)
        if thread is None:
            thread = Thread(self._session_id, self._session_id if path == self._path else path.stem)
            if path != self._path:
                thread.agent = self._agents.name(thread.id)
            self._threads[path] = thread
        return thread

    def _session_meta(self, payload: Payload, at: float, path: Path) -> Events:
        meta = meta_of(payload)
        known = self._threads.get(path)
        if known is not None and known.meta is not None:
            if begins_replay(known, meta.id):
                known.is_replaying = True
            known.last_record_at = at
            self.merged.duplicates += 1
            return []
        if path == self._path and known is None and meta.id:
            self._session_id = meta.id
        thread = self._thread(path)
        thread.id, thread.meta, thread.born_at, thread.last_record_at = meta.id or thread.id, meta, at, at
        self._by_id[thread.id] = thread
        if path == self._path:
            self._start = _start_data(payload)
            self._started_at = at
            return []
        return self._child_begins(thread, meta, at)

    def _child_begins(self, thread: Thread, meta: Meta, at: float) -> Events:
        parent = self._by_id.get(meta.parent) or self._thread(self._path)
        thread.elders = (parent, *parent.elders)
        thread.agent = self._agents.name_of(meta)
        return self._spawn(parent, thread.id, at, {"agent_type": meta.role or None})

    def _begin(self, at: float) -> Events:
        """The session's start, told with the first of its events, when its goal is known."""
        if self._start is None:
            return []
        data, self._start = self._start, None
        main = self._thread(self._path)
        started = at if self._started_at is None else min(self._started_at, at)
        if main.model:
            data = {**data, "model": main.model}
        return [main.event("session_start", started, f"{main.id}:session_start", data)]

    def _is_new(self, thread: Thread, kind: str, key: object) -> bool:
        """Whether a record was not read before; one that was counts as a copy."""
        name = (thread.id, kind, str(key))
        if name in self._seen:
            self.merged.duplicates += 1
            return False
        self._seen.add(name)
        return True

    # Turns, and what is said in them.

    def _turn_context(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        thread.hear(at)
        turn = text(payload, "turn_id")
        if turn:
            thread.turns.add(turn)
        thread.model = text(payload, "model") or thread.model
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

    def _message(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        if text(payload, "role") == "assistant":
            return thread.speak(at, content_text(payload.get("content")))
        thread.hear(at)
        return []

    def _bare_message(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A message of the oldest versions, in which prompts stand nowhere else."""
        said = content_text(payload.get("content"))
        if text(payload, "role") == "user" and said and not said.lstrip().startswith(_INJECTED):
            return self._asked(thread, said, at, f"{thread.turn + 1}")
        return self._message(thread, kind, payload, at)

    def _said(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        said = text(payload, "message") if kind == "agent_message" else ""
        return thread.speak(at, said)

    def _prompt(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        if not self._is_new(thread, kind, at):
            return []
        return self._asked(thread, text(payload, "message"), at, f"{at}")

    def _asked(self, thread: Thread, prompt: str, at: float, key: str) -> Events:
        """A person asks for something: a turn, unless one is under way."""
        events = thread.rest(thread.latest) if thread.is_idle else []
        thread.hear(at, anew=True)
        thread.turn += 1
        prompt = prompt[:_MOST_TEXT]
        if thread.agent is None and self._start is not None:
            self._start = {**self._start, "goal": prompt}
        data = {"name": "user_message", "message": prompt, "turn": thread.turn}
        return [*events, thread.event("custom", at, f"{thread.id}:prompt:{key}", data)]

    def _task_started(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        turn = text(payload, "turn_id")
        if turn:
            if not self._is_new(thread, kind, turn):
                return []
            thread.turns.add(turn)
        window = number(payload, "model_context_window")
        if window is not None:
            thread.counted.window = int(window)
        events = thread.rest(thread.latest) if thread.is_idle else []
        thread.hear(at, anew=True)
        if thread.agent is not None and thread.is_done:
            thread.is_done = False
            parent = thread.elders[0] if thread.elders else self._thread(self._path)
            events += self._spawn(parent, thread.id, at, {"task": "goes on"})
        return events

    def _task_complete(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        if not self._is_new(thread, kind, text(payload, "turn_id") or at):
            return []
        events = thread.rest(at)
        if thread.agent is None:
            return events
        return events + self._child_ends(
            thread, "subagent_complete", at, {"result": text(payload, "last_agent_message")}
        )

    def _turn_aborted(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        if not self._is_new(thread, kind, text(payload, "turn_id") or at):
            return []
        reason = text(payload, "reason") or "interrupted"
        data = {"error": f"the turn was stopped: {reason}", "error_type": "interrupted"}
        events = [thread.event("error", at, f"{thread.id}:aborted:{at}", data), *thread.rest(at)]
        thread.calls.clear()
        return events if thread.agent is None else events + self._child_ends(thread, "subagent_error", at, data)

    # Tokens and limits.

    def _token_count(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        elders = [elder.counted for elder in thread.elders]
        usage = thread.counted.token_count(payload, elders)
        events = [] if usage is None else thread.answer(at, usage, "")
        if usage is None:
            if payload.get("info") is None:
                self.merged.skipped["token_count without tokens"] += 1
            else:
                self.merged.duplicates += 1
        news = self._limits.look(payload, thread.counted.window)
        if news is not None:
            budget, data = news
            events.append(thread.event(budget, at, f"{thread.id}:limits:{at}", data))
        return events

    def _token_usage_record(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        usage = thread.counted.record(payload, thread.id)
        if usage is None:
            self.merged.duplicates += 1
            return []
        return thread.answer(at, usage, text(payload, "response_id"))

    # Tools.

    def _call(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        id = text(payload, "call_id") or text(payload, "id") or f"{thread.id}:{at}"
        if not self._is_new(thread, "call", id):
            return []
        events = thread.speak(at)
        args = arguments_of(kind, payload)
        call = Call(id, tool_name(kind, payload), args, f"{id}:start", thread.iteration, changes_of(args))
        return events + thread.call(call, at)

    def _whole_call(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A call that the provider makes itself: all of it stands on one line, and not how long it took."""
        id = text(payload, "call_id") or text(payload, "id") or f"{thread.id}:{kind}:{at}"
        if not self._is_new(thread, "call", id):
            return []
        events = thread.speak(at)
        data: dict[str, Any] = {
            "tool_name": tool_name(kind, payload),
            "tool_id": id,
            "args": arguments_of(kind, payload),
        }
        made = payload.get("result")
        if isinstance(made, str):
            data["result"] = f"[{len(made):,} characters]"
        failed = text(payload, "status") == "failed"
        return [*events, thread.event("tool_error" if failed else "tool_end", at, f"{id}:end", data)]

    def _output(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        id = text(payload, "call_id")
        call = thread.calls.pop(id, None)
        if call is None:
            if id in thread.ended_calls:
                self.merged.duplicates += 1
            else:
                self.merged.skipped["output of an unknown call"] += 1
            return []
        thread.ended_calls.add(id)
        thread.hear(at)
        outcome = outcome_of(payload.get("output")).told_by(call.told)
        events = self._denied(thread, call, at) if outcome.denied else []
        data = {"tool_name": call.name, "tool_id": id, **outcome.fields()}
        ended = "tool_error" if outcome.is_failure else "tool_end"
        events.append(
            thread.event(
                ended,
                at,
                f"{id}:end",
                data,
                iteration=call.iteration,
                parent=call.event_id,
                duration_ms=outcome.duration_ms,
            )
        )
        return events + self._effects(thread, call, outcome, at)

    def _denied(self, thread: Thread, call: Call, at: float) -> Events:
        data = {"tool_name": call.name, "args": call.args, "approved": False}
        return [thread.event("tool_approval", at, f"{call.id}:approval", data, iteration=call.iteration)]

    def _effects(self, thread: Thread, call: Call, outcome: Outcome, at: float) -> Events:
        """What a call that ended well changed: files, or the plan."""
        if outcome.is_failure or outcome.denied or outcome.cancelled:
            return []
        news = [("file_change", change.fields()) for change in call.changes]
        if call.name == "update_plan" and isinstance(call.args, dict):
            news += thread.plan.update(call.args)
        return [
            thread.event(kind, at, f"{call.id}:{kind}:{place}", data, iteration=call.iteration, parent=call.event_id)
            for place, (kind, data) in enumerate(news)
        ]

    def _told_end(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        return self._end_told(thread, text(payload, "call_id"), payload, kind, at)

    def _end_told(self, thread: Thread, id: str, payload: Payload, kind: str, at: float) -> Events:
        """A message about the end of a call, which its output follows or preceded."""
        outcome = outcome_told(payload)
        call = thread.calls.get(id)
        if call is not None:
            call.told = outcome if call.told is None else call.told.told_by(outcome)
            call.changes = call.changes or changes_told(payload)
        elif id not in thread.ended_calls and not outcome.is_failure and self._is_new(thread, "change", id or at):
            changes = changes_told(payload)
            if changes:
                return [
                    thread.event("file_change", at, f"{id}:file_change:{place}", change.fields())
                    for place, change in enumerate(changes)
                ]
        self.merged.skipped[kind] += 1
        return []

    def _item_completed(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        item = part(payload, "item")
        what, id = text(item, "type"), text(item, "id")
        if what == "UserMessage":
            if not self._is_new(thread, "prompt", id or at):
                return []
            return self._asked(thread, content_text(item.get("content")), at, id or f"{at}")
        if what == "SubAgentActivity":
            return self._agent_spawned(thread, "sub_agent_activity", item, at)
        return self._end_told(thread, id, item, kind, at)

    def _approval(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        id = text(payload, "call_id") or text(payload, "target_item_id") or text(payload, "id")
        status = text(payload, "status").lower()
        if not self._is_new(thread, kind, f"{id or at}:{status}"):
            return []
        call = thread.calls.get(id)
        data: dict[str, Any] = {"tool_name": call.name if call else "", "args": call.args if call else None}
        if status in ("approved", "denied", "rejected"):
            data["approved"] = status == "approved"
        reason = text(payload, "reason") or text(payload, "rationale") or status
        if reason:
            data["reason"] = reason
        return [thread.event("tool_approval", at, f"{id or thread.id}:{kind}:{at}", data)]

    # What happens to the conversation.

    def _compacted(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A compaction, which up to three records tell of: as many as there are of any one kind."""
        if not self._is_new(thread, kind, at):
            return []
        counts = thread.compactions
        before = max(counts.values(), default=0)
        counts[kind] = counts.get(kind, 0) + 1
        thread.hear(at)
        if counts[kind] <= before:
            self.merged.duplicates += 1
            return []
        data: dict[str, Any] = {}
        if thread.counted.context is not None:
            data["tokens_before"] = thread.counted.context
        history = payload.get("replacement_history")
        if isinstance(history, list):
            data["messages_after"] = len(history)
        return [thread.event("compaction_end", at, f"{thread.id}:compacted:{counts[kind]}", data)]

    def _error(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        if not self._is_new(thread, kind, at):
            return []
        info = payload.get("codex_error_info")
        about = info if isinstance(info, str) else next(iter(info), "") if isinstance(info, dict) else ""
        data = {"error": text(payload, "message") or "error", "error_type": about or None}
        return thread.fail(at, f"{thread.id}:error:{at}", data)

    def _stream_error(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        if not self._is_new(thread, kind, at):
            return []
        return [thread.event("llm_retry", at, f"{thread.id}:retry:{at}", {"error": text(payload, "message")})]

    def _rolled_back(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        if not self._is_new(thread, kind, at):
            return []
        turns = number(payload, "num_turns")
        count = "turns" if turns is None else f"{turns:.0f} turn" if turns == 1 else f"{turns:.0f} turns"
        thread.hear(at)
        return [thread.event("recovery", at, f"{thread.id}:rollback:{at}", {"action": f"by rolling back {count}"})]

    def _snapshot(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        commit = text(part(payload, "ghost_commit"), "id")
        if not self._is_new(thread, kind, commit or at):
            return []
        return [thread.event("checkpoint", at, f"{thread.id}:snapshot:{commit or at}", {"checkpoint_id": commit})]

    # Sub-agents.

    def _spawn(self, parent: Thread, child: str, at: float, data: Mapping[str, Any], call_id: str = "") -> Events:
        if not self._agents.spawns(child):
            return []
        call = self._agents.call_of(parent, child, call_id)
        asked = call.args if call is not None and isinstance(call.args, dict) else {}
        about: dict[str, Any] = {"task": text(asked, "message") or text(asked, "task") or None, **data}
        about = {name: value for name, value in about.items() if value is not None}
        about |= {"agent_id": self._agents.name(child), "thread_id": child}
        if parent.agent is not None:
            about["parent_agent_id"] = parent.agent
        return [
            TraceEvent(
                "subagent_spawn",
                at,
                self._session_id,
                f"{child}:spawn:{at}",
                call.iteration if call is not None else parent.iteration,
                about,
                call.event_id if call is not None else None,
            )
        ]

    def _child_ends(self, thread: Thread, kind: str, at: float, data: Mapping[str, Any]) -> Events:
        if not self._agents.is_done(thread.id):
            return []
        thread.is_done = True
        about: dict[str, Any] = {**data, "agent_id": thread.agent}
        parent = thread.elders[0] if thread.elders else None
        if parent is not None and parent.agent is not None:
            about["parent_agent_id"] = parent.agent
        return [TraceEvent(kind, at, self._session_id, f"{thread.id}:{kind}:{at}", None, about)]

    def _agent_spawned(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        child = text(payload, "new_thread_id") or text(payload, "agent_thread_id")
        if not child or (kind == "sub_agent_activity" and text(payload, "kind").lower() not in ("started", "spawned")):
            self.merged.skipped[kind] += 1
            return []
        role = text(payload, "new_agent_role") or text(payload, "agent_path")
        self._agents.name(child, text(payload, "new_agent_nickname") or text(payload, "agent_nickname"), role)
        data = {"task": text(payload, "prompt") or None, "model": text(payload, "model") or None}
        return self._spawn(thread, child, at, data, text(payload, "call_id"))

    def _agent_closed(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        child = text(payload, "receiver_thread_id") or text(payload, "agent_thread_id")
        if not self._agents.is_done(child):
            self.merged.skipped[kind] += 1
            return []
        known = self._by_id.get(child)
        if known is not None:
            known.is_done = True
        data = {"agent_id": self._agents.name(child)}
        return [thread.event("subagent_complete", at, f"{child}:closed:{at}", data, iteration=thread.iteration)]

    def _review_begins(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        if not self._is_new(thread, kind, at):
            return []
        events = self._end_review(thread, at)
        name = self._agents.begin_review()
        task = text(payload, "user_facing_hint") or text(payload, "prompt")
        data = {"agent_id": name, "agent_type": "review", "task": task}
        return [
            *events,
            TraceEvent("subagent_spawn", at, self._session_id, f"{thread.id}:{name}", thread.iteration, data),
        ]

    def _review_ends(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        return self._end_review(thread, at) if self._is_new(thread, kind, at) else []

    def _end_review(self, thread: Thread, at: float) -> Events:
        name, self._agents.open_review = self._agents.open_review, None
        if name is None:
            return []
        return [
            TraceEvent("subagent_complete", at, self._session_id, f"{thread.id}:{name}:end", None, {"agent_id": name})
        ]


def _start_data(payload: Payload) -> dict[str, Any]:
    """What is kept of a session_meta. Of the model's instructions only how long they are."""
    data: dict[str, Any] = {name: value for name in _META_KEPT if (value := text(payload, name))}
    git = part(payload, "git")
    if text(git, "branch"):
        data["git_branch"] = text(git, "branch")
    source = payload.get("source")
    if isinstance(source, str):
        data["source"] = source
    instructions = text(part(payload, "base_instructions"), "text") or text(payload, "instructions")
    if instructions:
        data["instructions_characters"] = len(instructions)
    return data
