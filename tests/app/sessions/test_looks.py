"""Looks at many traces see what looks at each would, and end when they are no longer wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tracetop.analysis.rules.thresholds import DEFAULT_TUNING
from tracetop.app.sessions import glance
from tracetop.app.sessions.entry import Entry
from tracetop.app.sessions.looks import looks_at
from tracetop.collector.reading.listing import ListedTrace, list_traces


@pytest.fixture
def many(tmp_path: Path, line: Callable[..., bytes]) -> list[ListedTrace]:
    for number in range(100):
        start = line("session_start", goal=f"goal {number}")
        (tmp_path / f"{number}.jsonl").write_bytes(start + (b"" if number % 2 else line("session_end")))
    return list(list_traces(tmp_path))


def test_many_looks_in_threads_see_what_one_would(many: list[ListedTrace], monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[str] = set()
    real = glance.look_at

    def look_at(*args: object, **options: object) -> Entry:
        threads.add(threading.current_thread().name)
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("tracetop.app.sessions.looks.look_at", look_at)
    entries = list(looks_at(many, None, DEFAULT_TUNING, go_on=lambda: True))
    assert threads
    assert all(name.startswith("tracetop look") for name in threads)
    assert {(entry.path.stem, entry.goal, entry.ended) for entry in entries} == {
        (str(number), f"goal {number}", not number % 2) for number in range(100)
    }


def test_a_few_are_looked_at_in_their_order_and_small_ones_wholly(many: list[ListedTrace]) -> None:
    entries = list(looks_at(many[:3], None, DEFAULT_TUNING, go_on=lambda: True))
    assert [entry.path for entry in entries] == [trace.path for trace in many[:3]]
    assert not any(entry.is_waiting for entry in entries)


@pytest.mark.parametrize("count", [3, 100])
def test_looks_that_are_not_wanted_are_not_done(many: list[ListedTrace], count: int) -> None:
    assert not list(looks_at(many[:count], None, DEFAULT_TUNING, go_on=lambda: False))
