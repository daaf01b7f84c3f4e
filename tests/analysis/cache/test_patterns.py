"""The patterns of the cache: for each a trace that must show it, and one that nearly does and must not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.cache.patterns import ALTERNATING, CHURN, EXPIRING, FROZEN, NEVER, PATTERNS
from tracetop.analysis.fold.session import Session
from tracetop.analysis.prices import Price, Prices
from tracetop.analysis.rules.findings import Finding, describe
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import Tuning
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.tree.tree import Tree

MODEL = "claude-test"
Requests = Iterable[tuple[int, int, int]]
"""What each read, sent uncached and wrote."""


def fill(trace: Any, requests: Requests, *, step: float = 1.0, **data: Any) -> None:
    first = len(trace.events)
    for number, (read, sent, written) in enumerate(requests):
        tokens = {"cache_read_tokens": read, "input_tokens": sent, "cache_write_tokens": written}
        trace.llm(model=MODEL, at=(first + number) * step, **tokens, **data)


def second_pass(trace: Any, at: int | None = None, prices: Prices | None = None, **given: float) -> SecondPass:
    session = Session(prices)
    session.apply_events(trace.events[:at])
    tuning = Tuning({name.replace("__", "."): value for name, value in given.items()})
    found = SecondPass(session, tuning, CacheLosses(session, trace.events.__getitem__))
    found.extend_to_end()
    return found


def findings(trace: Any, at: int | None = None, prices: Prices | None = None, **given: float) -> list[Finding]:
    """The patterns as of an event, as a trace tells them that ends there."""
    found = second_pass(trace, at, prices, **given)
    view = found.session.view()
    told = [describe(episode, view, None, found.tuning) for episode in found.standing(view.at)]
    return [each for each in told if isinstance(each, Finding) and each.category in PATTERNS]


def patterns(trace: Any, at: int | None = None) -> list[tuple[str, int]]:
    return [(found.category, len(found.events)) for found in findings(trace, at)]


def test_a_frozen_boundary(trace: Any) -> None:
    fill(trace, [(5_000, sent, 0) for sent in (1_000, 1_400, 1_800, 2_100, 2_200, 3_000)])
    assert patterns(trace) == [(FROZEN, 6)]
    assert patterns(trace, 5) == [(FROZEN, 5)]
    assert patterns(trace, 4) == []


@pytest.mark.parametrize(
    "requests",
    [
        [(5_000, sent, 0) for sent in (1_000, 1_400, 1_800, 2_199)],
        [(5_000, sent, 0) for sent in (1_000, 1_400, 1_800, 2_000, 2_100, 2_199)],
        [(5_000 + 110 * number, 1_000 + 500 * number, 0) for number in range(8)],
        [(1_023, 1_000 * number, 0) for number in range(1, 8)],
    ],
    ids=["four", "grows by less", "boundary moves", "next to nothing read"],
)
def test_not_a_frozen_boundary(trace: Any, requests: Requests) -> None:
    fill(trace, requests)
    assert patterns(trace) == []


def test_never_cached_is_one_finding_per_episode(trace: Any) -> None:
    fill(trace, [(0, 4_096, 0)] * 7)
    fill(trace, [(4_000, 200, 0)])
    fill(trace, [(0, 4_096, 0)] * 4)
    assert patterns(trace) == [(NEVER, 7)]
    fill(trace, [(0, 4_096, 0)])
    assert patterns(trace) == [(NEVER, 7), (NEVER, 5)]


@pytest.mark.parametrize(
    "requests", [[(0, 4_096, 0)] * 4, [(0, 4_095, 0)] * 9, [(0, 9_000, 0)] * 4 + [(1, 9_000, 0)] * 4]
)
def test_not_never_cached(trace: Any, requests: Requests) -> None:
    fill(trace, requests)
    assert NEVER not in dict(patterns(trace))


def test_a_cache_that_is_not_reported_is_not_called_unused(trace: Any) -> None:
    for _ in range(9):
        trace.llm(model=MODEL, input_tokens=9_000)
    assert patterns(trace) == []


def test_write_churn(trace: Any) -> None:
    fill(trace, [(600, 500, 3_000)] * 12)
    assert patterns(trace) == [(CHURN, 12)]
    assert patterns(trace, 10) == [(CHURN, 10)]
    assert patterns(trace, 9) == []


@pytest.mark.parametrize("requests", [[(600, 2_500, 3_000)] * 12, [(900, 500, 3_000)] * 12, [(600, 500, 3_000)] * 9])
def test_not_write_churn(trace: Any, requests: Requests) -> None:
    fill(trace, requests)
    assert CHURN not in dict(patterns(trace))


def test_what_is_never_read_is_not_told_twice(trace: Any) -> None:
    fill(trace, [(0, 100, 9_000)] * 20)
    assert patterns(trace) == [(NEVER, 20)]


def test_alternating_misses(trace: Any) -> None:
    fill(trace, [(9_000, 500, 0), (0, 9_500, 0)] * 3)
    assert patterns(trace) == [(ALTERNATING, 6)]
    assert patterns(trace, 5) == [(ALTERNATING, 5)]
    assert patterns(trace, 4) == []


@pytest.mark.parametrize(
    "requests",
    [
        [(9_000, 500, 0), (0, 9_500, 0), (9_000, 500, 0), (0, 9_500, 0), (0, 9_500, 0), (9_000, 500, 0)],
        [(9_000, 500, 0), (0, 9_500, 0), (3_000, 6_000, 0), (9_000, 500, 0), (0, 9_500, 0), (9_000, 500, 0)],
        [(3_500, 500, 0), (0, 4_000, 0)] * 4,
    ],
    ids=["twice the same", "neither", "short prompts"],
)
def test_not_alternating(trace: Any, requests: Requests) -> None:
    fill(trace, requests)
    assert ALTERNATING not in dict(patterns(trace))


def test_misses_after_pauses_are_expiries_not_turns(trace: Any) -> None:
    fill(trace, [(9_000, 500, 0), (0, 500, 9_000)] * 4, step=301.0)
    assert patterns(trace) == [(EXPIRING, 4)]


def test_repeated_expiry_advises_the_longer_life_and_says_what_it_saves(trace: Any) -> None:
    prices = Prices({MODEL: Price(3.0, 15.0, 0.3, 3.75)})
    fill(trace, [(9_000, 100, 1_000)])
    fill(trace, [(0, 100, 10_000)] * 3, step=400.0)
    (found,) = (each for each in findings(trace, prices=prices) if each.category == EXPIRING)
    assert found.events == (1, 2, 3)
    lost = 3 * 10_000 * (3.75 - 0.3)
    longer = 2 * 10_000 * 3.0 * 0.75
    assert found.suggestion == "use the cache that lives an hour: saves ~$0.058"
    assert (lost - longer) / 1e6 == pytest.approx(0.0585)
    (episode,) = (each for each in second_pass(trace, prices=prices).log.episodes if each.category == EXPIRING)
    assert episode.value(4) == pytest.approx((lost - longer) / 1e6)
    assert findings(trace, 3, prices) == []


@pytest.mark.parametrize("step", [300.0, 3_601.0])
def test_other_pauses_are_no_repeated_expiry(trace: Any, step: float) -> None:
    fill(trace, [(9_000, 100, 1_000), (0, 100, 10_000), (9_900, 100, 100)] * 4, step=step)
    assert patterns(trace) == []


def test_what_the_provider_calls_otherwise_is_no_expiry(trace: Any) -> None:
    fill(trace, [(9_000, 100, 1_000)])
    said = {"diagnostics": {"cache_miss_reason": {"type": "tools_changed"}}}
    fill(trace, [(0, 100, 10_000)] * 4, step=400.0, **said)
    assert patterns(trace) == []


def test_agents_are_watched_apart(trace: Any) -> None:
    for _ in range(4):
        fill(trace, [(0, 5_000, 0)])
        fill(trace, [(0, 5_000, 0)], agent_id="a1")
    assert patterns(trace) == []
    fill(trace, [(0, 5_000, 0)], agent_id="a1")
    (found,) = findings(trace)
    assert (found.agent, found.events) == ("a1", (1, 3, 5, 7, 8))


def test_a_longer_life_that_costs_more_than_it_saves_is_told_as_a_loss(trace: Any) -> None:
    prices = Prices({MODEL: Price(3.0, 15.0, 0.3, 3.75)})
    fill(trace, [(9_000, 100, 1_000)])
    fill(trace, [(0, 100, 10_000), (10_000, 100, 90_000)] * 3, step=400.0)
    (found,) = (each for each in findings(trace, prices=prices) if each.category == EXPIRING)
    assert found.suggestion.startswith("use the cache that lives an hour: here it would have cost ~$0.")


def test_a_finding_says_its_thresholds(trace: Any) -> None:
    fill(trace, [(0, 5_000, 0)] * 5)
    (found,) = findings(trace)
    assert found.title == "the cache is never read: 5 responses, prompts 5.00k to 5.00k"
    assert found.thresholds == (
        "5 responses in a row that read nothing",
        "4096 tokens that their prompts have at least",
    )


def test_thresholds_of_the_user_hold(trace: Any) -> None:
    fill(trace, [(0, 4_000, 0)] * 3)
    assert not findings(trace, never_cached__responses=3)
    (found,) = findings(trace, never_cached__responses=3, never_cached__prompt=4_000)
    assert found.thresholds[0] == "3 responses in a row that read nothing (yours; default 5)"


def test_what_broke_the_cache_is_one_finding_per_class(trace: Any) -> None:
    prices = Prices({MODEL: Price(3.0, 15.0, 0.3, 3.75)})
    fill(trace, [(0, 100, 20_000), (0, 100, 20_000)], step=1.0)
    fill(trace, [(0, 100, 20_000), (0, 100, 20_000)], step=400.0)
    trace.add("compaction_end")
    fill(trace, [(0, 100, 20_000)], step=400.0)
    found = second_pass(trace, prices=prices)
    view = found.session.view()
    broken = [episode for episode in found.standing(view.at) if episode.category == "cache_break"]
    told = [describe(episode, view) for episode in broken]
    assert [each.title for each in told] == [
        "cache broken 1×: cause unknown · ~20.0k re-billed",
        "cache broken 2×: TTL ran out · ~40.0k re-billed",
    ]
    assert [each.events for each in told] == [(1,), (2, 3)]
    assert [each.confidence for each in told if isinstance(each, Finding)] == ["low", "medium"]
    toll = assess(broken[1], Tree(view)).toll
    assert toll.words() == ["~$0.14", "~40.0k tokens"]
    assert toll.cost == pytest.approx(2 * 20_000 * (3.75 - 0.3) / 1e6)
    assert toll.is_derived and toll.is_estimated
