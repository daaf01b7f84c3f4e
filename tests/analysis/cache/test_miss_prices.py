"""What a break of the cache cost: derived from what calls cost, else estimated by prices that are known or listed."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.cache.miss_prices import Basis
from tracetop.analysis.fold.session import Session
from tracetop.analysis.prices import Period, Price, Prices, Tariff, Tier

from .broken_cache import MODEL, breaks, response, warm


def test_the_price_of_a_break_follows_from_what_calls_cost(trace: Any) -> None:
    def paid(read: int, sent: int, written: int, output: int) -> None:
        cost = (sent * 3 + read * 0.3 + written * 3.75 + output * 15) / 1e6
        response(trace, read, sent, written, output_tokens=output, cost=cost)

    for number in range(6):
        paid(9_000 + 100 * number, 50 + 7 * number * number, 500, 90 * (number % 3) + 10)
    paid(0, 2_000, 8_000, 100)
    (broken,) = breaks(trace)
    assert broken.rebilled == 10_000
    assert broken.loss.basis is Basis.DERIVED
    assert broken.loss.dollars == pytest.approx((8_000 * (3.75 - 0.3) + 2_000 * (3 - 0.3)) / 1e6, rel=1e-6)


def test_costs_that_contradict_each_other_give_no_price(trace: Any) -> None:
    for number in range(8):
        response(trace, 9_000, 50 + number, 500, output_tokens=90 * (number % 3), cost=0.01 * (1 + number % 4))
    response(trace, 0, 2_000, 8_000, cost=0.05)
    assert breaks(trace)[0].loss.dollars is None


def test_where_no_call_has_a_cost_known_prices_estimate_it(trace: Any) -> None:
    warm(trace)
    response(trace, 0, 11_000)
    assert breaks(trace)[0].loss.dollars is None
    (broken,) = breaks(trace, prices=Prices({MODEL: Price(3.0, 15.0, 0.3, 3.75)}))
    assert broken.loss.basis is Basis.ESTIMATED
    assert broken.loss.dollars == pytest.approx(10_000 * 2.7e-6)
    (broken,) = breaks(trace, prices=Prices({MODEL: Price(3.0, 15.0)}))
    assert broken.loss.dollars is None, "what reading costs is not known"


@pytest.mark.parametrize(("for_an_hour", "each"), [(0, 3.45), (5_000, 4.575), (10_000, 5.7)])
def test_what_was_written_for_an_hour_is_lost_at_its_own_price(trace: Any, for_an_hour: int, each: float) -> None:
    warm(trace)
    response(trace, 0, 0, 10_000, cache_write_1h_tokens=for_an_hour, output_tokens=100)
    (broken,) = breaks(trace, prices=Prices({MODEL: Price(3.0, 15.0, 0.3, 3.75, 6.0)}))
    assert broken.loss.dollars == pytest.approx(broken.rebilled * each / 1e6)


class AList:
    """A list of prices: dearer for long prompts, and from some day on."""

    name = "a list"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def tariff_of(self, model: str) -> Tariff:
        self.asked.append(model)
        cheap, dear, late = (Price(each, 5 * each, each / 10, 1.25 * each) for each in (2.0, 4.0, 20.0))
        return Tariff((Period(cheap, (Tier(11_000, dear),)), Period(late, since=1_800_000_000.0)))


@pytest.mark.parametrize(("sent", "at", "price"), [(10_900, 9.0, 2.0), (11_100, 9.0, 4.0), (11_000, 1e9, 20.0)])
def test_else_by_a_list_for_that_time_and_length_of_the_prompt(trace: Any, sent: int, at: float, price: float) -> None:
    warm(trace, at=at - 1.0)
    response(trace, 0, sent, at=at)
    (broken,) = breaks(trace, prices=Prices(listed=AList()))
    assert broken.loss.basis is Basis.ESTIMATED
    assert broken.loss.dollars == pytest.approx(10_000 * 0.9 * price / 1e6)


def test_a_list_is_not_even_loaded_where_costs_tell_the_prices(trace: Any) -> None:
    listed = AList()
    for number in range(8):
        left, paid = (9_000, 1_000 + 10 * number) if number % 2 else (0, 3_000)
        response(
            trace,
            left,
            paid,
            500,
            output_tokens=number,
            cost=(left * 1.0 + paid * 3.0 + 500 * 4.0 + number * 9.0) / 1e6,
        )
    session = Session(Prices(listed=listed))
    session.apply_events(trace.events)
    losses = CacheLosses(session)
    losses.breaks.extend_all()
    assert losses.loss(len(losses.breaks) - 1).basis is Basis.DERIVED
    assert not listed.asked
