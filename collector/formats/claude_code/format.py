"""Claude Code's format: known by what is in a file."""

from __future__ import annotations

from collections.abc import Sequence

from ..translator import Format, Record
from .card import card_of
from .files import companions
from .records import text, time_of
from .translation import Translation

_CONVERSATION = frozenset({"user", "assistant", "system", "attachment", "progress"})
_TYPES = _CONVERSATION | {
    "summary", "ai-title", "custom-title", "agent-name", "queue-operation", "last-prompt", "mode", "permission-mode",
    "cost-state", "worktree-state", "relocated", "file-history-snapshot", "file-history-delta", "pr-link",
    "atis-latch", "bridge-session", "frame-link",
}  # fmt: skip


def recognises(records: Sequence[Record]) -> bool:
    """Whether any of these records is one that only Claude Code writes."""
    return any(map(_is_own, records))


def _is_own(record: Record) -> bool:
    kind = record.get("type")
    if kind in _CONVERSATION and text(record, "sessionId"):
        return bool(text(record, "uuid"))
    if kind == "summary":
        return "leafUuid" in record and "summary" in record
    if kind == "file-history-snapshot":
        return "snapshot" in record and "messageId" in record
    return kind in _TYPES and bool(text(record, "sessionId"))


CLAUDE_CODE = Format("claude-code", recognises, Translation, time_of, companions, card_of)
