"""What comes of reading a rollout: its native lines, and the session that they fold to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tracetop.analysis.fold.session import Session
from tracetop.collector.events import TraceEvent
from tracetop.collector.formats.native import event_from_line
from tracetop.collector.reading.open_tail import Tail
from tracetop.collector.reading.translated import TranslatedTail


class Read:
    """What a tail gave: its native lines, and the session that they fold to."""

    def __init__(self, tail: Tail, most: Iterator[int] | None = None) -> None:
        self.tail = tail
        self.lines: list[bytes] = []
        self.bad = 0
        self.session = Session()
        self.again(most)

    def again(self, most: Iterator[int] | None = None) -> None:
        for _ in range(2):
            while True:
                for delivery in self.tail.poll(None if most is None else next(most)):
                    batch = delivery.batch
                    self.bad += len(batch.bad)
                    self.lines += [self.tail.line(position) for position in batch.offsets]
                    self.session.apply(batch.records, batch.offsets)
                if not self.tail.has_more:
                    break

    @property
    def events(self) -> list[TraceEvent]:
        return [event_from_line(line) for line in self.lines]

    def of(self, kind: str) -> list[TraceEvent]:
        return [event for event in self.events if event.kind == kind]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    @property
    def merged(self) -> Any:
        assert isinstance(self.tail, TranslatedTail)
        return self.tail.merged


def figures(read: Read) -> dict[str, Any]:
    """What the reference counts, as our own fold has it."""
    view = read.session.view()
    buckets = view.tokens
    started = read.of("tool_start")
    without_start = [event for event in read.of("tool_end") + read.of("tool_error") if event.parent_event_id is None]
    responses = read.of("llm_response")
    return {
        "llm_calls": view.summary().llm_calls,
        "input_tokens": (buckets.input or 0) + (buckets.cache_read or 0) + (buckets.cache_write or 0),
        "cached_input_tokens": buckets.cache_read or 0,
        "cache_write_input_tokens": buckets.cache_write or 0,
        "output_tokens": buckets.output or 0,
        "reasoning_output_tokens": sum(event.data["reasoning_tokens"] for event in responses),
        "models": dict(Counter(event.data.get("model") for event in responses)),
        "tools": len(started) + len(without_start),
        "tools_open": view.running_tools,
        "lines_bad": read.bad,
        "records": read.merged.records,
        "token_count_dup": read.merged.duplicates,
    }
