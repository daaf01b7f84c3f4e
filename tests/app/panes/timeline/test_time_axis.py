"""An axis of time: its round times, how exactly they are told, zoomed and moved."""

from __future__ import annotations

import pytest
from tracetop.app.panes.timeline.time_axis import SHORTEST_WINDOW, Axis, offset, short

from .axes import START, axis_of

# -- times


def test_a_tick_stands_where_its_time_is():
    axis = axis_of(cells=77, zero=START - 33.3)
    for x, text in axis.ticks():
        assert x == int(axis.x(axis.zero + float(text[1:-1])))
    assert len(axis.ticks()) > 3


@pytest.mark.parametrize(
    ("seconds", "step", "text"),
    [
        (0, 1, "+0s"), (12.4, 0.2, "+12.4s"), (126, 2, "+2m06s"), (126.5, 0.5, "+2m06.5s"), (180, 60, "+3m"),
        (3720, 60, "+1h02m"), (3725, 5, "+1h02m05s"), (7200, 3600, "+2h"), (90_000, 3600, "+1d01h"), (-3, 1, "-3s"),
        (0.0124, 0.0002, "+12.4ms"), (0.5, 0.05, "+500ms"), (1.5, 0.05, "+1.50s"), (59.99, 0.1, "+1m00.0s"),
    ],
)  # fmt: skip
def test_a_time_is_as_exact_as_its_scale(seconds, step, text):
    assert offset(seconds, step) == text


def test_a_gap_is_told_in_four_cells_at_most():
    lengths = [5.0, 59.0, 99.4, 99.6, 3599.0, 5999.0, 86_399.0, 1e6, 8.6e7]
    assert [short(seconds) for seconds in lengths] == ["5s", "59s", "99s", "2m", "60m", "2h", "24h", "12d", "995d"]


# -- zooming and moving

BOUNDS = (START, START + 20.0)


def test_zooming_keeps_a_moment_where_it_is():
    axis = axis_of()
    start, end = axis.zoomed(0.5, START + 5.0, BOUNDS)
    assert (start - START, end - START) == pytest.approx((2.5, 12.5))
    closer = Axis(axis.active, start, end, START, 20)
    assert closer.x(START + 5.0) == pytest.approx(axis.x(START + 5.0))


def test_zooming_around_what_is_not_seen_shows_it():
    start, end = axis_of(4.0).zoomed(1.0, START + 10.0, BOUNDS)
    assert (start - START, end - START) == pytest.approx((8.0, 12.0))


def test_zooming_out_ends_with_the_whole_session():
    axis = Axis(axis_of().active, START + 9, START + 11, START, 20)
    for _ in range(6):
        axis = Axis(axis.active, *axis.zoomed(2.0, START + 10.0, BOUNDS), START, 20)
    assert (axis.start, axis.end) == pytest.approx(BOUNDS)


def test_zooming_in_ends_where_times_are_not_known_more_exactly():
    axis = axis_of()
    for _ in range(60):
        axis = Axis(axis.active, *axis.zoomed(0.5, START + 10.0, BOUNDS), START, 20)
    assert axis.end - axis.start == pytest.approx(SHORTEST_WINDOW, rel=0.1)


def test_moving_stops_at_the_ends():
    axis = Axis(axis_of().active, START + 4, START + 8, START, 20)
    assert axis.panned(0.5, BOUNDS) == pytest.approx((START + 6, START + 10))
    assert axis.panned(-9, BOUNDS) == pytest.approx((START, START + 4))
    assert axis.panned(9, BOUNDS) == pytest.approx((START + 16, START + 20))
