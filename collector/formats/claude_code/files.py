"""The files of a session: its own log, and those of its sub-agents, where each version of Claude Code puts them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from .heads import AGENT_PREFIX, LOG_SUFFIX, logs_in, session_of


def companions(path: Path) -> Sequence[Path]:
    """The logs of the sub-agents of a session there are now, nested ones and those of workflows among them."""
    if path.name.startswith(AGENT_PREFIX):
        return ()
    folder = path.with_suffix("") / "subagents"
    logs = [*_agents_in(folder)]
    for run in _folders_in(folder / "workflows"):
        logs += _agents_in(run)
    beside = _agents_in(path.parent)
    if beside:
        session = session_of(path)
        logs += [log for log in beside if session and session_of(log) == session]
    return logs


def own_log_of(path: Path, agent_id: str) -> Path | None:
    """The log of a sub-agent of the session in `path`; None where there is none."""
    name = f"{AGENT_PREFIX}{agent_id}{LOG_SUFFIX}"
    if os.sep in name:
        return None
    nested, beside = path.with_suffix("") / "subagents" / name, path.with_name(name)
    if nested.exists():
        return nested
    return beside if beside.exists() and session_of(beside) == session_of(path) else None


def _agents_in(folder: Path) -> list[Path]:
    return [folder / name for name in logs_in(folder) if name.startswith(AGENT_PREFIX)]


def _folders_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(folder / entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []
