"""What broke the cache, by what stands between two responses; for each a trace that has no such cause, but nearly."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.cache.break_causes import BreakClass, Confidence

from .broken_cache import MODEL, breaks, cause, request, response, warm


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
