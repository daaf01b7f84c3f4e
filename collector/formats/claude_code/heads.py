"""How the logs of a folder begin: of which session each is, and with which record. Read once, for neither changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from ..line_records import records_of
from .records import part, text

AGENT_PREFIX = "agent-"
"""How the logs of sub-agents are called that lie beside those of their sessions."""
LOG_SUFFIX = ".jsonl"
MARK = "forkedFrom"
"""Where a record that was copied from another session's log names that, and the record."""

_MOST_REMEMBERED = 100_000
_LOOKS_BYTES = 1 << 14, 1 << 18


class Head(NamedTuple):
    """The session that a log is of, the id of its first record, and the session that this was copied from.

    Empty where it does not say, yet or at all.
    """

    session: str = ""
    uuid: str = ""
    forked_from: str = ""


_heads: dict[Path, Head] = {}
_listed: dict[Path, tuple[int, list[str]]] = {}
"""The names of the logs in a folder, and when that was last changed, in nanoseconds."""


def head_of(path: Path) -> Head:
    """How the log at a path begins."""
    known = _heads.get(path)
    if known is not None:
        return known
    try:
        with path.open("rb") as file:
            head = next(filter(None, (_head_in(file.read(size)) for size in _LOOKS_BYTES if not file.seek(0))), None)
    except OSError:
        return Head()
    if head is None:
        return Head()
    if len(_heads) >= _MOST_REMEMBERED:
        _heads.clear()
    _heads[path] = head
    return head


def session_of(path: Path) -> str:
    """The id of the session that the log at a path is of; empty where it does not say."""
    return head_of(path).session


def session_named(path: Path) -> str:
    """The id of the session by the name of its log where that is one: lines that were copied may name another."""
    return path.stem if _is_uuid(path.stem) else session_of(path)


def logs_in(folder: Path) -> list[str]:
    """The names of the logs in a folder, sorted; listed again only when something was made or deleted in it."""
    try:
        changed = folder.stat().st_mtime_ns
        known = _listed.get(folder)
        if known is not None and known[0] == changed:
            return known[1]
        names = sorted(entry.name for entry in _entries(folder) if entry.name.endswith(LOG_SUFFIX))
    except OSError:
        return []
    if len(_listed) >= _MOST_REMEMBERED:
        _listed.clear()
    _listed[folder] = changed, names
    return names


def _head_in(data: bytes) -> Head | None:
    for line in data.split(b"\n"):
        for record in records_of(line)[0] if line.strip() else ():
            session, uuid = text(record, "sessionId"), text(record, "uuid")
            if session and uuid:
                return Head(session, uuid, text(part(record, MARK), "sessionId"))
    return None


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from entries


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name.lower()
    except ValueError:
        return False
