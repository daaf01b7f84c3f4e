"""No text of a trace may reach a terminal as anything but visible characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tracetop.app.safe_text import fit, fit_right, many_lines, one_line

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("", ""),
        ("\x1b[31m", "␛[31m"),
        ("\x1b]0;t\x07", "␛]0;t␇"),
        ("a\nb", "a⏎b"),
        ("a\r\nb", "a⏎b"),
        ("a\rb", "a␍b"),
        ("a\tb", "a b"),
        ("\x7f", "␡"),
        ("\x9b31m", "�31m"),
        ("a\u202eb", "a�b"),
        ("a\u200bb", "a�b"),
        ("\ud800", "�"),
        ("\ue000", "�"),
        ("a\u00a0b", "a b"),
        ("a\u3000b", "a  b"),
        ("\u2028", "⏎"),
        ("⚠\ufe0f!", "⚠!"),
        ("\u3164", "�"),
        ("文字", "文字"),
        ("\u0301a", "◌\u0301a"),
        ("e" + "\u0301" * 9, "e" + "\u0301" * 3 + "�"),
        ("[/oops]", "[/oops]"),
    ],
)
def test_one_line_shows_what_cannot_be_printed(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_one_line_is_cut_at_the_limit() -> None:
    assert one_line("x" * 50, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10
    assert one_line("abc", 1) == "…"
    assert one_line("abc", 0) == ""


@given(ANY_TEXT)
def test_one_line_is_always_printable_and_stable(text: str) -> None:
    safe = one_line(text)
    assert safe.isprintable()
    safe.encode()
    assert one_line(safe) == safe


def test_every_code_point_is_safe_alone_and_within_text() -> None:
    for code in range(0x110000):
        safe = one_line(f"a{chr(code)}b")
        assert safe.isprintable(), hex(code)


@given(ANY_TEXT, st.integers(-3, 40))
def test_fit_takes_exactly_the_width(text: str, width: int) -> None:
    for fitted in (fit(text, width), fit_right(text, width)):
        assert cell_len(fitted) == max(0, width)
        assert fitted.isprintable()


@pytest.mark.parametrize(
    ("text", "width", "left", "right"),
    [
        ("abc", 5, "abc  ", "  abc"),
        ("abcdef", 4, "abc…", "abc…"),
        ("文字列", 6, "文字列", "文字列"),
        ("文字列", 5, "文字…", "文字…"),
        ("文字列", 4, "文… ", " 文…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…", "e\u0301…"),
        ("abc", 1, "…", "…"),
        ("abc", 0, "", ""),
    ],
)
def test_fit_measures_cells(text: str, width: int, left: str, right: str) -> None:
    assert fit(text, width) == left
    assert fit_right(text, width) == right


def test_many_lines_splits_and_expands() -> None:
    assert many_lines("a\tb\r\nc\rd\ne") == ["a   b", "c", "d", "e"]
    assert many_lines("a\n\nb\n") == ["a", "", "b"]
    assert many_lines("") == []
    assert many_lines("\x1b[2J\nx\x0by") == ["␛[2J", "x␋y"]


def test_many_lines_says_where_it_was_cut() -> None:
    assert many_lines("abc\ndef", 5) == ["abc", "d…"]
    assert many_lines("abc\ndef", 4) == ["abc", "…"]


@given(ANY_TEXT)
def test_many_lines_are_each_printable(text: str) -> None:
    assert all(line.isprintable() for line in many_lines(text))
