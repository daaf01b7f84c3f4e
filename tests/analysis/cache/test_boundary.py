"""The prompt cache: boundary, hit rate over a window, and the same numbers from the fold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tracetop.analysis import CacheBoundaryTracker
from tracetop.analysis.cache.boundary import WINDOW


def test_before_any_request_nothing_is_known() -> None:
    tracker = CacheBoundaryTracker()
    assert tracker.get_cache_hit_rate() is None
    assert tracker.get_boundary_position() is None
    stats = tracker.get_stats()
    assert (stats.requests, stats.window_size, stats.window_requests) == (0, 50, 0)


def test_the_hit_rate_is_what_was_read_of_what_was_sent() -> None:
    tracker = CacheBoundaryTracker()
    tracker.record_request(100)
    tracker.record_request(100, 300, 50)
    assert tracker.get_cache_hit_rate() == 300 / 500
    assert tracker.get_boundary_position() == 300


def test_nothing_sent_has_no_hit_rate() -> None:
    tracker = CacheBoundaryTracker()
    tracker.record_request(0, 0, 500)
    assert tracker.get_cache_hit_rate() is None
    assert tracker.get_boundary_position() == 0


def test_the_window_forgets_but_the_totals_do_not() -> None:
    tracker = CacheBoundaryTracker(window_size=2)
    tracker.record_request(1000, 0, 10)
    tracker.record_request(50, 50, 20)
    tracker.record_request(50, 150, 30)
    stats = tracker.get_stats()
    assert stats.hit_rate == tracker.get_cache_hit_rate() == 200 / 300
    assert (stats.requests, stats.window_requests, stats.boundary_position) == (3, 2, 150)
    assert (stats.input_tokens, stats.cache_read_tokens, stats.cache_write_tokens) == (1100, 200, 60)


def test_the_window_holds_fifty_requests() -> None:
    tracker = CacheBoundaryTracker()
    tracker.record_request(1000)
    for _ in range(49):
        tracker.record_request(0, 10)
    assert tracker.get_cache_hit_rate() == 490 / 1490
    tracker.record_request(0, 10)
    assert tracker.get_cache_hit_rate() == 1.0


@pytest.mark.parametrize("size", [0, -1])
def test_a_window_of_nothing_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="window_size"):
        CacheBoundaryTracker(size)


amounts = st.integers(0, 5000)


@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=WINDOW * 2))
@example([(number * 37 % 500, number * 91 % 700, number % 3) for number in range(WINDOW * 3)])
@settings(deadline=None, max_examples=50)
def test_the_fold_tells_what_the_tracker_does(new_trace: Any, requests: list[tuple[int, int, int]]) -> None:
    tracker, trace = CacheBoundaryTracker(), new_trace()
    rates = []
    for sent, read, written in requests:
        tracker.record_request(sent, read, written)
        rates.append(tracker.get_cache_hit_rate())
        trace.llm(input_tokens=sent, cache_read_tokens=read, cache_write_tokens=written)
    cache, stats = trace.view().cache, tracker.get_stats()
    assert [cache.hit_rate_at(count + 1) for count in range(len(requests))] == rates
    assert (cache.requests, cache.hit_rate) == (stats.requests, stats.hit_rate)
    assert cache.boundary_position == stats.boundary_position
    assert [(one.prompt - one.read - one.written, one.read, one.written) for one in cache] == requests
    assert trace.view().cache_hit_rate == CacheTotals(requests).hit_rate


class CacheTotals:
    def __init__(self, requests: list[tuple[int, int, int]]) -> None:
        sent, read = sum(request[0] for request in requests), sum(request[1] for request in requests)
        self.hit_rate = read / (sent + read) if sent + read else None


def test_responses_that_do_not_speak_of_the_cache_are_no_requests_of_it(trace: Any) -> None:
    trace.llm()
    trace.cached(read=5, sent=10)
    trace.add("llm_response", tokens=500)
    cache = trace.view().cache
    assert [request.event for request in cache] == [1]
    assert [cache.index_of(event) for event in range(3)] == [-1, 0, 0]
    assert trace.view(1).cache.requests == 0
    assert trace.view(1).cache.boundary_position is None
