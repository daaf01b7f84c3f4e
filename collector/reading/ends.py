"""The two ends of a trace, however long it is: what its first lines say, and its newest events."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from ..formats.decoding import is_whole_object
from ..formats.native import Batch, decode_block
from ..parts import parts_from
from .lines import LineSplitter
from .segments import open_file

HEAD_BYTES = 64 * 1024
"""Where a session_start and the time of the first event stand."""

TAIL_BYTES = 4 * 1024 * 1024
"""The most that is read for a tail."""

ENOUGH_EVENTS = 200
"""More than most screens have rows."""

_FIRST_STEP = 32 * 1024


@dataclass(frozen=True, slots=True)
class Ends:
    """Head and tail of a trace, which overlap where it is short.

    Offsets of `head` count in the file that was named, those of `tail` in `last`, the part it is of, where its first
    line begins at `tail_offset`. Numbers of bad lines count from the first line of the head, or of the tail. `size` is
    that of all parts, in bytes. With `is_cut` not even the last line is whole in what was read for the tail.
    """

    head: Batch
    tail: Batch
    size: int
    last: Path
    tail_offset: int
    is_cut: bool = False


def head_and_tail(
    path: str | os.PathLike[str],
    head_bytes: int = HEAD_BYTES,
    tail_bytes: int = TAIL_BYTES,
    enough: int = ENOUGH_EVENTS,
    first_step: int = _FIRST_STEP,
) -> Ends:
    """Read both ends of a file and the parts that follow it: `head_bytes` and `tail_bytes` at most, whatever it holds.

    The tail is whole lines up to the end of the last part that has events. It is read backwards, in steps from
    `first_step` on, until it has `enough` events; it may have more. A last line without its newline counts if it could
    be whole, as for whoever reads all. Raises OSError where a file cannot be read, never for what is in it.
    """
    parts = parts_from(Path(path))
    sizes = [part.stat().st_size for part in parts]
    with _opened(parts[0]) as file:
        head, _ = _decoded(file.read(head_bytes) or b"", 0, is_end=sizes[0] <= head_bytes)
    tail = _Tail(Batch(), 0)
    for part in reversed(parts):
        with _opened(part) as file:
            tail = _tail(file, tail_bytes, enough, first_step, is_followed=part is not parts[-1])
        if tail.batch.lines or tail.is_cut:
            break
    return Ends(head, tail.batch, sum(sizes), part, tail.offset, tail.is_cut)


class _Tail(NamedTuple):
    batch: Batch
    offset: int
    is_cut: bool = False


def _tail(file: FileIO, most: int, enough: int, step: int, *, is_followed: bool) -> _Tail:
    """The last lines of one file; another that `is_followed` ends its last line, whether or not that is whole."""
    start = size = file.seek(0, os.SEEK_END)
    text = b""
    while True:
        step = min(step, start, most - len(text))
        file.seek(start - step)
        piece = file.read(step) or b""
        if len(piece) < step:
            return _Tail(Batch(), size)  # truncated this moment
        start -= step
        text = piece + text
        step *= 2
        is_all = not start or len(text) >= most
        if is_all or text.count(b"\n") > enough:
            cut = text.find(b"\n") + 1 if start else 0
            offset = start + cut if cut or not start else size
            batch, has_lines = _decoded(text[offset - start :], offset, is_end=True, is_followed=is_followed)
            if is_all or len(batch.records) >= enough:
                return _Tail(batch, offset, is_cut=bool(start) and not has_lines)


def _decoded(text: bytes, offset: int, *, is_end: bool, is_followed: bool = False) -> tuple[Batch, bool]:
    """The events of whole lines at an offset, and whether there are any lines; what `is_end` may end in one more."""
    splitter = LineSplitter(offset=offset)
    blocks = [splitter.feed(text)]
    if is_end and (is_followed or is_whole_object(splitter.torn)):
        blocks.append(splitter.take_torn())
    batches = [decode_block(block) for block in blocks if block is not None]
    if not batches:
        return Batch(), False
    batch = batches[0]
    for more in batches[1:]:
        batch = Batch(
            batch.records + more.records, batch.offsets + more.offsets, batch.bad + more.bad, batch.lines + more.lines
        )
    return batch, True


def _opened(path: Path) -> FileIO:
    return FileIO(open_file(path), "rb")
