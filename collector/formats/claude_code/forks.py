"""Forks: a session that goes on from another has a log of its own, which begins with a copy of the other's history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ..line_records import records_of
from ..translator import Record
from .heads import MARK, head_of, logs_beginning_with, session_named
from .records import part, text, time_of

_HANDED_OVER = "continued-in"
_TITLES = frozenset({"summary", "ai-title", "custom-title"})
_LOGS_REMEMBERED = 8


class History:
    """Which records of a session's log are the history of another session: what they tell of counts there.

    Copies say so (`forkedFrom`, with the record that each was made of), or else have the ids of records in the log of
    an elder session in the same folder. Where that log is gone, and nothing is said, they count here.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._elders: Elders | None = None
        self._copied: set[str] = set()
        """The records that copies said they were made of."""
        self._goes_on = False
        """Whether what was read last is history, so that what has no id behind it is too."""
        self.records = 0
        self.of = ""
        """The session whose history it is."""

    def holds(self, record: Record) -> bool:
        """Whether the next record of the log is history."""
        uuid = text(record, "uuid")
        if self._elders is None:
            elders = self._look_for_elders()
            self._elders = elders or (Elders() if uuid else None)
        elders = self._elders or Elders()
        if uuid:
            is_copy = self._goes_on = self._is_marked(record) or hash(uuid) in elders.records
        else:
            is_copy = self._goes_on and text(record, "type") not in _TITLES
        if is_copy:
            self.records += 1
            self.of = self.of or elders.nearest
        return is_copy

    def _look_for_elders(self) -> Elders | None:
        """The elder sessions, as soon as the log tells how it begins; None before."""
        head = head_of(self._path)
        if not head.uuid:
            return None
        elders = elders_of(self._path)
        self._goes_on = bool(head.forked_from) or hash(head.uuid) in elders.records
        return elders

    def _is_marked(self, record: Record) -> bool:
        mark = part(record, MARK)
        original = text(mark, "messageUuid")
        if not original or original in self._copied:  # a mark that all lines share tells where it forked, not what
            return False
        self._copied.add(original)
        self.of = self.of or text(mark, "sessionId")
        return True


@dataclass(frozen=True, slots=True)
class Elders:
    """The sessions whose history a log repeats: all their records, by the hashes of their ids, and the nearest one."""

    records: frozenset[int] = frozenset()
    nearest: str = ""


def elders_of(path: Path) -> Elders:
    """The sessions of the same folder whose history the log at a path begins with."""
    uuid = head_of(path).uuid
    siblings = logs_beginning_with(uuid, path.parent) if uuid else []
    if len(siblings) < 2:
        return Elders()
    own, session = _log_at(path), session_named(path)
    records: set[int] = set()
    nearest, most_shared = "", 0
    for sibling in siblings:
        name = session_named(sibling)
        if sibling == path or name == session:
            continue
        other = _log_at(sibling)
        if _is_elder(sibling, other, path, own):
            records.update(other.times)
            shared = len(own.times.keys() & other.times.keys())
            if shared > most_shared:
                nearest, most_shared = name, shared
    return Elders(frozenset(records), nearest)


@dataclass(frozen=True, slots=True)
class _Log:
    """When the records of a log were written, by the hashes of their ids; to which sessions it was handed over."""

    times: Mapping[int, float | None] = field(default_factory=dict)
    handed_over_to: frozenset[str] = frozenset()
    changed_ns: int = 0


def _is_elder(path: Path, log: _Log, other_path: Path, other: _Log) -> bool:
    """Whether of two logs that begin alike the first is the original, as far as can be told.

    It is the one that says the other goes on from it; else that which has nothing of its own, for a fork is made to
    go on; else that which went on first.
    """
    for elder, younger, answer in ((log, other_path, True), (other, path, False)):
        if session_named(younger) in elder.handed_over_to:
            return answer
    own, others = _went_on_at(log, other), _went_on_at(other, log)
    if own is not None and others is not None:
        return (own, path.name) < (others, other_path.name)
    if own is None and others is None:
        return (log.changed_ns, path.name) < (other.changed_ns, other_path.name)
    return own is None


def _went_on_at(log: _Log, other: _Log) -> float | None:
    """When the first record was written that the other log has not; None where there is none."""
    return next((time for id, time in log.times.items() if id not in other.times and time is not None), None)


def _log_at(path: Path) -> _Log:
    try:
        status = path.stat()
        return _read(path, status.st_mtime_ns, status.st_size)
    except OSError:
        return _Log()


@lru_cache(maxsize=_LOGS_REMEMBERED)
def _read(path: Path, changed_ns: int, size: int) -> _Log:
    times: dict[int, float | None] = {}
    handed_over: set[str] = set()
    with path.open("rb") as file:
        for line in file:
            for record in records_of(line)[0] if line.strip() else ():
                uuid = text(record, "uuid")
                if uuid:
                    times.setdefault(hash(uuid), time_of(record))
                elif text(record, "type") == _HANDED_OVER:
                    handed_over.add(text(record, "continuedInSessionId"))
    return _Log(times, frozenset(handed_over), changed_ns)
