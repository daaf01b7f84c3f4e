"""A tail for whatever a file holds: our own format, or one that is translated."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

from .follow import FileTail
from .formats.registry import FORMATS, detect, first_records
from .packed import CannotUnpackError
from .translated import TranslatedTail

_HEAD_BYTES = 1 << 20

Tail: TypeAlias = FileTail | TranslatedTail


def open_tail(path: str | os.PathLike[str], *, kept: bool = True) -> Tail:
    """The tail for a file, by what is in it now. One that cannot be read, or has nothing in it, is taken for our own.

    With `kept` False no line of a translated file can be looked up.
    """
    try:
        found = detect(path)
    except CannotUnpackError:
        found = FORMATS[0]  # whichever it is of: the tail says why nothing can be read
    except (OSError, ValueError):
        found = None
    return FileTail(path) if found is None else TranslatedTail(path, found, kept=kept)


def says_anything(path: str | os.PathLike[str]) -> bool:
    """Whether there is anything in a file by which its format can be told: a whole record, or a whole line."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(_HEAD_BYTES)
        return b"\n" in head or len(head) == _HEAD_BYTES or bool(first_records(path))
    except (OSError, ValueError):
        return False
