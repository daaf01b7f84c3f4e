"""An index of a large trace in the user's cache folder: what the fold made of it, so that it opens at once next time.

A file by the path of the trace and all else that the fold depends on: this code, its Python, the prices and the list
behind them. It holds that path, a header (msgpack: how far the trace was read, what each column is and its checksum)
and the columns as this machine has them. It is written whole and then takes its place, so that another process reads
the old one or the new one. Whatever is wrong with it, the trace is folded from its start.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from typing import Protocol
from zlib import crc32

import msgspec

from .. import __version__
from ..analysis.fold.session import Session
from ..analysis.fold.session_state import Column, SessionState, put_together, take_apart
from ..analysis.prices import Prices
from ..collector.formats.native import BadLine
from ..collector.reading.follow import FileTail
from ..collector.reading.read_mark import ReadMark
from .index_folder import begin, begins_with, index_folder, tidy

SMALLEST_BYTES = 4 << 20
"""Smaller traces fold faster than anybody looks."""

_FORMAT = 2
_SUFFIX = ".index"
_SCRATCH = ".new"
_PIECE_BYTES = 1 << 18
_GROWN = 1.125
"""By how much a trace must have grown to be worth another writing."""
_log = logging.getLogger("tracetop")


class _Section(msgspec.Struct, frozen=True):
    """A column: its name, its type (of `array`, or empty for bytes), its bytes and their checksum."""

    name: str
    typecode: str
    size: int
    checksum: int


class _Header(msgspec.Struct, frozen=True):
    mark: ReadMark
    lines: int
    bad_line_count: int
    bad_lines: list[BadLine]
    sections: list[_Section]
    rest: bytes


class Indexed(Protocol):
    """The trace that an index is of."""

    session: Session
    lines: int
    bad_line_count: int
    bad_lines: list[BadLine]

    def go_on_from(self, session: Session, lines: int, bad_line_count: int, bad_lines: list[BadLine]) -> None:
        """Begin with what was read of the trace some other time."""


class TraceIndex:
    """The index of one trace. By `prices` the cost of calls is estimated where the trace gives none."""

    def __init__(self, path: str | os.PathLike[str], prices: Prices | None = None) -> None:
        self._trace_path = Path(path).absolute()
        self._prices = prices
        self._saved_bytes = 0
        digest = blake2b(_of_what(self._trace_path, prices), digest_size=16).hexdigest()
        self.path = index_folder() / f"{digest}{_SUFFIX}"

    def load(self, trace: Indexed, tail: FileTail) -> bool:
        """Have a trace that was not read yet begin with what is kept, and its tail go on behind that.

        Gives whether there was anything, and of use.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                if begins_with(file) != self._trace_path:
                    return False
                header = _header_of(file)
                if not header.mark.holds():
                    return False
                session = put_together(_state_of(file, header), self._prices)
                os.utime(file.fileno())
        except FileNotFoundError:
            return False
        except (OSError, ValueError, OverflowError, MemoryError, RecursionError) as error:
            _log.debug("%s is of no use: %s", self.path, error)
            return False
        if not tail.resume(header.mark):
            return False
        self._saved_bytes = _bytes_read(header.mark)
        trace.go_on_from(session, header.lines, header.bad_line_count, header.bad_lines)
        return True

    def save(self, trace: Indexed, tail: FileTail) -> bool:
        """Keep what was read, if it is much and much of it is new; gives whether it did.

        Only for the thread that feeds the trace, between two deliveries.
        """
        mark = tail.mark()
        if mark is None or _bytes_read(mark) < max(SMALLEST_BYTES, self._saved_bytes * _GROWN):
            return False
        try:
            state = take_apart(trace.session)
            header = _Header(
                mark,
                trace.lines,
                trace.bad_line_count,
                trace.bad_lines,
                [_section(name, column) for name, column in state.columns.items()],
                state.rest,
            )
            self._write(msgspec.msgpack.encode(header), state)
        except (OSError, ValueError, TypeError, OverflowError) as error:
            _log.debug("no index of %s: %s", self._trace_path, error)
            return False
        self._saved_bytes = _bytes_read(mark)
        return True

    def _write(self, header: bytes, state: SessionState) -> None:
        folder = self.path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, scratch = tempfile.mkstemp(_SCRATCH, dir=folder)
        try:
            with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - what mkstemp opened
                head = len(header).to_bytes(8) + crc32(header).to_bytes(4) + header
                for piece in (begin(self._trace_path), head):
                    _write_all(file.fileno(), memoryview(piece))
                for column in state.columns.values():
                    _write_all(file.fileno(), _bytes_of(column))
            os.replace(scratch, self.path)  # noqa: PTH105
        except BaseException:
            with suppress(OSError):
                Path(scratch).unlink()
            raise
        tidy()


