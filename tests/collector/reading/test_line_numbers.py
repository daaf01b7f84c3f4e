"""Which line of its file an event stands on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tracetop.collector.reading import line_numbers
from tracetop.collector.reading.follow import FileTail


def written(path: Path, lengths: list[int]) -> None:
    path.write_bytes(b"".join(event(length) for length in lengths))


def event(length: int) -> bytes:
    return b'{"kind":"custom","timestamp":1,"data":{"text":"%s"}}\n' % (b"x" * length)


def places(tail: FileTail, max_bytes: int | None = None) -> list[str]:
    found, quiet = [], 0
    while quiet < 2:
        before = tail.read_bytes
        for delivery in tail.poll(max_bytes):
            found += [tail.place(position) for position in delivery.batch.offsets]
        quiet = quiet + 1 if tail.read_bytes == before else 0
    return found


@pytest.mark.parametrize("spacing", [1, 700, 1 << 20])
@pytest.mark.parametrize("seed", range(3))
def test_every_line_knows_its_number_and_offset_in_any_chunking(tmp_path, monkeypatch, spacing, seed):
    monkeypatch.setattr(line_numbers, "SPACING_BYTES", spacing)
    rng = random.Random(seed)
    lengths = [rng.choice((0, 5, 300, 5_000)) for _ in range(60)]
    path = tmp_path / "s.jsonl"
    written(path, lengths)
    offset, expected = 0, []
    for number, length in enumerate(lengths, 1):
        expected.append(f"line {number:,}, byte {offset:,} of s.jsonl")
        offset += len(event(length))
    assert places(FileTail(path), rng.choice((100, 4_000, None))) == expected


def test_bad_lines_count_as_lines(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"no event\n\n" + event(1))
    assert places(FileTail(path)) == ["line 3, byte 10 of s.jsonl"]


def test_each_part_counts_from_1(tmp_path):
    written(tmp_path / "s.jsonl", [1, 2, 3])
    written(tmp_path / "s~002.jsonl", [4, 5])
    found = places(FileTail(tmp_path / "s.jsonl"))
    assert [place.split(",")[0] for place in found] == ["line 1", "line 2", "line 3", "line 1", "line 2"]


def test_a_file_that_was_replaced_counts_anew(tmp_path):
    path = tmp_path / "s.jsonl"
    written(path, [1, 2, 3])
    tail = FileTail(path)
    places(tail)
    (tmp_path / "other").write_bytes(event(9) + event(9))
    (tmp_path / "other").replace(path)
    assert places(tail) == ["line 1, byte 0 of s.jsonl", f"line 2, byte {len(event(9))} of s.jsonl"]


def test_a_line_that_is_gone_has_an_offset_only(tmp_path):
    path = tmp_path / "s.jsonl"
    written(path, [1, 2])
    tail = FileTail(path)
    position = [offset for delivery in tail.poll() for offset in delivery.batch.offsets][1]
    tail.close()
    path.unlink()
    assert tail.place(position) == f"byte {position:,} of s.jsonl"
