"""What happens to a thread's conversation as events: tokens spent on it, compactions, errors, what is undone."""

from __future__ import annotations

from typing import Any

from .limits import Limits
from .rollout import Payload, number, part, text
from .session import Events, RolloutSession
from .thread import Thread


class Conversation:
    """Handlers of the records about tokens, limits, compactions and errors."""

    def __init__(self, session: RolloutSession) -> None:
        self._session = session
        self._limits = Limits()

    def token_count(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """Sums of tokens so far, and the limits of the user's plan."""
        elders = [elder.counted for elder in thread.elders]
        usage = thread.counted.token_count(payload, elders)
        if usage is not None:
            events = thread.answer(at, usage, "")
        else:
            events = thread.is_heard(at) if part(payload, "rate_limits") and not _is_estimate(payload) else []
            if payload.get("info") is None:
                self._session.merged.skipped["token_count without tokens"] += 1
            else:
                self._session.merged.duplicates += 1
        news = self._limits.look(payload, thread.counted.window)
        if news is not None:
            budget, data = news
            events.append(thread.event(budget, at, f"{thread.id}:limits:{at}", data))
        return events

    def token_usage_record(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """The tokens of one response."""
        usage = thread.counted.record(payload, thread.id if thread.meta is not None else "")
        if usage is None:
            self._session.merged.duplicates += 1
            return []
        return thread.answer(at, usage, text(payload, "response_id"))

    def compacted(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """A compaction, which up to three records tell of: as many as there are of any one kind."""
        if not self._session.is_new(thread, kind, at):
            return []
        counts = thread.compactions
        before = max(counts.values(), default=0)
        counts[kind] = counts.get(kind, 0) + 1
        thread.hear(at)
        if counts[kind] <= before:
            self._session.merged.duplicates += 1
            return []
        data: dict[str, Any] = {}
        if thread.counted.context is not None:
            data["tokens_before"] = thread.counted.context
        history = payload.get("replacement_history")
        if isinstance(history, list):
            data["messages_after"] = len(history)
        return [thread.event("compaction_end", at, f"{thread.id}:compacted:{counts[kind]}", data)]

    def error(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """Something went wrong."""
        if not self._session.is_new(thread, kind, at):
            return []
        info = payload.get("codex_error_info")
        about = info if isinstance(info, str) else next(iter(info), "") if isinstance(info, dict) else ""
        data = {"error": text(payload, "message") or "error", "error_type": about or None}
        return thread.fail(at, f"{thread.id}:error:{at}", data)

    def stream_error(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """An answer broke off and is asked for again."""
        if not self._session.is_new(thread, kind, at):
            return []
        return [thread.event("llm_retry", at, f"{thread.id}:retry:{at}", {"error": text(payload, "message")})]

    def rolled_back(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """Turns are taken out of the conversation."""
        if not self._session.is_new(thread, kind, at):
            return []
        turns = number(payload, "num_turns")
        count = "turns" if turns is None else f"{turns:.0f} turn" if turns == 1 else f"{turns:.0f} turns"
        thread.hear(at)
        return [thread.event("recovery", at, f"{thread.id}:rollback:{at}", {"action": f"by rolling back {count}"})]

    def snapshot(self, thread: Thread, kind: str, payload: Payload, at: float) -> Events:
        """The working tree was kept as it was."""
        commit = text(part(payload, "ghost_commit"), "id")
        if not self._session.is_new(thread, kind, commit or at):
            return []
        return [thread.event("checkpoint", at, f"{thread.id}:snapshot:{commit or at}", {"checkpoint_id": commit})]


def _is_estimate(payload: Payload) -> bool:
    """Whether a report only estimates what is left in the context, as the one after a compaction does."""
    last = part(part(payload, "info"), "last_token_usage")
    return bool(last) and not number(last, "input_tokens") and not number(last, "output_tokens")
