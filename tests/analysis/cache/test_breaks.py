"""What is a break of the cache and what is none; told the same as the session grows and as of any event."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.fold.session import Session
from tracetop.collector.events import TraceEvent

from .broken_cache import MODEL, breaks, response, warm


def test_a_break_is_told_against_the_response_before(trace: Any) -> None:
    warm(trace, iteration=1)
    response(trace, 400, 9_700, 500, iteration=2)
    (broken,) = breaks(trace)
    assert (broken.event, broken.previous, broken.request, broken.iteration) == (1, 0, 1, 2)
    assert (broken.expected, broken.read, broken.prompt, broken.rebilled) == (10_000, 400, 10_600, 9_600)
    assert broken.is_full and broken.pause == 1.0
    assert broken.words == "full · unknown · ~9.60k re-billed"


@pytest.mark.parametrize(
    ("left", "read", "extent"),
    [
        (4_096, 204, "full"),
        (4_096, 205, "partial"),
        (4_095, 0, "partial"),
        (2_000, 0, "partial"),
        (1_999, 0, None),
        (20_000, 18_000, "partial"),
        (20_000, 18_001, None),
        (40_000, 36_000, "partial"),
        (40_000, 36_001, None),
        (10_000, 10_000, None),
        (10_000, 12_000, None),
    ],
)
def test_how_little_is_read_makes_a_break(trace: Any, left: int, read: int, extent: str | None) -> None:
    response(trace, left, 10)
    response(trace, read, left)
    assert [broken.extent for broken in breaks(trace)] == ([] if extent is None else [extent])


def test_a_prompt_that_is_short_but_came_from_the_cache_lost_nothing(trace: Any) -> None:
    response(trace, 50_000)
    response(trace, 19_000, 2_000)
    assert breaks(trace) == []
    response(trace, 1_800, 200)
    (broken,) = breaks(trace)
    assert broken.rebilled == 200, "no more than was sent"


def test_only_responses_that_report_the_cache_count(trace: Any) -> None:
    warm(trace)
    trace.llm(model=MODEL, input_tokens=11_000)
    trace.llm(model=MODEL, input_tokens=11_000, cache_write_tokens=50)
    assert breaks(trace) == []
    response(trace, 0, 11_000)
    assert [broken.previous for broken in breaks(trace)] == [0]


def test_a_streamed_call_is_one_response(trace: Any) -> None:
    warm(trace)
    trace.add("llm_request", model=MODEL)
    for _ in range(3):
        trace.add("llm_response", model=MODEL, metadata={"chunk_type": "text"})
    last = response(trace, 9_900, 300)
    assert breaks(trace) == []
    trace.add("mcp_connect")
    trace.add("llm_response", model=MODEL, metadata={"chunk_type": "text"})
    end = response(trace, 0, 10_000)
    assert [(broken.event, broken.previous) for broken in breaks(trace)] == [(end, last)]


def test_agents_and_runs_have_caches_of_their_own(trace: Any) -> None:
    warm(trace)
    response(trace, 0, 9_000, agent_id="a1")
    response(trace, 9_800, 300)
    trace.add("session_start", goal="again")
    response(trace, 0, 9_000)
    assert breaks(trace) == []
    response(trace, 0, 9_000, 100)
    assert breaks(trace) == [], "nothing was left"


def test_models_that_take_turns_each_find_what_they_left(trace: Any) -> None:
    warm(trace)
    response(trace, 0, 100, 500, model="other")
    response(trace, 10_000, 100, 500)
    response(trace, 500, 100, 6_000, model="other")
    response(trace, 10_500, 600)
    assert [broken.event for broken in breaks(trace)] == [1]
    assert breaks(trace)[0].rebilled == 600


def event(number: int, kind: str, at: float, data: dict[str, Any]) -> TraceEvent:
    return TraceEvent(kind, at, "s", f"e{number}", data=data)


tokens = st.sampled_from([0, 0, 300, 3_000, 9_000, 9_900])
steps_of_a_session = st.one_of(
    st.fixed_dictionaries(
        {"model": st.sampled_from(["m", "m", "m", "n"]), "input_tokens": tokens, "cache_read_tokens": tokens},
        optional={
            "cache_write_tokens": tokens,
            "agent_id": st.sampled_from(["a", "b"]),
            "cost": st.just(0.01),
            "diagnostics": st.just({"cache_miss_reason": {"type": "tools_changed"}}),
        },
    ),
    st.sampled_from(["llm_request", "compaction_end", "mcp_connect", "mode_change", "subagent_spawn", "session_start"]),
)


@given(st.lists(st.tuples(steps_of_a_session, st.sampled_from([1.0, 1.0, 400.0])), max_size=60), st.randoms())
@settings(deadline=None, max_examples=60)
def test_extended_as_it_grows_it_tells_the_same_as_of_any_event(steps: list[Any], chance: random.Random) -> None:
    events, now = [], 1e9
    for number, (step, pause) in enumerate(steps):
        now += pause
        kind, data = (
            (step, {"agent_id": "a", "tools": [number % 2]}) if isinstance(step, str) else ("llm_response", step)
        )
        events.append(event(number, kind, now, data))

    def told(session: Session, losses: CacheLosses, at: int) -> Any:
        return losses.all(session.view(at))

    grown = Session()
    growing = CacheLosses(grown, events.__getitem__)
    rest, so_far = events, []
    while rest:
        size = chance.randint(1, 9)
        grown.apply_events(rest[:size])
        rest = rest[size:]
        growing.breaks.extend()
        so_far.append((grown.count, told(grown, growing, grown.count)))
    for at, then in so_far:
        whole = Session()
        whole.apply_events(events[:at])
        losses = CacheLosses(whole, events.__getitem__)
        losses.breaks.extend_all()
        assert told(whole, losses, at) == then == told(grown, growing, at)
