"""A file that grows: each event once, and the same events as a whole reading in the end."""

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.collector.reading.delivery import TailState
from tracetop.collector.reading.reader import load_session, read_batches

from ..event_lines import MIXED_LINES, append, line, lines
from .follower import Follower


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
    *MIXED_LINES,
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
