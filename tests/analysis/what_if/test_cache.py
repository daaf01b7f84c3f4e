"""What if the cache had not broken, or had lived for an hour: worked out by hand, and when it comes to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.cache.miss_prices import Basis
from tracetop.analysis.prices import Price, Prices

from .scenarios import only
from .sessions import MILLION, answer, broken, plain

# Breaks


def test_a_break_that_is_mended_costs_no_more_than_reading(trace: Any) -> None:
    told = only(broken(trace), "cache_breaks")
    assert told.saving == pytest.approx(1.25 - 0.1)
    assert told.bill == pytest.approx(2.5 - 1.15)
    assert (told.tokens, told.remark, told.basis) == (MILLION, "1 break", Basis.ESTIMATED)


def test_a_compaction_has_to_break_the_cache(trace: Any) -> None:
    told = only(broken(trace, "compaction_end"), "cache_breaks")
    assert (told.saving, told.bill, told.remark) == (0.0, 2.5, "no break but by compactions")


def test_where_nothing_broke_nothing_is_saved(trace: Any) -> None:
    answer(trace, written=MILLION)
    answer(trace, read=MILLION, written=10)
    told = only(trace.events, "cache_breaks")
    assert (told.saving, told.tokens) == (0.0, 0)


def test_a_session_that_tells_no_cache_has_no_breaks_to_mend(trace: Any) -> None:
    plain(trace, [MILLION, MILLION])
    told = only(trace.events, "cache_breaks")
    assert (told.saving, told.unknown) == (None, "no response reports its cache")


# The 1-hour cache


def test_an_hours_cache_outlives_a_pause_and_is_dearer_to_write(trace: Any) -> None:
    told = only(broken(trace, pause=400.0), "hour_cache")
    assert told.saving == pytest.approx(1.15 - 0.75)  # the second million is read then, the first is dearer
    assert (told.remark, told.basis) == ("1 break by time run out", Basis.ESTIMATED)


def test_where_nothing_runs_out_it_is_only_dearer(trace: Any) -> None:
    told = only(broken(trace, pause=299.0), "hour_cache")
    assert told.saving == pytest.approx(-2 * 0.75)
    assert told.share == pytest.approx(-1.5 / 2.5)


def test_what_an_hour_does_not_outlive_is_not_saved(trace: Any) -> None:
    assert only(broken(trace, pause=3_700.0), "hour_cache").saving == pytest.approx(-2 * 0.75)


def test_the_price_of_an_hours_write_is_taken_where_it_is_known(trace: Any) -> None:
    prices = Prices({"m": Price(1.0, 5.0, 0.1, 1.25, 1.5)})
    assert only(broken(trace), "hour_cache", prices).saving == pytest.approx(-2 * 0.25)


@pytest.mark.parametrize("data", [{"cache_write_1h_tokens": 10}, {"cache_creation": {"ephemeral_1h_input_tokens": 10}}])
def test_a_session_that_has_it_already_is_told_so(trace: Any, data: dict[str, Any]) -> None:
    answer(trace, written=MILLION, **data)
    assert only(trace.events, "hour_cache").unknown == "the session writes to the 1-hour cache already"


def test_who_reports_no_writes_has_no_such_cache(trace: Any) -> None:
    answer(trace, sent=MILLION)
    assert only(trace.events, "hour_cache").unknown == "no response tells what it wrote"
