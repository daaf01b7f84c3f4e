"""What rollouts are called, and where Codex has them: by day, and elsewhere what was put away or packed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from ...reading.packed import SUFFIX, is_called_packed

SESSIONS = "sessions"
ARCHIVE = "archived_sessions"
"""Beside `sessions` the folder of those that were put away, all in one."""

PREFIX = "rollout-"
BEGUN = re.compile(r"rollout-(\d{4})-(\d\d)-(\d\d)T")
_BEGUN_AT = re.compile(r"rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-")


def is_rollout(path: Path) -> bool:
    """Whether a file is called as Codex calls those of threads."""
    return path.name.startswith(PREFIX)


def thread_of(path: Path) -> str:
    """The thread that a rollout is of, by its name, which is the time it began and the thread's id."""
    return _BEGUN_AT.sub("", path.name.removesuffix(SUFFIX).removesuffix(".jsonl"))


def day_of(path: Path) -> date | None:
    """The day a rollout began, by its name or by its folder."""
    named = BEGUN.match(path.name)
    try:
        return date(*map(int, named.groups() if named else path.parent.parts[-3:]))
    except (ValueError, TypeError, OverflowError):
        return None


def root_of(path: Path) -> Path | None:
    """The folder of Codex, where a rollout lies in it as Codex puts it there."""
    if path.parent.name == ARCHIVE:
        return path.parent.parent
    days = path.parts[-4:-1]
    is_by_day = len(path.parents) > 4 and path.parents[3].name == SESSIONS and all(map(str.isdecimal, days))
    return path.parents[4] if is_by_day else None


def folder_of(day: date, root: Path) -> Path:
    """Where in the folder of Codex the rollouts are that began on a day."""
    return root / SESSIONS / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}"


def copies_among(paths: Iterable[Path]) -> set[Path]:
    """Those that are there a second time: packed beside the same unpacked, or put away while still in use."""
    best: dict[str, Path] = {}
    copies: set[Path] = set()
    for path in paths:
        if not is_rollout(path):
            continue
        name = path.name.removesuffix(SUFFIX)
        other = best.setdefault(name, path)
        if other is not path and _are_one(other, path):
            best[name], copy = sorted((other, path), key=_rank)
            copies.add(copy)
    return copies


def _are_one(one: Path, other: Path) -> bool:
    """Whether two files of the same name are the same session, not just called alike."""
    return one.parent == other.parent or ARCHIVE in one.parts or ARCHIVE in other.parts


def _rank(path: Path) -> tuple[bool, bool]:
    return ARCHIVE in path.parts, is_called_packed(path)
