"""What Claude Code notes of itself: compactions, retries, hooks, budgets, modes, checkpoints, what a session cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...events import TraceEvent
from ..translator import Record
from .calls import Calls
from .effects import Effects
from .journal import Agent, Journal
from .records import known, number, part, seconds, text

Told = Iterator[TraceEvent]
_BUDGETS = frozenset({"budget_usd", "total_tokens_reminder", "token_usage"})
_MODES = {"plan_mode": "plan", "plan_mode_exit": "default"}


class Notices:
    """Tells what such records say; each type by a function of a table, all others are counted."""

    def __init__(self, journal: Journal, calls: Calls, effects: Effects) -> None:
        self._journal = journal
        self._calls = calls
        self._effects = effects
        self._cost: object = None
        self._notices: dict[str, Callable[[Record, Agent], Told]] = {
            "compact_boundary": self._compacted,
            "microcompact_boundary": self._microcompacted,
            "api_error": self._api_error,
            "api_refusal": self._refused,
            "model_refusal_fallback": self._refused,
            "stop_hook_summary": self._stopped,
            "turn_duration": self._turn_ended,
        }

    def system(self, record: Record, agent: Agent) -> Told:
        """A record of type `system`."""
        kind = text(record, "subtype")
        notice = self._notices.get(kind)
        if notice is None:
            self._journal.skip(f"system: {kind or 'other'}")
        else:
            yield from notice(record, agent)

    def attachment(self, record: Record, agent: Agent) -> Told:
        """A record of type `attachment`. What it attaches may be private, so only what is known to be told is."""
        attached = part(record, "attachment")
        kind, event_id = text(attached, "type"), text(record, "uuid")
        if kind in _BUDGETS:
            yield self._journal.event("budget_check", f"{event_id}:budget", agent, _budget(kind, attached))
        elif kind in _MODES:
            yield from self._effects.mode(_MODES[kind], f"{event_id}:mode", agent)
        elif kind.startswith("hook_") and text(attached, "hookEvent") == "SessionEnd":
            yield self._journal.event("session_end", f"{event_id}:end", self._journal.main, {"status": "ended"})
        else:
            self._journal.skip(f"attachment: {kind or 'other'}")

    def permission_mode(self, record: Record, agent: Agent) -> Told:
        """The mode of permissions, told again and again."""
        event_id = f"{agent.label}#{agent.iteration}:{text(record, 'permissionMode')}:mode"
        self._journal.skip("permission-mode")
        yield from self._effects.mode(text(record, "permissionMode"), event_id, agent)

    def cost_state(self, record: Record, agent: Agent) -> Told:
        """What the session cost in all by Claude Code's own count, models of its own included: its end, so far."""
        cost = number(record, "totalCostUSD")
        state = (cost, part(record, "modelUsage"))
        if state == self._cost:
            self._journal.merged.duplicates += 1
            return
        self._cost = state
        told = known(
            status="ended",
            reported_cost=cost,
            reported_models=dict(part(record, "modelUsage")),
            api_ms=number(record, "totalAPIDuration"),
            tool_ms=number(record, "totalToolDuration"),
            lines_added=number(record, "totalLinesAdded"),
            lines_removed=number(record, "totalLinesRemoved"),
        )
        for each in (self._journal.main, *self._journal.agents.values()):
            yield from self._journal.end_iteration(each)
        yield self._journal.event("session_end", f"cost:{cost}", self._journal.main, told)

    def snapshot(self, record: Record, agent: Agent) -> Told:
        """The files as they were before a prompt; later copies of the same snapshot say nothing new."""
        if record.get("isSnapshotUpdate") is not False:
            self._journal.skip("file-history-snapshot")
            return
        snapshot = part(record, "snapshot")
        message_id = text(record, "messageId")
        files = len(part(snapshot, "trackedFileBackups"))
        time = self._journal.time or seconds(snapshot.get("timestamp")) or 0.0
        data = {"checkpoint_id": message_id[:8], "files": files}
        yield self._journal.event("checkpoint", f"{message_id}:checkpoint", agent, data, time=time)

    def _compacted(self, record: Record, agent: Agent) -> Told:
        told = part(record, "compactMetadata")
        before, after = number(told, "preTokens"), number(told, "postTokens")
        took = number(told, "durationMs")
        saved = None if before is None or after is None else max(0, before - after)
        data = known(trigger=text(told, "trigger"), tokens_before=before, tokens_after=after, tokens_saved=saved)
        event_id, began = text(record, "uuid"), self._journal.time - (took or 0.0) / 1000.0
        yield from self._journal.end_iteration(agent)
        yield self._journal.event("compaction_start", f"{event_id}:start", agent, data, time=began)
        yield self._journal.event("compaction_end", f"{event_id}:end", agent, data, duration_ms=took)

    def _microcompacted(self, record: Record, agent: Agent) -> Told:
        told = part(record, "microcompactMetadata")
        before, saved = number(told, "preTokens"), number(told, "tokensSaved")
        data = {"micro": True, **known(trigger=text(told, "trigger"), tokens_before=before, tokens_saved=saved)}
        yield self._journal.event("compaction_end", f"{text(record, 'uuid')}:end", agent, data)

    def _api_error(self, record: Record, agent: Agent) -> Told:
        attempt, most = number(record, "retryAttempt"), number(record, "maxRetries")
        error = part(record, "error")
        wait = number(record, "retryInMs")
        told = known(
            error=text(record, "error") or text(error, "message") or text(error, "type"),
            status_code=error.get("status"),
            attempt=attempt,
            max_attempts=most,
        )
        event_id, number_of = text(record, "uuid"), agent.iteration if agent.is_open else None
        if attempt is not None and most is not None and attempt >= most:
            yield from self._calls.failed(event_id, told, agent)
        else:
            told = {**told, **known(delay=None if wait is None else wait / 1000.0)}
            yield self._journal.event("llm_retry", f"{event_id}:retry", agent, told, iteration=number_of)

    def _refused(self, record: Record, agent: Agent) -> Told:
        names = ("originalModel", "fallbackModel", "content")
        told = {"name": text(record, "subtype"), **known(**{name: text(record, name) for name in names})}
        yield self._journal.event("custom", f"{text(record, 'uuid')}:refusal", agent, told)

    def _stopped(self, record: Record, agent: Agent) -> Told:
        """Hooks looked at what the agent did when it wanted to stop: told where they found something."""
        errors = record.get("hookErrors")
        found = [each for each in errors if isinstance(each, str)] if isinstance(errors, list) else []
        is_held = record.get("preventedContinuation") is True
        if not found and not is_held:
            self._journal.skip("system: stop_hook_summary")
            yield from self._journal.end_iteration(agent)
            yield from self._journal.end_turn(agent, f"{text(record, 'uuid')}:turn_end")
            return
        told = {"passed": False, **known(issues="; ".join(found), message=text(record, "stopReason"))}
        yield self._journal.event("quality_check", f"{text(record, 'uuid')}:check", agent, told)

    def _turn_ended(self, record: Record, agent: Agent) -> Told:
        took = number(record, "durationMs")
        if self._journal.ended_turn == self._journal.turn:
            self._journal.skip("system: turn_duration")
        yield from self._journal.end_iteration(agent)
        seconds = None if took is None else took / 1000.0
        yield from self._journal.end_turn(agent, f"{text(record, 'uuid')}:turn_end", seconds)


def _budget(kind: str, attached: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a budget as they are, and the share that is used where they tell it."""
    figures = {name: each for name in attached if (each := number(attached, name)) is not None}
    most = figures.get("total") or figures.get("limit") or figures.get("max")
    used = figures.get("used")
    share = used / most if most and used is not None else None
    return {"status": kind, **figures, **known(usage_fraction=share)}
