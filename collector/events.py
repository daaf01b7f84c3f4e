"""The trace format: 42 event kinds in 16 categories, and an event as people record and read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One event, whole.

    `timestamp` is Unix epoch seconds (NaN where the trace gave no usable number), `duration_ms` milliseconds.
    `kind` is one of `KINDS` or any other string from a newer writer.
    """

    kind: str
    timestamp: float
    session_id: str
    event_id: str = ""
    iteration: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    parent_event_id: str | None = None
    duration_ms: float | None = None

    @property
    def category(self) -> Category:
        """The category of the event's kind."""
        return category_of(self.kind)


@dataclass(slots=True)
class TraceSession:
    """A whole session in memory, as `load_session` gives it or a program builds it by hand."""

    session_id: str
    goal: str = ""
    model: str = ""
    start_time: float = 0.0
    end_time: float | None = None
    events: list[TraceEvent] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
