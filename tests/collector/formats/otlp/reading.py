"""Files of spans as they are read, whole or while they grow, and what their sessions come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tracetop.analysis.fold.session import Session
from tracetop.analysis.view import View
from tracetop.collector.formats.translator import Merged
from tracetop.collector.reading.open_tail import open_tail
from tracetop.collector.reading.translated import TranslatedTail

from .spans import line_of, write


class Reading:
    """A file read as it grows, and its session folded on: what any pane shows."""

    def __init__(self, path: Path) -> None:
        tail = open_tail(path)
        assert isinstance(tail, TranslatedTail)
        self.tail, self.session, self.restarts = tail, Session(), 0
        self.ids: list[str] = []

    def go_on(self, most: int | None = None) -> Reading:
        for _ in range(2):
            while True:
                for delivery in self.tail.poll(most):
                    if delivery.fresh:
                        self.session, self.ids = Session(), []
                        self.restarts += 1
                    self.session.apply(delivery.batch.records, delivery.batch.offsets)
                    self.ids += [record.event_id for record in delivery.batch.records]
                if not self.tail.has_more:
                    break
        assert len(set(self.ids)) == len(self.ids), "ids are unique"
        return self

    @property
    def view(self) -> View:
        return self.session.view()

    @property
    def merged(self) -> Merged:
        return self.tail.merged

    def counts(self) -> dict[str, Any]:
        view = self.view
        told = view.tokens
        cost = view.cost
        return {
            "calls": view.llm_calls, "input": told.input, "output": told.output,
            "read": told.cache_read, "write": told.cache_write, "cost": None if cost is None else round(cost, 9),
            "tools": view.tool_calls, "failed": view.failed_tools, "errors": view.errors,
            "agents": len(self.session.agents.event),
        }  # fmt: skip


def read_whole(path: Path) -> Reading:
    return Reading(path).go_on()


def read(tmp_path: Path, *spans: dict[str, Any]) -> Reading:
    """Spans read as one whole file, and as they come, one by one; both must come to the same."""
    lines = [line_of(each) for each in spans]
    whole = read_whole(write(tmp_path / "whole.jsonl", lines))
    path = write(tmp_path / "grown.jsonl", lines[:1])
    growing = Reading(path).go_on()
    for line in lines[1:]:
        with path.open("ab") as file:
            file.write(line)
        growing.go_on()
    assert growing.counts() == whole.counts()
    assert lanes_of(growing) == lanes_of(whole)
    return whole


def lanes_of(reading: Reading) -> dict[str, int]:
    """How many tokens went into which lane."""
    session, found = reading.session, dict[str, int]()
    before = 0
    for row, event in enumerate(session.llm.event):
        name = session.lanes.names.name(session.events.lane[event])
        found[name] = found.get(name, 0) + session.llm.sum_total[row] - before
        before = session.llm.sum_total[row]
    return found


def kinds_of(reading: Reading) -> list[str]:
    return [reading.session.kinds[number] for number in reading.session.events.kind]


def event_of(reading: Reading, kind: str, which: int = 0) -> dict[str, Any]:
    number = [at for at, each in enumerate(kinds_of(reading)) if each == kind][which]
    found: dict[str, Any] = json.loads(reading.tail.line(reading.session.positions[number]))
    return found
