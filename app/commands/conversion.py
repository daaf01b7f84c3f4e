"""The log of another agent, written as a trace of our own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ...collector.formats.registry import detect, is_native
from ...collector.formats.translator import Merged
from ...collector.reading.packed import CannotUnpackError
from ...collector.reading.translated import translated
from ..trace import UnreadableTraceError
from .loading_bar import loading_bar

TO_STDOUT = Path("-")


class NothingToConvertError(Exception):
    """The file is a trace of our own already, or none that is known; the message says which."""


def convert(file: Path, out: Path) -> tuple[str, int, Merged]:
    """Write the events of a session in another format to a file, or to standard output where `out` is `-`.

    The file stands there whole or not at all. Gives the name of the format, the number of events and what became of
    the records. Raises NothingToConvertError, UnreadableTraceError and OSError.
    """
    if file.is_dir():
        raise UnreadableTraceError(f"{file}: is a folder; name one of the session files in it")
    try:
        format = detect(file)
    except CannotUnpackError as error:
        raise UnreadableTraceError(f"{file}: {error}") from error
    if format is None and is_native(file):
        raise NothingToConvertError(f"{file} is a trace of our own already: nothing to convert")
    if format is None:
        raise NothingToConvertError(f"{file} is no log of another agent that tracetop knows: nothing to convert")
    events, merged = 0, Merged()
    with loading_bar(file) as told, _written_whole(out) as to:
        for lines, merged in translated(file, format, told):  # noqa: B007
            to.writelines(line + b"\n" for line in lines)
            events += len(lines)
    return format.name, events, merged


@contextmanager
def _written_whole(out: Path) -> Iterator[BinaryIO]:
    try:
        if out == TO_STDOUT:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        else:
            with _replaced_when_whole(out) as to:
                yield to
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        told = "standard output" if out == TO_STDOUT else os.fspath(out)
        raise OSError(error.errno, error.strerror, told) from error  # a write does not say where to


@contextmanager
def _replaced_when_whole(out: Path) -> Iterator[BinaryIO]:
    partial = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with partial.open("xb") as to:
            yield to
        partial.replace(out)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
