"""The formats that are known beside the native one, and which of them a file is written in. Told by what is in it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

from ..reading.packed import is_packed, unpacked
from . import attocode_stream
from .claude_code.format import CLAUDE_CODE
from .codex import CODEX
from .line_records import records_of
from .otlp import OTLP
from .translator import Format

NATIVE = "native"
"""The name of our own format."""
FORMATS: tuple[Format, ...] = (CLAUDE_CODE, CODEX, OTLP)
"""All that are translated; the first that recognises a file reads it."""

MOST_RECORDS = 20
"""So many are looked at."""
_MOST_BYTES = 8 << 20
_FIRST_CHUNK_BYTES, _CHUNK_BYTES = 1 << 16, 1 << 18


def detect(path: str | os.PathLike[str]) -> Format | None:
    """The format of a file, by its first records; None for the native one, and where there is nothing to tell by.

    Raises OSError where it cannot be read.
    """
    return recognise(first_records(path))


def recognise(records: list[dict[str, Any]]) -> Format | None:
    """The format that these records are of; None for the native one, and where it cannot be told."""
    if not records or _has_native(records):
        return None
    return next((each for each in FORMATS if each.recognises(records)), None)


def is_native(path: str | os.PathLike[str]) -> bool:
    """Whether the first records of a file are of the native format, or its dialect. Raises OSError."""
    return _has_native(first_records(path))


def _has_native(records: list[dict[str, Any]]) -> bool:
    return any("kind" in record and "timestamp" in record for record in records)


def native_dialect(path: str | os.PathLike[str]) -> str:
    """What reports call the format of a file that is not another agent's: the native one, or its dialect.

    Raises OSError where it cannot be read.
    """
    return attocode_stream.NAME if attocode_stream.recognises(first_records(path)) else NATIVE


def first_records(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """The first records that can be read of a file, at most 20. Raises OSError."""
    records: list[dict[str, Any]] = []
    left, read = b"", 0
    with closing(_chunks(path)) as chunks:
        for chunk in chunks:
            read += len(chunk)
            *lines, left = (left + chunk).split(b"\n")
            if not chunk:
                lines = [left]
            for line in lines:
                if line.strip():
                    records += records_of(line)[0]
                if len(records) >= MOST_RECORDS:
                    return records[:MOST_RECORDS]
            if read >= _MOST_BYTES:
                break
    return records


def _chunks(path: str | os.PathLike[str]) -> Generator[bytes]:
    """What is in a file, unpacked where it is packed, and an empty chunk at its end."""
    if not stat.S_ISREG(Path(path).stat().st_mode):
        raise OSError(errno.EINVAL, "is not a regular file", os.fspath(path))  # a pipe would be waited for
    if is_packed(path):
        yield from unpacked(path)
    else:
        with Path(path).open("rb", buffering=0) as file:
            size = _FIRST_CHUNK_BYTES
            while chunk := file.read(size):
                yield chunk
                size = _CHUNK_BYTES
    yield b""
