"""Figures as people read them; unknown is a dash, not a zero."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tracetop.analysis import figures


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (812, "812"),
        (999, "999"),
        (1000, "1.00k"),
        (41_200, "41.2k"),
        (999_499, "999k"),
        (999_600, "1.00M"),
        (1_760_000, "1.76M"),
        (2e9, "2.00G"),
        (-5, "-5"),
    ],
)
def test_tokens(count: float, shown: str) -> None:
    assert figures.tokens(count) == shown


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [
        (0, "$0.00"),
        (0.00004, "<$0.0001"),
        (0.0034, "$0.0034"),
        (0.042, "$0.042"),
        (0.84, "$0.84"),
        (12.4, "$12.40"),
        (1234.5, "$1,234.50"),
    ],
)
def test_cost(dollars: float, shown: str) -> None:
    assert figures.cost(dollars) == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "0ms"),
        (12, "12ms"),
        (999.4, "999ms"),
        (999.6, "1.0s"),
        (3400, "3.4s"),
        (99_960, "1m 40s"),
        (126_000, "2m 06s"),
        (5_999_000, "99m 59s"),
        (6_000_000, "1h 40m"),
        (360_000_000, "4d 04h"),
    ],
)
def test_duration(milliseconds: float, shown: str) -> None:
    assert figures.duration(milliseconds) == shown


def test_share_and_score() -> None:
    assert (figures.share(0.876), figures.share(0.0), figures.score(71.4), figures.score(0)) == ("88%", "0%", "71", "0")


@pytest.mark.parametrize(("number", "shown"), [(0, "0 issues"), (1, "1 issue"), (1200, "1,200 issues")])
def test_count(number: int, shown: str) -> None:
    assert figures.count(number, "issue") == shown


@pytest.mark.parametrize("figure", [figures.tokens, figures.cost, figures.duration, figures.share, figures.score])
def test_unknown_is_a_dash(figure: Callable[[float | None], str]) -> None:
    assert figure(None) == "–"


@pytest.mark.parametrize("figure", [figures.tokens, figures.cost, figures.duration, figures.share])
@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_unknown(figure: Callable[[float | None], str], odd: float) -> None:
    assert figure(odd) == "–"
