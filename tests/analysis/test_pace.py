"""When events come in a replay: as recorded, long silences cut, nothing runs backwards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis import Session, pace
from tracetop.analysis.pace import EVEN_SECONDS, Pace


def session_at(new_trace: Any, times: list[float]) -> Session:
    trace = new_trace()
    for time in times:
        trace.add("custom", at=time)
    return trace.view().session  # type: ignore[no-any-return]


def whole(session: Session, longest: float = 2.0) -> Pace:
    known = Pace(session, longest)
    while known.extend():
        pass
    return known


def seconds_of(known: Pace) -> list[float]:
    return [round(known.seconds(event), 6) for event in range(len(known))]


def test_events_come_as_they_were_recorded(new_trace: Any) -> None:
    known = whole(session_at(new_trace, [0.0, 0.5, 1.5, 1.5, 3.0]))
    assert seconds_of(known) == [0.0, 0.5, 1.5, 1.5, 3.0]
    assert known.total == 3.0
    assert [known.event_at(second) for second in (-1.0, 0.0, 0.49, 0.5, 1.5, 2.9, 99.0)] == [0, 0, 0, 1, 3, 3, 4]


def test_a_long_silence_is_cut_and_told(new_trace: Any) -> None:
    known = whole(session_at(new_trace, [0.0, 1.0, 61.0, 63.0]))
    assert seconds_of(known) == [0.0, 1.0, 3.0, 5.0]
    silence = known.silence_after(1)
    assert silence is not None
    assert (round(silence.recorded, 6), round(silence.shown, 6)) == (60.0, 2.0)
    # A pause of just the limit is shown as it was.
    assert known.silence_after(0) is None
    assert known.silence_after(2) is None
    assert known.silence_after(3) is None


def test_no_silence_is_cut_where_none_is_too_long(new_trace: Any) -> None:
    known = whole(session_at(new_trace, [0.0, 1.0, 61.0]), float("inf"))
    assert seconds_of(known) == [0.0, 1.0, 61.0]
    assert known.silence_after(1) is None


def test_what_runs_backwards_or_has_no_time_takes_none(new_trace: Any) -> None:
    known = whole(session_at(new_trace, [0.0, 1.0, 0.2, float("nan"), 1.5, 0.9, 2.0]))
    assert seconds_of(known) == [0.0, 1.0, 1.0, 1.0, 1.5, 1.5, 2.0]


def test_a_trace_that_was_written_at_once_has_an_even_pace(new_trace: Any) -> None:
    known = whole(session_at(new_trace, [index / 100_000 for index in range(10)]))
    assert known.is_even
    assert seconds_of(known) == [round(index * EVEN_SECONDS, 6) for index in range(10)]
    assert not whole(session_at(new_trace, [index / 500 for index in range(10)])).is_even
    assert whole(session_at(new_trace, [float("nan")] * 5)).is_even


def test_the_moment_of_the_recording_runs_on_within_a_silence(new_trace: Any) -> None:
    known = whole(session_at(new_trace, [0.0, 100.0]))
    start = known.recorded(0)
    assert known.recorded(0, 1.0) - start == pytest.approx(50.0)
    assert known.recorded(1) - start == pytest.approx(100.0)
    assert known.recorded(1, 5.0) - start == pytest.approx(100.0)


def test_no_event_is_at_no_time(new_trace: Any) -> None:
    known = whole(session_at(new_trace, []))
    assert len(known) == 0
    assert known.total == 0.0
    assert str(whole(session_at(new_trace, [float("nan")])).recorded(0)) == "nan"


times = st.lists(st.one_of(st.floats(0, 1000), st.just(float("nan")), st.sampled_from([0.0, 5.0, 5.0])), max_size=40)


@given(times, st.integers(1, 7))
@settings(deadline=None)
def test_growing_in_any_slices_gives_the_same(new_trace: Any, moments: list[float], size: int) -> None:
    events = []
    trace = new_trace()
    for moment in moments:
        trace.add("custom", at=moment)
    events = list(trace.events)
    session = Session()
    growing = Pace(session)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "_EVENTS_AT_A_TIME", size)
        while events:
            session.apply_events(events[:3])
            events = events[3:]
            growing.extend()
        while growing.extend():
            pass
    once = whole(session)
    if growing.is_even == once.is_even:  # judged when it was half as long, it may have had no pace yet
        assert seconds_of(growing) == seconds_of(once)
    assert seconds_of(growing) == sorted(seconds_of(growing))
    for event in range(len(growing)):
        assert growing.seconds(growing.event_at(growing.seconds(event))) == growing.seconds(event)
