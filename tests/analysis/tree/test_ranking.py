"""A ranking is what sorting would give, however it came about."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis.tree import ranking
from tracetop.analysis.tree.ranking import CHUNK, Ranking

steps = st.lists(
    st.tuples(
        st.sampled_from(["extend", "change", "truncate"]), st.integers(0, 200), st.sampled_from([-1.0, 0.0, 1.0, 2.5])
    ),
    max_size=30,
)


SMALL = {"CHUNK": 4, "_LONGEST_RUN": 16, "_FEW": 2, "_WINDOW": 3}
"""Sizes of runs and windows, and of what counts as a few, with which a handful of members needs many of each."""


def assert_sorted(ranked: Ranking, figures: list[float]) -> None:
    expected = sorted(range(len(figures)), key=lambda member: (-figures[member], member))
    assert [ranked.member(place) for place in range(len(figures))] == expected
    assert [ranked.place(member) for member in expected] == list(range(len(figures)))
    assert [ranked.figure(member) for member in expected] == [figures[member] for member in expected]
    assert ranked.highest() == max(figures, default=None)
    assert len(ranked) == len(figures)


@given(steps)
@settings(deadline=None, max_examples=300)
def test_a_ranking_is_a_stable_sort(steps: list[tuple[str, int, float]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, size in SMALL.items():
            patch.setattr(ranking, name, size)
        ranked, figures = Ranking(), []
        for what, number, figure in steps:
            if what == "extend":
                more = [figure + place % 3 for place in range(number % 23)]
                ranked.extend(more)
                figures += more
            elif what == "change" and figures:
                figures[number % len(figures)] = figure
                ranked.change(number % len(figures), figure)
            elif what == "truncate":
                del figures[number:]
                ranked.truncate(number)
            assert_sorted(ranked, figures)


def test_any_place_of_a_large_ranking() -> None:
    chance = random.Random(5)
    figures = [chance.choice([chance.random(), 0.5]) for _ in range(3 * CHUNK + 100)]
    ranked = Ranking()
    ranked.extend(figures)
    expected = sorted(range(len(figures)), key=lambda member: (-figures[member], member))
    for place in (0, 1, CHUNK, len(figures) - 1, *(chance.randrange(len(figures)) for _ in range(100))):
        assert ranked.member(place) == expected[place]
        assert ranked.place(expected[place]) == place


def test_a_page_of_a_large_ranking_costs_no_more_than_one_of_a_small() -> None:
    chance = random.Random(5)
    ranked = Ranking()
    for _ in range(25):
        ranked.extend([chance.random() for _ in range(CHUNK)])
    assert ranked.runs < 10
    began = time.process_time()
    for _ in range(100):
        ranked.change(chance.randrange(len(ranked)), chance.random())
        top = chance.randrange(len(ranked) - 50)
        assert len({ranked.member(place) for place in range(top, top + 50)}) == 50
    assert time.process_time() - began < 1.0
