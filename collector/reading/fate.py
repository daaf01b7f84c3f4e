"""What became of a file that is followed since it was opened: told by its path and its identity, before it is read."""

from __future__ import annotations

import os
import stat
from enum import Enum, auto
from typing import NamedTuple

from .segments import Segments, identity_of


class Fate(Enum):
    """What has the path of the current segment now."""

    MISSING = auto()
    """Nothing."""
    UNREADABLE = auto()
    """What is no regular file, or cannot be looked at."""
    FIRST = auto()
    """A file, where none was opened before."""
    SAME = auto()
    """The file that was opened."""
    ROTATED = auto()
    """Another, and the one that was opened still has a name elsewhere."""
    REPLACED = auto()
    """Another, and the one that was opened has no name any more."""


class Found(NamedTuple):
    """A fate; the `status` of the regular file that has the path, if one has, and the `reason` if it is UNREADABLE."""

    fate: Fate
    status: os.stat_result | None = None
    reason: str = ""


def fate_of(segments: Segments) -> Found:
    """What became of the current segment. Never raises OSError."""
    try:
        status = segments.path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Found(Fate.MISSING)
    except (OSError, ValueError) as error:
        return Found(Fate.UNREADABLE, reason=getattr(error, "strerror", None) or str(error))
    if not stat.S_ISREG(status.st_mode):
        what = "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file"
        return Found(Fate.UNREADABLE, reason=what)
    if segments.identity is None:
        return Found(Fate.FIRST, status)
    if segments.identity == identity_of(status):
        return Found(Fate.SAME, status)
    return Found(Fate.ROTATED if _has_a_name(segments) else Fate.REPLACED, status)


def _has_a_name(segments: Segments) -> bool:
    """Whether the file that lost the path still has a name elsewhere."""
    try:
        status = segments.status()
    except OSError:  # a network file system forgets deleted files
        return False
    return status is not None and status.st_nlink > 0
