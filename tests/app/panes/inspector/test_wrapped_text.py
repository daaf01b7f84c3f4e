"""Long texts are wrapped to their width, without loss, and only as far as they are read."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.app.panes.inspector import wrapped_text
from tracetop.app.panes.inspector.wrapped_text import WrappedText
from tracetop.app.safe_text import width_of

ODD = [
    "a",
    "word ",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u2028",
    "文",
    "é",
    "e\u0301",
    "\u0301",
    "\x1b[31m",
    "\u200b",
    "⚠\ufe0f",
]
TEXTS = st.lists(st.sampled_from(ODD), max_size=80).map("".join)


def wrap(text: str, width: int) -> WrappedText:
    wrapped = WrappedText(text, width)
    wrapped.read_on(10_000)
    return wrapped


def lines(text: str, width: int) -> list[str]:
    wrapped = wrap(text, width)
    return [wrapped.line(index) for index in range(wrapped.count)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("one", ["one"]),
        ("one\ntwo\r\nthree\rfour\u2028five\u2029six", ["one", "two", "three", "four", "five", "six"]),
        ("one\n\ntwo\n", ["one", "", "two"]),
        ("\n\n", ["", ""]),
        ("0123456789abc", ["0123456789", "abc"]),
        ("0123456789\nabc", ["0123456789", "abc"]),
        ("the quick brown fox", ["the quick ", "brown fox"]),
        ("the quicks brown", ["the quicks", "brown"]),
        ("x the-quick-brown", ["x the-quic", "k-brown"]),
        ("文字列漢字ひらがな", ["文字列漢字", "ひらがな"]),
        ("a文字列漢字", ["a文字列漢", "字"]),
        ("a\tb\tcdef", ["a   b   cd", "ef"]),
        ("\x1b[31mred", ["␛[31mred"]),
    ],
)
def test_lines(text: str, expected: list[str]) -> None:
    assert lines(text, 10) == expected


def test_a_line_end_just_behind_what_is_looked_at_is_one_line_end() -> None:
    for length in range(30, 50):
        text = "\u0301" * length
        assert len(lines(f"{text}\r\nend", 10)) == len(lines(f"{text}\nend", 10))


@given(TEXTS, st.integers(4, 20))
def test_no_line_is_too_wide_and_none_holds_what_commands_a_terminal(text: str, width: int) -> None:
    for line in lines(text, width):
        assert width_of(line) <= width
        assert line.isprintable()


@given(TEXTS, st.integers(4, 20))
def test_nothing_is_lost(text: str, width: int) -> None:
    wrapped = wrap(text, width)
    assert wrapped.rest == 0
    kept = "".join(text[wrapped._starts[index] : wrapped._ends[index]] for index in range(wrapped.count))
    assert re.sub(r"[ \r\n\u2028]", "", kept) == re.sub(r"[ \r\n\u2028]", "", text)


@given(TEXTS, st.integers(4, 20))
def test_a_line_is_found_by_what_stands_in_it(text: str, width: int) -> None:
    wrapped = wrap(text, width)
    for index in range(wrapped.count):
        assert wrapped.line_at(wrapped.start(index)) == index


def test_a_long_line_remembers_how_it_began() -> None:
    wrapped = wrap("+" + "x" * 25 + "\n-y", 10)
    assert [wrapped.opening(index, 1) for index in range(wrapped.count)] == ["+", "+", "+", "-"]


@pytest.mark.parametrize("unit", ["x", "a line of it\n", "文字 "])
def test_only_what_is_read_is_wrapped(unit: str, monkeypatch: Any) -> None:
    text = unit * (20_000_000 // len(unit))
    seen = 0
    fitting = wrapped_text.fitting

    def counted(piece: str, width: int) -> int:
        nonlocal seen
        seen += len(piece)
        return fitting(piece, width)

    monkeypatch.setattr(wrapped_text, "fitting", counted)
    wrapped = WrappedText(text, 80)
    assert wrapped.count == 0
    wrapped.read_on(100)
    assert wrapped.count == 100
    assert wrapped.rest > len(text) * 0.9
    assert seen < 100 * 80 * 5
    assert not wrapped.is_cut


def test_no_more_lines_are_made_than_a_screen_is_good_for() -> None:
    wrapped = WrappedText("line\n" * 30_000, 80)
    wrapped.read_on(50_000)
    assert wrapped.count == wrapped_text.MOST_LINES
    assert wrapped.is_cut
    assert wrapped.rest == 5 * 10_000
    wrapped.read_to(149_000)
    assert wrapped.count == wrapped_text.MOST_LINES
    assert wrapped.line_at(149_000) == wrapped_text.MOST_LINES - 1


def test_reading_to_a_character() -> None:
    wrapped = WrappedText("line\n" * 30_000, 80)
    wrapped.read_to(52)
    assert wrapped.line_at(52) == 10
    assert wrapped.count == 11
