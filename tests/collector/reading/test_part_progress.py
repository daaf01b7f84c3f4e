"""A file that only grew is known by its seam, and a torn last line is tried once, the later the longer it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.collector.reading.part_progress import SEAM_BYTES, PartProgress

MEGABYTE = 1 << 20


@given(st.lists(st.binary(min_size=1, max_size=2 * SEAM_BYTES), max_size=8))
def test_the_seam_is_what_was_read_last_in_any_chunking(chunks: list[bytes]) -> None:
    progress = PartProgress()
    for chunk in chunks:
        progress.take(chunk)
    assert progress.seam == b"".join(chunks)[-SEAM_BYTES:]


@pytest.mark.parametrize(("now", "holds"), [(b"abc\n", True), (b"abc\nmore", True), (b"abd\n", False), (b"abc", False)])
def test_the_seam_holds_while_a_file_only_grows(tmp_path: Path, now: bytes, holds: bool) -> None:
    path, progress = tmp_path / "trace", PartProgress()
    progress.take(b"abc\n")
    path.write_bytes(now)
    assert progress.seam_holds(path.stat(), lambda size, offset: now[offset : offset + size]) is holds


def test_a_file_is_untouched_until_it_is_written_to(tmp_path: Path) -> None:
    path, progress = tmp_path / "trace", PartProgress()
    path.write_bytes(b"abc\n")
    assert not progress.is_untouched(path.stat())
    progress.note(path.stat())
    assert not progress.is_untouched(path.stat())
    progress.take(b"abc\n")
    assert progress.is_untouched(path.stat())
    with path.open("ab") as file:
        file.write(b"d")
    assert not progress.is_untouched(path.stat())


@pytest.mark.parametrize(("size", "polls"), [(1, 1), (MEGABYTE - 1, 1), (MEGABYTE, 2), (3 * MEGABYTE, 4)])
def test_a_torn_line_is_tried_once_and_the_later_the_longer_it_is(size: int, polls: int) -> None:
    progress = PartProgress()
    assert not progress.has_torn_to_try
    progress.take(b"x" * size)
    answers = []
    for _ in range(polls + 2):
        assert progress.has_torn_to_try is (True not in answers)
        answers.append(progress.is_time_for_torn())
    assert answers == [number == polls for number in range(1, polls + 3)]


def test_a_torn_line_that_grows_is_tried_again() -> None:
    progress = PartProgress()
    progress.take(b"{")
    assert progress.is_time_for_torn()
    progress.take(b"}")
    assert progress.is_time_for_torn()


def test_a_torn_line_is_given_only_where_it_is_whole() -> None:
    progress, asked = PartProgress(), []
    progress.take(b'{"a": 1')
    assert progress.take_torn(lambda text: bool(asked.append(text)) or True) is None
    assert not asked  # it does not even look whole
    progress.take(b"}")
    assert progress.take_torn(lambda text: False) is None
    block = progress.take_torn(lambda text: True)
    assert block is not None
    assert block.text == b'{"a": 1}'
