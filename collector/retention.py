"""Old traces, found and deleted: a session goes whole or not at all, and nothing goes that may be no trace.

What people keep beside a session (`collector.sidecar`) goes with it, after it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .formats.native import decode_block
from .parts import joined, next_part
from .reading.lines import Block
from .reading.segments import Identity, identity_of
from .sidecar import bookmarks_path

_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGE = re.compile(r"(?P<number>0*[1-9][0-9]{0,8})(?P<unit>[smhdw])")

_PATTERN = "*.jsonl"
_EMPTY_PATTERN = "session-*.jsonl"
_LONGEST_LINE = 16 * 1024 * 1024
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A file as it was when it was looked at; it has changed when another look gives another one."""

    path: Path
    identity: Identity
    size: int
    mtime_ns: int
    is_regular: bool


@dataclass(frozen=True, slots=True)
class StoredSession:
    """The files of one trace, first part first."""

    parts: tuple[Part, ...]

    @property
    def path(self) -> Path:
        """The path of its first part."""
        return self.parts[0].path

    @property
    def size(self) -> int:
        """Bytes, of all its parts."""
        return sum(part.size for part in self.parts)

    @property
    def mtime(self) -> float:
        """When the newest of its parts last changed, in Unix epoch seconds."""
        return max(part.mtime_ns for part in self.parts) / 1e9

    @property
    def sidecars(self) -> list[Path]:
        """The files of bookmarks beside its parts that are there now."""
        paths = (bookmarks_path(part.path) for part in self.parts)
        return [path for path in paths if os.path.isfile(path) and not os.path.islink(path)]  # noqa: PTH113, PTH114


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be read or deleted, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """The sessions that are old enough, oldest first, and what is as old and yet not among them.

    `foreign` are files that are no traces; `bound` are traces that stay because another part of theirs is no trace
    or no regular file.
    """

    sessions: tuple[StoredSession, ...]
    foreign: tuple[Path, ...]
    bound: tuple[Path, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Deletion:
    """What became of the sessions that were to go; `changed` are those left because they changed meanwhile."""

    deleted: tuple[StoredSession, ...]
    changed: tuple[StoredSession, ...]
    failures: tuple[Failure, ...]


def age_seconds(text: str) -> int | None:
    """The seconds that `45s`, `90m`, `12h`, `30d` or `2w` mean; None for anything else, for 0 too."""
    match = _AGE.fullmatch(text)
    return int(match["number"]) * _UNIT_SECONDS[match["unit"]] if match else None


def find_old(folders: Iterable[Path], older_than: float, now: float) -> Survey:
    """The sessions in these folders and below to which nothing was written for more than `older_than` seconds."""
    failures: list[Failure] = []
    sessions: list[StoredSession] = []
    foreign: list[Path] = []
    bound: list[Path] = []
    for session in sessions_of(_files_below(folders, failures)):
        if now - session.mtime <= older_than:
            continue
        try:
            traces = {part for part in session.parts if _is_trace(part)}
        except FileNotFoundError:  # gone since it was listed
            continue
        except OSError as error:
            failures.append(_failure(error, session.path))
            continue
        if len(traces) == len(session.parts):
            sessions.append(session)
        else:
            foreign += [part.path for part in session.parts if part.is_regular and part not in traces]
            bound += [part.path for part in session.parts if part in traces]
    sessions.sort(key=lambda session: (session.mtime, session.path))
    return Survey(tuple(sessions), tuple(sorted(foreign)), tuple(sorted(bound)), tuple(failures))


def sessions_of(files: Iterable[Part]) -> Iterator[StoredSession]:
    """Files by session. A part whose earlier part is missing begins a session of its own."""
    by_path = {file.path: file for file in files}
    for parts in joined(by_path).values():
        yield StoredSession(tuple(by_path[path] for path in parts))


def delete_sessions(sessions: Sequence[StoredSession]) -> Deletion:
    """Delete those of these sessions that have not changed since they were found."""
    deleted: list[StoredSession] = []
    changed: list[StoredSession] = []
    failures: list[Failure] = []
    for session in sessions:
        try:
            if _has_changed(session):
                changed.append(session)
                continue
            # From the end: should a part not go, what stays is still a trace from its beginning.
            for part in reversed(session.parts):
                part.path.unlink()
            deleted.append(session)
            for sidecar in session.sidecars:
                sidecar.unlink(missing_ok=True)
        except OSError as error:
            failures.append(_failure(error, session.path))
    return Deletion(tuple(deleted), tuple(changed), tuple(failures))


def _files_below(folders: Iterable[Path], failures: list[Failure]) -> Iterator[Part]:
    """All that is called like a trace, each once however often its folder is named. No link is followed."""
    waiting = [os.fspath(folder) for folder in folders]
    seen: set[Identity] = set()
    while waiting:
        folder = waiting.pop()
        try:
            identity = identity_of(Path(folder).stat())
            if identity in seen:
                continue
            seen.add(identity)
            with os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):  # gone since it was listed
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        elif fnmatchcase(entry.name, _PATTERN):
                            yield _look_at(Path(entry.path))
        except FileNotFoundError:
            continue
        except OSError as error:
            failures.append(_failure(error, Path(folder)))


def _look_at(path: Path) -> Part:
    status = path.lstat()
    return Part(path, identity_of(status), status.st_size, status.st_mtime_ns, stat.S_ISREG(status.st_mode))


def _is_trace(part: Part) -> bool:
    """Whether this is a trace for certain: its first line is an event. An empty file must be called like a session."""
    if not part.is_regular:
        return False
    if not part.size:
        return fnmatchcase(part.path.name, _EMPTY_PATTERN)
    with os.fdopen(os.open(part.path, _OPEN_FLAGS), "rb") as file:
        line = file.readline(_LONGEST_LINE).removesuffix(b"\n")
    # Every writer of the format names the session on every line; a kind and a time are what other logs have too.
    return any(record.session_id for record in decode_block(Block(line, 0, 1)).records)


def _has_changed(session: StoredSession) -> bool:
    try:
        if any(_look_at(part.path) != part for part in session.parts):
            return True
    except FileNotFoundError:
        return True
    return os.path.lexists(next_part(session.parts[-1].path))  # a recorder went on in another part


def _failure(error: OSError, path: Path) -> Failure:
    named = error.filename
    return Failure(Path(named) if isinstance(named, str) else path, error.strerror or str(error))
