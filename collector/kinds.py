"""What events are about: 42 kinds in 16 categories, and how any other kind is placed among them."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """The sixteen families of event kinds."""

    SESSION = "SESSION"
    ITERATION = "ITERATION"
    LLM = "LLM"
    TOOL = "TOOL"
    BUDGET = "BUDGET"
    COMPACTION = "COMPACTION"
    SUBAGENT = "SUBAGENT"
    SWARM = "SWARM"
    PLAN = "PLAN"
    QUALITY = "QUALITY"
    ERROR = "ERROR"
    MODE = "MODE"
    MCP = "MCP"
    FILE = "FILE"
    CHECKPOINT = "CHECKPOINT"
    CUSTOM = "CUSTOM"


_KINDS_BY_CATEGORY: dict[Category, str] = {
    Category.SESSION: "session_start session_end",
    Category.ITERATION: "iteration_start iteration_end",
    Category.LLM: "llm_request llm_response llm_error llm_retry",
    Category.TOOL: "tool_start tool_end tool_error tool_approval",
    Category.BUDGET: "budget_check budget_warning budget_exhausted",
    Category.COMPACTION: "compaction_start compaction_end context_overflow",
    Category.SUBAGENT: "subagent_spawn subagent_complete subagent_error subagent_timeout",
    Category.SWARM: (
        "swarm_start swarm_complete swarm_wave_start swarm_wave_complete "
        "swarm_task_start swarm_task_complete swarm_task_failed"
    ),
    Category.PLAN: "plan_created plan_step_start plan_step_complete",
    Category.QUALITY: "quality_check learning_proposed",
    Category.ERROR: "error recovery",
    Category.MODE: "mode_change",
    Category.MCP: "mcp_connect mcp_disconnect",
    Category.FILE: "file_change",
    Category.CHECKPOINT: "checkpoint",
    Category.CUSTOM: "custom",
}

KIND_CATEGORIES: dict[str, Category] = {
    kind: category for category, kinds in _KINDS_BY_CATEGORY.items() for kind in kinds.split()
}
"""The 42 documented kinds, in the order of the format's page, with their category."""

KINDS: tuple[str, ...] = tuple(KIND_CATEGORIES)

TOOL_END_ALIAS = "tool"
"""attocode's own writer says `tool` where the format says `tool_end`."""

TURN_END = "turn_end"
"""The name of a `custom` event that ends a turn: the agent is done with what it was asked, and may be asked more."""

FAILURE_KINDS = frozenset(
    {"tool_error", "llm_error", "error", "subagent_error", "subagent_timeout", "swarm_task_failed"}
)
"""Kinds that say that something failed."""

_PREFIX_CATEGORIES: dict[str, Category] = {
    "session": Category.SESSION,
    "iteration": Category.ITERATION,
    "llm": Category.LLM,
    "tool": Category.TOOL,
    "budget": Category.BUDGET,
    "compaction": Category.COMPACTION,
    "context": Category.COMPACTION,
    "subagent": Category.SUBAGENT,
    "swarm": Category.SWARM,
    "plan": Category.PLAN,
    "quality": Category.QUALITY,
    "learning": Category.QUALITY,
    "error": Category.ERROR,
    "recovery": Category.ERROR,
    "mode": Category.MODE,
    "mcp": Category.MCP,
    "file": Category.FILE,
    "checkpoint": Category.CHECKPOINT,
}


def is_known_kind(kind: str) -> bool:
    """Whether `kind` is one of the 42, or the documented alias of one."""
    return kind in KIND_CATEGORIES or kind == TOOL_END_ALIAS


def category_of(kind: str) -> Category:
    """The category of any kind: the documented one, else by the word before `_`, else CUSTOM."""
    known = KIND_CATEGORIES.get(kind)
    if known is not None:
        return known
    return _PREFIX_CATEGORIES.get(kind.partition("_")[0], Category.CUSTOM)
