"""What if another model had done it: worked out by hand, and when it comes to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.prices import Price, Prices

from .prices import MINE, AList
from .scenarios import choices, only
from .sessions import MILLION, answer, plain


def test_the_same_tokens_at_the_prices_of_others(trace: Any) -> None:
    answer(trace, sent=MILLION, read=MILLION, written=MILLION, output_tokens=MILLION)
    prices = Prices({"m": MINE, "twice": Price(2.0, 10.0, 0.2, 2.5), "half": Price(0.5, 2.5, 0.05, 0.625)})
    told = {each.options[0].option: each.options[0] for each in choices(trace.events, prices) if "model" in each.family}
    bill = 1.0 + 5.0 + 0.1 + 1.25
    assert {name: each.saving for name, each in told.items()} == pytest.approx({"twice": -bill, "half": bill / 2})
    assert told["half"].share == pytest.approx(0.5)
    assert told["twice"].remark == "by your prices"


def test_a_price_that_does_not_cover_what_was_used_leaves_the_model_out(trace: Any) -> None:
    answer(trace, sent=MILLION, written=MILLION)
    prices = Prices({"m": MINE, "no writes": Price(1.0, 1.0, 0.1), "all": MINE})
    told = only(trace.events, "model", prices)
    assert told.option == "all"
    assert told.saving == pytest.approx(0.0)
    assert "1 model without a price for all that was used left out." in told.assumptions


def test_a_longer_prompt_may_be_dearer_there(trace: Any) -> None:
    plain(trace, [40_000, 60_000])
    told = only(trace.events, "model", Prices({"m": MINE}, AList()))
    assert (told.option, told.remark) == ("tiered", "by a list")
    assert told.saving == pytest.approx(-0.060)


def test_of_a_session_of_several_models_each_is_an_other(trace: Any) -> None:
    plain(trace, [MILLION, MILLION])
    trace.llm(model="dear", input_tokens=MILLION, output_tokens=0)
    prices = Prices({"m": MINE, "dear": Price(3.0, 3.0, 3.0, 3.0)})
    told = {each.options[0].option: each.options[0].saving for each in choices(trace.events, prices)[5:]}
    assert told == pytest.approx({"m": 2.0, "dear": -4.0})


def test_calls_that_do_not_tell_their_tokens_stay_what_they_are(trace: Any) -> None:
    plain(trace, [MILLION])
    trace.add("llm_response", model="m", tokens=500, cost=7.0)
    told = only(trace.events, "model", Prices({"m": MINE, "half": Price(0.5, 1.0)}))
    assert (told.saving, told.bill) == (pytest.approx(0.5), pytest.approx(7.5))


def test_without_prices_no_other_model_is_known(trace: Any) -> None:
    plain(trace, [MILLION], cost=1.0)
    assert only(trace.events, "model", None).unknown == "no price of another model is known"
