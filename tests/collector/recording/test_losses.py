"""What recording had to change: counted, and said in the trace."""

import json
import math

import pytest
from tracetop import TraceCollector
from tracetop.collector.recording import losses


@pytest.fixture
def collector():
    return TraceCollector(None, "s")


def notes_of(collector):
    events = [json.loads(line) for line in collector.lines()]
    return [event["data"] for event in events if event["data"].get("name") == "recorder"]


def test_what_was_altered_is_said_with_the_ids_of_the_events(collector):
    first = collector.record("k", {"x": math.nan})
    second = collector.record("k", {"x": "y" * 200_000})
    collector.record("k", {"x": "whole"})
    assert collector.stats()["altered"] == 2
    assert notes_of(collector) == [], "what comes together is said together"
    assert collector.flush()
    (note,) = notes_of(collector)
    assert note["event_ids"] == [first.event_id, second.event_id]
    assert (note["altered"], note["redacted"], note["dropped"]) == (2, 0, 0)
    assert note["message"] == "recorder: 2 events hold less than they were given"
    collector.flush()
    assert len(notes_of(collector)) == 1, "once"


def test_a_busy_recorder_says_it_after_a_while(collector, monkeypatch):
    now = 100.0
    monkeypatch.setattr(losses, "monotonic", lambda: now)
    collector.record("k", {"x": math.nan})
    now += losses.GATHER_SECONDS - 0.1
    collector.record("k")
    assert notes_of(collector) == []
    now += 0.2
    collector.record("k")
    assert [note["altered"] for note in notes_of(collector)] == [1]


def test_it_is_said_before_the_session_ends(collector):
    collector.start_session()
    collector.record("k", {"x": math.nan})
    collector.end_session()
    kinds = [json.loads(line)["kind"] for line in collector.lines()]
    assert kinds == ["session_start", "k", "custom", "session_end"]


def test_a_note_names_a_few_events_only(collector):
    for _ in range(1000):
        collector.record("k", {"x": math.nan})
    collector.flush()
    assert sum(note["altered"] for note in notes_of(collector)) == 1000
    assert all(len(note["event_ids"]) <= 20 for note in notes_of(collector))


def test_nothing_is_said_while_switched_off(collector):
    collector.record("k", {"x": math.nan})
    collector.enabled = False
    assert notes_of(collector) == []
    collector.enabled = True
    assert collector.flush()
    assert len(notes_of(collector)) == 1


@pytest.mark.parametrize(
    "value",
    [math.inf, 10**5000, b"\xff", "\ud800", [[[]] * 10] * 100_000, object(), {1: "a", "1": "b"}],
    ids=["infinity", "huge", "bytes", "surrogate", "many", "object", "keys"],
)
def test_what_counts_as_less(collector, value):
    collector.record("k", {"x": value})
    assert collector.stats()["altered"] == 1


def test_what_is_only_written_differently_is_not_less(collector):
    import dataclasses
    import datetime
    import decimal
    import enum
    import uuid
    from pathlib import Path

    @dataclasses.dataclass
    class Point:
        x: int

    class Colour(enum.Enum):
        RED = "red"

    import numpy

    given = {
        "path": Path("a"),
        "date": datetime.datetime(2026, 1, 2, 3, 4),
        "set": {1, 2},
        "bytes": b"text",
        "point": Point(1),
        "colour": Colour.RED,
        "id": uuid.UUID(int=1),
        "decimal": decimal.Decimal("0.5"),
        "error": ValueError("x"),
        "float32": numpy.float32(0.5),
        "int8": numpy.int8(7),
        "bool": numpy.bool_(True),
        "array": numpy.arange(3),
        3: None,
    }
    event = collector.record("k", given)
    assert event.data == {
        "path": "a",
        "date": "2026-01-02T03:04:00",
        "set": [1, 2],
        "bytes": "text",
        "point": {"x": 1},
        "colour": "red",
        "id": "00000000-0000-0000-0000-000000000001",
        "decimal": 0.5,
        "error": "ValueError: x",
        "float32": 0.5,
        "int8": 7,
        "bool": True,
        "array": [0, 1, 2],
        "3": None,
    }
    assert collector.stats()["altered"] == 0


def test_a_huge_array_is_named_not_written(collector):
    import numpy

    event = collector.record("k", {"x": numpy.zeros((1000, 1000))})
    assert event.data == {"x": "…[array of 1000000 items]"}
    assert collector.stats()["altered"] == 1
