"""In which order sessions are listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.app.sessions.entry import Entry, Figures, Glance
from tracetop.app.sessions.order import COLUMNS, DEFAULT_ORDER, Order, order_by

NOW = 1_000_000.0


def session(
    name: str,
    age: float = 100.0,
    *,
    cost: float | None = None,
    since: float = 0.0,
    goal: str | None = None,
    folded: bool = True,
    error: str = "",
) -> Entry:
    figures = Figures(1, 1, 0, 0, cost=cost) if folded else None
    return Entry(Path(name), 1, NOW - age, Glance(goal=goal, ended=False), figures, error, since)


def names(order: Order, *entries: Entry) -> list[str]:
    return [entry.path.name for entry in order.arranged(entries, NOW)]


def test_by_age_the_newest_come_first_and_no_traces_last() -> None:
    entries = session("old", 900), session("none", 1, error="no trace"), session("new", 50)
    assert names(DEFAULT_ORDER, *entries) == ["new", "old", "none"]
    assert names(DEFAULT_ORDER.reversed(), *entries) == ["old", "new", "none"]


def test_sessions_that_are_written_to_in_turn_do_not_change_places() -> None:
    first, second = session("first", 1, since=10.0), session("second", 2, since=20.0)
    assert names(DEFAULT_ORDER, first, second) == ["second", "first"]
    assert names(DEFAULT_ORDER, session("first", 2, since=10.0), session("second", 1, since=20.0)) == [
        "second",
        "first",
    ]


def test_what_is_not_known_comes_last_either_way() -> None:
    entries = session("unread", folded=False), session("dear", cost=9.0), session("free", cost=0.0), session("dumb")
    by_cost = order_by("cost")
    assert names(by_cost, *entries) == ["dear", "free", "dumb", "unread"]
    assert names(by_cost.reversed(), *entries) == ["free", "dear", "dumb", "unread"]


def test_equal_ones_come_newest_first_either_way() -> None:
    entries = session("b", 30, cost=1.0), session("a", 40, cost=1.0)
    assert names(order_by("cost"), *entries) == names(order_by("cost").reversed(), *entries) == ["b", "a"]


def test_texts_are_compared_letter_case_aside() -> None:
    entries = session("1", goal="beta"), session("2", goal="Alpha"), session("3", goal="")
    assert names(order_by("goal"), *entries) == ["2", "1", "3"]


def test_one_key_goes_through_all_columns_and_back() -> None:
    seen, order = [], DEFAULT_ORDER
    for _ in COLUMNS:
        seen.append(order.column)
        order = order.next()
    assert seen == list(COLUMNS)
    assert order == DEFAULT_ORDER


ENTRIES = st.lists(
    st.builds(
        session,
        st.text("abc", min_size=1, max_size=3),
        st.floats(0, 1e6),
        cost=st.one_of(st.none(), st.floats(0, 100)),
        since=st.floats(0, 1e6),
        goal=st.one_of(st.none(), st.text(max_size=3)),
        folded=st.booleans(),
        error=st.sampled_from(["", "broken"]),
    )
)


@pytest.mark.parametrize("column", COLUMNS)
@given(entries=ENTRIES, descending=st.booleans())
def test_every_order_keeps_all_and_has_the_unknown_behind_the_known(
    column: str, entries: list[Entry], descending: bool
) -> None:
    arranged = Order(column, descending).arranged(entries, NOW)
    assert sorted(map(id, arranged)) == sorted(map(id, entries))
    key = COLUMNS[column].key
    ranks = [2 if entry.error else 1 if key(entry) is None else 0 for entry in arranged]
    assert ranks == sorted(ranks)
    if column != "age":
        known = [key(entry) for entry, rank in zip(arranged, ranks, strict=True) if not rank]
        assert known == sorted(known, reverse=descending)
