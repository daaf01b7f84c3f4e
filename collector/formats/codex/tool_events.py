"""Tool calls of a thread as events: from the call to its end, and what it changed."""

from __future__ import annotations

from typing import Any

from .calls import Call, arguments_of, changes_of, tool_name
from .outcomes import Outcome, outcome_of, outcome_told
from .patches import changes_told
from .rollout import Payload, part, text
from .session import Events, RolloutSession
from .thread import Thread


class ToolEvents:
    """Handlers of the records about tools. A call has ended when its output is there; other records only tell of it."""

    def __init__(self, session: RolloutSession) -> None:
        self._session = session

    def call(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A tool is called."""
        id = text(payload, "call_id") or text(payload, "id") or f"{thread.id}:{at}"
        if not self._session.is_new(thread, "call", id):
            return []
        events = thread.speak(at)
        args = arguments_of(kind, payload)
        call = Call(id, tool_name(kind, payload), args, f"{id}:start", thread.iteration, changes_of(args))
        return events + thread.call(call, at)

    def whole_call(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A call that the provider makes itself: all of it stands on one line, and not how long it took."""
        id = text(payload, "call_id") or text(payload, "id") or f"{thread.id}:{kind}:{at}"
        if not self._session.is_new(thread, "call", id):
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

    def output(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """What a call gave the model: its end."""
        id = text(payload, "call_id")
        call = thread.calls.pop(id, None)
        if call is None:
            if id not in thread.ended_calls:
                return self._session.skip("output of an unknown call")
            self._session.merged.duplicates += 1
            return []
        thread.hear(at)
        thread.latest = max(thread.latest, at)
        return self._end(thread, call, outcome_of(payload.get("output")).told_by(call.told), at)

    def end_of_turn(self, thread: Thread) -> Events:
        """What calls have ended whose output is missing, for messages about them said so."""
        events: Events = []
        for call in [call for call in thread.calls.values() if call.told is not None]:
            del thread.calls[call.id]
            events += self._end(thread, call, call.told or Outcome(), call.told_at)
        return events

    def _end(self, thread: Thread, call: Call, outcome: Outcome, at: float) -> Events:
        thread.ended_calls.add(call.id)
        events = self._denied(thread, call, at) if outcome.denied else []
        data = {"tool_name": call.name, "tool_id": call.id, **outcome.fields()}
        ended = "tool_error" if outcome.is_failure else "tool_end"
        events.append(
            thread.event(
                ended,
                at,
                f"{call.id}:end",
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

    def told_end(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A message about the end of a call."""
        return self._end_told(thread, text(payload, "call_id"), payload, payload, kind, at)

    def completed(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """The same as newer versions have it, as an item that is completed."""
        item = part(payload, "item")
        return self._end_told(thread, text(item, "id"), item, payload, kind, at)

    def _end_told(self, thread: Thread, id: str, payload: Payload, around: Payload, kind: str, at: float) -> Events:
        """The end of the call with this id: its output follows, or came before, or there is none."""
        outcome = outcome_told(payload, around)
        call = thread.calls.get(id)
        if call is not None:
            call.told, call.told_at = outcome if call.told is None else call.told.told_by(outcome), at
            call.changes = call.changes or changes_told(payload)
            return []
        if id not in thread.ended_calls and not outcome.is_failure:
            changes = changes_told(payload)
            if changes and self._session.is_new(thread, "change", id or at):
                return [
                    thread.event("file_change", at, f"{id}:file_change:{place}", change.fields())
                    for place, change in enumerate(changes)
                ]
        return self._session.skip(kind)

    def approval(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """Somebody is asked whether a call may be made, or has decided it."""
        id = text(payload, "call_id") or text(payload, "target_item_id") or text(payload, "id")
        status = text(payload, "status").lower()
        if not self._session.is_new(thread, kind, f"{id or at}:{status}"):
            return []
        if status == "in_progress":
            return self._session.skip(kind)
        call = thread.calls.get(id)
        data: dict[str, Any] = {"tool_name": call.name if call else "", "args": call.args if call else None}
        if status in ("approved", "denied", "rejected"):
            data["approved"] = status == "approved"
        reason = text(payload, "reason") or text(payload, "rationale") or status
        if reason:
            data["reason"] = reason
        return [thread.event("tool_approval", at, f"{id or thread.id}:{kind}:{at}", data)]
