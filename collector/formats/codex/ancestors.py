"""The turns of a thread whose history another file repeats, by its own file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from ...reading.packed import is_packed, unpacked
from ..line_records import records_of
from .companions import meta_at
from .names import ARCHIVE, day_of, folder_of, is_rollout, root_of, thread_of
from .rollout import read, text

_LOG = re.compile(r".*\.jsonl(?:\.zst)?")
_MOST_FILES = 500
_MOST_DAYS = 30
_MOST_BYTES = 1 << 28


def turns_of(thread: str, near: Path) -> frozenset[str]:
    """The ids of the turns of a thread, whose rollout is looked for near another one; empty where it is not found."""
    path = next((path for path in _candidates(near) if path != near and _is_of(path, thread)), None)
    if path is None:
        return frozenset()
    try:
        status = path.stat()
        return _turns_in(path, status.st_size, status.st_mtime_ns)
    except OSError:
        return frozenset()


def _candidates(near: Path) -> Iterator[Path]:
    """The logs beside a rollout, then those of the days around it and those that were put away."""
    root, day = root_of(near), day_of(near)
    folders = [near.parent]
    if root is not None and day is not None:
        days = [day - timedelta(days=before) for before in range(_MOST_DAYS)]
        folders += [folder_of(day, root) for day in days]
        folders.append(root / ARCHIVE)
    for folder in dict.fromkeys(folders):
        with suppress(OSError), os.scandir(folder) as entries:
            names = sorted((entry.name for entry in entries if _LOG.fullmatch(entry.name)), reverse=True)
            yield from (folder / name for name in names[:_MOST_FILES])


def _is_of(path: Path, thread: str) -> bool:
    if is_rollout(path) and thread_of(path) == thread:
        return True
    meta = meta_at(path)
    return meta is not None and meta.id == thread


@lru_cache(64)
def _turns_in(path: Path, size: int, mtime_ns: int) -> frozenset[str]:
    """The turns that a file of this size and time tells of. Raises OSError."""
    turns: set[str] = set()
    for line in _lines(path):
        if b'"turn_context"' not in line and b'"task_started"' not in line:
            continue
        for record in records_of(line)[0]:
            kind, payload = read(record)
            if kind in ("turn_context", "task_started"):
                turns.add(text(payload, "turn_id"))
    return frozenset(turns - {""})


def _lines(path: Path) -> Iterator[bytes]:
    if not is_packed(path):
        with path.open("rb") as file:
            yield from file
        return
    left, size = b"", 0
    with closing(unpacked(path)) as pieces:
        for piece in pieces:
            size += len(piece)
            *lines, left = (left + piece).split(b"\n")
            yield from lines
            if size > _MOST_BYTES:
                return
    yield left
