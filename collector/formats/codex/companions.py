"""The rollouts of a thread's sub-agents: those that name it, or one of its sub-agents, as their parent."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from ...reading.packed import is_packed, unpacked
from ..line_records import records_of
from .rollout import Meta, meta_of, read

_MOST_FILES = 2_000
"""Of a folder that are looked at, the newest."""
_MOST_BYTES = 1 << 20
_NAME = re.compile(r"rollout-.*\.jsonl(?:\.zst)?")


def companions(path: Path) -> Sequence[Path]:
    """The files of all sub-agents there are now, beside a rollout and in the folder of the day after."""
    own = _meta(path)
    if own is None or not own.id:
        return ()
    children: dict[str, list[tuple[Path, str]]] = {}
    for other in _later(path):
        meta = _meta(other)
        if meta is not None and meta.parent and meta.id != own.id:
            children.setdefault(meta.parent, []).append((other, meta.id))
    found: set[Path] = set()
    todo, seen = [own.id], {own.id}
    while todo:
        for child, id in children.pop(todo.pop(), ()):
            found.add(child)
            if id not in seen:
                seen.add(id)
                todo.append(id)
    return sorted(child for child in found if child.suffix != ".zst" or child.with_suffix("") not in found)


def _later(path: Path) -> Iterator[Path]:
    """The rollouts that may have begun after one: names begin with the time."""
    for folder in (path.parent, _next_day(path.parent)):
        if folder is None:
            continue
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if _NAME.fullmatch(entry.name))
        except OSError:
            continue
        is_dated = _NAME.fullmatch(path.name) and folder == path.parent
        later = [name for name in names if name > path.name] if is_dated else names
        yield from (folder / name for name in later[-_MOST_FILES:] if folder / name != path)


def _next_day(folder: Path) -> Path | None:
    """The folder of the day after, where this is `YYYY/MM/DD`."""
    try:
        day = date(*map(int, folder.parts[-3:])) + timedelta(days=1)
    except (ValueError, TypeError, OverflowError):
        return None
    return folder.parents[2] / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}"


def _meta(path: Path) -> Meta | None:
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