def _of_what(path: Path, prices: Prices | None) -> bytes:
    """All that decides what an index holds."""
    python = (*sys.version_info[:2], sys.byteorder, sys.maxsize)
    by_prices = (prices or Prices()).identity
    return repr((_FORMAT, __version__, python, sorted(_code()), by_prices, str(path))).encode(errors="surrogateescape")


def _code() -> Iterator[tuple[str, int, int]]:
    """Every file of ours that decides what an index holds, and how it stands."""
    here = Path(__file__).parent
    folders = (
        *("analysis", "analysis/cache", "analysis/fold", "analysis/issues"),
        *("collector", "collector/formats", "collector/reading"),
    )
    for place in (*(here.parent / folder for folder in folders), here):
        with suppress(OSError), os.scandir(place) as entries:  # in a zip file there is no folder
            for entry in entries:
                if entry.name.endswith(".py") and (place != here or entry.name == "list_prices.py"):
                    yield entry.name, entry.stat().st_size, entry.stat().st_mtime_ns


def _bytes_read(mark: ReadMark) -> int:
    return sum(part.end for part in mark.parts)


def _section(name: str, column: Column) -> _Section:
    content = _bytes_of(column)
    return _Section(name, getattr(column, "typecode", ""), len(content), crc32(content))


def _bytes_of(column: Column) -> memoryview:
    return memoryview(column).cast("B")


def _write_all(descriptor: int, content: memoryview) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _header_of(file: FileIO) -> _Header:
    """The header of an index. Raises ValueError where it is none."""
    start = file.read(12)
    size = int.from_bytes(start[:8])
    if len(start) < 12 or size > os.fstat(file.fileno()).st_size:
        raise ValueError("has no header")
    content = file.read(size)
    if crc32(content) != int.from_bytes(start[8:]):
        raise ValueError("its header is damaged")
    return msgspec.msgpack.decode(content, type=_Header)


def _state_of(file: FileIO, header: _Header) -> SessionState:
    """The columns behind the header. Raises ValueError where one is damaged, or there are more or fewer bytes."""
    piece = memoryview(bytearray(_PIECE_BYTES))
    columns = {section.name: _column(file, section, piece) for section in header.sections}
    if file.read(1):
        raise ValueError("is longer than it should be")
    return SessionState(columns, header.rest)


def _column(file: FileIO, section: _Section, piece: memoryview) -> Column:
    column: Column = array(section.typecode) if section.typecode else bytearray()
    append = column.extend if isinstance(column, bytearray) else column.frombytes
    checksum, left = 0, section.size
    # By pieces that stay in the processor's cache from the file to the column.
    while left:
        read = file.readinto(piece[: min(left, len(piece))])
        if not read or read % getattr(column, "itemsize", 1):
            raise ValueError(f"{section.name} ends too early")
        append(piece[:read])
        checksum = crc32(piece[:read], checksum)
        left -= read
    if checksum != section.checksum:
        raise ValueError(f"{section.name} is damaged")
    return column
