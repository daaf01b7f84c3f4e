"""What holds of all scenarios: prices and bills, what is told without them, and as of any event."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.what_if import what_if
from tracetop.analysis.what_if.calls import Calls
from tracetop.analysis.what_if.scenario import Scenario, by_saving

from .scenarios import choices, only, option, what_if_of
from .sessions import MILLION, answer, broken, compacted, plain, reads

# Prices and bills


def test_the_buckets_of_a_call_add_up_to_what_it_cost(trace: Any) -> None:
    """Whatever the trace says it cost: here twice what the user's price is, once by chance."""
    answer(trace, sent=1000, read=2000, written=3000, output_tokens=100, cost=0.0107)
    answer(trace, sent=500, read=5000, written=300, output_tokens=100)
    session = what_if_of(trace.events).session
    calls = Calls(session, session.count, session.prices)
    told = [calls.call(row) for row in range(calls.rows)]
    parts = [call.charge(call.sent, call.output, call.read, call.written) for call in told if call is not None]
    assert sum(part or 0.0 for part in parts) == pytest.approx(session.view().cost)


def test_a_dearer_contract_saves_more(trace: Any) -> None:
    plain(trace, [10_000], cost=0.02)
    trace.tool(args={"command": "cat log"})
    plain(trace, [110_000], cost=0.22)
    assert option(trace.events, "output_cap", "10,000").saving == pytest.approx(2 * 0.090)


def test_prices_follow_from_the_trace_where_they_can(trace: Any) -> None:
    """Nobody knows the model; five calls whose costs fix what it takes."""
    for sent, read, written, output in ((1, 0, 40, 1), (2, 41, 3, 5), (5, 44, 1, 2), (1, 45, 9, 3), (3, 54, 90, 8)):
        cost = (2 * sent + 0.2 * read + 2.5 * written + 10 * output) / 1000
        buckets = {"sent": sent * 1000, "read": read * 1000, "written": written * 1000}
        answer(trace, **buckets, output_tokens=output * 1000, cost=cost)
    told = only(trace.events, "hour_cache", None)
    assert told.saving == pytest.approx(-0.75 * 2 * 0.143)


def test_without_cost_and_price_tokens_are_told(trace: Any) -> None:
    told = only(broken(trace), "cache_breaks", None)
    assert (told.saving, told.bill, told.tokens) == (None, None, MILLION)
    assert told.unknown == "the trace has no cost, and no price is known"
    assert only(trace.events, "hour_cache", None).unknown


def test_an_empty_session_is_told_of_too() -> None:
    told = choices([])
    assert all(each.options[0].saving is None for each in told)
    assert [each.options[0].unknown for each in told][2] == "no response tells how long its prompt is"


def test_those_that_save_most_come_first_and_dearer_ones_before_the_unknown() -> None:
    scenarios = [
        Scenario("a", "unknown"),
        Scenario("b", "dearer", saving=-1.0, bill=2.0),
        Scenario("c", "much", saving=3.0, bill=1.0),
        Scenario("d", "some tokens", tokens=5),
        Scenario("e", "little", saving=1.0, bill=1.0),
    ]
    assert [each.name for each in by_saving(scenarios)] == ["much", "little", "dearer", "some tokens", "unknown"]


# As of an event


def test_as_of_an_event_it_is_what_a_trace_that_ends_there_tells(trace: Any) -> None:
    reads(trace)
    compacted(trace)
    broken(trace, pause=400.0)
    known = what_if_of(trace.events)
    for at in (len(trace.events), 0, *range(3, len(trace.events), 4)):
        assert known.all(at) == choices(trace.events[:at])


def test_slices_change_nothing(trace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reads(trace)
    broken(trace, pause=400.0)
    whole = choices(trace.events)
    for name in ("_BREAKS", "_ROWS", "_GLANCES", "_RESULTS", "_STARTS"):
        monkeypatch.setattr(what_if, name, 1)
    sliced = what_if_of(trace.events)
    sliced.look(len(trace.events))
    slices = 1
    while sliced.extend():
        slices += 1
    assert slices > len(trace.events) / 2
    assert sliced.choices == whole


def test_what_is_begun_anew_is_not_mixed_up(trace: Any) -> None:
    reads(trace)
    known = what_if_of(trace.events)
    known.look(len(trace.events))
    known.extend()
    assert known.is_looking
    assert known.all(6) == choices(trace.events[:6])
    assert known.at == 6
