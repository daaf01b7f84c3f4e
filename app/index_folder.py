"""The folder of indexes: what is in the way there goes."""

from __future__ import annotations

import os
from contextlib import suppress
from io import FileIO
from pathlib import Path

from .cache_folder import cache_folder

MAGIC = b"tracetop index\n\0"
_LENGTH_BYTES = 2

MOST_BYTES = 2 << 30
"""What all indexes together may take; those used longest ago go first."""


def index_folder() -> Path:
    """Where indexes are; it need not exist."""
    return cache_folder() / "indexes"


def begin(path: Path) -> bytes:
    """What the index of a trace begins with: which trace that is. Raises ValueError for a path too long to be one."""
    name = os.fsencode(path)
    try:
        return MAGIC + len(name).to_bytes(_LENGTH_BYTES) + name
    except OverflowError as error:
        raise ValueError("too long a path") from error


def begins_with(file: FileIO) -> Path | None:
    """The trace that a file is the index of, which is read up to behind that; None where it is no index."""
    start = file.read(len(MAGIC) + _LENGTH_BYTES) or b""
    length = int.from_bytes(start[len(MAGIC) :])
    name = file.read(length) or b""
    return Path(os.fsdecode(name)) if start.startswith(MAGIC) and len(name) == length and name else None


def tidy() -> None:
    """Delete indexes of traces that are gone, those used longest ago where all take too much, and what is no index."""
    used: list[tuple[float, int, str]] = []
    with suppress(OSError), os.scandir(index_folder()) as entries:
        for entry in entries:
            with suppress(OSError):  # another process was quicker
                status = entry.stat()
                used.append((status.st_mtime, status.st_size, entry.path))
    used.sort(reverse=True)
    total = 0
    for _, size, path in used:
        total += size
        if total > MOST_BYTES or _is_of_no_use(path):
            with suppress(OSError):
                Path(path).unlink()


def _is_of_no_use(path: str) -> bool:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - for its type
            trace = begins_with(file)
            return trace is None or not trace.exists()
    except OSError:
        return False
