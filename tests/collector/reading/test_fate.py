"""What became of a followed file is told apart by its path and its identity alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tracetop.collector.reading.fate import Fate, fate_of
from tracetop.collector.reading.segments import Segments


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.jsonl"


@pytest.fixture
def segments(path: Path) -> Iterator[Segments]:
    path.write_bytes(b"{}\n")
    segments = Segments(path)
    segments.open()
    yield segments
    segments.close()


def test_a_file_that_was_never_opened_is_the_first(path: Path) -> None:
    segments = Segments(path)
    assert fate_of(segments).fate is Fate.MISSING
    path.write_bytes(b"")
    assert fate_of(segments).fate is Fate.FIRST


def test_a_file_stays_the_same_while_it_grows_and_while_it_is_closed(segments: Segments, path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"{}\n")
    found = fate_of(segments)
    assert found.status is not None
    assert (found.fate, found.status.st_size) == (Fate.SAME, 6)
    segments.close()
    assert fate_of(segments).fate is Fate.SAME


def test_a_file_that_was_renamed_is_rotated_once_another_has_its_path(segments: Segments, path: Path) -> None:
    path.rename(path.with_suffix(".1"))
    assert fate_of(segments).fate is Fate.MISSING
    path.write_bytes(b"")
    assert fate_of(segments).fate is Fate.ROTATED


def test_a_file_that_lost_its_last_name_is_replaced(segments: Segments, path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(b"")
    other.replace(path)
    assert fate_of(segments).fate is Fate.REPLACED


def test_of_a_closed_file_nobody_knows_whether_it_has_a_name(segments: Segments, path: Path) -> None:
    path.rename(path.with_suffix(".1"))
    path.write_bytes(b"")
    segments.close()
    assert fate_of(segments).fate is Fate.REPLACED


@pytest.mark.parametrize(
    ("make", "reason"), [(os.mkdir, "is a folder"), (os.mkfifo, "is not a regular file")], ids=["folder", "pipe"]
)
def test_what_is_no_file_says_so(path: Path, make: object, reason: str) -> None:
    make(path)  # type: ignore[operator]
    found = fate_of(Segments(path))
    assert (found.fate, found.status, found.reason) == (Fate.UNREADABLE, None, reason)
