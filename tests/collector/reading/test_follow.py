"""A followed file: everything that may happen to it, and the same events as a whole reading in the end."""

import json
import os
import shutil
import stat
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.collector.reading import segments
from tracetop.collector.reading.delivery import Delivery, TailState
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.reader import load_session, read_batches
from tracetop.collector.records import EventRecord


def line(number: int, **data: object) -> bytes:
    return json.dumps({"kind": "custom", "timestamp": 1.5, "iteration": number, "data": data}).encode() + b"\n"


def lines(*numbers: int) -> bytes:
    return b"".join(line(number) for number in numbers)


class Follower:
    """A tail and what a consumer that obeys `fresh` holds of it."""

    def __init__(self, path: Path) -> None:
        self.tail = FileTail(path)
        self.records: list[EventRecord] = []
        self.positions: list[int] = []
        self.bad: list[tuple[int, str]] = []
        self.lines = 0
        self.starts = 0

    def take(self, delivery: Delivery) -> None:
        if delivery.fresh:
            self.records, self.positions, self.bad = [], [], []
            self.lines = 0
            self.starts += 1
        self.records += delivery.batch.records
        self.positions += delivery.batch.offsets
        self.bad += [(bad.number, bad.reason) for bad in delivery.batch.bad]
        self.lines += delivery.batch.lines

    def poll(self, max_bytes: int | None = None) -> list[int | None]:
        """Poll once; the iterations of all events held now."""
        for delivery in self.tail.poll(max_bytes):
            self.take(delivery)
        return [record.iteration for record in self.records]

    def found_again(self) -> list[int]:
        """The iterations of all events held, read from their lines by position."""
        return [json.loads(self.tail.line(position))["iteration"] for position in self.positions]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "trace.jsonl"


@pytest.fixture
def followed(path: Path) -> Follower:
    path.parent.mkdir()
    path.write_bytes(lines(1, 2))
    follower = Follower(path)
    assert follower.poll() == [1, 2]
    return follower


