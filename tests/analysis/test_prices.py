"""Cost by configured prices: only where a trace gives none, and never as if it had been measured."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.cost_origins import CostOrigins, cost_origins
from tracetop.analysis.figures import cost
from tracetop.analysis.fold.session_state import put_together, take_apart
from tracetop.analysis.prices import OWN_PRICES, Period, Price, Prices, Tariff, Tier, can_be_priced
from tracetop.analysis.tokens import Buckets
from tracetop.collector.formats.native import decode_block
from tracetop.collector.reading.lines import LineSplitter

SONNET = Price(input=3.0, output=15.0, cache_read=0.3, cache_write=3.75)
PRICES = Prices({"claude-sonnet-4": SONNET, "gpt-*": Price(input=2.0, output=8.0, cache_read=0.5)})


def fold(trace: Any, prices: Prices | None = PRICES, sizes: int = 10_000) -> Session:
    session = Session(prices)
    for first in range(0, len(trace.events), sizes):
        session.apply_events(trace.events[first : first + sizes])
    return session


def test_every_bucket_has_its_price() -> None:
    assert SONNET.estimate(Buckets(1_000_000, 0)) == pytest.approx(3.0)
    assert SONNET.estimate(Buckets(0, 1_000_000)) == pytest.approx(15.0)
    assert SONNET.estimate(Buckets(0, 0, 1_000_000)) == pytest.approx(0.3)
    assert SONNET.estimate(Buckets(0, 0, 0, 1_000_000)) == pytest.approx(3.75)
    assert SONNET.estimate(Buckets(1000, 100, 2000, 400)) == pytest.approx(0.003 + 0.0015 + 0.0006 + 0.0015)
    assert SONNET.estimate(Buckets(0, 0)) == 0.0


@pytest.mark.parametrize(
    "tokens",
    [Buckets(), Buckets(input=5), Buckets(output=5), Buckets(total=10), Buckets(5, 5, total=11)],
    ids=["nothing", "input alone", "output alone", "total alone", "a total of more than the buckets"],
)
def test_what_the_trace_does_not_say_is_not_guessed(tokens: Buckets) -> None:
    assert SONNET.estimate(tokens) is None


def test_a_bucket_without_a_price_counts_only_where_it_is_empty() -> None:
    price = Price(input=1.0, output=1.0)
    assert price.estimate(Buckets(10, 10, 0, 0)) == pytest.approx(0.00002)
    assert price.estimate(Buckets(10, 10, 1)) is None
    assert Price(output=1.0).estimate(Buckets(10, 10)) is None


def test_a_total_that_leaves_the_cache_out_is_no_doubt() -> None:
    assert SONNET.estimate(Buckets(10, 10, 500, total=20)) is not None


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("m-1", 1.0),
        ("m-10", 2.0),
        ("m-", 2.0),
        ("m-1-mini", 3.0),
        ("x/m-1", 4.0),
        ("M-1", None),
        ("", None),
        ("n", None),
    ],
)
def test_the_very_name_goes_before_patterns_and_long_ones_before_short(model: str, price: float | None) -> None:
    prices = Prices({name: Price(input=number) for name, number in
                     (("m-*", 2.0), ("m-1", 1.0), ("m-*-mini", 3.0), ("*/m-1", 4.0))})  # fmt: skip
    found = prices.price_of(model)
    assert (found.input if found else None) == price


def test_nothing_but_the_star_means_anything() -> None:
    prices = Prices({"a?c*": Price(input=1.0), "[ab]*": Price(input=2.0)})
    assert prices.price_of("abc") is None
    assert prices.price_of("a") is None
    assert prices.price_of("a?c-1") == Price(input=1.0)
    assert prices.price_of("[ab]-1") == Price(input=2.0)


def test_a_response_without_cost_gets_an_estimate(trace: Any) -> None:
    trace.llm(1, model="claude-sonnet-4", cache_read_tokens=2000, cache_write_tokens=0)
    view = fold(trace).view()
    assert view.cost == pytest.approx(0.003 + 0.0015 + 0.0006)
    assert view.cost_estimated
    assert view.llm_call(0).cost == view.cost
    assert view.llm_call(0).cost_estimated
    assert view.summary().total_cost == view.cost


def test_a_measured_cost_is_never_touched(trace: Any) -> None:
    trace.llm(1, model="claude-sonnet-4", cost=0.5)
    trace.llm(1, model="claude-sonnet-4", cost=0.0)
    view = fold(trace).view()
    assert view.cost == 0.5
    assert not view.cost_estimated
    assert not any(view.llm_call(row).cost_estimated for row in range(view.llm_rows))


def test_a_cost_that_is_none_is_as_good_as_not_given(trace: Any) -> None:
    trace.llm(1, model="claude-sonnet-4", cost=-1.0)
    assert fold(trace).view().cost_estimated
    assert fold(trace, None).view().cost is None


def test_a_model_without_a_price_stays_unknown(trace: Any) -> None:
    trace.llm(1, model="other")
    trace.llm(2)
    view = fold(trace).view()
    assert view.cost is None
    assert not view.cost_estimated


def test_the_model_may_be_named_by_the_request_or_the_session(trace: Any) -> None:
    trace.add("session_start", model="claude-sonnet-4")
    trace.llm(1)
    trace.add("llm_request", 2, model="gpt-5")
    trace.llm(2)
    view = fold(trace).view()
    assert view.llm_call(0).cost == pytest.approx(0.0045)
    assert view.llm_call(1).cost == pytest.approx(0.0028)


def test_input_that_includes_the_cache_is_not_paid_twice(trace: Any) -> None:
    trace.llm(1, model="gpt-5", input_tokens=1000, cache_read_tokens=600, output_tokens=100, tokens=1100)
    call = fold(trace).view().llm_call(0)
    assert call.tokens.input == 400
    assert call.cost == pytest.approx((400 * 2.0 + 600 * 0.5 + 100 * 8.0) / 1e6)


def test_a_streamed_call_is_estimated_once_at_its_end(trace: Any) -> None:
    trace.add("llm_response", 1, metadata={"chunk_type": "text"})
    trace.add("llm_response", 1, metadata={"chunk_type": "text"})
    trace.llm(1, model="claude-sonnet-4")
    session = fold(trace)
    assert session.view(2).cost is None
    assert session.view().cost == pytest.approx(0.0045)
    assert [session.view().llm_call(row).cost_estimated for row in range(2)] == [False, True]


def mixed(trace: Any) -> None:
    """Measured, estimated, unknown, measured; the last by a helper."""
    trace.add("session_start", goal="g")
    trace.llm(1, model="claude-sonnet-4", cost=1.0)
    trace.llm(2, model="claude-sonnet-4")
    trace.llm(3, model="other")
    trace.add("subagent_spawn", 3, agent_id="a")
    trace.llm(1, model="gpt-5", agent="a", cache_read_tokens=400)
    trace.llm(4, model="claude-sonnet-4", cost=2.0)


def test_iterations_say_what_of_them_is_estimated(trace: Any) -> None:
    mixed(trace)
    points = fold(trace).view().token_flow()
    assert [(point.agent, point.cost_estimated, point.cumulative_cost_estimated) for point in points] == [
        ("", False, False),
        ("", True, True),
        ("", False, True),
        ("a", True, True),
        ("", False, True),
    ]
    assert points[-1].cost == 2.0
    assert points[2].cost is None


def test_runs_and_agents_say_so_too(trace: Any) -> None:
    mixed(trace)
    session = fold(trace)
    main, helper = session.lanes.branches
    assert [main.cost_estimated(rows) for rows in range(6)] == [False, False, True, True, True, True]
    assert [helper.cost_estimated(rows) for rows in range(6)] == [False, False, False, False, True, True]
    assert helper.spent(session.llm, 5)[1] == pytest.approx((600 * 2.0 + 400 * 0.5 + 100 * 8.0) / 1e6)


def test_the_past_knows_nothing_of_later_estimates(trace: Any, picture: Any) -> None:
    mixed(trace)
    full = fold(trace)
    for at in range(len(trace.events) + 1):
        alone = Session(PRICES)
        alone.apply_events(trace.events[:at])
        assert picture(full.view(at)) == picture(alone.view())
        assert full.view(at).cost_estimated == alone.view().cost_estimated == (at > 2)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_any_chunking_gives_the_same_estimates(trace: Any, picture: Any, size: int) -> None:
    mixed(trace)
    assert picture(fold(trace, sizes=size).view()) == picture(fold(trace).view())
    assert list(fold(trace, sizes=size).llm.estimated_rows) == [1, 3]


@pytest.mark.parametrize("prices", [None, Prices()])
def test_without_prices_nothing_is_estimated(trace: Any, prices: Prices | None) -> None:
    mixed(trace)
    view = fold(trace, prices).view()
    assert view.cost == 3.0
    assert not view.cost_estimated
    assert not view.session.llm.estimated_rows


def test_an_estimate_is_told_by_a_tilde() -> None:
    assert cost(0.12, estimated=True) == "~$0.12"
    assert cost(0.12) == "$0.12"
    assert cost(0.00001, estimated=True) == "~<$0.0001"
    assert cost(None, estimated=True) == "–"


# -- hours in the cache


HOURLY = Price(input=3.0, output=15.0, cache_read=0.3, cache_write=3.75, cache_write_1h=6.0)


def test_what_is_kept_an_hour_has_its_own_price() -> None:
    tokens = Buckets(0, 0, 0, 1_000_000)
    assert HOURLY.estimate(tokens, 400_000) == pytest.approx(0.4 * 6.0 + 0.6 * 3.75)
    assert HOURLY.estimate(tokens, 2_000_000) == pytest.approx(6.0)
    assert SONNET.estimate(tokens, 400_000) == pytest.approx(3.75)
    assert Price(input=1.0, output=1.0, cache_write_1h=2.0).estimate(tokens, 1_000_000) == pytest.approx(2.0)
    assert Price(input=1.0, output=1.0, cache_write_1h=2.0).estimate(tokens, 1) is None
    assert Price(input=1.0, output=1.0).estimate(tokens, 1) is None


@pytest.mark.parametrize(
    ("data", "long"),
    [
        ({"cache_write_1h_tokens": 400}, 400),
        ({"cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 400}}, 400),
        ({"cache_write_1h_tokens": "400"}, 400),
        ({"cache_creation": {"ephemeral_1h_input_tokens": "400"}}, 400),
        ({"cache_write_1h_tokens": 300, "cache_creation": {"ephemeral_1h_input_tokens": 400}}, 300),
        ({"cache_write_1h_tokens": -1}, 0),
        ({"cache_write_1h_tokens": float("nan")}, 0),
        ({"cache_write_1h_tokens": 1e300}, 0),
        ({"cache_creation": 7}, 0),
        ({"cache_creation": {}}, 0),
        ({}, 0),
    ],
)
@pytest.mark.parametrize("as_lines", [False, True])
def test_a_response_says_what_it_keeps_an_hour(trace: Any, data: dict[str, Any], long: int, as_lines: bool) -> None:
    trace.llm(1, model="hourly", cache_write_tokens=500, **data)
    session = Session(Prices({"hourly": HOURLY}))
    if as_lines:
        lines = [{"kind": each.kind, "timestamp": each.timestamp, "data": each.data} for each in trace.events]
        block = LineSplitter().feed(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        assert block is not None
        batch = decode_block(block)
        session.apply(batch.records, batch.offsets)
    else:
        session.apply_events(trace.events)
    assert session.view().cost == pytest.approx(0.0045 + (long * 6.0 + (500 - long) * 3.75) / 1e6)


# -- tariffs


CHEAP, DEAR = Price(1.0, 1.0, 1.0, 1.0), Price(9.0, 9.0, 9.0, 9.0)


def test_the_whole_prompt_decides_on_the_tier_of_every_token() -> None:
    tariff = Tariff((Period(CHEAP, (Tier(100, Price(2.0, 2.0, 2.0, 2.0)), Tier(200, DEAR))),))
    for prompt, dollars in ((0, 1), (100, 1), (101, 2), (200, 2), (201, 9)):
        for tokens in (Buckets(prompt, 10), Buckets(0, 10, prompt), Buckets(0, 10, 0, prompt)):
            assert tariff.estimate(tokens) == pytest.approx((prompt + 10) * dollars / 1e6)
    assert tariff.estimate(Buckets(100, 0, 51, 50)) == pytest.approx(201 * 9.0 / 1e6)


def test_the_last_period_that_holds_is_the_one() -> None:
    night = Period(Price(3.0, 3.0), hours=(22 * 3600.0, 2 * 3600.0))
    day = 864_000.0
    tariff = Tariff((Period(CHEAP, since=1000.0), Period(DEAR, since=day), night))
    for time, dollars in (
        (0.0, 3.0),
        (5 * 3600.0, 1.0),
        (day - 3 * 3600.0, 1.0),
        (day, 3.0),
        (day + 2 * 3600.0, 9.0),
        (day + 22 * 3600.0, 3.0),
        (float("nan"), 1.0),
        (float("inf"), 9.0),
    ):
        assert tariff.estimate(Buckets(1_000_000, 0), 0, time) == pytest.approx(dollars), time


# -- a list behind the user's own prices


class AList:
    """A price list of two models, which keeps what it was asked for."""

    name = "a list 1.0"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def tariff_of(self, model: str) -> Tariff | None:
        self.asked.append(model)
        periods = (Period(CHEAP, (Tier(3000, DEAR),)), Period(Price(2.0, 2.0, 2.0, 2.0), since=1_700_001_000.0))
        return Tariff(periods) if model in ("listed", "claude-sonnet-4") else None


def behind(own: Prices = PRICES) -> Prices:
    return Prices(own.by_model, AList())


def test_the_list_is_asked_once_and_only_for_what_the_user_has_no_price_for(trace: Any) -> None:
    prices = behind()
    for _ in range(3):
        trace.llm(1, model="claude-sonnet-4")
        trace.llm(1, model="listed")
        trace.llm(1, model="listed", cost=1.0)
        trace.llm(1, model="strange")
        trace.llm(1)
        trace.add("llm_response", 1, model="told badly", tokens=500)
    fold(trace, prices)
    assert isinstance(prices.listed, AList)
    assert prices.listed.asked == ["listed", "strange"]


def test_a_view_says_whose_prices_its_cost_is_made_by(trace: Any, picture: Any) -> None:
    trace.llm(1, model="m", cost=1.0)
    trace.llm(2, model="listed")
    trace.llm(3, model="claude-sonnet-4")
    trace.llm(4, model="strange")
    trace.llm(5, model="strange")
    trace.add("llm_response", 6, model="listed", tokens=500)
    trace.llm(7, model="listed")
    session = fold(trace, behind())
    said = [session.view(at).bill.price_sources for at in range(5)]
    assert said == [[], [], ["a list 1.0"], ["a list 1.0", OWN_PRICES], ["a list 1.0", OWN_PRICES]]
    assert cost_origins(session.view()) == CostOrigins({"listed": 2}, {"claude-sonnet-4": 1}, {"strange": 2}, 1)
    assert cost_origins(session.view(4)) == CostOrigins({"listed": 1}, {"claude-sonnet-4": 1}, {"strange": 1}, 0)
    for at in range(len(trace.events) + 1):
        alone = Session(behind())
        alone.apply_events(trace.events[:at])
        assert picture(session.view(at)) == picture(alone.view())
        assert cost_origins(session.view(at)) == cost_origins(alone.view())
        assert session.view(at).bill.price_sources == alone.view().bill.price_sources


def test_the_time_of_a_call_decides_on_its_price(trace: Any) -> None:
    trace.llm(1, model="listed")
    trace.llm(2, model="listed", at=1000)
    view = fold(trace, behind()).view()
    assert view.llm_call(1).cost == pytest.approx(2 * (view.llm_call(0).cost or 0.0))


def test_a_fold_that_goes_on_from_its_state_estimates_as_before(trace: Any, picture: Any) -> None:
    for number in range(6):
        trace.llm(number, model=("listed", "claude-sonnet-4", "strange")[number % 3])
    whole = fold(trace, behind())
    half = Session(behind())
    half.apply_events(trace.events[:3])
    again = put_together(take_apart(half), behind())
    again.apply_events(trace.events[3:])
    assert picture(again.view()) == picture(whole.view())
    assert cost_origins(again.view()) == cost_origins(whole.view())
    assert again.view().bill.price_sources == whole.view().bill.price_sources


def test_other_estimates_have_another_identity() -> None:
    identities = [Prices().identity, PRICES.identity, behind().identity, behind(Prices()).identity]
    assert len(set(identities)) == 4
    assert identities[0] == ""
    assert not Prices()
    assert behind(Prices())


def test_what_cannot_be_priced_is_known_beforehand() -> None:
    assert can_be_priced(Buckets(1, 1, None, None, 2))
    assert not can_be_priced(Buckets(1, 1, None, None, 3))
    assert not can_be_priced(Buckets(1, None, 1, 1, 3))
