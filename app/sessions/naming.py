"""How sessions, their agents, models and ages are told in lists, where there is little room."""

from __future__ import annotations

import re
from typing import Final

from ...collector.formats.registry import NATIVE
from .entry import Entry

_AGENTS: Final = {"claude-code": "claude", "opentelemetry": "otel"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)")
_DATE = re.compile(r"(?<=.)[-@]20\d\d-?\d\d-?\d\d(-v\d+(:\d+)?)?$")


def agent_word(agent: str) -> str:
    """`claude`, `codex`, `otel`, `native`: the agent whose format a log has."""
    return _AGENTS.get(agent, agent) or NATIVE


def short_name(entry: Entry) -> str:
    """The name of its file; of one that is called by a UUID the start of that, as agents themselves show it."""
    unique = _UUID.search(entry.name)
    return unique[0] if unique else entry.name


def undated(model: str) -> str:
    """`claude-sonnet-4-5` of `claude-sonnet-4-5-20250929`."""
    return _DATE.sub("", model)


def age(seconds: float) -> str:
    """How old something is, `12s`, `3m`, `5h`, `2d`."""
    for limit, divisor, unit in ((60, 1, "s"), (3600, 60, "m"), (86400, 3600, "h")):
        if seconds < limit:
            return f"{max(0, seconds) / divisor:.0f}{unit}"
    return f"{seconds / 86400:,.0f}d"
