"""Logs packed with zstandard, as Codex packs old ones. Nothing is added to them: they are read once, whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from ..formats.decoding import Decoding
from .delivery import Delivery, TailState
from .lines import LineSplitter

_MAGIC = b"\x28\xb5\x2f\xfd"
_PIECE_BYTES = 1 << 17
SUFFIX = ".zst"
_NEEDS = "needs pip install 'tracetop[zst]' (packed with zstandard)"


class CannotUnpackError(OSError):
    """A packed file, and nothing here that unpacks it; the message says what is needed."""


def is_packed(path: str | os.PathLike[str]) -> bool:
    """Whether a file is packed, by its first bytes. Raises OSError where it cannot be read."""
    with Path(path).open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def is_called_packed(path: Path) -> bool:
    """Whether a file is called like a packed one. Nothing is read."""
    return path.suffix == SUFFIX


def missing() -> str:
    """What is needed to read packed files, as a line for people; "" where it is there."""
    try:
        _unpackers()
    except CannotUnpackError as error:
        return str(error)
    return ""


def unpacked(path: str | os.PathLike[str]) -> Generator[bytes]:
    """What is in a packed file, in pieces of at most 128 kB, as far as it is not damaged.

    No more is unpacked than is asked for. Raises OSError where it cannot be read, `CannotUnpackError` where what
    unpacks it is missing.
    """
    reader_of = _unpackers()
    with Path(path).open("rb") as file:
        yield from _pieces(reader_of(file))


def _pieces(reader: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            piece = reader.read(_PIECE_BYTES)
        except EOFError:  # it ends within a frame
            return
        except Exception as error:
            if type(error).__name__ != "ZstdError":
                raise
            return
        if not piece:
            return
        yield piece


def _unpackers() -> Callable[[BinaryIO], BinaryIO]:
    """What makes a reader of what is packed in a file: of the library's own module where Python has one."""
    try:
        own: Callable[[BinaryIO], BinaryIO] = import_module("compression.zstd").ZstdFile
    except ImportError:
        pass
    else:
        return own
    try:
        package = import_module("zstandard")
    except ImportError:
        raise CannotUnpackError(_NEEDS) from None
    return partial(_read_with, package.ZstdDecompressor())


def _read_with(unpacker: Any, file: BinaryIO) -> BinaryIO:
    reader: BinaryIO = unpacker.stream_reader(file, read_across_frames=True, closefd=False)
    return reader


class PackedTail:
    """The lines of a packed file; that part of `FileTail`'s face that does not follow anything.

    Sizes are in bytes as they are unpacked. How many there are is estimated until all are.
    """

    def __init__(self, path: Path, decoding: Decoding) -> None:
        self.path = path
        self.state = TailState.WAITING
        self.reason = ""
        self._decoding = decoding
        self._splitter = LineSplitter()
        self._file: BinaryIO | None = None
        self._pieces: Iterator[bytes] = iter(())
        self._packed_size = 0
        self._left = 0
        self._is_done = False

    @property
    def read_bytes(self) -> int:
        """Bytes read so far."""
        return self._splitter.end

    @property
    def torn_size(self) -> int:
        """Bytes of a last line that is not whole."""
        return self._splitter.torn_size

    @property
    def size(self) -> int:
        """Bytes that there are."""
        if self._is_done or self._file is None:
            return self.read_bytes
        return max(self.read_bytes, int(self.read_bytes * self._packed_size / max(1, self._file.tell())))

    @property
    def has_torn_to_try(self) -> bool:
        """Never: its last line is tried as soon as the end is there."""
        return False

    @property
    def is_open(self) -> bool:
        """Whether it holds a descriptor."""
        return self._file is not None

    @property
    def is_caught_up(self) -> bool:
        """Whether the last poll came to the end."""
        return self._left > 0

    def poll(self, max_bytes: int | None = None) -> Iterator[Delivery]:
        """Read on, up to about `max_bytes`. Never raises OSError."""
        self._left = sys.maxsize if max_bytes is None else max_bytes
        while self._left > 0 and (piece := self._next_piece()):
            self._left -= len(piece)
            block = self._splitter.feed(piece)
            if block is not None:
                yield Delivery(self._decoding.decode(block, 0))
        if self._is_done and self._decoding.is_whole(self._splitter.torn):
            block = self._splitter.take_torn()
            if block is not None:
                yield Delivery(self._decoding.decode(block, 0))

    def _next_piece(self) -> bytes:
        """The next piece; empty at the end, and where nothing can be read."""
        if self._is_done:
            return b""
        try:
            if self._file is None:
                self._open()
            piece = next(self._pieces, b"")
        except OSError as error:
            self.state, self.reason = TailState.UNREADABLE, error.strerror or str(error)
            piece = b""
        if not piece:
            self._is_done = True
            self.park()
        return piece

    def _open(self) -> None:
        """Begin to unpack; go on from where it was, where descriptors were given back meanwhile."""
        reader_of = _unpackers()
        self._file = self.path.open("rb")
        self._packed_size = os.fstat(self._file.fileno()).st_size
        self._pieces = _beyond(self.read_bytes, _pieces(reader_of(self._file)))
        self.state = TailState.FOLLOWING

    def park(self) -> None:
        """Give the descriptor back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _beyond(place: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What lies behind a place."""
    for piece in pieces:
        if place < len(piece):
            yield piece[place:]
        place = max(0, place - len(piece))