def append(path: Path, content: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        file.write(content)


def test_a_missing_file_is_waited_for(path: Path) -> None:
    follower = Follower(path)
    assert follower.poll() == []
    assert follower.tail.state is TailState.WAITING
    path.parent.mkdir()
    assert follower.poll() == []
    assert follower.tail.state is TailState.WAITING
    path.write_bytes(lines(1))
    assert follower.poll() == [1]
    assert follower.tail.state is TailState.FOLLOWING
    assert follower.starts == 0


def test_growth_is_delivered_once(followed: Follower, path: Path) -> None:
    assert followed.poll() == [1, 2]
    append(path, lines(3))
    assert followed.poll() == [1, 2, 3]
    assert followed.poll() == [1, 2, 3]
    assert followed.tail.size == followed.tail.read_bytes == path.stat().st_size
    assert followed.found_again() == [1, 2, 3]
    assert followed.positions[2] == path.read_bytes().index(line(3))


def test_a_poll_reads_no_more_than_it_is_allowed(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(lines(*range(100)))
    follower = Follower(path)
    polls = 0
    while follower.tail.read_bytes < path.stat().st_size:
        before = follower.tail.read_bytes
        follower.poll(max_bytes=100)
        polls += 1
        assert 0 < follower.tail.read_bytes - before <= 100
    assert polls > 50
    assert follower.poll() == list(range(100))


def test_a_torn_last_line_waits_for_its_rest(followed: Follower, path: Path) -> None:
    append(path, line(3)[:20])
    for _ in range(3):
        assert followed.poll() == [1, 2]
    assert followed.tail.torn_size == 20
    append(path, line(3)[20:] + line(4)[:5])
    assert followed.poll() == [1, 2, 3]
    append(path, line(4)[5:])
    assert followed.poll() == [1, 2, 3, 4]
    assert followed.tail.torn_size == 0
    assert followed.bad == []


def test_a_whole_last_line_without_newline_is_delivered_when_the_file_rests(followed: Follower, path: Path) -> None:
    append(path, line(3).rstrip())
    assert followed.poll() == [1, 2]
    assert followed.poll() == [1, 2, 3]
    assert followed.poll() == [1, 2, 3]
    append(path, b"\n" + lines(4) + b"oops\n")
    assert followed.poll() == [1, 2, 3, 4]
    assert followed.found_again() == [1, 2, 3, 4]
    assert [number for number, _ in followed.bad] == [5]
    assert followed.lines == 5


def test_a_torn_line_is_tried_once_only(followed: Follower, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []
    monkeypatch.setattr("tracetop.collector.formats.decoding.is_whole_object", lambda text: bool(tried.append(text)))
    append(path, b'{"a":')
    for _ in range(10):
        followed.poll()
    assert tried == []  # no object ends like that
    append(path, b"{}")
    for _ in range(10):
        followed.poll()
    assert tried == [b'{"a":{}']
    append(path, b" ")
    append(path, b',"b":1}')
    for _ in range(10):
        followed.poll()
    assert tried[1:] == [b'{"a":{} ,"b":1}']


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


def test_what_may_not_be_read_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.write_bytes(lines(1))
    follower = Follower(path)

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", denied)
        assert follower.poll() == []
    assert follower.tail.state is TailState.UNREADABLE
    assert follower.tail.reason == "Permission denied"
    assert follower.poll() == [1]
    assert follower.tail.state is TailState.FOLLOWING
    assert follower.tail.reason == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_modes_are_obeyed(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(lines(1))
    path.chmod(0)
    follower = Follower(path)
    assert follower.poll() == []
    assert follower.tail.state is TailState.UNREADABLE
    path.chmod(stat.S_IRUSR)
    assert follower.poll() == [1]


def test_folders_and_pipes_are_not_traces(tmp_path: Path) -> None:
    folder = Follower(tmp_path)
    assert folder.poll() == []
    assert (folder.tail.state, folder.tail.reason) == (TailState.UNREADABLE, "is a folder")
    os.mkfifo(tmp_path / "pipe")
    pipe = Follower(tmp_path / "pipe")
    assert pipe.poll() == []
    assert (pipe.tail.state, pipe.tail.reason) == (TailState.UNREADABLE, "is not a regular file")


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


def test_a_50_mb_line_that_comes_in_pieces(followed: Follower, path: Path) -> None:
    """Pieces that end like an object, with a pause after each, must not make the reading quadratic."""
    huge = line(3, x=("x" * 65_000 + "}") * 770)
    first = huge.index(b"}") + 1
    pieces = [huge[start : start + 65_001] for start in range(first, len(huge), 65_001)]
    assert len(huge) > 50_000_000
    assert all(piece.endswith(b"}") for piece in pieces[:-1])
    append(path, huge[:first])
    spent = 0.0
    for piece in pieces:
        append(path, piece)
        started = time.process_time()
        held = followed.poll()
        followed.poll()
        spent += time.process_time() - started
    assert held == [1, 2, 3]
    assert followed.tail.line(followed.positions[2]) == huge.rstrip()
    assert spent < 5


def test_a_long_last_line_without_newline_is_delivered_after_a_longer_rest(followed: Follower, path: Path) -> None:
    append(path, line(3, x="x" * 3_000_000).rstrip())
    polls = 0
    while len(followed.poll()) < 3:
        polls += 1
        assert polls < 10
    assert polls >= 2


def test_lines_of_any_length_are_found_by_position(path: Path) -> None:
    path.parent.mkdir()
    texts = [line(number, x="y" * size) for number, size in enumerate([0, 3000, 4096, 4097, 70_000, 1_000_000, 5])]
    path.write_bytes(b"".join(texts) + b"oops")
    follower = Follower(path)
    follower.poll()
    assert [follower.tail.line(position) + b"\n" for position in follower.positions] == texts
    assert follower.tail.line(follower.tail.read_bytes - 4) == b"oops"
    with pytest.raises(OSError, match="no longer in the trace"):
        follower.tail.line(follower.tail.read_bytes)


PIECES = [
    lines(1),
    lines(2, 3),
    line(4, x="é\u2028" * 20),
    b"oops\n",
    b"\n",
    b"\r\n",
    b"\0\0\n",
    b"123\n",
    line(5)[:-1],
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map(lambda pieces: b"\n".join(pieces)),
    st.lists(st.integers(min_value=0, max_value=1500), max_size=8),
    st.booleans(),
)
def test_any_chunking_of_appends_equals_the_whole(content: bytes, cuts: list[int], parked: bool) -> None:
    edges = sorted({0, len(content), *(cut for cut in cuts if cut < len(content))})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.jsonl"
        follower = Follower(path)
        for start, end in pairwise(edges):
            append(path, content[start:end])
            follower.poll()
            if parked:
                follower.tail.park()
        path.touch()
        follower.poll()
        follower.poll()
        whole = list(read_batches(path))
        assert [(r.kind, r.iteration) for r in follower.records] == [
            (r.kind, r.iteration) for batch in whole for r in batch.records
        ]
        assert follower.positions == [offset for batch in whole for offset in batch.offsets]
        assert follower.bad == [(bad.number, bad.reason) for batch in whole for bad in batch.bad]
        assert follower.lines == sum(batch.lines for batch in whole)
        assert follower.found_again() == [event.iteration for event in load_session(path).events]
        assert follower.starts == 0
        follower.tail.close()
