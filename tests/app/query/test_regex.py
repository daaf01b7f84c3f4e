"""Regular expressions do what they say, and cannot hold the screen up."""

from __future__ import annotations

import pytest
from tracetop.app.query import regex
from tracetop.app.query.line_text import LineText
from tracetop.app.query.regex import LONGEST_TEXT, TooSlowError, matches_regex


def is_in(source: str, raw: bytes) -> bool:
    return matches_regex(source)(LineText(raw))


@pytest.mark.parametrize(
    ("source", "raw", "is_there"),
    [
        ("err(or)?", b"an ERROR", True),
        ("Err", b"an ERROR", False),
        ("Err", b"an Error", True),
        (r"\D\W\S", b"a", False),
        (r"\Sb", b"AB", True),
        (r"(?P<Name>x)", b"X", True),
        ("^at", rb"Traceback:\nat line 3", True),
        ("line 3$", rb"Traceback:\nat line 3\n", True),
        ('"a"', rb"say \"a\"", True),
        ("é", rb"\u00e9", True),
        (".*foo", b"a foo", True),
        (".*?.*", b"", True),
        (".*", b"x", True),
        (".*|x", b"y", True),
    ],
)
def test_what_matches(source: str, raw: bytes, is_there: bool) -> None:
    assert is_in(source, raw) is is_there


@pytest.mark.parametrize(
    "source",
    ["(a+)+", "(a*)*b", "(a|a)*", "(a|ab)*c", r"(\w|\d)+!", "((a+)b)+", "(|a)+", "(a+){2,}", "(a{2,3})*", "(?:x+|y)*"],
)
def test_repeats_within_repeats_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match="repeats within a repeat"):
        matches_regex(source)


@pytest.mark.parametrize(
    "source",
    [
        "(foo|bar)+",
        r"(.|\n)*x",
        "[(+]+a",
        r"\(a+\)+",
        "(a+)?b",
        r"(\d+\.){3}\d+",
        "(?=a+)b",
        "(a*)",
        "a+b+",
        "[^)+]+(x)",
    ],
)
def test_others_are_not(source: str) -> None:
    assert matches_regex(source)(LineText(b"")) in (True, False)


def test_only_the_first_64_kb_are_seen() -> None:
    assert is_in("needle", b"x" * (LONGEST_TEXT - 6) + b"needle")
    assert not is_in("needle", b"x" * (LONGEST_TEXT - 5) + b"needle")


def test_an_expression_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    test = matches_regex("l.*r.*m.*z")
    assert not test(LineText(b"lorem " * 10))
    monkeypatch.setattr(regex, "_SLOW_SECONDS", -1.0)
    with pytest.raises(TooSlowError, match=r"/l\.\*r\.\*m\.\*z/ takes too long: on the first \d+ characters"):
        test(LineText(b"lorem " * 10_000))
    assert not test(LineText(b"lorem " * 10))  # too short to take long
    assert not matches_regex("needle")(LineText(b"lorem " * 10_000))  # repeats nothing


def test_it_is_given_up_before_it_holds_everything_up() -> None:
    # Some 10^15 steps if it were not.
    with pytest.raises(TooSlowError):
        is_in("a*a*a*a*a*z", b"a" * 60_000)
