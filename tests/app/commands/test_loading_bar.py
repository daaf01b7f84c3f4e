"""A bar for whoever waits on a terminal, nothing for anybody else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tracetop.app.commands import loading_bar as room
from tracetop.app.commands.loading_bar import loading_bar
from tracetop.app.trace import load_trace


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def seconds():
    """Return a clock that a test moves."""
    return [0.0]


def test_a_terminal_is_told_and_left_as_it_was(seconds):
    out = Terminal()
    with loading_bar(Path("a\x1b[31m.jsonl"), stream=out, clock=lambda: seconds[0]) as told:
        told(0, 100 << 20)
        seconds[0] = 2.0
        told(25 << 20, 100 << 20)
        seconds[0] = 2.01
        told(26 << 20, 100 << 20)
    first, *more = [piece for piece in out.getvalue().split("\r\x1b[K") if piece]
    assert more == []
    assert "██████░░░░░░░░░░░░░░░░░░  25%  6.0s left" in first
    assert "\x1b" not in first
    assert out.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(("out", "total"), [(Terminal(), 31 << 20), (io.StringIO(), 100 << 20)])
def test_short_traces_and_files_are_told_nothing(seconds, out, total):
    with loading_bar(Path("x.jsonl"), stream=out, clock=lambda: seconds[0]) as told:
        seconds[0] = 5.0
        told(5, total)
    assert out.getvalue() == ""


def test_a_load_tells_how_far_it_is(small, monkeypatch):
    monkeypatch.setattr("tracetop.collector.reading.follow.CHUNK_BYTES", 1_000)
    part = small.with_name("small~002.jsonl")
    part.write_bytes(small.read_bytes())
    told = []
    load_trace(small, told=lambda read, total: told.append((read, total)))
    size = small.stat().st_size
    assert {total for _, total in told} == {2 * size}
    assert [read for read, _ in told] == sorted(read for read, _ in told)
    assert told[-1][0] == 2 * size
    assert len(told) > 4


def test_a_name_is_cut(seconds):
    out = Terminal()
    with loading_bar(Path("x" * 200), stream=out, clock=lambda: seconds[0]) as told:
        seconds[0] = 1.0
        told(1 << 20, 64 << 20)
    assert len(out.getvalue().split("\r\x1b[K")[1]) < 80
    assert room.LONG_BYTES == 32 << 20
