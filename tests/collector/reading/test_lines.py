"""Bytes in any chunking give the same lines as the whole."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tracetop.collector.reading.lines import Block, LineSplitter

byte_strings = st.lists(st.sampled_from([b"\n", b"\r\n", b"a", b"{}", b"\0", b"\xff", b"long piece "])).map(b"".join)
cuts = st.lists(st.integers(min_value=0, max_value=200))


def pieces(text: bytes, at: list[int]) -> list[bytes]:
    edges = sorted({0, len(text), *(cut for cut in at if cut < len(text))})
    return [text[start:end] for start, end in pairwise(edges)]


def lines_of(block: Block) -> list[tuple[int, int, bytes]]:
    lines = []
    offset = block.offset
    for number, line in enumerate(block.text.split(b"\n"), block.first_line):
        lines.append((number, offset, line))
        offset += len(line) + 1
    return lines


def expected_lines(text: bytes) -> list[tuple[int, int, bytes]]:
    return lines_of(Block(text, 0, 1))


@given(byte_strings | st.binary(), cuts)
def test_any_chunking_gives_the_lines_of_the_whole(text: bytes, at: list[int]) -> None:
    splitter = LineSplitter()
    lines = []
    fed = 0
    for piece in pieces(text, at):
        block = splitter.feed(piece)
        fed += len(piece)
        assert splitter.end == fed
        if block is not None:
            lines += lines_of(block)
    *whole, (_, offset, torn) = expected_lines(text)
    assert lines == whole
    assert (splitter.offset, splitter.torn, splitter.torn_size) == (offset, torn, len(torn))


@given(byte_strings, cuts)
def test_looking_at_the_torn_line_changes_nothing(text: bytes, at: list[int]) -> None:
    splitter = LineSplitter()
    lines = []
    for piece in pieces(text, at):
        block = splitter.feed(piece)
        lines += lines_of(block) if block is not None else []
        assert splitter.torn.endswith(splitter.torn_end)
    assert lines == expected_lines(text)[:-1]


def test_a_taken_torn_line_is_only_ended_by_the_newline_that_follows() -> None:
    splitter = LineSplitter()
    first = splitter.feed(b"one\ntwo")
    assert first is not None and lines_of(first) == [(1, 0, b"one")]
    second = splitter.take_torn()
    assert second is not None and lines_of(second) == [(2, 4, b"two")]
    assert splitter.take_torn() is None
    assert splitter.feed(b"\n") is None
    third = splitter.feed(b"three\nfour\n")
    assert third is not None and lines_of(third) == [(3, 8, b"three"), (4, 14, b"four")]


def test_what_follows_a_taken_torn_line_keeps_its_number() -> None:
    splitter = LineSplitter()
    splitter.feed(b"one")
    splitter.take_torn()
    rest = splitter.feed(b" and more\ntwo\n")
    assert rest is not None and lines_of(rest) == [(1, 3, b" and more"), (2, 13, b"two")]


def test_of_a_hole_before_a_line_little_is_kept() -> None:
    splitter, hole = LineSplitter(), bytes(1 << 18)
    assert splitter.feed(b"first\n") is not None
    for _ in range(64):
        assert splitter.feed(hole) is None
        assert splitter.torn_size <= 5 << 18
    assert splitter.end == 6 + (64 << 18)
    block = splitter.feed(b'{"kind": "x"}\nnext\n')
    assert block is not None
    line, following = block.lines
    assert line.lstrip(b"\0") == b'{"kind": "x"}'
    assert line.startswith(b"\0")  # so that it is told
    assert block.offset + len(line) == 6 + (64 << 18) + 13
    assert block.offsets[1] == splitter.offset - 5
    assert block.first_line == 2
    assert following == b"next"


def test_bytes_that_are_not_nul_are_kept_whatever_follows_them() -> None:
    splitter, hole = LineSplitter(), bytes(1 << 20)
    text = [b"x", hole, hole, hole, b"\n"]
    blocks = [block for piece in text if (block := splitter.feed(piece)) is not None]
    assert [len(block.text) for block in blocks] == [1 + (3 << 20)]
