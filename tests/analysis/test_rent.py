"""Rent: what a result costs by being sent again, and when that ends."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.prices import Period, Price, Prices, Tariff
from tracetop.analysis.rent import Rent, Rented
from tracetop.collector.events import TraceEvent


def rent_of(events: list[TraceEvent], prices: Prices | None = None) -> Rent:
    session = Session(prices)
    positions = [0]
    for event in events:
        positions.append(positions[-1] + 10 + len(str(event.data.get("result", ""))))
    for number, event in enumerate(events):
        session.apply_events([event])
        session.positions._low[number] = positions[number]  # as if each stood on a line of this length
    rent = Rent(session)
    rent.extend_to_end()
    return rent


def told(rent: Rent, events: list[TraceEvent]) -> list[tuple[int, int, int]]:
    """Size, times sent again and rent of the results that took most."""
    return [(each.tokens, each.resent, each.rent_tokens) for each in rent.dearest(len(events), 9)]


def test_a_result_is_sent_again_with_every_later_request(trace: Any) -> None:
    trace.llm(input_tokens=1000, output_tokens=100)
    trace.tool(result="x" * 90)
    trace.llm(input_tokens=1400, output_tokens=0)  # 300 more than prompt and answer before
    for _ in range(3):
        trace.llm(input_tokens=1400, output_tokens=0)
    rent = rent_of(trace.events)
    assert told(rent, trace.events) == [(300, 3, 900)]
    assert rent.total(len(trace.events)) == (900, None)


def test_as_of_a_moment_it_was_sent_so_often(trace: Any) -> None:
    trace.llm(input_tokens=1000, output_tokens=0)
    end = len(trace.events) + 1
    trace.tool(result="x" * 90)
    trace.llm(input_tokens=1300, output_tokens=0)
    first = len(trace.events)
    trace.llm(input_tokens=1300, output_tokens=0)
    trace.llm(input_tokens=1300, output_tokens=0)
    rent = rent_of(trace.events)
    assert rent.dearest(first, 9) == []
    assert [rent.total(first + more)[0] for more in range(3)] == [0, 300, 600]
    assert rent.dearest(first + 1, 9) == [Rented(end, 0, 300, 1, 300, None)]


def test_what_grew_is_split_by_the_length_of_lines(trace: Any) -> None:
    trace.llm(input_tokens=1000, output_tokens=0)
    trace.tool(result="x" * 90)
    trace.tool(result="x" * 290)
    trace.llm(input_tokens=1400, output_tokens=0)
    trace.llm(input_tokens=1400, output_tokens=0)
    assert told(rent_of(trace.events), trace.events) == [(300, 1, 300), (100, 1, 100)]


@pytest.mark.parametrize("how", ["compaction_end", "context_shrinks", "session_start"])
def test_it_ends_with_the_context(trace: Any, how: str) -> None:
    trace.llm(input_tokens=1000, output_tokens=0)
    trace.tool(result="x" * 90)
    for _ in range(3):
        trace.llm(input_tokens=1300, output_tokens=0)
    if how != "context_shrinks":
        trace.add(how)
    shrunk = 900 if how == "context_shrinks" else 1300
    for _ in range(4):
        trace.llm(input_tokens=shrunk, output_tokens=0)
    assert told(rent_of(trace.events), trace.events) == [(300, 2, 600)]


def test_but_not_with_a_prompt_that_is_only_somewhat_shorter(trace: Any) -> None:
    trace.llm(input_tokens=1000, output_tokens=0)
    trace.tool(result="x" * 90)
    trace.llm(input_tokens=1300, output_tokens=0)
    trace.llm(input_tokens=920, output_tokens=0)
    assert told(rent_of(trace.events), trace.events) == [(300, 1, 300)]


def test_a_prompt_that_did_not_grow_tells_of_no_size(trace: Any) -> None:
    trace.llm(input_tokens=1000, output_tokens=100)
    trace.tool(result="x" * 90)
    trace.llm(input_tokens=1100, output_tokens=0)
    trace.llm(input_tokens=1100, output_tokens=0)
    assert told(rent_of(trace.events), trace.events) == []


def test_agents_pay_for_their_own(trace: Any) -> None:
    trace.llm(input_tokens=1000, output_tokens=0)
    trace.add("subagent_spawn", agent_id="a")
    trace.llm(input_tokens=500, output_tokens=0, agent="a")
    trace.tool(result="x" * 90, agent="a")
    trace.llm(input_tokens=1000, output_tokens=0)
    trace.llm(input_tokens=700, output_tokens=0, agent="a")
    for _ in range(5):
        trace.llm(input_tokens=1000, output_tokens=0)
    trace.llm(input_tokens=700, output_tokens=0, agent="a")
    assert told(rent_of(trace.events), trace.events) == [(200, 1, 200)]


def test_money_goes_by_what_the_response_cost(trace: Any) -> None:
    trace.llm(input_tokens=1000, output_tokens=0, cost=1.0)
    trace.tool(result="x" * 90)
    trace.llm(input_tokens=2000, output_tokens=0, cost=2.0)
    trace.llm(input_tokens=2000, output_tokens=0, cost=2.0)  # uncached: a thousandth of a dollar a token
    trace.llm(input_tokens=0, cache_read_tokens=2000, output_tokens=0, cost=0.2)  # a tenth of that
    rent = rent_of(trace.events)
    [rented] = rent.dearest(len(trace.events), 9)
    assert rented.rent_cost == pytest.approx(1.0 + 0.1)
    assert rent.total(len(trace.events))[1] == pytest.approx(1.1)


class AskedList:
    """A list that knows one price of every model, and how often it was asked."""

    name = "asked"

    def __init__(self, price: Price) -> None:
        self.price = price
        self.asked = 0

    def tariff_of(self, model: str) -> Tariff:
        self.asked += 1
        return Tariff((Period(self.price),))


def carried(trace: Any, answers: int, cost: Callable[[int, int, int], float | None]) -> int:
    """A result of 1,000 tokens, sent again with answers whose prompts come from the cache in part.

    Gives how many answers sent it again after those from which prices follow.
    """
    trace.llm(input_tokens=1_000, cache_read_tokens=1_000, output_tokens=0, cost=cost(1_000, 1_000, 0))
    trace.tool(result="x" * 90)
    for number in range(answers + 1):
        sent, read, output = 1_000, 2_000, 10 * (number % 3)
        told = {"input_tokens": sent, "cache_read_tokens": read, "output_tokens": output}
        trace.llm(model="m", cost=cost(sent, read, output), **told)
    return answers


def test_a_response_is_split_by_what_its_model_takes_as_its_own_calls_tell(trace: Any) -> None:
    def cost(sent: int, read: int, output: int) -> float:
        return (sent * 2.0 + read * 1.0 + output * 4.0) / 1e6

    for sent in (100, 900, 400, 7_000):
        trace.llm(
            model="m", input_tokens=sent, cache_read_tokens=50, output_tokens=sent // 9, cost=cost(sent, 50, sent // 9)
        )
    first = len(trace.events)
    answers = carried(trace, 5, cost)
    listed = AskedList(Price(1.0, 1.0, 0.0, 1.0))
    [rented] = rent_of(trace.events, Prices(listed=listed)).dearest(len(trace.events), 9)
    assert rented.event == first + 2
    assert rented.rent_cost == pytest.approx(answers * 1_000 * 1.0 / 1e6), "reading takes half of input here"
    assert not listed.asked


def test_else_by_the_list_that_estimated_it(trace: Any) -> None:
    answers = carried(trace, 5, lambda *_: None)
    listed = AskedList(Price(2.0, 4.0, 1.0, 1.0))
    [rented] = rent_of(trace.events, Prices(listed=listed)).dearest(len(trace.events), 9)
    assert rented.rent_cost == pytest.approx(answers * 1_000 * 1.0 / 1e6)


def test_a_list_is_asked_only_where_enough_costs_tell_no_prices(trace: Any) -> None:
    def cost(sent: int, read: int, output: int) -> float:
        return 0.01 * (1 + len(trace.events) % 2)

    listed = AskedList(Price(2.0, 4.0, 2.0, 1.0))
    carried(trace, 5, cost)
    few = rent_of(trace.events, Prices(listed=listed)).total(len(trace.events))[1]
    assert not listed.asked
    carried(trace, 9, cost)
    many = rent_of(trace.events, Prices(listed=listed)).total(len(trace.events))[1]
    assert listed.asked
    assert few is not None and many is not None
    assert few < many < rent_of(trace.events).total(len(trace.events))[1] * 10


@pytest.mark.parametrize("seed", range(30))
def test_as_of_any_event_it_is_that_of_a_trace_that_ends_there(new_trace: Callable[[], Any], seed: int) -> None:
    chance, trace = random.Random(seed), new_trace()
    prompts = {None: 1000, "a": 300}
    for number in range(60):
        agent = chance.choice([None, None, "a"])
        prompts[agent] += chance.choice([0, 50, 400, -100])
        what = chance.random()
        if what < 0.5:
            cost = chance.choice([None, 0.1, 0.2])
            read = chance.choice([0, prompts[agent] // 2])
            if seed % 2:
                cost = (3.0 * prompts[agent] - 2.0 * read) / 1e6  # from some call on it tells its prices
            trace.llm(
                number,
                agent=agent,
                cost=cost,
                input_tokens=prompts[agent] - read,
                cache_read_tokens=read,
                output_tokens=10,
            )
        elif what < 0.9:
            trace.tool(number, agent=agent, result="x" * chance.randint(0, 300))
        else:
            trace.add(chance.choice(["compaction_end", "session_start"]), agent=agent)
    whole = rent_of(trace.events)
    for at in range(0, len(trace.events) + 1, 3):
        alone = rent_of(trace.events[:at])
        assert whole.dearest(at, 5) == alone.dearest(at, 5)
        assert whole.total(at) == alone.total(at)
        tokens = sum(each.rent_tokens for each in whole.dearest(at, 1000))
        assert tokens == whole.total(at)[0]
