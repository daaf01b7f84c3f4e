"""The calls of one agent are told as if it had been alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis.bill import Bill
from tracetop.analysis.cache.boundary import CacheView
from tracetop.analysis.cache.lane_breaks import LaneBreaks
from tracetop.analysis.flow import TokenFlow
from tracetop.analysis.flow_point import TokenFlowPoint
from tracetop.analysis.fold.session import Session
from tracetop.analysis.lane_calls import LaneCalls, OwnCalls
from tracetop.collector.events import TraceEvent

Fold = Callable[[Iterable[TraceEvent]], Session]

_AGENTS = ("a", "b", "c")
_tokens = st.sampled_from([None, 0, 10, 3_000, 9_000])
_calls = st.fixed_dictionaries(
    {
        "agent": st.sampled_from(_AGENTS),
        "iteration": st.sampled_from([None, 1, 1, 2, 3]),
        "kind": st.sampled_from(["llm_response"] * 5 + ["compaction_end", "iteration_start", "llm_request"]),
        "input_tokens": _tokens,
        "cache_read_tokens": _tokens,
        "cache_write_tokens": _tokens,
        "cost": st.sampled_from([None, 0.25]),
        "output_lower_bound": st.sampled_from([None, True]),
    }
)


def parted(session: Session, *agents: str) -> list[OwnCalls]:
    calls = LaneCalls(session)
    while calls.extend():
        pass
    return [calls.of(lane_of(session, agent)) for agent in agents]


def lane_of(session: Session, agent: str) -> int:
    return session.lanes.names.find(agent) or 0


def made_of(trace: Any, told: list[dict[str, Any]], agents: Iterable[str] = _AGENTS) -> list[TraceEvent]:
    """The events of these agents among what is told; each alone starts its session itself."""
    for each in told:
        data = {name: value for name, value in each.items() if value is not None}
        if data.pop("agent") in agents:
            trace.add(data.pop("kind"), data.pop("iteration", None), agent=each["agent"], model="m", **data)
        else:
            trace.now += 1.0
    events: list[TraceEvent] = trace.events
    return events


def points_of(flow: TokenFlow) -> list[TokenFlowPoint]:
    return [replace(flow.point(index), row=0, agent="") for index in range(flow.count)]


@given(told=st.lists(_calls, max_size=40), at=st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_each_agent_is_as_if_it_were_alone(told: list[dict[str, Any]], at: int, new_trace: Any, fold: Fold) -> None:
    session = fold(made_of(new_trace(), told))
    view = session.view(min(at, session.count))
    for agent, own in zip(_AGENTS, parted(session, *_AGENTS), strict=True):
        alone = fold(made_of(new_trace(), told[: view.at], {agent})).view()
        flow = TokenFlow(view, own, lane_of(session, agent))
        bill, expected = flow.bill, alone.bill
        assert repr(bill.tokens) == repr(expected.tokens)
        assert (bill.llm_calls, bill.cost, bill.output_is_lower_bound) == (
            expected.llm_calls, expected.cost, expected.output_is_lower_bound,
        )  # fmt: skip
        its = TokenFlow(alone)
        assert [replace(point, agent="") for point in points_of(flow)] == points_of(its)
        assert flow.newest_context() == its.newest_context()
        assert len(flow.compactions()) == len(its.compactions())
        for group in range(1, flow.count):
            assert flow.group(0, group) == its.group(0, group)
        cache, expected_cache = CacheView(own.llm, own.llm.rows(view.at)), alone.cache
        assert [(each.prompt, each.read, each.written) for each in cache] == [
            (each.prompt, each.read, each.written) for each in expected_cache
        ]
        assert cache.hit_rate == expected_cache.hit_rate
        for requests in range(1, cache.requests + 1):
            assert cache.mean(0, requests) == expected_cache.mean(0, requests)


@given(told=st.lists(_calls, max_size=40), cuts=st.lists(st.integers(0, 40), max_size=4))
@settings(max_examples=50, deadline=None)
def test_parted_while_it_grows_it_is_the_same(
    told: list[dict[str, Any]], cuts: list[int], new_trace: Any, fold: Fold
) -> None:
    events = made_of(new_trace(), told)
    whole, grown = parted(fold(events), *_AGENTS), fold([])
    calls = LaneCalls(grown)
    for cut in [*sorted(cuts), len(events)]:
        grown.apply_events(events[grown.count : cut])
        while calls.extend():
            pass
    assert [calls.of(lane_of(grown, agent)) for agent in _AGENTS] == whole


def test_no_more_is_parted_than_is_asked_for(trace: Any, fold: Fold) -> None:
    for number in range(1, 4):
        trace.llm(number, agent="a", cost=1.0)
    session = fold(trace.events)
    calls = LaneCalls(session)
    assert not calls.extend(at=2)
    assert calls.taken == 2
    assert Bill(calls.of(lane_of(session, "a")).llm, 2).cost == 2.0
    assert lane_of(session, "a") in calls
    assert 7 not in calls


def test_the_breaks_of_one_agent_keep_their_numbers(trace: Any, fold: Fold) -> None:
    for number in range(1, 4):
        for agent in ("a", "b"):
            trace.cached(20_000 if number != 2 else 0, 100 if number != 2 else 20_000, iteration=number, agent=agent)
    session = fold(trace.events)
    breaks = session.cache_breaks
    breaks.extend_all()
    assert len(breaks) == 2
    told = LaneBreaks(breaks, lane_of(session, "b"))
    told.extend()
    told.extend()
    assert list(told.events) == [3]
    assert [told.number(index) for index in range(len(told.events))] == [1]
    assert (told.rebilled_before(0), told.rebilled_before(1)) == (0, breaks.rebilled_by(1))
