"""What a replay stops at."""

from __future__ import annotations

import pytest
from tracetop.analysis import Session
from tracetop.app.dashboard.time_travel.stops import HINTS, parse_stops
from tracetop.collector.events import TraceEvent


def session_of(*events):
    session = Session()
    session.apply_events(
        TraceEvent(kind, 1e9 + index, "s", f"e{index}", iteration=1, data=data)
        for index, (kind, data) in enumerate(events)
    )
    return session


def call(**data):
    return "llm_response", {"model": "m", "input_tokens": 10, "output_tokens": 5, **data}


SESSION = session_of(
    ("session_start", {}),  # 0
    call(cost=0.2),  # 1
    ("tool_error", {"tool_name": "bash", "error": "no"}),  # 2
    call(cost=0.2),  # 3
    ("compaction_start", {}),  # 4
    ("compaction_end", {}),  # 5
    call(cost=0.2),  # 6
    call(output_tokens=0, cost=0.0),  # 7: an empty response, high
    ("tool_end", {"tool_name": "bash", "duration_ms": 31_000}),  # 8: a long tool execution, low
    ("error", {"error": "x"}),  # 9
)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("error", [2, 9]),
        ("compaction", [4]),
        ("issue", [7, 8]),
        ("low", [7, 8]),
        ("high", [7]),
        ("critical", []),
        ("break", []),
        ("$0.4", [3]),
        ("cost 0.5", [6]),
        ("$5", []),
        ("error compaction $0.5", [2, 4, 6, 9]),
        ("errors, issues", [2, 7, 8, 9]),
        ("", []),
    ],
)
def test_it_stops_at_each_of_these_and_at_nothing_else(text, events):
    stops, found, after = parse_stops(text), [], -1
    while (stop := stops.first(SESSION, after, SESSION.count - 1)) is not None:
        found.append(stop.event)
        after = stop.event
    assert found == events
    assert bool(stops) == bool(text)


def test_it_stops_at_breaks_of_the_cache_whatever_the_hit_rate():
    reads = (9_000, 9_000, 5_000, 8_000, 100)
    session = session_of(*(call(cache_read_tokens=read, input_tokens=9_100 - read) for read in reads))
    stops = parse_stops("break")
    assert stops.first(session, 0, 4).event == 2
    assert stops.first(session, 2, 4).event == 4
    assert stops.first(session, 2, 4).reason == "cache break: 7.90k tokens re-billed"
    assert stops.first(session, 4, 4) is None


def test_only_what_is_passed_stops():
    stops = parse_stops("error $0.4")
    assert stops.first(SESSION, 2, 2) is None
    assert stops.first(SESSION, 1, 2).event == 2
    assert stops.first(SESSION, 3, 8) is None  # the cost was reached before


def test_why_it_stops_is_told():
    assert parse_stops("error").first(SESSION, 0, 9).reason == "tool_error bash"
    assert parse_stops("issue").first(SESSION, 0, 9).reason.startswith("high issue: ")
    assert parse_stops("$0.4").first(SESSION, 0, 9).reason == "cost $0.40"
    assert parse_stops("compaction").first(SESSION, 0, 9).reason == "compaction"


def test_what_was_said_is_said_again_in_one_way():
    assert str(parse_stops("compactions ERROR $0.50")) == "error compaction $0.5"
    assert str(parse_stops(str(parse_stops("break high cost:2")))) == "high break $2"


@pytest.mark.parametrize("text", ["nonsense", "error nonsense", "$", "cost", "cost many", "$1e9", "-1"])
def test_what_means_nothing_is_refused(text):
    with pytest.raises(ValueError, match="stop at"):
        parse_stops(text)


def test_the_hints_are_understood():
    assert all(parse_stops(hint) for hint in HINTS)
