"""How the logs of a folder begin: of which session each is, and with which record. Read once, for neither changes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from ..folder_listings import FolderListings
from ..line_records import records_of
from .records import part, text

AGENT_PREFIX = "agent-"
"""How the logs of sub-agents are called that lie beside those of their sessions."""
LOG_SUFFIX = ".jsonl"
MARK = "forkedFrom"
"""Where a record that was copied from another session's log names that, and the record."""

_MOST_REMEMBERED = 100_000
_MOST_FOLDERS = 1_000
_LOOKS_BYTES = 1 << 14, 1 << 18


class Head(NamedTuple):
    """The session that a log is of, the id of its first record, and the session that this was copied from.

    Empty where it does not say, yet or at all.
    """

    session: str = ""
    uuid: str = ""
    forked_from: str = ""


_heads: dict[Path, Head] = {}
_logs = FolderListings(lambda name: name.endswith(LOG_SUFFIX), list, _MOST_REMEMBERED)
_beginnings: dict[Path, _Beginnings] = {}


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
    """The names of the logs in a folder, sorted."""
    return _logs.of(folder)


class _Beginnings(NamedTuple):
    """The logs of sessions in a folder by the ids of their first records, and the sizes of those that say nothing yet.

    Some never do: logs that hold nothing but the titles of other sessions.
    """

    names: list[str]
    by_uuid: dict[str, list[str]]
    silent: dict[str, int]


def logs_beginning_with(uuid: str, folder: Path) -> list[Path]:
    """The logs of sessions in a folder whose first record has this id, sorted by name."""
    names = logs_in(folder)
    known = _beginnings.get(folder)
    if known is None or known.names is not names:
        if len(_beginnings) >= _MOST_FOLDERS:
            _beginnings.clear()
        silent = {name: -1 for name in names if not name.startswith(AGENT_PREFIX)}
        if known is not None:
            silent = {name: known.silent.get(name, size) for name, size in silent.items()}
        known = _beginnings[folder] = _Beginnings(names, {}, silent)
    for name, size in list(known.silent.items()):
        path = folder / name
        grown = _size_of(path)
        if grown == size:
            continue
        begins_with = head_of(path).uuid
        if begins_with:
            known.by_uuid.setdefault(begins_with, []).append(name)
            del known.silent[name]
        else:
            known.silent[name] = grown
    return [folder / name for name in sorted(known.by_uuid.get(uuid, ()))]


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _head_in(data: bytes) -> Head | None:
    for line in data.split(b"\n"):
        for record in records_of(line)[0] if line.strip() else ():
            session, uuid = text(record, "sessionId"), text(record, "uuid")
            if session and uuid:
                return Head(session, uuid, text(part(record, MARK), "sessionId"))
    return None


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name.lower()
    except ValueError:
        return False
