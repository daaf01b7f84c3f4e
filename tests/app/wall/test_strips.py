"""What stands on the wall, in how many lines, under which key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.app.dashboard.strip import lay_out
from tracetop.app.safe_text import width_of
from tracetop.app.sessions.entry import Entry, Figures, Glance
from tracetop.app.wall.strips import LABELS, Labels, Plan, aligned, facts_of_entry, on_the_wall, plan

NOW = 1_000_000.0


def session(name: str, age: float = 5.0, *, start: float = 0.0, ended: bool = False, error: str = "") -> Entry:
    return Entry(Path(name), 1, NOW - age, Glance(goal=name, start=start, newest=NOW - age, ended=ended), None, error)


def going(count: int) -> list[Entry]:
    return [session(f"live {number}") for number in range(count)]


def planned(live: int, others: int, width: int, height: int, first: int = 0) -> Plan:
    entries = going(live)
    ended = [session(f"ended {number}", ended=True) for number in range(others)]
    return plan(entries, ended, frozenset(entry.path for entry in entries), width, height, first)


def lines(made: Plan) -> int:
    ribboned = [entry.path.name.startswith("live") for entry in made.shown]
    return sum(made.style.height(each) for each in ribboned) - (made.style.below(ribboned[-1]) if ribboned else 0)


def test_those_that_go_on_come_first_as_they_began_then_the_newest_of_the_others() -> None:
    entries = [
        session("old", 9_000, ended=True),
        session("first", 1, start=10.0),
        session("left alone", 4_000),
        session("second", 60, start=20.0),
        session("none", 1, error="no trace"),
        session("just ended", 2, ended=True),
    ]
    live, others = on_the_wall(entries, NOW)
    assert [entry.path.name for entry in live] == ["second", "first"]
    assert [entry.path.name for entry in others] == ["just ended", "left alone", "old"]


def test_four_sessions_that_go_on_fit_a_small_terminal_with_all_their_lines() -> None:
    made = planned(4, 9, 80, 22)
    assert made.style.height(True) == 4
    assert [entry.path.name for entry in made.shown][:4] == [f"live {number}" for number in range(4)]
    assert len(made.shown) > 4


def test_where_there_is_little_room_lines_go_before_sessions() -> None:
    heights = {live: planned(live, 0, 80, 22).style.height(True) for live in (5, 7, 11, 22, 40)}
    assert heights == {5: 4, 7: 3, 11: 2, 22: 1, 40: 1}
    assert planned(40, 0, 80, 22).left_out == 18
    assert planned(40, 0, 80, 22, first=18).shown[-1].path.name == "live 39"


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([20, 80, 160, 250]), st.integers(1, 80))
def test_nothing_is_shown_that_does_not_fit_and_nothing_left_out_that_does(
    live: int, others: int, width: int, height: int
) -> None:
    made = planned(live, others, width, height)
    assert lines(made) <= height
    assert len(made.shown) <= len(LABELS)
    assert made.left_out == max(0, live - len(made.shown))
    if len(made.shown) < min(live + others, len(LABELS)):
        more = [*going(live), *(session(f"ended {number}", ended=True) for number in range(others))]
        assert lines(replace(made, shown=tuple(more[: len(made.shown) + 1]))) > height


def test_a_key_stays_a_sessions_and_goes_on_to_another_when_that_is_gone() -> None:
    labels, a, b, c = Labels(), Path("a"), Path("b"), Path("c")
    labels.give([a, b])
    assert (labels.of(a), labels.of(b), labels.path("2")) == ("1", "2", b)
    labels.give([c, b])
    assert (labels.of(c), labels.of(b), labels.of(a), labels.path("3")) == ("1", "2", "", None)
    labels.give([b, a, c])
    assert [labels.of(path) for path in (b, a, c)] == ["2", "3", "1"]


def test_what_is_not_known_is_told_so() -> None:
    text = "".join(cell for line in lay_out(facts_of_entry(session("s"), NOW), 120, 2) for cell, _ in line)
    for words in ("● LIVE", "it –", "– tok", "cache –", "score –", "✗ –"):
        assert words in text
    unread = "".join(
        cell for line in lay_out(facts_of_entry(Entry(Path("s"), 1, NOW), NOW), 120, 2) for cell, _ in line
    )
    assert "… READING" in unread


@pytest.mark.parametrize("width", [40, 77, 117, 197])
@pytest.mark.parametrize("height", [1, 2])
def test_facts_stand_in_columns(width: int, height: int) -> None:
    figures = Figures(9, 12, 3, 1, tokens=1_760_000, cost=0.072, cost_estimated=True, cache_hit_rate=0.5, score=80.0)
    entries = [
        replace(session("short"), figures=figures),
        replace(session("a goal in many words " * 4, 90_000, ended=True), figures=replace_figures(figures)),
        session("文字化け", 4_000),
    ]
    strips = [
        ["".join(text for text, _ in line) for line in lay_out(facts, width, height)]
        for facts in aligned([facts_of_entry(entry, NOW) for entry in entries], 48)
    ]
    for line in zip(*strips, strict=True):
        assert len({width_of(text) for text in line}) == 1
        assert width_of(line[0]) <= width
        for word in (" it ", " tok", " cache ", " score "):
            places = {width_of(text.partition(word)[0]) if word in text else None for text in line}
            assert len(places) == 1 or word == " tok", (word, line)


def replace_figures(figures: Figures) -> Figures:
    return Figures(figures.events, 1_000_000, 0, 0, tokens=None, cost=None)
