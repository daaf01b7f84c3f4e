"""Reading goes on where it stopped, in another process: behind a mark, as long as the trace only grew since."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.read_mark import ReadMark

EVENT = b'{"kind":"custom","timestamp":%d,"event_id":"e%d"}\n'


def lines(first: int, last: int) -> bytes:
    return b"".join(EVENT % (number, number) for number in range(first, last))


def read(tail: FileTail) -> list[tuple[int, str]]:
    """Positions and ids of what is new, a whole last line without its newline included."""
    found = []
    for _ in range(2):
        for delivery in tail.poll():
            batch = delivery.batch
            found += [(at, record.event_id) for at, record in zip(batch.offsets, batch.records, strict=True)]
    return found


def kept(tail: FileTail) -> ReadMark:
    mark = tail.mark()
    assert mark is not None
    return msgspec.msgpack.decode(msgspec.msgpack.encode(mark), type=ReadMark)


def resumed(path: Path, mark: ReadMark) -> FileTail:
    tail = FileTail(path)
    assert tail.resume(mark)
    return tail


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session-1.jsonl"


def test_nothing_is_read_twice_and_nothing_is_missed(path: Path) -> None:
    path.write_bytes(lines(0, 500))
    tail = FileTail(path)
    before = read(tail)
    after = resumed(path, kept(tail))
    assert read(after) == []
    with path.open("ab") as file:
        file.write(lines(500, 700))
    new = read(after)
    assert before + new == read(FileTail(path))
    for position, event_id in before + new:
        assert event_id.encode() in after.line(position)
        assert after.place(position) == tail.place(position)


@given(st.lists(st.integers(1, 400), max_size=6), st.booleans())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_it_was_cut(path: Path, cuts: list[int], ends: bool) -> None:
    text = lines(0, 12)[: None if ends else -1]
    path.write_bytes(b"")
    mark, found, done = None, [], 0
    for cut in [*cuts, len(text)]:
        with path.open("ab") as file:
            file.write(text[done : done + cut])
        done = min(len(text), done + cut)
        tail = FileTail(path) if mark is None else resumed(path, mark)
        found += read(tail)
        mark = kept(tail)
    assert found == read(FileTail(path))


def test_over_the_parts_of_a_trace(path: Path) -> None:
    second, third = (path.with_name(f"session-1~00{number}.jsonl") for number in (2, 3))
    path.write_bytes(lines(0, 50) + b'{"kind":"cus')
    second.write_bytes(lines(50, 80))
    tail = FileTail(path)
    before = read(tail)
    after = resumed(path, kept(tail))
    assert read(after) == []
    with second.open("ab") as file:
        file.write(lines(80, 90))
    third.write_bytes(lines(90, 95))
    new = read(after)
    assert before + new == read(FileTail(path))
    assert [after.place(position) for position, _ in before] == [tail.place(position) for position, _ in before]


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(lines(100, 200))


def truncated(path: Path) -> None:
    path.write_bytes(lines(0, 5))


def rewritten(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"e50"', b'"x50"'))
    os.utime(path, ns=(1, 1))


def other_start(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"e0"', b'"x0"') + lines(100, 101))


def other_end(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"e99"', b'"x99"') + lines(100, 101))


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes() + lines(100, 101))
    other.replace(path)


@pytest.mark.parametrize(
    "change", [truncated, rewritten, other_start, other_end, replaced, Path.unlink], ids=lambda change: change.__name__
)
def test_a_trace_that_did_more_than_grow_is_read_from_its_start(path: Path, change: Callable[[Path], None]) -> None:
    path.write_bytes(lines(0, 100))
    tail = FileTail(path)
    read(tail)
    mark = kept(tail)
    change(path)
    other = FileTail(path)
    assert not other.resume(mark)
    assert read(other) == read(FileTail(path))


def test_but_one_that_grew_is_not(path: Path) -> None:
    path.write_bytes(lines(0, 100))
    tail = FileTail(path)
    read(tail)
    mark = kept(tail)
    grown(path)
    assert len(read(resumed(path, mark))) == 100


def test_a_part_that_was_written_to_after_it_was_left(path: Path) -> None:
    second = path.with_name("session-1~002.jsonl")
    path.write_bytes(lines(0, 50))
    second.write_bytes(lines(50, 80))
    tail = FileTail(path)
    read(tail)
    mark = kept(tail)
    with path.open("ab") as file:
        file.write(lines(80, 81))
    assert not FileTail(path).resume(mark)


def test_the_mark_of_another_trace_is_none_of_this_one(path: Path) -> None:
    path.write_bytes(lines(0, 10))
    tail = FileTail(path)
    read(tail)
    other = path.with_name("session-2.jsonl")
    other.write_bytes(lines(0, 10))
    assert not FileTail(other).resume(kept(tail))


def test_what_was_not_read_has_no_mark(path: Path) -> None:
    assert FileTail(path).mark() is None
    path.write_bytes(lines(0, 10))
    tail = FileTail(path)
    read(tail)
    truncated(path)
    read(tail)
    assert tail.mark() is None  # its positions are of a file that started over
