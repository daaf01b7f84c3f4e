"""A tail for whatever a file holds: our own format, or one that is translated."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

from ..formats.registry import FORMATS, detect, first_records
from .follow import FileTail
from .packed import CannotUnpackError
from .translated import TranslatedTail

_HEAD_BYTES = 1 << 20

Tail: TypeAlias = FileTail | TranslatedTail


def open_tail(path: str | os.PathLike[str]) -> Tail:
    """The tail for a file, by what is in it now. One that is empty, or cannot be read, is taken for our own."""
    try:
        found = detect(path)
    except CannotUnpackError:
        found = FORMATS[0]  # whichever it is of: the tail says why nothing can be read
    except (OSError, ValueError):
        found = None
    return FileTail(path) if found is None else TranslatedTail(path, found)


def is_blank(path: str | os.PathLike[str]) -> bool:
    """Whether there is nothing yet by which a file's format can be told: no file, or no whole line and no record in it.

    What cannot be read, or is no file, is not blank.
    """
    try:
        if not Path(path).is_file():
            return not Path(path).exists()
        with Path(path).open("rb") as file:
            head = file.read(_HEAD_BYTES)
        return b"\n" not in head and len(head) < _HEAD_BYTES and not first_records(path)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
