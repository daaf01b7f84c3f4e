"""A trace that grows: what is new in its file since the last look.

Nothing here waits or raises for what happens to the file; `collector.reading.watch` says when to look again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from ..formats.decoding import NATIVE_LINES, Decoding
from ..formats.native import Batch
from .delivery import Delivery, TailState
from .fate import Fate, fate_of
from .line_numbers import LineNumbers
from .lines import Block, LineSplitter
from .part_progress import SEAM_BYTES, PartProgress
from .read_mark import ReadMark, mark_part
from .reader import CHUNK_BYTES
from .segments import Segments, identity_of


class FileTail:
    """A growing trace, read from the start of its file by one thread, which calls `poll` again and again.

    The trace goes on in the part that follows the file (`collector.parts`), and when a file is rotated away by a rename
    in the one that takes its path: each is the next segment. A position names a line for good, but positions are an
    order only within one segment. Line numbers of bad lines go on from part to part, not over a rename.

    State and sizes are those of the part that is read now; earlier ones are not looked at again. When that part is
    replaced or truncated the trace starts over from its first part, and so it does when both were deleted and the first
    one comes back.

    With `start`, the offset of a line in that file, nothing before it is read, and line numbers are not known there.
    `decoding` says what lines mean.
    """

    def __init__(self, path: str | os.PathLike[str], *, start: int = 0, decoding: Decoding = NATIVE_LINES) -> None:
        self.path = Path(path)
        self._decoding = decoding
        self.state = TailState.WAITING
        self.reason = ""
        """Why the file is UNREADABLE; empty in other states."""
        self.size = 0
        """Bytes of the current segment when last looked at."""
        self._segments = Segments(self.path)
        self._progress = PartProgress(LineSplitter(offset=start))
        self._starts_within = bool(start)
        self._line_numbers = LineNumbers()
        self._part_ends: dict[int, int] = {}
        self._behind: tuple[int, LineSplitter] | None = None  # the part that was left last, to be looked at once more
        self._left = 0

    @property
    def part(self) -> Path:
        """The path of the part that is read now."""
        return self._segments.path

    @property
    def read_bytes(self) -> int:
        """Bytes of the current segment read so far, of `size`."""
        return self._progress.splitter.end

    @property
    def torn_size(self) -> int:
        """Bytes of a last line that waits for its rest."""
        return self._progress.splitter.torn_size

    @property
    def has_torn_to_try(self) -> bool:
        """Whether a last line without its newline was not tried yet: one of the next polls does, unless it grows."""
        return self._progress.has_torn_to_try and self.state is TailState.FOLLOWING

    @property
    def is_caught_up(self) -> bool:
        """Whether the last poll found less than it might have read: nothing more was there."""
        return self._left > 0

    @property
    def is_open(self) -> bool:
        """Whether the tail holds a descriptor."""
        return self._segments.is_open

    def poll(self, max_bytes: int | None = None) -> Iterator[Delivery]:
        """Read what is new right now, up to `max_bytes`. Never waits for more, never raises OSError."""
        self._left = sys.maxsize if max_bytes is None else max_bytes
        try:
            yield from self._poll()
        except OSError as error:
            if not isinstance(error, FileNotFoundError):  # deleted this moment: the next poll will see
                self._fail(error.strerror or str(error), Path(error.filename or self.part))

    @property
    def has_more(self) -> bool:
        """Whether the last `poll` may have ended for its `max_bytes`, not for want of more."""
        return self._left <= 0

    def line(self, position: int) -> bytes:
        """The raw line at a delivered position, without its newline. From any thread.

        Raises OSError where the line is no longer there: its file was truncated, or is closed for good.
        """
        return self._segments.line(position)

    def stretch(self, position: int, size: int) -> bytes:
        """Up to `size` bytes from a delivered position on, of the file that it is in. From any thread.

        Raises OSError as `line` does.
        """
        return self._segments.read_at(position, size)

    def place(self, position: int) -> str:
        """Where a line stands, for people: its number, its byte offset, and in which file."""
        path, offset = self._segments.place(position)
        try:
            number = self._line_numbers.number(position, position - offset, self._segments.read_at)
        except OSError:  # it is no longer there
            number = None
        line = "" if number is None else f"line {number:,}, "
        return f"{line}byte {offset:,} of {path.name}"

    def file_place(self, position: int) -> tuple[Path, int]:
        """The file that a delivered position is in, and the byte offset there."""
        return self._segments.place(position)

    def mark(self) -> ReadMark | None:
        """How far it is read, for `resume`; None where nothing is, or where that cannot be kept."""
        known = self._segments.parts() if self._behind is None and not self._starts_within else None
        if not known:
            return None
        splitter = self._progress.splitter
        ends = [self._part_ends.get(base, -1) for _, base in known[:-1]] + [splitter.offset]
        try:
            parts = tuple(mark_part(path, end) for (path, _), end in zip(known, ends, strict=True))
        except (OSError, ValueError):
            return None
        return ReadMark(parts, splitter.next_line, splitter.gave_torn, self._line_numbers.kept())

    def resume(self, mark: ReadMark) -> bool:
        """Go on behind what was read when `mark` was made, before anything else is read.

        Gives whether that can be done: not where the files are others now, or were changed but for growing.
        """
        if not mark.holds() or mark.parts[0].path != str(self.path.absolute()):
            return False
        try:
            self._line_numbers.restore(mark.numbered)
            self._segments.open()
            for left, part in pairwise(mark.parts):
                self._part_ends[self._segments.base] = left.end
                self._segments.open_part(Path(part.path), left.end, self._seam_before(left.end))
            end = mark.parts[-1].end
            seam = self._seam_before(end)
        except (OSError, ValueError):
            self._segments = Segments(self.path)
            self._started_over()
            return False
        self._progress = PartProgress(LineSplitter.at(end, mark.next_line, mark.ended_early), seam)
        self.size = end
        self._enter(TailState.FOLLOWING)
        return True

    def _seam_before(self, end: int) -> bytes:
        size = min(SEAM_BYTES, end)
        return self._segments.read(size, end - size)

    def park(self) -> None:
        """Give the descriptors back; a later `poll` or `line` opens the files again.

        Files that were rotated away, or deleted, are out of reach from then on.
        """
        self._segments.close()

    close = park

    def _poll(self) -> Iterator[Delivery]:
        yield from self._read_behind()
        while True:
            part = self.part
            # Looked for before the reading: whoever writes there has no more to write here.
            following = self._segments.following()
            yield from self._read_part()
            if self.part != part:
                continue  # it starts over from the first
            is_at_end = self._left > 0 and self.state in (TailState.FOLLOWING, TailState.GONE)
            if following is None or not is_at_end:
                return
            yield from self._go_on(following)

    def _read_part(self) -> Iterator[Delivery]:
        """What is new in the current part, whatever happened to it."""
        fate, found, reason = fate_of(self._segments)
        if found is None:
            yield from self._read_without_path(fate, reason)
        elif fate is Fate.SAME:
            yield from self._read_on(found)
        elif fate is Fate.FIRST:
            self._segments.open()
            self._enter(TailState.FOLLOWING)
            yield from self._read_new()
        elif fate is Fate.ROTATED:
            yield from self._move_on(found)
        else:
            yield from self._start_over_from_first()

    def _read_without_path(self, fate: Fate, reason: str) -> Iterator[Delivery]:
        """No file has the path: the rest of what had it, or the first part, if that came back as another file."""
        if fate is Fate.UNREADABLE:
            self._fail(reason, self.part)
        else:
            self._enter(TailState.WAITING if self._segments.identity is None else TailState.GONE)
        if self.state is TailState.GONE and self._segments.is_first_replaced():
            yield from self._start_over_from_first()
        else:
            yield from self._read_new()

    def _go_on(self, part: Path) -> Iterator[Delivery]:
        """Leave the current part, which was read to its end, for the one that follows."""
        yield from self._read_behind()
        yield from self._give_torn()
        if self._left <= 0:
            return
        base, left = self._segments.base, self._progress
        self._part_ends[base] = self.read_bytes
        self._segments.open_part(part, self.read_bytes, left.seam)
        self._enter(TailState.FOLLOWING)
        next_line = left.splitter.next_line + bool(left.splitter.torn_size)
        self._progress = PartProgress(LineSplitter(next_line=next_line))
        self._behind = base, left.splitter

    def _read_behind(self) -> Iterator[Delivery]:
        """What a slower process still wrote into the part that was left last; a torn last line is a bad one now."""
        if self._behind is None:
            return
        base, splitter = self._behind
        with suppress(OSError):  # it is no longer there
            while self._left > 0:
                chunk = self._segments.read_at(base + splitter.end, min(CHUNK_BYTES, self._left))
                if not chunk:
                    break
                self._left -= len(chunk)
                self._part_ends[base] += len(chunk)
                block = splitter.feed(chunk)
                if block is not None:
                    yield self._decoded(block, base)
        if self._left > 0:
            self._behind = None
            block = splitter.take_torn()
            if block is not None:
                yield self._decoded(block, base)

    def _enter(self, state: TailState, reason: str = "") -> None:
        self.state = state
        self.reason = reason

    def _fail(self, reason: str, path: Path) -> None:
        self._enter(TailState.UNREADABLE, reason if path == self.path else f"{path.name}: {reason}")

    def _read_on(self, found: os.stat_result) -> Iterator[Delivery]:
        """The same file as before, which may be parked."""
        if self._segments.status() is None:
            if self._progress.is_untouched(found):
                self._enter(TailState.FOLLOWING)
                if self._progress.is_time_for_torn():
                    yield from self._give_torn()
                return
            self._segments.open()
            if self._segments.identity != identity_of(found):
                yield from self._start_over_from_first()
                return
        self._enter(TailState.FOLLOWING)
        yield from self._read_new()

    def _move_on(self, found: os.stat_result) -> Iterator[Delivery]:
        """After a rotation: read the old file to its end, then go on in the new one."""
        yield from self._read_new()
        if self._left <= 0 or not found.st_size:
            return  # a writer may hold on to the old file until it first writes to the new one
        yield from self._give_torn()
        self._segments.open_next()
        self._enter(TailState.FOLLOWING)
        self._progress = PartProgress()
        yield from self._read_new()

    def _start_over_from_first(self) -> Iterator[Delivery]:
        """After a replacement: what was read before is void."""
        self._segments.open_first()
        self._enter(TailState.FOLLOWING)
        yield self._started_over()
        yield from self._read_new()

    def _read_new(self) -> Iterator[Delivery]:
        """All that is new behind the current descriptor, if there is one."""
        now = self._segments.status()
        if now is None:
            return
        if not self._progress.is_untouched(now) and not self._progress.seam_holds(now, self._segments.read):
            if self.part != self.path:
                yield from self._start_over_from_first()
                return
            self._segments.start_over()
            yield self._started_over()
        self.size = now.st_size
        self._progress.note(now)
        quiet = self.read_bytes >= self.size
        while self._left > 0 and self.read_bytes < self.size:
            chunk = self._segments.read(min(CHUNK_BYTES, self._left), self.read_bytes)
            if not chunk:
                break
            self._left -= len(chunk)
            block = self._progress.take(chunk)
            if block is not None:
                yield self._decoded(block, self._segments.base)
        if quiet and self._progress.is_time_for_torn():
            yield from self._give_torn()

    def _give_torn(self) -> Iterator[Delivery]:
        block = self._progress.take_torn(self._decoding.is_whole)
        if block is not None:
            yield self._decoded(block, self._segments.base)

    def _decoded(self, block: Block, base: int) -> Delivery:
        if base or not self._starts_within:
            self._line_numbers.note(base + block.offset, base, block.first_line)
        return Delivery(self._decoding.decode(block, base))

    def _started_over(self) -> Delivery:
        self._progress = PartProgress()
        self._line_numbers = LineNumbers()
        self._behind = None
        self._part_ends.clear()
        return Delivery(Batch(), fresh=True)
