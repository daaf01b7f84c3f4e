"""How whole lines of a file become events: as a tail asks for it."""

from __future__ import annotations

from typing import Protocol

import orjson

from ..reading.lines import Block
from ..records import NotAnEventError
from .native import Batch, decode_block, event_from_line


class Decoding(Protocol):
    """What a tail makes of the lines that it reads."""

    def decode(self, block: Block, base: int) -> Batch:
        """The events of whole lines. `base` and the offset of a line make the position of its events.

        Never raises for what a line may hold.
        """
        ...

    def is_whole(self, line: bytes) -> bool:
        """Whether a last line that lacks its newline is whole already, not the torn start of one."""
        ...


class NativeLines:
    """The native format: a line is an event."""

    def decode(self, block: Block, base: int) -> Batch:
        """The events of whole lines."""
        batch = decode_block(block)
        if base:
            batch.offsets = [base + offset for offset in batch.offsets]
        return batch

    def is_whole(self, line: bytes) -> bool:
        """Whether the line is an event already, or can be none any more."""
        return is_whole_object(line)


NATIVE_LINES = NativeLines()


def is_whole_object(line: bytes) -> bool:
    """Whether a last line that lacks its newline is an event already, or other JSON, not the torn start of one."""
    if line.rstrip()[-1:] not in (b"}", b"]"):
        return False
    try:
        event_from_line(line)
    except NotAnEventError:
        return _is_other_json(line)
    return True


def _is_other_json(line: bytes) -> bool:
    """Whether nothing that may still be written behind it makes an event of it."""
    try:
        return isinstance(orjson.loads(line), (dict, list))
    except orjson.JSONDecodeError:
        return False
