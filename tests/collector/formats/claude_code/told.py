"""The events that logs are told as."""

from __future__ import annotations

from pathlib import Path

from tracetop.collector.events import TraceEvent
from tracetop.collector.formats.claude_code.translation import Translation
from tracetop.collector.formats.translator import Merged, Origin

from .logs import Log


class Told:
    """The events of records, and what tests ask of them."""

    def __init__(self, *logs: Log, path: Path = Path("/nowhere/session.jsonl")) -> None:
        translation = Translation(path)
        self.merged: Merged = translation.merged
        records = [record for log in logs for record in log.records]
        self.events = [event for record in records for event in translation.take(record, Origin(path, 1))]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def of(self, *kinds: str) -> list[TraceEvent]:
        return [event for event in self.events if event.kind in kinds]

    def the(self, kind: str) -> TraceEvent:
        [event] = self.of(kind)
        return event
