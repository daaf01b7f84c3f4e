"""A last line that is not whole yet, or whole without its newline."""

import time
from pathlib import Path

import pytest

from ..event_lines import append, line, lines
from .follower import Follower


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
