"""Both ends of a trace: what is read of them is what a whole read gives, and never more than a bounded part."""

from __future__ import annotations

import os

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.collector.reading import ends
from tracetop.collector.reading.ends import head_and_tail
from tracetop.collector.reading.reader import read_batches


def event(number, **more):
    return orjson.dumps({"kind": "checkpoint", "timestamp": 1.0 + number, "event_id": f"e{number}", **more})


LINES = st.one_of(
    st.integers(0, 99).map(event),
    st.integers(0, 99).map(lambda number: event(number, data={"text": "ä" * 40})),
    st.sampled_from([b"", b"   ", b"123", b"[1]", b"{", b"\0" * 30, b"\xff\xfe", b'{"kind": "x", "timestamp": NaN}']),
    st.binary(max_size=60).map(lambda text: text.replace(b"\n", b" ")),
)
ENDINGS = st.sampled_from([b"\n", b"\r\n"])
TORN = st.one_of(st.just(b""), st.integers(0, 99).map(event), st.just(event(7)[:-9]), st.just(b"\0" * 9), LINES)


@st.composite
def contents(draw):
    lines = draw(st.lists(st.tuples(LINES, ENDINGS), max_size=25))
    return b"".join(line + ending for line, ending in lines) + draw(TORN)


def all_of(path):
    """All events of a trace with the offsets of their lines, part after part."""
    batches = list(read_batches(path))
    return [(r.event_id, r.kind, at) for b in batches for r, at in zip(b.records, b.offsets, strict=True)]


def events_of(batch):
    return [(r.event_id, r.kind, at) for r, at in zip(batch.records, batch.offsets, strict=True)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ends")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=contents(), step=st.integers(1, 300), enough=st.integers(1, 30), most=st.integers(1, 3000))
def test_a_tail_is_the_last_events_that_a_whole_read_gives(folder, content, step, enough, most):
    path = folder / "x.jsonl"
    path.write_bytes(content)
    whole = all_of(path)
    found = head_and_tail(path, most, most, enough, step)
    tail, head = events_of(found.tail), events_of(found.head)
    assert tail == whole[len(whole) - len(tail) :]
    assert head == whole[: len(head)]
    if most > len(content):
        assert not found.is_cut
        assert head == whole
        assert len(tail) >= min(enough, len(whole))
    assert found.size == len(content)
    if tail:
        assert found.tail_offset <= tail[0][2]


def test_no_more_than_is_allowed_is_read(tmp_path, monkeypatch):
    path = tmp_path / "x.jsonl"
    path.write_bytes(event(0) + b"\n" + event(1, data={"text": "x" * 50_000}) + b"\n")
    read = []

    class Counting(ends.FileIO):
        def read(self, size=-1):
            read.append(size)
            return super().read(size)

    monkeypatch.setattr(ends, "FileIO", Counting)
    found = head_and_tail(path, 1_000, 10_000)
    assert sum(read) <= 11_000
    assert (found.is_cut, found.tail.records) == (True, [])
    assert [record.event_id for record in found.head.records] == ["e0"]
    found = head_and_tail(path, 1_000, 60_000)
    assert not found.is_cut
    assert [record.event_id for record in found.tail.records] == ["e0", "e1"]


def test_a_file_that_is_mostly_a_hole(tmp_path):
    path = tmp_path / "x.jsonl"
    with path.open("wb") as file:
        file.write(event(0) + b"\n")
        file.seek(5 << 30)
        file.write(b"\n" + event(1) + b"\n")
    found = head_and_tail(path)
    assert [[record.event_id for record in batch.records] for batch in (found.head, found.tail)] == [["e0"], ["e1"]]
    assert found.size > 5 << 30
    with path.open("ab") as file:
        file.truncate(6 << 30)
    assert head_and_tail(path).is_cut


def test_the_tail_is_of_the_last_part_that_has_lines(tmp_path):
    parts = [tmp_path / name for name in ("s.jsonl", "s~002.jsonl", "s~003.jsonl")]
    parts[0].write_bytes(event(0) + b"\n" + event(1) + b"\n")
    parts[1].write_bytes(event(2) + b"\n" + event(3))
    parts[2].write_bytes(b"")
    found = head_and_tail(parts[0])
    assert found.last == parts[1]
    assert events_of(found.tail) == all_of(parts[0])[2:]
    assert found.size == sum(part.stat().st_size for part in parts)
    assert [record.event_id for record in found.head.records] == ["e0", "e1"]
    assert [record.event_id for record in head_and_tail(parts[1]).head.records] == ["e2", "e3"]


def test_what_cannot_be_read_is_an_oserror(tmp_path):
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(OSError):
            head_and_tail(path)
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(OSError):
        head_and_tail(tmp_path / "pipe.jsonl")
    (tmp_path / "empty.jsonl").touch()
    found = head_and_tail(tmp_path / "empty.jsonl")
    assert (found.size, found.tail.records, found.head.records, found.is_cut) == (0, [], [], False)
