"""The traces in a folder as they stand now. Nothing is read of any of them."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ..parts import joined, part_number, part_path, parts_from
from .segments import identity_of

_SUB_AGENTS = "subagents"
TRACE_PATTERNS = ("*.jsonl", "rollout-*.jsonl.zst")
"""How traces are called; the second are logs of Codex, which it packs when they are old."""


@dataclass(frozen=True, slots=True)
class ListedTrace:
    """A trace in a folder: its parts in order, the bytes of all, and the newest one's change and inode.

    `mtime` is in Unix epoch seconds, `mtime_ns` the same to the nanosecond.
    """

    parts: tuple[Path, ...]
    size: int
    mtime: float
    mtime_ns: int
    inode: int

    @property
    def path(self) -> Path:
        """The first part, by whose path the trace goes."""
        return self.parts[0]


def list_traces(folder: Path) -> Iterator[ListedTrace]:
    """The traces in a folder and the folders below it, in no order. A folder that does not exist has none.

    The logs of sub-agents that a session has in a folder of its own are part of that session's trace.
    """
    found = trace_files(folder, *TRACE_PATTERNS)
    for path in [path for path in found if _SUB_AGENTS in path.parts and _is_of_a_session(path, found)]:
        del found[path]
    numbered = {path for path in found if "~" in path.name}
    # Hardly any trace has parts, and to find out what a name means costs more than to look at the file.
    may_have_parts = numbered | {first for first in (part_path(path, 1) for path in numbered) if first in found}
    for parts in joined(may_have_parts).values():
        yield _listed(parts, [found[part] for part in parts])
    for path, status in found.items():
        if path not in may_have_parts:
            yield _listed((path,), [status])


def _is_of_a_session(path: Path, found: Container[Path]) -> bool:
    """Whether a log lies below `x/subagents` beside an `x.jsonl` that was found."""
    place = len(path.parts) - 1 - path.parts[::-1].index(_SUB_AGENTS)
    session = Path(*path.parts[:place])
    return session.with_name(f"{session.name}.jsonl") in found


def look_again(trace: ListedTrace) -> ListedTrace | None:
    """The same trace as it stands now; None where a part of it is gone."""
    try:
        return _listed(trace.parts, [part.stat() for part in trace.parts])
    except OSError:
        return None


def _listed(parts: Iterable[Path], statuses: list[os.stat_result]) -> ListedTrace:
    newest = max(statuses, key=lambda status: status.st_mtime_ns)
    size = sum(status.st_size for status in statuses)
    return ListedTrace(tuple(parts), size, newest.st_mtime, newest.st_mtime_ns, newest.st_ino)


def trace_files(folder: Path, *patterns: str) -> dict[Path, os.stat_result]:
    """The files below a folder that are called so. A link to one that is there already (`latest.jsonl`) is left out."""
    found: dict[Path, os.stat_result] = {}
    links: dict[Path, os.stat_result] = {}
    folders = [os.fspath(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    with suppress(OSError):  # gone since it was listed
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        elif any(fnmatchcase(entry.name, pattern) for pattern in patterns) and entry.is_file():
                            (links if entry.is_symlink() else found)[Path(entry.path)] = entry.stat()
        except OSError:
            continue
    known = {identity_of(status) for status in found.values()} if links else set()
    found.update((path, status) for path, status in links.items() if identity_of(status) not in known)
    for path in links.keys() & found.keys():
        for number, part in enumerate(parts_from(path)[1:], part_number(path) + 1):
            with suppress(OSError):
                found.setdefault(part_path(path, number), part.stat())  # as if it stood beside the link
    return found
