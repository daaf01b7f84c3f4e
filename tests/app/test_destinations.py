"""Where a user wants to go, in words."""

from __future__ import annotations

import pytest
from tracetop.analysis import Session
from tracetop.app.destinations import EXAMPLES, parse_destination
from tracetop.collector.events import TraceEvent

START = 1_780_000_000.0  # 20:26:40 UTC


def session_of(*times, kinds=("custom",), iterations=(None,)):
    session = Session()
    session.apply_events(
        TraceEvent(
            kinds[index % len(kinds)], START + time, "s", f"e{index}", iteration=iterations[index % len(iterations)]
        )
        for index, time in enumerate(times)
    )
    return session


def go(session, text, at=None):
    return parse_destination(text).event(session.view(at))


@pytest.mark.parametrize(
    ("text", "event"),
    [("1", 0), ("#3", 2), (" 4 ", 3), ("0%", 0), ("50%", 2), ("99.9%", 3), ("100 %", 3), ("1_0", None), ("0", None),
     ("+0s", 0), ("+1s", 1), ("+59", 2), ("+1m", 2), ("+1:00", 2), ("+0:01:00", 2), ("+1h", 3), ("+1h1m", None)],
)  # fmt: skip
def test_events_shares_and_times_since_the_start(text, event):
    session = session_of(0, 1, 60, 3600)
    if event is None:
        with pytest.raises(ValueError, match=r"events|after"):
            go(session, text)
    else:
        assert go(session, text) == event


def test_an_iteration_is_the_newest_of_that_number():
    session = session_of(*range(6), kinds=("iteration_start",), iterations=(1, 2, 3))
    assert [go(session, text) for text in ("it 2", "iteration 3", "i1")] == [4, 5, 3]
    assert go(session, "it 2", at=4) == 1
    with pytest.raises(ValueError, match="no iteration 9"):
        go(session, "it 9")


def test_a_time_of_day_is_the_first_event_then_or_later(utc):
    session = session_of(0, 20, 80, 3600)
    assert [go(session, text) for text in ("20:26", "20:27", "20:26:41", "20:28:00", "21:00")] == [0, 1, 1, 2, 3]
    assert go(session, "12:00") == 0
    with pytest.raises(ValueError, match="no event at or after 23:00"):
        go(session, "23:00")


def test_a_time_of_day_after_midnight_is_of_the_next_day(utc):
    session = session_of(0, 3 * 3600, 5 * 3600, 10 * 3600)
    assert [go(session, text) for text in ("23:00", "01:00", "6:00")] == [1, 2, 3]


def test_times_that_run_backwards_are_found_by_the_first_that_reaches_them(utc):
    session = session_of(0, 100, 50, float("nan"), 200, *range(1000, 4000))
    assert go(session, "+75s") == 1
    assert go(session, "+150s") == 4
    assert go(session, "+3999s") == session.count - 1


@pytest.mark.parametrize("text", ["", "   ", "tomorrow", "1.5", "-3", "it", "it x", "%", "25:00", "12:99", "+", "+x",
                                  "1:2", "9" * 400, "+" + "1s" * 5000, "\x1b[31m", "[/oops]"])  # fmt: skip
def test_what_means_nothing_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match=r"cannot go to|no time of day"):
        parse_destination(text)


def test_a_trace_without_events_has_no_places():
    with pytest.raises(ValueError, match="no events yet"):
        go(Session(), "1")


def test_the_examples_are_understood():
    assert [parse_destination(example).text for example in EXAMPLES] == list(EXAMPLES)
