"""Lines about a session and what becomes of it: iterations, budget, compactions, errors, modes, files."""

from __future__ import annotations

from collections.abc import Callable

from .. import figures
from ..arguments import short_path
from .payload_text import Data, counted, first, join, number_of, share


def session_start(data: Data) -> str:
    return join(first(data, "goal"), first(data, "model")) or "session starts"


def session_end(data: Data) -> str:
    return join("session ends", first(data, "status", "result"), counted(data, "iterations", "iteration"))


def iteration_start(data: Data) -> str:
    return join("iteration starts", first(data, "prompt"))


def iteration_end(data: Data) -> str:
    return "iteration ends"


def budget(data: Data) -> str:
    used = share(data, "usage_fraction")
    return join("budget", f"{used} used" if used else "", first(data, "status"), first(data, "message", "reason"))


def compaction_start(data: Data) -> str:
    return join("compaction starts", share(data, "usage"), first(data, "trigger", "reason"))


def compaction_end(data: Data) -> str:
    before, after = number_of(data.get("messages_before")), number_of(data.get("messages_after"))
    messages = "" if before is None or after is None else f"{before:.0f} → {after:.0f} messages"
    saved = number_of(data.get("tokens_saved"))
    return join("compacted", messages, "" if saved is None else f"{figures.tokens(saved)} tokens saved")


def context_overflow(data: Data) -> str:
    return join("context overflow", counted(data, "truncations", "truncation"), first(data, "message", "reason"))


def quality_check(data: Data) -> str:
    score = number_of(data.get("score"))
    return join(
        "quality check",
        "" if score is None else f"score {score:g}",
        first(data, "passed", "verdict", "message", "issues"),
    )


def learning(data: Data) -> str:
    return join("learned", first(data, "text", "learning", "content", "message"))


def error(data: Data) -> str:
    context = first(data, "context")
    return join(first(data, "error_type"), first(data, "error", "message"), context and f"while {context}", by=": ")


def recovery(data: Data) -> str:
    return join("recovers", first(data, "strategy", "action", "message"))


def mode_change(data: Data) -> str:
    before = first(data, "from_mode", "from", "old_mode")
    after = first(data, "to_mode", "to", "new_mode", "mode")
    return join("mode", f"{before} → {after}" if before else after, by=" ")


def mcp(verb: str) -> Callable[[Data], str]:
    return lambda data: join(f"{first(data, 'server', 'name')} {verb}".strip(), counted(data, "tools", "tool"))


def file_change(data: Data) -> str:
    added, removed = number_of(data.get("added")), number_of(data.get("removed"))
    lines = join(f"+{added:.0f}" if added is not None else "", f"−{removed:.0f}" if removed is not None else "", by=" ")
    return join(short_path(first(data, "path", "file_path", "file")), lines, first(data, "action", "operation"))


def checkpoint(data: Data) -> str:
    return join("checkpoint", first(data, "checkpoint_id", "id", "name", "label"))
