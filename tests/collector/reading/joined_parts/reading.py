"""What each way of reading finds in a trace."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.reader import load_session, read_batches


@dataclass
class Reading:
    """What a reader found; bad lines in the order of their numbers."""

    iterations: list[int | None] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    lines: int = 0


def by_batches(path: Path, chunk_bytes: int = 100) -> Reading:
    batches = list(read_batches(path, chunk_bytes))
    return Reading(
        [record.iteration for batch in batches for record in batch.records],
        [(bad.number, bad.reason) for batch in batches for bad in batch.bad],
        sum(batch.lines for batch in batches),
    )


def by_session(path: Path) -> Reading:
    session = load_session(path)
    found = session.metadata["reader"]
    bad = [(each["line"], each["reason"]) for each in found["bad_lines"]]
    return Reading([event.iteration for event in session.events], bad, found["lines"])


class Follower:
    """A tail and what a consumer that obeys `fresh` holds of it."""

    def __init__(self, path: Path) -> None:
        self.tail = FileTail(path)
        self.reading = Reading()
        self.positions: list[int] = []
        self.starts = 0

    def poll(self, max_bytes: int | None = None) -> list[int | None]:
        """Poll once; the iterations of all events held now."""
        for delivery in self.tail.poll(max_bytes):
            if delivery.fresh:
                self.reading, self.positions = Reading(), []
                self.starts += 1
            self.reading.iterations += [record.iteration for record in delivery.batch.records]
            self.reading.bad = sorted([*self.reading.bad, *((bad.number, bad.reason) for bad in delivery.batch.bad)])
            self.reading.lines += delivery.batch.lines
            self.positions += delivery.batch.offsets
        return self.reading.iterations

    def found_again(self) -> list[int]:
        """The iterations of all events held, read from their lines by position."""
        return [json.loads(self.tail.line(position))["iteration"] for position in self.positions]
