"""Which sessions a filter means."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.app.sessions.entry import Entry, Figures, Glance
from tracetop.app.sessions.filter import FIELDS, FLAGS, HINTS, SessionFilter, completion

NOW = 1_000_000.0


FIGURES = Figures(50, 21, 4, 2, tokens=1_500_000, cost=1.5, cache_hit_rate=0.45, score=49.5, duration=60.0)


def session(age: float = 7_200.0, *, ended: bool = True, figures: Figures | None = FIGURES) -> Entry:
    glance = Glance("id-7", "fix the Parser", "claude-opus-4", ended=ended)
    return Entry(Path("session-2026.jsonl"), 1, NOW - age, glance, figures)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "parser",
        '"the parser"',
        "OPUS",
        "id-7",
        "session-2026",
        "parser opus",
        "cost:>1",
        "cost:>$1",
        "cost:1.5",
        "cost:<=1.5",
        "score:<50",
        "issues:>0",
        "issues",
        "errors",
        "errors:4",
        "tokens:>1m",
        "tokens:>1499k",
        "cache:<50%",
        "it:>20",
        "age:<1d",
        "age:>1h",
        "age:<1w",
        "model:opus",
        "model:=claude-opus-4",
        "model:gpt,opus",
        "goal:parser",
        "name:2026",
        "ended",
        "-live",
        "-cost:>2",
        "-model:gpt",
        "-nonsense",
        'goal:"the parser"',
    ],
)
def test_passes(text: str) -> None:
    assert SessionFilter(text).passes(session(), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "lexer",
        '"parser the"',
        "cost:>1.5",
        "score:>50",
        "issues:>2",
        "tokens:<1m",
        "age:<1h",
        "model:=opus",
        "live",
        "idle",
        "-ended",
        "-issues",
        "-parser",
        "parser lexer",
        "cost:>1 cost:<1.2",
    ],
)
def test_does_not_pass(text: str) -> None:
    assert not SessionFilter(text).passes(session(), NOW)


@pytest.mark.parametrize("text", ["cost:>1", "-cost:>1", "issues", "-issues", "score:<50", "-score:<50", "errors:0"])
def test_what_is_not_known_is_neither_that_nor_not_that(text: str) -> None:
    assert not SessionFilter(text).passes(session(figures=None), NOW)


def test_a_session_not_looked_at_passes_by_its_name_and_its_age_alone() -> None:
    entry = Entry(Path("session-2026.jsonl"), 1, NOW - 7_200)
    for text, passes in (("2026", True), ("parser", False), ("-parser", False), ("age:>1h", True), ("ended", False)):
        assert SessionFilter(text).passes(entry, NOW) is passes, text


@pytest.mark.parametrize(("age", "ended", "flag"), [(5, False, "live"), (5, True, "ended"), (900, False, "idle")])
def test_a_session_is_live_ended_or_open(age: float, ended: bool, flag: str) -> None:
    entry = session(age, ended=ended)
    assert [name for name in ("live", "ended", "idle") if SessionFilter(name).passes(entry, NOW)] == [flag]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cost:", "cost: of what? as in cost:>1"),
        ("cost:much", "cost:much is no comparison (cost:>1 is meant)"),
        ("age:5", "age:5 is no comparison (age:<1d is meant; units are s, m, min, h, d, w)"),
        ("score:>5%", "score:>5% is no comparison"),
        ("kind:tool", "unknown field kind:"),
        ("/par.*/", "sessions are found by words"),
    ],
)
def test_what_has_no_meaning_says_what_would(text: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        SessionFilter(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_hint_is_understood_and_every_field_tells_an_example() -> None:
    for hint in HINTS:
        SessionFilter(hint)
    for field in FIELDS:
        with pytest.raises(ValueError, match=f"as in {field}:") as caught:
            SessionFilter(f"{field}:")
        SessionFilter(str(caught.value).rpartition("as in ")[2])


def test_the_last_word_goes_on() -> None:
    assert completion("parser co") == "parser cost:"
    assert completion("-mo") == "-model:"
    assert completion("liv") == "live"
    assert completion("") is completion("zzz") is completion("live") is None


WORDS = st.sampled_from([*FLAGS, "parser", "cost:>1", "-cost:>1", "score:<50", "age:<1d", "model:opus", "-issues"])


@given(st.lists(WORDS, max_size=5), st.sampled_from([session(), session(5, ended=False), session(figures=None)]))
def test_all_words_must_hold_whatever_their_order(words: list[str], entry: Entry) -> None:
    alone = all(SessionFilter(word).passes(entry, NOW) for word in words)
    assert SessionFilter(" ".join(words)).passes(entry, NOW) is alone
    assert SessionFilter(" ".join(reversed(words))).passes(entry, NOW) is alone


@settings(max_examples=40)
@given(st.text(max_size=20))
def test_whatever_is_typed_is_understood_or_explained(text: str) -> None:
    try:
        SessionFilter(text).passes(session(), NOW)
    except ValueError as error:
        assert str(error)
