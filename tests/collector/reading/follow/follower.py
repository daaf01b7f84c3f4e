"""A tail and what a consumer of its deliveries holds."""

import json
from pathlib import Path

from tracetop.collector.reading.delivery import Delivery
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.records import EventRecord


class Follower:
    """A tail and what a consumer that obeys `fresh` holds of it."""

    def __init__(self, path: Path) -> None:
        self.tail = FileTail(path)
        self.records: list[EventRecord] = []
        self.positions: list[int] = []
        self.bad: list[tuple[int, str]] = []
        self.lines = 0
        self.starts = 0

    def take(self, delivery: Delivery) -> None:
        if delivery.fresh:
            self.records, self.positions, self.bad = [], [], []
            self.lines = 0
            self.starts += 1
        self.records += delivery.batch.records
        self.positions += delivery.batch.offsets
        self.bad += [(bad.number, bad.reason) for bad in delivery.batch.bad]
        self.lines += delivery.batch.lines

    def poll(self, max_bytes: int | None = None) -> list[int | None]:
        """Poll once; the iterations of all events held now."""
        for delivery in self.tail.poll(max_bytes):
            self.take(delivery)
        return [record.iteration for record in self.records]

    def found_again(self) -> list[int]:
        """The iterations of all events held, read from their lines by position."""
        return [json.loads(self.tail.line(position))["iteration"] for position in self.positions]
