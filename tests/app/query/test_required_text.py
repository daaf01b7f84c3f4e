"""No line that an expression matches lacks all the texts that it is said to require."""

from __future__ import annotations

import json
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.app.query.line_text import LineText, required_of_text
from tracetop.app.query.regex import matches_regex, required_of_regex


@pytest.mark.parametrize(
    ("source", "sets"),
    [
        ("exit [1-9] of", [["exit "], [" of"]]),
        (r"Exit \d+", [["exit "]]),
        ("no such (file|dir)", [["no such "], ["file", "dir"]]),
        ("(error|failed|warning)", [["error", "failed", "warning"]]),
        (r"(error|\d+)", []),
        ("(?:abc)+x", [["abc"]]),
        ("(?:abc)*xy", [["xy"]]),
        ("(?:abc)?", []),
        ("a.b", []),
        ("a{2}bcd", [["bcd"]]),
        (r"a/bc\"defg", [["bc"], ["defg"]]),
        (r"\bword\b", [["word"]]),
        ("(?=abc)", []),
        ("(?x) a b  c", [["abc"]]),
        ("(?>abcd)e", [["abcd"]]),
        ("é caf", [[" caf"]]),
        ("[x]y", [["xy"]]),
        ("(a|b|", []),
        ("(" * 5_000, []),
    ],
)
def test_what_is_required(source: str, sets: list[list[str]]) -> None:
    told = [[text.decode() for text in texts] for texts in required_of_regex(source)]
    assert [[text for text in texts if text.isascii() and text[0] != "\\"] for texts in told] == sets


PIECES = st.sampled_from(
    ("ski", "Sk", "is", "k", "x", "ab", " ", r"\d", ".", "[a-k]", "[^x]", '"', r"\\", "/", r"\n", "é", "\u212a",
     "\u017f", r"\b", "^", "$", "(?i:SI)", r"\w+", "s{2}", "(?=k)", "(?<!x)", "_")
)  # fmt: skip


def grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sequences = st.lists(inner, min_size=1, max_size=3).map("".join)
    branches = st.lists(sequences, min_size=2, max_size=3).map("|".join)
    return st.builds(
        lambda body, repeat: f"({body}){repeat}", branches | sequences, st.sampled_from(("", "?", "*", "+", "{1,2}"))
    )


SOURCES = st.lists(st.recursive(PIECES, grouped, max_leaves=4), min_size=1, max_size=4).map("".join)
LETTERS = st.sampled_from('skiSKI\u0130\u0131\u017f\u212axab _1"\\/\né')


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A line as any writer may have written it: some characters as they are, some as escapes."""
    text = draw(st.lists(LETTERS | st.sampled_from(("ski", "is", "ab", "KIS")), max_size=8).map("".join))
    if draw(st.booleans()):
        written = json.dumps(text, ensure_ascii=draw(st.booleans()))
    else:
        written = "".join(
            rf"\u{ord(letter):04{draw(st.sampled_from('xX'))}}" if draw(st.booleans()) else json.dumps(letter)[1:-1]
            for letter in text
        )
    return f'{{"text": "{written}"}}'.encode()


@settings(deadline=None, max_examples=500)
@given(SOURCES, st.lists(lines(), max_size=5))
def test_whatever_matches_has_one_of_them(source: str, raw_lines: list[bytes]) -> None:
    try:
        is_match = matches_regex(source)
    except ValueError:
        return
    required = required_of_regex(source)
    for raw in raw_lines:
        if is_match(LineText(raw)):
            assert all(any(text in raw.lower() for text in texts) for texts in required)


def test_no_other_letters_match_letters_of_ascii() -> None:
    others = "".join(map(chr, range(128, sys.maxunicode + 1)))
    assert set(re.findall("[ -~]", others, re.IGNORECASE)) == set("\u0130\u0131\u017f\u212a")


def test_a_text_requires_itself_where_json_leaves_it_alone() -> None:
    assert required_of_text("No Such") == [(b"no such", rb"\u00")]
    assert required_of_text('say "no"') == []
    assert required_of_text("") == []
