"""A followed file that is truncated, replaced, rotated or deleted: the trace goes on, or starts over."""

import json
import os
import shutil
from pathlib import Path

import pytest
from tracetop.collector.reading import segments
from tracetop.collector.reading.delivery import TailState

from ..event_lines import append, line, lines
from .follower import Follower


def test_truncation_starts_over(followed: Follower, path: Path) -> None:
    path.write_bytes(b"")
    assert followed.poll() == []
    assert followed.starts == 1
    append(path, lines(7))
    assert followed.poll() == [7]
    path.write_bytes(line(8)[:10])
    assert followed.poll() == []
    append(path, line(8)[10:])
    assert followed.poll() == [8]
    assert followed.starts == 2
    assert followed.found_again() == [8]
    assert followed.tail.state is TailState.FOLLOWING


def test_truncation_voids_old_positions(followed: Follower, path: Path) -> None:
    old = followed.positions[1]
    path.write_bytes(b"")
    followed.poll()
    append(path, lines(5, 6, 7))
    assert followed.poll() == [5, 6, 7]
    with pytest.raises(OSError, match="no longer"):
        followed.tail.line(old)


@pytest.mark.parametrize("grown_to", [(5, 6), (5, 6, 7, 8)], ids=["same size", "larger"])
def test_truncated_and_regrown_between_polls_starts_over(
    followed: Follower, path: Path, grown_to: tuple[int, ...]
) -> None:
    inode = path.stat().st_ino
    mtime = path.stat().st_mtime_ns
    path.write_bytes(lines(*grown_to))
    os.utime(path, ns=(mtime + 1, mtime + 1))  # coarse file system clocks may not have moved on
    assert path.stat().st_ino == inode
    assert followed.poll() == list(grown_to)
    assert followed.starts == 1
    assert followed.found_again() == list(grown_to)


def test_replacement_starts_over(followed: Follower, path: Path) -> None:
    for number in (5, 6):
        other = path.with_suffix(".tmp")
        other.write_bytes(lines(number, number, number))
        other.replace(path)
        assert followed.poll() == [number] * 3
    assert followed.starts == 2
    assert followed.found_again() == [6, 6, 6]


def test_rotation_goes_on_in_the_next_file(followed: Follower, path: Path) -> None:
    append(path, lines(3) + line(4).rstrip())
    path.rename(path.with_suffix(".1"))
    path.write_bytes(lines(5, 6) + b"oops\n")
    assert followed.poll() == [1, 2, 3, 4, 5, 6]
    append(path, lines(7))
    path.rename(path.with_suffix(".2"))
    path.write_bytes(lines(8))
    assert followed.poll() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert followed.starts == 0
    assert followed.found_again() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [position >> 48 for position in followed.positions] == [0, 0, 0, 0, 1, 1, 1, 2]
    assert [number for number, _ in followed.bad] == [3]


def test_a_writer_may_finish_the_rotated_file(followed: Follower, path: Path) -> None:
    old = path.with_suffix(".1")
    path.rename(old)
    append(old, lines(3))
    assert followed.poll() == [1, 2, 3]
    assert followed.tail.state is TailState.GONE
    path.write_bytes(b"")
    assert followed.poll() == [1, 2, 3]
    append(old, lines(4))
    assert followed.poll() == [1, 2, 3, 4]
    append(path, lines(5))
    assert followed.poll() == [1, 2, 3, 4, 5]
    assert followed.tail.state is TailState.FOLLOWING
    assert followed.starts == 0


def test_rotation_with_a_small_budget_loses_nothing(followed: Follower, path: Path) -> None:
    append(path, lines(3, 4, 5))
    path.rename(path.with_suffix(".1"))
    path.write_bytes(lines(6, 7))
    for _ in range(100):
        held = followed.poll(max_bytes=30)
    assert held == [1, 2, 3, 4, 5, 6, 7]


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_descriptors_of_old_segments_are_bounded(
    followed: Follower, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "OPEN_FILES", 3)
    before = open_descriptors()
    for number in range(3, 20):
        path.rename(path.with_suffix(f".{number}"))
        path.write_bytes(lines(number))
        followed.poll()
    assert followed.poll() == list(range(1, 20))
    assert open_descriptors() <= before + 3
    assert [json.loads(followed.tail.line(position))["iteration"] for position in followed.positions[-2:]] == [18, 19]
    with pytest.raises(OSError, match="no longer open"):
        followed.tail.line(followed.positions[0])


def test_deleted_files_keep_what_was_read(followed: Follower, path: Path) -> None:
    append(path, lines(3))
    path.unlink()
    assert followed.poll() == [1, 2, 3]
    assert followed.tail.state is TailState.GONE
    assert followed.found_again() == [1, 2, 3]
    assert followed.starts == 0


@pytest.mark.parametrize("seen_gone", [True, False])
def test_deleted_and_created_again_starts_over(followed: Follower, path: Path, seen_gone: bool) -> None:
    path.unlink()
    if seen_gone:
        followed.poll()
    path.write_bytes(lines(1, 2, 3))
    assert followed.poll() == [1, 2, 3]
    assert followed.starts == 1
    assert followed.tail.state is TailState.FOLLOWING


def test_the_folder_may_be_deleted_and_created_again(followed: Follower, path: Path) -> None:
    shutil.rmtree(path.parent)
    assert followed.poll() == [1, 2]
    assert followed.tail.state is TailState.GONE
    path.parent.mkdir()
    assert followed.poll() == [1, 2]
    path.write_bytes(lines(9))
    assert followed.poll() == [9]


def test_a_parked_tail_goes_on_where_it_was(followed: Follower, path: Path) -> None:
    followed.tail.park()
    assert not followed.tail.is_open
    assert followed.found_again() == [1, 2]
    assert followed.poll() == [1, 2]
    assert not followed.tail.is_open
    append(path, lines(3))
    assert followed.poll() == [1, 2, 3]
    assert followed.starts == 0
    followed.tail.park()
    path.unlink()
    path.write_bytes(lines(7, 8, 9, 10))
    assert followed.poll() == [7, 8, 9, 10]
    assert followed.starts == 1
