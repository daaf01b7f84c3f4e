"""A session that another agent logged, as a trace that grows: its files read side by side, their records translated."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from ..events import TraceEvent
from ..formats.line_records import records_of
from ..formats.native import BadLine, Batch, decode_block
from ..formats.translator import Format, Merged, Origin, Record, Settling
from ..recording.sanitize import encode_line
from .delivery import Delivery, TailState
from .follow import FileTail
from .lines import Block
from .packed import PackedTail, is_packed
from .reader import CHUNK_BYTES
from .translated_lines import TranslatedLines

_COMPANIONS_EVERY_SECONDS = 1.0
_BYTES_A_LOOK = 1 << 22
_LINES_A_PIECE = 10_000


@dataclass(slots=True)
class _Waiting:
    """A record that was read and not translated yet. `time` never runs backwards within a file."""

    time: float
    record: Record
    origin: Origin


@dataclass
class _Log:
    """One file of the session, and what was read of it."""

    path: Path
    format: Format
    tail: FileTail | PackedTail = field(init=False)
    waiting: deque[_Waiting] = field(default_factory=deque)
    bad: list[BadLine] = field(default_factory=list)
    lines: int = 0
    _newest: float = float("-inf")

    def __post_init__(self) -> None:
        self.tail = PackedTail(self.path, self) if _is_packed(self.path) else FileTail(self.path, decoding=self)

    def decode(self, block: Block, base: int) -> Batch:
        """Put the records of whole lines among those that wait. No events come of it yet."""
        for number, line in enumerate(block.lines, block.first_line):
            if not line.strip():
                continue
            self.lines += 1
            records, defect = records_of(line)
            if defect:
                self.bad.append(BadLine(number, defect))
            for record in records:
                told = self.format.time_of(record)
                self._newest = self._newest if told is None else max(self._newest, told)
                self.waiting.append(_Waiting(self._newest, record, Origin(self.path, number)))
        return Batch()

    def is_whole(self, line: bytes) -> bool:
        """Whether a last line without its newline is a record already."""
        try:
            return isinstance(orjson.loads(line), dict)
        except orjson.JSONDecodeError:
            return False


class TranslatedTail:
    """A growing session of another format; the same face as `FileTail`.

    Records of several files are taken in the order of their times, as far as these were read; each file's own order
    stays. When one of the files is replaced or truncated, all starts over.
    """

    def __init__(self, path: str | os.PathLike[str], format: Format) -> None:
        self.path = Path(path)
        self.format = format
        self._left = 0
        self._is_told_anew = False
        """Whether what was read before is being read again: then last lines that were whole are awaited."""
        self._begin()

    def _begin(self) -> None:
        self._translator = self.format.translator(self.path)
        self._lines = TranslatedLines()
        self._logs: dict[Path, _Log] = {self.path: _Log(self.path, self.format)}
        self._looked = float("-inf")

    @property
    def _main(self) -> FileTail | PackedTail:
        return self._logs[self.path].tail

    @property
    def merged(self) -> Merged:
        """What became of the records read so far."""
        return self._translator.merged

    @property
    def state(self) -> TailState:
        """Where the session's own file stands."""
        return self._main.state

    @property
    def reason(self) -> str:
        """Why that is UNREADABLE; empty in other states."""
        return self._main.reason

    @property
    def part(self) -> Path:
        """The session's own file."""
        return self.path

    @property
    def size(self) -> int:
        """Bytes of all files when last looked at."""
        return sum(log.tail.size for log in self._logs.values())

    @property
    def read_bytes(self) -> int:
        """Bytes of them read so far."""
        return sum(log.tail.read_bytes for log in self._logs.values())

    @property
    def torn_size(self) -> int:
        """Bytes of last lines that wait for their rest."""
        return sum(log.tail.torn_size for log in self._logs.values())

    @property
    def has_torn_to_try(self) -> bool:
        """Whether a last line without its newline was not tried yet: one of the next polls does, unless it grows."""
        return any(log.tail.has_torn_to_try for log in self._logs.values())

    @property
    def is_caught_up(self) -> bool:
        """Whether the last poll found less than it might have read: nothing more was there."""
        return self._left > 0

    @property
    def has_more(self) -> bool:
        """Whether the last `poll` may have ended for its `max_bytes`, not for want of more."""
        return self._left <= 0

    @property
    def is_open(self) -> bool:
        """Whether the tail holds a descriptor."""
        return any(log.tail.is_open for log in self._logs.values())

    def poll(self, max_bytes: int | None = None) -> Iterator[Delivery]:
        """Read what is new right now, up to about `max_bytes`. Never waits for more, never raises OSError."""
        self._left = sys.maxsize if max_bytes is None else max_bytes
        self._look_for_companions()
        unread = list(self._logs.values())
        while True:
            void = any(self._is_replaced(log) for log in unread)
            if not void:
                batch = self._native(self._translated())
                if batch.lines or batch.records or batch.bad:
                    yield Delivery(batch)
                unread = [log for log in self._logs.values() if self._is_awaited(log)]
                if not unread:
                    self._is_told_anew = False
                    settled = self._settled()
                    if settled:
                        yield Delivery(self._native(settled))
                    void = settled is None
                if not void and (self._left <= 0 or not unread):
                    return
            if void:
                self.park()
                self._begin()
                self._is_told_anew = True
                yield Delivery(Batch(), fresh=True)
                self._look_for_companions()
                unread = list(self._logs.values())

    def line(self, position: int) -> bytes:
        """The native line at a delivered position. From any thread. Raises OSError where none is kept."""
        return self._lines.line(position)

    def place(self, position: int) -> str:
        """Where the record stands that it was made of, for people."""
        origin = self._lines.origin(position)
        return f"line {origin.line:,} of {origin.path.name}"

    def park(self) -> None:
        """Give the descriptors back; a later `poll` opens the files again."""
        for log in self._logs.values():
            log.tail.park()

    close = park

    def _look_for_companions(self) -> None:
        """Find the further files of the session, now and then."""
        now = time.monotonic()
        if now - self._looked < _COMPANIONS_EVERY_SECONDS:
            return
        self._looked = now
        for path in self.format.companions(self.path):
            if path not in self._logs:
                self._logs[path] = _Log(path, self.format)

    def _is_replaced(self, log: _Log) -> bool:
        """Read some more of a file; gives whether what was read of it before is void."""
        before = log.tail.read_bytes
        is_fresh = False
        for delivery in log.tail.poll(min(CHUNK_BYTES, self._left)):
            is_fresh = is_fresh or delivery.fresh
        self._left -= max(0, log.tail.read_bytes - before)
        return is_fresh

    def _is_awaited(self, log: _Log) -> bool:
        """Whether the next record of a file is still to be read."""
        return not log.waiting and (not log.tail.is_caught_up or (self._is_told_anew and log.tail.has_torn_to_try))

    def _ready(self) -> Iterator[_Waiting]:
        """The records that may be translated: as long as no file could still bring an earlier one."""
        logs = list(self._logs.values())
        if len(logs) == 1:
            alone = logs[0].waiting
            while alone:
                yield alone.popleft()
            return
        while True:
            if any(self._is_awaited(log) for log in logs):
                return
            first = min((log for log in logs if log.waiting), key=lambda log: log.waiting[0].time, default=None)
            if first is None:
                return
            yield first.waiting.popleft()

    def _translated(self) -> Iterator[tuple[TraceEvent, Origin]]:
        """The events of records that may be translated, each with where its record stands."""
        for waiting in self._ready():
            for event in self._translator.take(waiting.record, waiting.origin):
                yield event, waiting.origin

    def _settled(self) -> Sequence[tuple[TraceEvent, Origin]] | None:
        """What comes in addition, all being read; None where what was told is void."""
        return self._translator.settle() if isinstance(self._translator, Settling) else ()

    def _native(self, events: Iterable[tuple[TraceEvent, Origin]]) -> Batch:
        lines: list[bytes] = []
        origins: list[Origin] = []
        for event, origin in events:
            lines.append(native_line(event))
            origins.append(origin)
        positions = self._lines.add(lines, origins)
        batch = decode_block(Block(b"\n".join(lines), 0, 1)) if lines else Batch()
        batch.offsets = positions
        batch.bad, batch.lines = self._take_bad(), self._take_lines()
        return batch

    def _take_lines(self) -> int:
        lines = sum(log.lines for log in self._logs.values())
        for log in self._logs.values():
            log.lines = 0
        return lines

    def _take_bad(self) -> list[BadLine]:
        found: list[BadLine] = []
        for path, log in self._logs.items():
            where = "" if path == self.path else f"{path.name}: "
            found += [BadLine(bad.number, where + bad.reason) for bad in log.bad]
            log.bad.clear()
        return found


