"""Comparisons as they are typed."""

from __future__ import annotations

import pytest
from tracetop.app.query.comparison import comparison

UNITS = {"": 1.0, "k": 1_000.0}


@pytest.mark.parametrize(
    ("text", "holds", "not_"),
    [(">5", 5.1, 5.0), (">=5", 5.0, 4.9), ("<.5k", 499.0, 500.0), ("<=5", 5.0, 5.1), ("5", 5.0, 4.9), ("2K", 2e3, 1e3)],
)
def test_a_comparison_holds_of_some_values(text: str, holds: float, not_: float) -> None:
    meant = comparison(text, UNITS)
    assert meant is not None
    assert meant.holds(holds)
    assert not meant.holds(not_)


@pytest.mark.parametrize("text", ["", "x", ">", "5 k", "5m", "=5", "5>", "-5", "١"])
def test_what_is_none_is_told_apart(text: str) -> None:
    assert comparison(text, UNITS) is None


def test_a_unit_may_be_asked_for() -> None:
    assert comparison("5", {"s": 1.0}) is None
