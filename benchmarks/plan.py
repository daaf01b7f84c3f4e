"""How a run of the benchmarks goes: how large, where its traces lie, how often it is repeated."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from make_trace import write

QUICK = "TRACETOP_BENCH_QUICK"
BYTES_PER_EVENT = 420
"""What an event of a made trace takes at most, on average."""


def is_quick() -> bool:
    """Whether to take few samples: asked of the environment, so that processes that are started know it too."""
    return QUICK in os.environ


@dataclass(frozen=True)
class Plan:
    """What a benchmark is given. `quick` asks whether it works, not how fast it is; `folder` is for large files."""

    quick: bool
    folder: Path
    rounds: int = 5

    def sized(self, events: int) -> int:
        """A number of events, or a fiftieth of it where it is to be quick; at least a thousand."""
        return max(1_000, events // 50) if self.quick else events

    def repeated(self, rounds: int | None = None) -> int:
        """How many rounds, all of them or at most `rounds`; one where it is to be quick."""
        return 1 if self.quick else min(self.rounds, rounds or self.rounds)

    def trace(self, events: int, *, documented: bool = False) -> Path:
        """A made trace of so many events, made once; nobody writes to it."""
        path = self.folder / f"{'documented-' if documented else ''}{events}.jsonl"
        if not path.exists():
            made = path.with_suffix(".part")
            write(made, events, documented=documented)
            made.rename(path)
        return path

    def copy(self, events: int) -> str:
        """The path of a trace of so many events that is written to, the same as `trace` gives."""
        path = self.folder / f"written-{events}.jsonl"
        shutil.copyfile(self.trace(events), path)
        return str(path)

    def has_room(self, size: int) -> bool:
        """Whether so many bytes fit in the folder, and as many again."""
        return shutil.disk_usage(self.folder).free > 2 * size
