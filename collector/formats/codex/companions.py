"""The rollouts of a thread's sub-agents: those that name it, or one of its sub-agents, as their parent."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ...reading.packed import is_packed, unpacked
from ..folder_listings import FolderListings
from ..line_records import records_of
from .names import ARCHIVE, BEGUN, copies_among, day_of, folder_of, root_of
from .rollout import Meta, meta_of, read

_MOST_FILES = 2_000
"""Of a folder that are looked at, the newest."""
_MOST_BYTES = 1 << 20
_MOST_DAYS = 400
_MOST_FOLDERS = 500
_NAME = re.compile(r"rollout-.*\.jsonl(?:\.zst)?")
_END = "~"
"""Behind all that names have in them."""


def companions(path: Path) -> Sequence[Path]:
    """The files of all sub-agents there are now, wherever Codex has them."""
    own = meta_at(path)
    if own is None or not own.id:
        return ()
    children: dict[str, list[tuple[Path, str]]] = {}
    for folder, name, meta in _later(path):
        if meta.parent and meta.id != own.id:
            children.setdefault(meta.parent, []).append((folder / name, meta.id))
    found: set[Path] = set()
    todo, seen = [own.id], {own.id}
    while todo:
        for child, id in children.pop(todo.pop(), ()):
            found.add(child)
            if id not in seen:
                seen.add(id)
                todo.append(id)
    return sorted(found - copies_among(found))


def _later(path: Path) -> Iterator[tuple[Path, str, Meta]]:
    """The rollouts that may be of its sub-agents: those that began later. Names begin with the time."""
    for folder, first, last in _places(path):
        names, metas = _listings.of(folder)
        for name in names[bisect_right(names, first) : bisect_right(names, last)][-_MOST_FILES:]:
            meta = metas.get(name)
            if meta is None:
                meta = meta_at(folder / name)
                if meta is None:
                    continue
                metas[name] = meta
            yield folder, name, meta


def _places(path: Path) -> Iterator[tuple[Path, str, str]]:
    """Where these may be, and between which two names.

    A thread may go on for days, each sub-agent's rollout is in the folder of the day that it began, and any of them may
    have been put away.
    """
    yield path.parent, path.name, _END
    root, begun = root_of(path), day_of(path)
    if root is None or begun is None:
        return
    first = path.name if BEGUN.match(path.name) else ""
    last = max(begun, _day_of_change(path)) + timedelta(days=1)
    for number in range(min((last - begun).days, _MOST_DAYS) + 1):
        folder = folder_of(begun + timedelta(days=number), root)
        if folder != path.parent:
            yield folder, first, _END
    if path.parent != root / ARCHIVE:
        yield root / ARCHIVE, first, f"rollout-{last:%Y-%m-%d}{_END}"


def _day_of_change(path: Path) -> date:
    try:
        return date.fromtimestamp(path.stat().st_mtime)
    except (OSError, ValueError, OverflowError):
        return date.min


class _Listing(NamedTuple):
    """The rollouts in a folder, sorted, and what is known of them by their first lines, which never change."""

    names: list[str]
    metas: dict[str, Meta]


_listings = FolderListings(_NAME.fullmatch, lambda names: _Listing(names, {}), _MOST_FOLDERS)


def meta_at(path: Path) -> Meta | None:
    """What the first line of a file says; None as long as there is none."""
    try:
        inode = path.stat().st_ino
    except OSError:
        return None
    try:
        return _first_line(path, inode)
    except (OSError, ValueError):
        return None


@lru_cache(_MOST_FILES * 4)
def _first_line(path: Path, inode: int) -> Meta | None:
    """The same of one file, which is read once. Raises ValueError as long as its first line is not whole: not kept."""
    if is_packed(path):
        with closing(unpacked(path)) as pieces:
            line = next(pieces, b"").partition(b"\n")[0]
    else:
        with path.open("rb") as file:
            line = file.readline(_MOST_BYTES)
        if not line.endswith(b"\n") and len(line) < _MOST_BYTES:
            raise ValueError("torn")
    for record in records_of(line)[0]:
        kind, payload = read(record)
        if kind == "session_meta":
            return meta_of(payload)
    return None
