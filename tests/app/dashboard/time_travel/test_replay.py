"""A cursor that moves by itself: at the pace of the recording, to the next stop, to the end."""

from __future__ import annotations

import math

import pytest
from tracetop.analysis import Session
from tracetop.app.dashboard.cursor import Cursor, Mode
from tracetop.app.dashboard.time_travel.replay import AS_IT_FOLDS, SPEEDS, Replay, parse_speed, told_speed
from tracetop.app.dashboard.time_travel.stops import parse_stops
from tracetop.collector.events import TraceEvent

PLAYING = Cursor(0, Mode.REPLAY)


def session_at(*times, kind="custom"):
    session = Session()
    session.apply_events(TraceEvent(kind, 1e9 + time, "s", f"e{index}") for index, time in enumerate(times))
    return session


def test_frames_add_up_to_the_time_of_the_recording():
    session, replay, cursor = session_at(0, 0.5, 1.0, 1.5, 9.0), Replay(), PLAYING
    places = []
    for _ in range(24):
        cursor = replay.advance(cursor, session, 1 / 12)
        places.append(cursor.event)
    assert places[4:7] == [0, 1, 1]
    assert places[10:13] == [1, 2, 2]
    assert places[23] == 3


def test_speed_is_a_factor():
    session = session_at(*range(100))
    for speed, events in ((0.25, 0), (1.0, 1), (10.0, 10), (50.0, 50)):
        assert Replay(speed).advance(PLAYING, session, 1.01).event == events


def test_a_silence_is_cut_and_known_while_it_lasts():
    session, replay = session_at(0, 60, 61), Replay()
    cursor = replay.advance(PLAYING, session, 1.0)
    assert cursor.event == 0
    assert replay.silence(session, 0).recorded == pytest.approx(60.0)
    assert replay.moment(session, 0) == pytest.approx(1e9 + 30.0)
    cursor = replay.advance(cursor, session, 1.05)
    assert cursor.event == 1
    assert replay.silence(session, 1) is None


def test_it_stops_where_it_is_to_stop_however_fast_it_is():
    session = Session()
    kinds = ["custom", "custom", "error", "custom", "error", "custom"]
    session.apply_events(TraceEvent(kind, 1e9 + index, "s", f"e{index}") for index, kind in enumerate(kinds))
    replay = Replay(AS_IT_FOLDS, parse_stops("error"))
    cursor = replay.advance(PLAYING, session, 1.0)
    assert (cursor.event, cursor.mode, replay.stopped.reason) == (2, Mode.PAUSED, "error")
    cursor = replay.advance(Cursor(cursor.event, Mode.REPLAY), session, 1.0)
    assert (cursor.event, cursor.mode) == (4, Mode.PAUSED)
    cursor = replay.advance(Cursor(cursor.event, Mode.REPLAY), session, 1.0)
    assert cursor.follows
    assert replay.stopped is None


def test_the_end_is_live_unless_more_is_just_being_read():
    session = session_at(0, 1)
    assert Replay().advance(PLAYING, session, 5.0).follows
    waiting = Replay().advance(PLAYING, session, 5.0, is_growing=True)
    assert waiting == Cursor(1, Mode.REPLAY)


def test_it_waits_in_an_empty_trace():
    assert Replay().advance(PLAYING, Session(), 5.0) == PLAYING


def test_another_session_has_its_own_pace():
    replay = Replay()
    replay.advance(PLAYING, session_at(0, 100), 1.0)
    replay.moved()
    assert replay.advance(PLAYING, session_at(0, 0.5, 100), 0.6).event == 1


@pytest.mark.parametrize(
    ("text", "speed"),
    [("10x", 10.0), ("0.25", 0.25), (" 2X ", 2.0), ("max", math.inf), (10, 10.0), (0.5, 0.5), (math.inf, math.inf)],
)
def test_speeds(text, speed):
    assert parse_speed(text) == speed
    assert parse_speed(told_speed(speed)) == speed


@pytest.mark.parametrize("text", ["0", "0.1x", "1001", "-1", "fast", "", "x", "1e3", math.nan, -5, 1e300])
def test_what_is_no_speed(text):
    with pytest.raises(ValueError, match="no speed"):
        parse_speed(text)


def test_faster_and_slower_go_through_all_speeds():
    replay = Replay()
    for _ in SPEEDS:
        replay.slower()
    seen = [replay.speed]
    for _ in SPEEDS[1:]:
        replay.faster()
        seen.append(replay.speed)
    assert tuple(seen) == SPEEDS
    replay.faster()
    assert replay.speed == SPEEDS[-1]
