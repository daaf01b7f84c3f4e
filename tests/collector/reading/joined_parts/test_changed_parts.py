"""Parts that are deleted, truncated, replaced or rotated under a reader: the trace goes on, or starts over."""

import json

import pytest
from tracetop.collector.reading.delivery import TailState

from ..event_lines import append, lines
from .reading import Follower
from .recorded import Recorded


def test_the_current_part_may_be_deleted(followed: Follower, trace: Recorded) -> None:
    append(trace[3], lines(7))
    trace[3].unlink()
    assert followed.poll() == [1, 2, 3, 4, 5, 6, 7]
    assert followed.tail.state is TailState.GONE
    assert followed.tail.part == trace[3]
    assert followed.found_again() == [1, 2, 3, 4, 5, 6, 7]
    append(trace[4], lines(8))
    assert followed.poll() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert followed.tail.state is TailState.FOLLOWING
    assert followed.found_again() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert followed.starts == 0


def test_lines_of_a_deleted_earlier_part_are_out_of_reach(followed: Follower, trace: Recorded) -> None:
    trace[1].unlink()
    trace[2].rename(trace[2].with_suffix(".old"))
    trace[2].write_bytes(lines(9, 9))
    assert followed.poll() == [1, 2, 3, 4, 5, 6]
    assert followed.tail.state is TailState.FOLLOWING
    with pytest.raises(FileNotFoundError):
        followed.tail.line(followed.positions[0])
    with pytest.raises(OSError, match="another took its path"):
        followed.tail.line(followed.positions[3])
    assert json.loads(followed.tail.line(followed.positions[5]))["iteration"] == 6


@pytest.mark.parametrize("parked", [True, False])
@pytest.mark.parametrize("how", ["truncated", "replaced", "deleted and written again"])
def test_when_a_later_part_changes_the_trace_starts_over_from_the_first(
    followed: Follower, trace: Recorded, how: str, parked: bool
) -> None:
    old = followed.positions
    if parked:
        followed.tail.park()
    if how == "truncated":
        trace[3].write_bytes(b"")
    elif how == "replaced":
        other = trace[3].with_suffix(".tmp")
        other.touch()
        other.replace(trace[3])
    else:
        trace[3].unlink()
        trace[3].touch()
    assert followed.poll() == [1, 2, 3, 4, 5]
    assert followed.starts == 1
    append(trace[3], lines(8))
    assert followed.poll() == [1, 2, 3, 4, 5, 8]
    assert followed.found_again() == [1, 2, 3, 4, 5, 8]
    assert followed.starts == 1
    for position in old:
        with pytest.raises(OSError, match="no longer"):
            followed.tail.line(position)


def test_what_is_left_of_a_trace_starts_over_where_its_first_part_is_gone(followed: Follower, trace: Recorded) -> None:
    trace[1].unlink()
    trace[3].write_bytes(b"")
    append(trace[3], lines(8))
    assert followed.poll() == [8]
    append(trace[4], lines(9))
    assert followed.poll() == [8, 9]
    assert followed.starts == 1
    assert followed.found_again() == [8, 9]


@pytest.mark.parametrize("parked", [True, False])
@pytest.mark.parametrize("seen_gone", [True, False])
@pytest.mark.parametrize("again", [(7,), (7, 8, 9), (7, 8, 9, 10)], ids=["shorter", "same size", "longer"])
def test_a_deleted_trace_that_is_recorded_again_starts_over(
    followed: Follower, trace: Recorded, parked: bool, seen_gone: bool, again: tuple[int, ...]
) -> None:
    if parked:
        followed.tail.park()
    for number in (3, 2, 1):
        trace[number].unlink()
    if seen_gone:
        assert followed.poll() == [1, 2, 3, 4, 5, 6]
        assert followed.tail.state is TailState.GONE
    append(trace.first, lines(*again))
    assert followed.poll() == [*again]
    append(trace[2], lines(11))
    assert followed.poll() == [*again, 11]
    assert followed.starts == 1
    assert followed.found_again() == [*again, 11]


def test_a_part_that_is_rotated_away_goes_on_where_it_was(followed: Follower, trace: Recorded) -> None:
    trace[3].rename(trace[3].with_suffix(".1"))
    append(trace[3], lines(7) + b"oops\n")
    append(trace[4], lines(8) + b"oops\n")
    assert followed.poll() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [position >> 48 for position in followed.positions] == [0, 0, 0, 1, 1, 2, 3, 4]
    assert [number for number, _ in followed.reading.bad] == [2, 4]
    assert followed.starts == 0
    assert followed.found_again() == [1, 2, 3, 4, 5, 6, 7, 8]
    followed.tail.park()
    with pytest.raises(OSError, match="no longer open"):
        followed.tail.line(followed.positions[5])
    del followed.positions[5]
    assert followed.found_again() == [1, 2, 3, 4, 5, 7, 8]