def _is_packed(path: Path) -> bool:
    try:
        return is_packed(path)
    except OSError:  # why it cannot be read, its tail says
        return False


def native_line(event: TraceEvent) -> bytes:
    """An event as a line of the native format, without its newline."""
    fields = {
        "event_id": event.event_id,
        "kind": event.kind,
        "timestamp": event.timestamp,
        "session_id": event.session_id,
        "iteration": event.iteration,
        "data": dict(event.data),
        "parent_event_id": event.parent_event_id,
        "duration_ms": event.duration_ms,
    }
    return encode_line(fields)[0].rstrip(b"\n")


def translated(
    path: Path, format: Format, told: Callable[[int, int], None] | None = None
) -> Iterator[tuple[Sequence[bytes], Merged]]:
    """The native lines of a whole session, piece by piece, and what became of its records.

    `told` is called again and again with how many bytes are read, of how many. Raises OSError where the session's file
    cannot be read.
    """
    tail = TranslatedTail(path, format)
    positions: list[int] = []
    while not tail.is_caught_up or tail.has_torn_to_try:
        for delivery in tail.poll(_BYTES_A_LOOK):
            if delivery.fresh:
                positions.clear()
            positions += delivery.batch.offsets
        if told is not None:
            told(tail.read_bytes, tail.size)
    if tail.state in (TailState.UNREADABLE, TailState.WAITING):
        raise OSError(f"{path}: {tail.reason or 'no such file'}")
    for first in range(0, max(1, len(positions)), _LINES_A_PIECE):
        yield [tail.line(position) for position in positions[first : first + _LINES_A_PIECE]], tail.merged
    tail.close()
