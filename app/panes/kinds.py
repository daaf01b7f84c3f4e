"""How each kind of event looks in a row: a glyph, a word and a style."""

from __future__ import annotations

from typing import NamedTuple

from ...collector.kinds import Category, category_of


class Look(NamedTuple):
    """A glyph of one terminal cell, a word of at most eight, and a style name of the palette."""

    glyph: str
    word: str
    style: str


_KINDS: dict[str, Look] = {
    "session_start": Look("●", "session", "title"),
    "session_end": Look("○", "session", "title"),
    "iteration_start": Look("▸", "iter", "title"),
    "iteration_end": Look("◂", "iter", "muted"),
    "llm_request": Look("◇", "ask", "muted"),
    "llm_response": Look("◆", "llm", "llm"),
    "llm_error": Look("✗", "llm", "error"),
    "llm_retry": Look("←", "retry", "warn"),
    "tool_start": Look("▪", "call", "muted"),
    "tool_end": Look("✓", "tool", "ok"),
    "tool": Look("✓", "tool", "ok"),
    "tool_error": Look("✗", "tool", "error"),
    "tool_approval": Look("▪", "approve", "warn"),
    "budget_check": Look("·", "budget", "muted"),
    "budget_warning": Look("!", "budget", "warn"),
    "budget_exhausted": Look("!", "budget", "error"),
    "compaction_start": Look("▼", "compact", "compaction"),
    "compaction_end": Look("▼", "compact", "compaction"),
    "context_overflow": Look("▼", "overflow", "critical"),
    "subagent_spawn": Look("▾", "spawn", "agent"),
    "subagent_complete": Look("▴", "done", "agent"),
    "subagent_error": Look("✗", "agent", "error"),
    "subagent_timeout": Look("✗", "agent", "error"),
    "swarm_complete": Look("▴", "swarm", "agent"),
    "swarm_wave_complete": Look("▴", "swarm", "agent"),
    "swarm_task_complete": Look("▴", "swarm", "agent"),
    "swarm_task_failed": Look("✗", "swarm", "error"),
    "error": Look("✗", "error", "error"),
    "recovery": Look("→", "recover", "ok"),
    "mode_change": Look("→", "mode", "word"),
    "file_change": Look("±", "file", "text"),
    "checkpoint": Look("■", "check", "muted"),
}

_CATEGORIES: dict[Category, Look] = {
    Category.SESSION: Look("●", "session", "title"),
    Category.ITERATION: Look("▸", "iter", "title"),
    Category.LLM: Look("◆", "llm", "llm"),
    Category.TOOL: Look("▪", "tool", "tool"),
    Category.BUDGET: Look("·", "budget", "muted"),
    Category.COMPACTION: Look("▼", "compact", "compaction"),
    Category.SUBAGENT: Look("▾", "agent", "agent"),
    Category.SWARM: Look("▾", "swarm", "agent"),
    Category.PLAN: Look("□", "plan", "text"),
    Category.QUALITY: Look("◦", "quality", "text"),
    Category.ERROR: Look("✗", "error", "error"),
    Category.MODE: Look("→", "mode", "word"),
    Category.MCP: Look("↔", "mcp", "muted"),
    Category.FILE: Look("±", "file", "text"),
    Category.CHECKPOINT: Look("■", "check", "muted"),
    Category.CUSTOM: Look("·", "custom", "muted"),
}


MARKED = Look("⚑", "bookmark", "bookmark")
"""How a bookmarked event is told from others, whatever its kind."""


def look_of(kind: str) -> Look:
    """How a kind looks; one that is not documented looks as its category does, under its own name."""
    known = _KINDS.get(kind)
    if known is not None:
        return known
    look = _CATEGORIES[category_of(kind)]
    return look if look.word != "custom" or kind == "custom" else look._replace(word=kind)
