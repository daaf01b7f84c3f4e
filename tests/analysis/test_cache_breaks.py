"""The breaks of the cache: against which request, what was paid for again, and what came between."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.cache_breaks import CacheBreak, CacheBreaks


def breaks(trace: Any, at: int | None = None) -> list[CacheBreak]:
    view = trace.view(at)
    log = CacheBreaks(view.session)
    return [log.tell(view, index) for index in range(log.count(view.at))]


def test_a_break_is_told_against_the_request_before(trace: Any) -> None:
    trace.cached(9_000, 1_000, iteration=1, cache_write_tokens=500)
    trace.cached(9_500, 500, iteration=2, cache_write_tokens=400)
    trace.cached(1_000, 9_500, iteration=3)
    (broken,) = breaks(trace)
    assert (broken.event, broken.previous, broken.request, broken.iteration) == (2, 1, 2, 3)
    assert broken.before == pytest.approx(0.95) and broken.after == pytest.approx(1_000 / 10_500)
    assert broken.rebilled == 9_500 + 400 - 1_000
    assert not broken.compacted and not broken.model_changed and broken.pause == 1.0


def test_no_more_is_paid_for_again_than_was_sent(trace: Any) -> None:
    trace.cached(90_000, 1_000)
    trace.cached(0, 5_000, cache_write_tokens=300)
    (broken,) = breaks(trace)
    assert broken.rebilled == 5_300


def test_what_still_came_from_the_cache_is_not_paid_for_again(trace: Any) -> None:
    trace.cached(900, 100)
    trace.cached(1_000, 9_000)  # near miss: the rate fell, but all that was cached was read
    (broken,) = breaks(trace)
    assert broken.rebilled == 0


def test_a_rate_that_falls_to_just_half_is_no_break(trace: Any) -> None:
    trace.cached(8_000, 2_000)
    trace.cached(4_000, 6_000)
    assert breaks(trace) == []
    trace.cached(1_999, 8_001)
    assert len(breaks(trace)) == 1


def test_agents_are_not_mixed(trace: Any) -> None:
    trace.cached(9_000, 1_000)
    trace.cached(0, 50_000, agent="a1")
    trace.cached(9_000, 1_000, agent="a1")
    trace.cached(0, 10_000, agent="a1")
    trace.cached(8_500, 1_500)
    (broken,) = breaks(trace)
    assert (broken.agent, broken.previous, broken.rebilled) == ("a1", 2, 9_000)


def test_what_came_between(trace: Any) -> None:
    trace.cached(9_000, 1_000, model="a")
    trace.add("compaction_end", agent="other", tokens_saved=1)
    trace.cached(100, 9_000, model="a")
    trace.cached(9_000, 1_000, model="a")
    trace.add("compaction_end", tokens_saved=1)
    trace.cached(100, 9_000, model="b", at=4_000.0)
    first, second = breaks(trace)
    assert (first.compacted, first.model_changed) == (False, False)
    assert (second.compacted, second.model_changed) == (True, True)
    assert second.pause is not None and second.pause > 3_900


def test_as_of_any_event_and_as_they_come(trace: Any, fold: Any) -> None:
    for _ in range(3):
        trace.cached(9_000, 1_000)
        trace.cached(0, 10_000)
    assert [len(breaks(trace, at)) for at in range(7)] == [0, 0, 1, 1, 2, 2, 3]
    session = fold(trace.events[:3])
    log = CacheBreaks(session)
    assert log.count(session.count) == 1
    session.apply_events(trace.events[3:])
    assert log.count(session.count) == 3
    assert log.count(2) == 1
    assert list(log.events) == [1, 3, 5]
