"""The files of a session: its own log, and those of its sub-agents, where each version of Claude Code puts them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..line_records import records_of
from .records import text

_AGENT = "agent-"
_LOG = ".jsonl"
_MOST_REMEMBERED = 100_000
_HEAD_BYTES = 1 << 18

_listed: dict[Path, tuple[int, list[Path]]] = {}
"""What was found in a folder, and when that was last changed, in nanoseconds."""
_sessions: dict[Path, str] = {}
"""Of which session a log is. It never changes, so each is looked at once."""


def companions(path: Path) -> Sequence[Path]:
    """The logs of the sub-agents of a session there are now, nested ones and those of workflows among them."""
    if path.name.startswith(_AGENT):
        return ()
    folder = path.with_suffix("") / "subagents"
    logs = [*_logs_in(folder)]
    for run in _folders_in(folder / "workflows"):
        logs += _logs_in(run)
    beside = _logs_in(path.parent)
    if beside:
        session = session_of(path)
        logs += [log for log in beside if session and session_of(log) == session]
    return logs


def own_log_of(path: Path, agent_id: str) -> Path | None:
    """The log of a sub-agent of the session in `path`; None where there is none."""
    name = f"{_AGENT}{agent_id}{_LOG}"
    if os.sep in name:
        return None
    nested, beside = path.with_suffix("") / "subagents" / name, path.with_name(name)
    if nested.exists():
        return nested
    return beside if beside.exists() and session_of(beside) == session_of(path) else None


def session_of(path: Path) -> str:
    """The id of the session that the log at a path is of; empty where it does not say, yet or at all."""
    known = _sessions.get(path)
    if known is not None:
        return known
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return ""
    for line in head.split(b"\n"):
        for record in records_of(line)[0] if line.strip() else ():
            session = text(record, "sessionId")
            if session and text(record, "uuid"):
                if len(_sessions) >= _MOST_REMEMBERED:
                    _sessions.clear()
                _sessions[path] = session
                return session
    return ""


def _logs_in(folder: Path) -> list[Path]:
    """The logs of sub-agents in a folder, read again only when something was made or deleted in it."""
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return []
    known = _listed.get(folder)
    if known is not None and known[0] == changed:
        return known[1]
    logs = sorted(
        folder / entry.name for entry in _entries(folder) if entry.name.startswith(_AGENT) and entry.name.endswith(_LOG)
    )
    if len(_listed) >= _MOST_REMEMBERED:
        _listed.clear()
    _listed[folder] = changed, logs
    return logs


def _folders_in(folder: Path) -> list[Path]:
    return sorted(folder / entry.name for entry in _entries(folder) if entry.is_dir())


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:
        return
