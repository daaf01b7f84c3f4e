"""How a collector is to record, checked; and what follows from it: where lines go, and by which clocks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from .memory_lines import MemoryLines
from .plain_values import as_number, attempt
from .redactor import Redact
from .writer import LineWriter

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """What `TraceCollector` takes by these names. Raises ValueError for what cannot be."""

    buffer_size: int
    flush_interval: float
    durability: Literal["batch", "event"]
    max_bytes: int | None
    hide_secrets: bool
    redact: Redact | None
    max_string: int
    clock: Clock

    def __post_init__(self) -> None:
        if self.durability not in ("batch", "event"):
            raise ValueError(f"durability is 'batch' or 'event', not {self.durability!r}")
        _check_numbers(buffer_size=self.buffer_size, max_string=self.max_string)
        if self.max_bytes is not None:
            _check_numbers(max_bytes=self.max_bytes)
        if not isinstance(self.flush_interval, int | float) or not self.flush_interval >= 0:
            raise ValueError(f"flush_interval is a number of seconds, not {self.flush_interval!r}")

    def arguments(self) -> dict[str, Any]:
        """What another collector is made with that is to record in the same way."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def sink(self, path: Path | None) -> LineWriter | MemoryLines:
        """What takes the lines: the writer of a file, or memory where there is none."""
        if path is None:
            return MemoryLines()
        batch_lines = 1 if self.durability == "event" else self.buffer_size
        return LineWriter(path, batch_lines, self.flush_interval, max_bytes=self.max_bytes)

    def clocks(self) -> tuple[Clock, Clock]:
        """The clock of timestamps, and that of a run's length: the wall clock may be set back, so the other cannot."""
        if self.clock is time.time:
            return self.clock, time.monotonic
        clock = _never_raising(self.clock)
        return clock, clock


def _check_numbers(**settings: object) -> None:
    for name, value in settings.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} is a number from 1 on, not {value!r}")


def _never_raising(clock: Callable[[], float]) -> Callable[[], float]:
    """The same clock; where it fails or tells no number, the real time."""

    def tell() -> float:
        told = as_number(attempt(lambda _: clock(), None, None))
        return time.time() if told is None else told

    return tell
