"""A trace is followed from part to part: what is written late, what is missing, and what cannot be read."""

import os
from pathlib import Path

import pytest
from tracetop.collector.reading.delivery import TailState
from tracetop.collector.reading.reader import load_session

from ..event_lines import append, line, lines
from .reading import Follower, by_batches, by_session
from .recorded import Recorded


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_a_trace_is_followed_from_part_to_part(trace: Recorded) -> None:
    trace.write(lines(1))
    follower = Follower(trace.first)
    assert follower.poll() == [1]
    append(trace[1], lines(2))
    append(trace[2], b"")
    assert follower.poll() == [1, 2]
    assert follower.tail.part == trace[2]
    assert (follower.tail.size, follower.tail.read_bytes) == (0, 0)
    append(trace[2], lines(3) + b"oops\n")
    append(trace[3], lines(4) + b"oops\n")
    append(trace[4], lines(5))
    assert follower.poll() == [1, 2, 3, 4, 5]
    append(trace[4], lines(6))
    assert follower.poll() == [1, 2, 3, 4, 5, 6]
    assert [position >> 48 for position in follower.positions] == [0, 0, 1, 2, 3, 3]
    assert [number for number, _ in follower.reading.bad] == [4, 6]
    assert follower.tail.state is TailState.FOLLOWING
    assert follower.tail.size == trace[4].stat().st_size


def test_lines_of_all_parts_are_found_again_though_only_one_is_open(trace: Recorded) -> None:
    before = open_descriptors()
    trace.write(*(lines(number, number + 100) for number in range(100)))
    follower = Follower(trace.first)
    held = list(follower.poll())
    assert len(held) == 200
    assert open_descriptors() == before + 1
    assert follower.found_again() == held
    follower.tail.park()
    assert open_descriptors() == before
    assert follower.found_again() == held
    assert not follower.tail.is_open
    append(trace[100], lines(7))
    append(trace[101], lines(8))
    assert follower.poll() == [*held, 7, 8]
    follower.tail.close()
    assert follower.found_again() == [*held, 7, 8]


def test_a_tail_that_nobody_has_any_more_holds_nothing_open(trace: Recorded) -> None:
    before = open_descriptors()
    trace.write(lines(1), lines(2))
    follower = Follower(trace.first)
    follower.poll()
    assert open_descriptors() == before + 1
    del follower
    assert open_descriptors() == before


def test_a_small_budget_loses_nothing(trace: Recorded) -> None:
    trace.write(lines(1, 2), lines(3), b"", lines(4, 5))
    follower = Follower(trace.first)
    polls = 0
    while len(follower.poll(max_bytes=30)) < 5:
        polls += 1
        assert polls < 100
    assert polls >= sum(trace[number].stat().st_size for number in (1, 2, 3, 4)) // 30 - 1
    assert follower.reading.iterations == [1, 2, 3, 4, 5]


def test_what_a_slower_process_still_writes_into_the_part_before_is_found(trace: Recorded) -> None:
    trace.write(lines(1) + line(2)[:20], lines(4))
    follower = Follower(trace.first)
    assert follower.poll() == [1, 4]
    append(trace[1], line(2)[20:] + lines(3))
    assert follower.poll() == [1, 4, 2, 3]
    assert follower.found_again() == [1, 4, 2, 3]
    assert follower.reading.bad == []


def test_a_torn_line_before_another_part_is_bad_when_nobody_ends_it(trace: Recorded) -> None:
    trace.write(lines(1) + line(2)[:20], lines(3))
    follower = Follower(trace.first)
    assert follower.poll() == [1, 3]
    assert follower.reading.bad == []
    assert follower.poll() == [1, 3]
    assert [number for number, _ in follower.reading.bad] == [2]
    assert follower.tail.torn_size == 0
    assert follower.poll() == [1, 3]
    assert follower.reading == by_batches(trace.first)


def test_a_gap_ends_a_trace_until_it_is_filled(trace: Recorded) -> None:
    trace.write(lines(1), lines(2), lines(3))
    trace[2].unlink()
    assert by_batches(trace.first).iterations == [1]
    follower = Follower(trace.first)
    assert follower.poll() == [1]
    assert follower.poll() == [1]
    trace[2].write_bytes(lines(2))
    assert follower.poll() == [1, 2, 3]
    assert follower.starts == 0


def test_a_part_may_be_opened_by_itself(trace: Recorded) -> None:
    trace.write(lines(1), lines(2), lines(3))
    follower = Follower(trace[2])
    assert follower.poll() == [2, 3]
    assert by_batches(trace[2]).iterations == by_session(trace[2]).iterations == [2, 3]
    append(trace[4], lines(4))
    assert follower.poll() == [2, 3, 4]
    assert follower.found_again() == [2, 3, 4]
    assert load_session(trace[2]).session_id == "session-x~002"


def test_a_missing_first_part_is_waited_for(trace: Recorded) -> None:
    append(trace[2], lines(2))
    with pytest.raises(FileNotFoundError):
        by_batches(trace.first)
    follower = Follower(trace.first)
    assert follower.poll() == []
    assert follower.tail.state is TailState.WAITING
    append(trace.first, lines(1))
    assert follower.poll() == [1, 2]


def test_the_first_part_may_be_a_link(trace: Recorded, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "latest.jsonl"
    link.symlink_to(trace.first)
    trace.write(lines(1), lines(2))
    assert by_batches(link).iterations == [1, 2]
    follower = Follower(link)
    assert follower.poll() == [1, 2]
    append(trace[3], lines(3))
    assert follower.poll() == [1, 2, 3]
    follower.tail.park()
    assert follower.found_again() == [1, 2, 3]


def test_a_later_part_that_cannot_be_read_is_told_not_left_out(trace: Recorded) -> None:
    trace.write(lines(1))
    trace[2].symlink_to(trace[2].name)  # a link to itself
    with pytest.raises(OSError, match="symbolic links"):
        by_batches(trace.first)
    follower = Follower(trace.first)
    assert follower.poll() == [1]
    assert follower.tail.state is TailState.UNREADABLE
    assert follower.tail.reason == "session-x~002.jsonl: Too many levels of symbolic links"
    append(trace.first, lines(2))
    assert follower.poll() == [1, 2]
    trace[2].unlink()
    append(trace[2], lines(3))
    assert follower.poll() == [1, 2, 3]
    assert (follower.tail.state, follower.tail.reason) == (TailState.FOLLOWING, "")


def test_denied_parts_are_told_too(trace: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    trace.write(lines(1), lines(2))
    follower = Follower(trace.first)
    really_open = os.open

    def denied(path: Path, *rest: int) -> int:
        if path == trace[2]:
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", denied)
        assert follower.poll() == [1]
    assert follower.tail.state is TailState.UNREADABLE
    assert follower.tail.reason == "session-x~002.jsonl: Permission denied"
    assert follower.poll() == [1, 2]
    assert follower.tail.reason == ""
