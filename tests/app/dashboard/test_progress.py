"""The progress line: how far, how fast, how long still, and what a key does about it."""

from __future__ import annotations

import pytest
from tracetop.app.dashboard.progress import Facts, Speed, Stopwatch, _cells
from tracetop.app.dashboard.source.opening import Reading

MB = 1 << 20


def told(width, **facts):
    return "".join(text for text, _ in _cells(Facts(**facts), width))


def test_there_is_no_speed_before_there_is_something_to_tell():
    watch = Stopwatch()
    assert watch.speed is None
    for eighth in range(4):
        watch.note(100.0 + eighth / 8, eighth * 1_000, eighth * MB)
        assert watch.speed is None
    watch.note(100.5, 4_000, 4 * MB)
    assert watch.speed == Speed(8_000.0, 8.0 * MB)


def test_the_speed_is_that_of_the_last_seconds():
    watch = Stopwatch()
    for eighth in range(40):
        watch.note(eighth / 8, eighth * 1_000, eighth * MB)
    for eighth in range(40):
        watch.note(5.0 + eighth / 8, 40_000 + eighth * 10, 40 * MB + eighth * MB)
    assert watch.speed.events == 80.0


@pytest.mark.parametrize("then", [(4.0, 10, MB), (6.0, 0, 0)])
def test_a_clock_that_was_set_and_a_trace_that_started_over_begin_anew(then):
    watch = Stopwatch()
    watch.note(4.5, 1_000, 2 * MB)
    watch.note(5.5, 2_000, 3 * MB)
    assert watch.speed is not None
    watch.note(*then)
    assert watch.speed is None


def test_a_rest_tells_nothing_of_what_was_before():
    watch = Stopwatch()
    watch.note(0.0, 0, 0)
    watch.note(1.0, 1_000, MB)
    watch.forget()
    assert watch.speed is None


def test_what_is_said_fits_and_gives_way():
    facts = {
        "reading": Reading(34 * MB, 100 * MB),
        "events": 340_000,
        "speed": Speed(151_000.0, 15 * MB),
        "keys": "esc stops",
    }
    wide = told(160, **facts)
    assert "reading 34%  340,000 events so far  151k events/s  5 s left  esc stops" in wide
    narrow = told(60, **facts)
    assert "34%" in narrow and "esc stops" in narrow and "5 s left" in narrow
    assert len(narrow) <= 60
    assert "left" not in told(160, **{**facts, "speed": None})
    assert "2m 06s left" in told(160, **{**facts, "speed": Speed(1.0, 66 * MB / 126)})


def test_a_stop_is_told_with_what_the_figures_are_of():
    said = told(120, reading=Reading(34 * MB, 100 * MB, is_stopped=True), events=340_000, keys="R reads on")
    assert "■ stopped at 34%  340,000 events read, figures are of these so far  R reads on" in said
