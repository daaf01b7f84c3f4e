"""The breaks of the cache: what makes one, what did it, what it cost; for each a trace that has none, but nearly."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis.cache.break_causes import BreakClass, Confidence
from tracetop.analysis.cache.losses import CacheBreak, CacheLosses
from tracetop.analysis.cache.miss_prices import Basis
from tracetop.analysis.fold.session import Session
from tracetop.analysis.prices import Period, Price, Prices, Tariff, Tier
from tracetop.collector.events import TraceEvent

MODEL = "claude-test"


def response(trace: Any, read: int, sent: int = 100, written: int = 0, **data: Any) -> int:
    """A response with what it read, sent uncached and wrote; gives the number of its event."""
    trace.llm(
        **{"model": MODEL, "cache_read_tokens": read, "input_tokens": sent, "cache_write_tokens": written, **data}
    )
    return len(trace.events) - 1


def warm(trace: Any, **data: Any) -> int:
    """A response that leaves 10,000 tokens in the cache."""
    return response(trace, 9_000, 100, 1_000, **data)


def breaks(trace: Any, at: int | None = None, *, prices: Prices | None = None) -> list[CacheBreak]:
    session = Session(prices)
    session.apply_events(trace.events)
    losses = CacheLosses(session, lambda number: trace.events[number])
    losses.breaks.extend_all()
    return losses.all(session.view(at))


def cause(trace: Any) -> tuple[BreakClass, int | None, Confidence]:
    (broken,) = breaks(trace)
    return broken.cause.kind, broken.cause.culprit, broken.cause.confidence


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


def test_a_compaction_between_is_to_be_expected(trace: Any) -> None:
    warm(trace)
    trace.add("compaction_start")
    trace.add("compaction_end")
    response(trace, 1_000, 5_000)
    assert cause(trace) == (BreakClass.COMPACTION, 1, Confidence.HIGH)
    assert breaks(trace)[0].culprit == "compaction at event 2"


def test_another_agents_compaction_is_not_the_cause(trace: Any) -> None:
    warm(trace)
    trace.add("compaction_end", agent="a1")
    response(trace, 1_000, 15_000)
    assert cause(trace) == (BreakClass.UNKNOWN, None, Confidence.LOW)


def test_an_emergency_truncation_is_a_compaction(trace: Any) -> None:
    warm(trace)
    trace.add("context_overflow")
    response(trace, 1_000, 5_000)
    assert cause(trace) == (BreakClass.COMPACTION, 1, Confidence.HIGH)


def test_a_server_of_tools_that_came_or_went(trace: Any) -> None:
    warm(trace)
    trace.add("mcp_disconnect", server="x")
    response(trace, 0, 11_000)
    assert cause(trace) == (BreakClass.TOOLS, 1, Confidence.MEDIUM)


def request(trace: Any, **data: Any) -> int:
    trace.add("llm_request", model=MODEL, **data)
    return len(trace.events) - 1


def test_lists_of_tools_that_differ_prove_it(trace: Any) -> None:
    request(trace, tools=["read"])
    warm(trace)
    asked = request(trace, tools=["read", "bash"])
    response(trace, 0, 11_000)
    assert cause(trace) == (BreakClass.TOOLS, asked, Confidence.HIGH)


def test_lists_of_tools_that_are_alike_clear_the_server(trace: Any) -> None:
    request(trace, metadata={"tools": ["read"]})
    warm(trace)
    trace.add("mcp_connect", server="x")
    request(trace, tools=["read"])
    response(trace, 0, 11_000)
    assert cause(trace)[0] is BreakClass.UNKNOWN


def test_a_system_prompt_that_changed(trace: Any) -> None:
    request(trace, system_hash="a")
    warm(trace)
    asked = request(trace, system_hash="b")
    event = response(trace, 0, 12_000)
    assert cause(trace) == (BreakClass.SYSTEM, asked, Confidence.HIGH)
    trace.events[event].data["cache_read_tokens"] = 9_000
    request(trace, system_hash="b")
    response(trace, 0, 30_000)
    assert cause(trace)[0] is BreakClass.UNKNOWN, "it changed before"


def test_a_change_of_mode_counts_unless_the_system_prompts_are_alike(trace: Any) -> None:
    messages = [{"role": "system", "content": "be brief"}]
    request(trace, messages=messages)
    warm(trace)
    trace.add("mode_change", mode="plan")
    asked = request(trace, messages=messages)
    response(trace, 0, 11_000)
    assert cause(trace)[0] is BreakClass.UNKNOWN
    del trace.events[asked].data["messages"]
    assert cause(trace) == (BreakClass.SYSTEM, 2, Confidence.HIGH)


def test_another_model_has_another_cache(trace: Any) -> None:
    warm(trace)
    asked = request(trace)
    response(trace, 0, 11_000, model="other")
    assert cause(trace) == (BreakClass.MODEL, asked, Confidence.HIGH)


def test_models_that_take_turns_each_find_what_they_left(trace: Any) -> None:
    warm(trace)
    response(trace, 0, 100, 500, model="other")
    response(trace, 10_000, 100, 500)
    response(trace, 500, 100, 6_000, model="other")
    response(trace, 10_500, 600)
    assert [broken.event for broken in breaks(trace)] == [1]
    assert breaks(trace)[0].rebilled == 600


def test_a_prompt_that_shrank_without_compaction_was_rewritten(trace: Any) -> None:
    warm(trace)
    event = response(trace, 0, 10_099)
    assert cause(trace) == (BreakClass.HISTORY, event, Confidence.MEDIUM)
    trace.events[event].data["input_tokens"] = 10_100
    assert cause(trace)[0] is BreakClass.UNKNOWN


@pytest.mark.parametrize(("read", "first"), [(0, BreakClass.EXPIRY), (500, BreakClass.HISTORY)])
def test_a_history_that_was_rewritten_leaves_what_stands_before_it(trace: Any, read: int, first: BreakClass) -> None:
    warm(trace, at=0)
    response(trace, read, 9_000, at=400)
    kinds = [each.kind for each in breaks(trace)[0].causes]
    assert kinds[0] is first
    assert sorted(kinds) == [BreakClass.EXPIRY, BreakClass.HISTORY]


@pytest.mark.parametrize(
    ("pause", "expected"), [(300, None), (301, Confidence.MEDIUM), (3_600, Confidence.MEDIUM), (3_601, Confidence.HIGH)]
)
def test_the_time_to_live_runs_out(trace: Any, pause: int, expected: Confidence | None) -> None:
    warm(trace, at=0)
    response(trace, 0, 11_000, at=pause)
    kind, culprit, confidence = cause(trace)
    if expected is None:
        assert kind is BreakClass.UNKNOWN
    else:
        assert (kind, culprit, confidence) == (BreakClass.EXPIRY, 0, expected)


def test_a_pause_of_unknown_length_is_none(trace: Any) -> None:
    warm(trace, at=float("nan"))
    response(trace, 0, 11_000, at=9_000)
    assert cause(trace)[0] is BreakClass.UNKNOWN
    assert breaks(trace)[0].pause is None


def test_of_several_causes_the_first_in_the_order_is_told_and_the_others_beside_it(trace: Any) -> None:
    warm(trace, at=0)
    trace.add("mode_change", at=500)
    trace.add("compaction_end", at=600)
    response(trace, 0, 5_000, model="other", at=700)
    (broken,) = breaks(trace)
    assert [each.kind for each in broken.causes] == [
        BreakClass.COMPACTION,
        BreakClass.SYSTEM,
        BreakClass.MODEL,
        BreakClass.EXPIRY,
    ]


def siblings(trace: Any, *, first_read: int = 0, gap: float = 10.0, model: str = MODEL, read: int = 0) -> None:
    trace.add("subagent_spawn", agent_id="a", at=0)
    response(trace, first_read, 100, 6_000 - first_read, agent_id="a", at=1)
    trace.add("subagent_spawn", agent_id="b", at=2)
    response(trace, read, 100, 6_000 - read, agent_id="b", at=1 + gap, model=model)


@pytest.mark.parametrize(("first_read", "confidence"), [(0, Confidence.LOW), (5_000, Confidence.MEDIUM)])
def test_a_cold_sub_agent_has_a_sibling_that_was_warm(trace: Any, first_read: int, confidence: Confidence) -> None:
    siblings(trace, first_read=first_read)
    assert cause(trace) == (BreakClass.COLD, 2, confidence)
    assert breaks(trace)[0].previous == 1
    assert breaks(trace)[0].expected == (first_read or 6_000)


@pytest.mark.parametrize("near", [{"gap": 302.0}, {"model": "other"}, {"read": 5_000}])
def test_a_sub_agent_is_not_cold_for_want_of_a_warm_sibling(trace: Any, near: dict[str, Any]) -> None:
    siblings(trace, **near)
    assert breaks(trace) == []


def test_siblings_that_began_together_could_not_share_a_cache(trace: Any) -> None:
    trace.add("subagent_spawn", agent_id="a")
    trace.add("subagent_spawn", agent_id="b")
    response(trace, 0, 100, 6_000, agent_id="a")
    response(trace, 0, 100, 6_000, agent_id="b")
    assert breaks(trace) == []


@pytest.mark.parametrize(
    "data",
    [
        {"diagnostics": {"cache_miss_reason": {"type": "tools_changed", "cache_missed_input_tokens": 9}}},
        {"metadata": {"usage": {"cache_miss_reason": "tools_changed"}}},
        {"usage": {"prompt_cache_diagnostics": {"type": "cache_miss", "reason": "tools_changed"}}},
        {"prompt_cache_diagnostics": [{"type": "cache_miss"}, {"type": "cache_miss", "reason": "tools_changed"}]},
    ],
)
def test_what_the_provider_says_goes_before(trace: Any, data: dict[str, Any]) -> None:
    warm(trace, at=0)
    asked = request(trace)
    response(trace, 0, 11_000, at=400, **data)
    assert cause(trace) == (BreakClass.TOOLS, asked, Confidence.HIGH)
    (broken,) = breaks(trace)
    assert broken.cause.told_by == "tools_changed"
    assert [each.kind for each in broken.causes[1:]] == [BreakClass.EXPIRY]


@pytest.mark.parametrize("reason", [None, "", 7, {"type": "unavailable"}, {"type": "previous_message_not_found"}, {}])
def test_a_provider_that_does_not_know_says_nothing(trace: Any, reason: Any) -> None:
    warm(trace, at=0)
    response(trace, 0, 11_000, at=400, diagnostics={"cache_miss_reason": reason})
    assert cause(trace)[0] is BreakClass.EXPIRY


def test_a_reason_we_do_not_know_is_told_in_the_providers_words(trace: Any) -> None:
    warm(trace)
    response(trace, 0, 11_000, prompt_cache_diagnostics={"type": "cache_miss", "reason": "service_tier_changed"})
    (broken,) = breaks(trace)
    assert (broken.cause.kind, broken.cause.confidence) == (BreakClass.UNKNOWN, Confidence.HIGH)
    # No request stands in the trace: the response that says so is the place to look at.
    assert broken.culprit == f"service tier changed at event {broken.event + 1}"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("model_changed", BreakClass.MODEL),
        ("tools_changed", BreakClass.TOOLS),
        ("reasoning_effort_changed", BreakClass.SYSTEM),
        ("verbosity_changed", BreakClass.SYSTEM),
        ("text_format_changed", BreakClass.SYSTEM),
        ("context_compacted", BreakClass.COMPACTION),
        ("input_changed", BreakClass.HISTORY),
        ("prompt_cache_key_changed", BreakClass.UNKNOWN),
    ],
)
def test_every_word_of_the_provider_has_its_class(trace: Any, word: str, kind: BreakClass) -> None:
    warm(trace)
    response(trace, 0, 11_000, prompt_cache_diagnostics={"type": "cache_miss", "reason": word})
    (broken,) = breaks(trace)
    assert (broken.cause.kind, broken.cause.told_by, broken.cause.culprit) == (kind, word, broken.event)


@pytest.mark.parametrize("outcome", ["cache_hit", "comparison_response_not_found", "unavailable"])
def test_an_outcome_that_gives_no_reason_says_nothing(trace: Any, outcome: str) -> None:
    warm(trace, at=0)
    response(trace, 0, 11_000, at=400, prompt_cache_diagnostics={"type": outcome})
    assert cause(trace)[0] is BreakClass.EXPIRY


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
