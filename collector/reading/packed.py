"""Logs packed with zstandard, as Codex packs old ones. Nothing is added to them: they are read once, whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ..formats.decoding import Decoding
from .delivery import Delivery, TailState
from .lines import LineSplitter

_MAGIC = b"\x28\xb5\x2f\xfd"
_PIECE_BYTES = 1 << 18
_NEEDS = "packed with zstandard; to read it: pip install 'tracetop[zst]'"


class CannotUnpackError(OSError):
    """A packed file, and nothing here that unpacks it; the message says what is needed."""


def is_packed(path: str | os.PathLike[str]) -> bool:
    """Whether a file is packed, by its first bytes. Raises OSError where it cannot be read."""
    with Path(path).open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def unpacked(path: str | os.PathLike[str]) -> Generator[bytes]:
    """What is in a packed file, piece by piece, as far as it is not damaged.

    Raises OSError where it cannot be read, `CannotUnpackError` where what unpacks it is missing.
    """
    unpackers = _unpackers()
    unpack, after = None, b""
    with Path(path).open("rb") as file:
        while piece := after or file.read(_PIECE_BYTES):
            unpack = unpack or unpackers()
            try:
                found = unpack.decompress(piece)
            except Exception as error:
                if type(error).__name__ != "ZstdError":
                    raise
                return
            after = unpack.unused_data if unpack.eof else b""
            if unpack.eof:
                unpack = None
            if found:
                yield found


def _unpackers() -> Any:
    """What makes an unpacker for a frame: the library's own module where Python has one, else the package."""
    try:
        return import_module("compression.zstd").ZstdDecompressor
    except ImportError:
        pass
    try:
        return import_module("zstandard").ZstdDecompressor().decompressobj
    except ImportError:
        raise CannotUnpackError(_NEEDS) from None


class PackedTail:
    """The lines of a packed file; that part of `FileTail`'s face that does not follow anything.

    Sizes are in bytes as they are unpacked, and known when it is.
    """

    def __init__(self, path: Path, decoding: Decoding) -> None:
        self.path = path
        self.state = TailState.WAITING
        self.reason = ""
        self.size = 0
        self.is_open = False
        self._decoding = decoding
        self._splitter = LineSplitter()
        self._pieces: list[bytes] | None = None
        self._left = 0

    @property
    def read_bytes(self) -> int:
        """Bytes read so far."""
        return self._splitter.end

    @property
    def torn_size(self) -> int:
        """Bytes of a last line that is not whole."""
        return self._splitter.torn_size

    @property
    def is_caught_up(self) -> bool:
        """Whether the last poll came to the end."""
        return self._left > 0

    def poll(self, max_bytes: int | None = None) -> Iterator[Delivery]:
        """Read on, up to about `max_bytes`. Never raises OSError."""
        self._left = sys.maxsize if max_bytes is None else max_bytes
        if self._pieces is None:
            self._pieces = self._unpack()
        while self._pieces and self._left > 0:
            piece = self._pieces.pop()
            self._left -= len(piece)
            block = self._splitter.feed(piece)
            if block is not None:
                yield Delivery(self._decoding.decode(block, 0))
        if not self._pieces and self._decoding.is_whole(self._splitter.torn):
            block = self._splitter.take_torn()
            if block is not None:
                yield Delivery(self._decoding.decode(block, 0))

    def _unpack(self) -> list[bytes]:
        """All of the file, its end first."""
        try:
            pieces = list(unpacked(self.path))
        except OSError as error:
            self.state, self.reason = TailState.UNREADABLE, error.strerror or str(error)
            return []
        self.state, self.size = TailState.FOLLOWING, sum(map(len, pieces))
        return pieces[::-1]

    def park(self) -> None:
        """Nothing is held open."""
