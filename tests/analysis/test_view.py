"""The headline figures of a session as of any event."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tracetop.analysis import Session


def test_the_summary_of_a_small_session(trace: Any) -> None:
    trace.add("session_start", goal="Fix it", model="m", at=0)
    trace.add("iteration_start", 1, at=1)
    trace.cached(iteration=1, read=800, sent=200, output_tokens=100, cost=0.25, at=2)
    trace.tool(1)
    trace.tool(1, failed=True)
    trace.add("iteration_start", 2)
    trace.add("llm_error", 2, error="no")
    trace.add("error", 2, error="no")
    trace.add("compaction_start", 2)
    trace.add("compaction_end", 2)
    trace.add("session_end", at=30.5)
    summary = trace.view().summary()
    assert (summary.session_id, summary.goal, summary.model) == ("s1", "Fix it", "m")
    assert summary.duration_seconds == 30.5
    assert (summary.total_tokens, summary.total_cost) == (1100, 0.25)
    assert (summary.iterations, summary.tool_calls, summary.llm_calls) == (2, 2, 1)
    assert (summary.errors, summary.compactions) == (3, 1)
    assert summary.cache_hit_rate == 0.8
    assert (summary.avg_tokens_per_iteration, summary.avg_cost_per_iteration) == (550, 0.125)
    # 30*0.8 + 25*0 + 15*0.5 + 20*0.5 + 10*0.1
    assert summary.efficiency_score == pytest.approx(42.5)


def test_of_an_empty_session_nothing_is_known() -> None:
    summary = Session().view().summary()
    assert summary.session_id == ""
    assert (summary.iterations, summary.tool_calls, summary.llm_calls, summary.errors, summary.compactions) == (0,) * 5
    unknown = "goal model duration_seconds total_tokens total_cost efficiency_score cache_hit_rate"
    unknown += " avg_tokens_per_iteration avg_cost_per_iteration"
    assert all(getattr(summary, name) is None for name in unknown.split())


def test_a_view_is_held_within_the_trace(trace: Any) -> None:
    trace.quiet([1])
    session = trace.view().session
    assert [session.view(at).at for at in (-5, 0, 1, 99, None)] == [0, 0, 1, 2, 2]


def test_goal_and_model_are_those_of_the_moment(trace: Any) -> None:
    trace.add("session_start", goal="first", model="m1")
    trace.quiet([1])
    trace.add("session_start", goal="second", model="m2")
    assert (trace.view(2).goal, trace.view(2).model) == ("first", "m1")
    assert (trace.view().goal, trace.view().model) == ("second", "m2")
    assert (trace.view(0).goal, trace.view(0).model) == (None, None)


def test_a_session_may_be_called_something_else_later(trace: Any) -> None:
    trace.add("session_start", goal="first")
    trace.quiet([1])
    trace.add("custom", goal="of somebody else", agent="helper")
    trace.add("custom", name="title", goal="the title")
    view = trace.view()
    assert (trace.view(3).goal, view.goal, view.runs) == ("first", "the title", 1)


def test_an_extra_session_start_that_says_nothing_changes_nothing(trace: Any) -> None:
    trace.add("session_start", goal="first", model="m1")
    trace.add("session_start", goal="", model="")
    assert (trace.view().goal, trace.view().model) == ("first", "m1")


def test_without_a_session_start_the_model_is_the_one_that_answered_last(trace: Any) -> None:
    trace.llm(model="m1")
    trace.llm(model="m2")
    assert (trace.view(1).model, trace.view().model) == ("m1", "m2")


def test_the_model_is_the_main_agents_while_others_answer_too(trace: Any) -> None:
    trace.llm(model="small", agent="helper")
    trace.llm(model="big")
    trace.llm(model="small", agent="helper")
    assert [trace.view(at).model for at in (1, 2, 3)] == ["small", "big", "big"]


def test_the_session_id_is_known_from_its_first_event_on(fold: Any, trace: Any) -> None:
    trace.add("custom")
    trace.add("custom")
    trace.events[0] = msgspec.structs.replace(trace.events[0], session_id="")
    assert (trace.view(1).session_id, trace.view().session_id) == ("", "s1")


def test_the_duration_spans_the_earliest_and_the_latest_time(trace: Any) -> None:
    for at in (5.0, 2.0, float("nan"), 9.0, -1e12, 1e12, 4.0):
        trace.add("custom", at=at)
    assert trace.view().duration_seconds == 7.0
    assert trace.view(1).duration_seconds == 0.0


def test_without_any_time_there_is_no_duration(trace: Any) -> None:
    trace.add("custom", at=float("nan"))
    assert trace.view().duration_seconds is None


def test_a_session_has_ended_with_its_last_event(trace: Any) -> None:
    trace.add("session_start")
    trace.add("session_end")
    trace.add("custom")
    assert [trace.view(at).ended for at in range(4)] == [False, False, True, False]


def test_three_hundred_unknown_kinds_are_counted(trace: Any) -> None:
    for number in range(300):
        trace.add(f"new_kind_{number}")
    session = trace.view().session
    assert session.count == 300
    assert session.unknown_kinds[0] == "new_kind_0"
    assert session.unknown_kinds[-1] == "(other kinds)"
    assert len(session.kinds) == 256


def test_a_known_kind_or_its_alias_is_not_unknown(trace: Any) -> None:
    trace.add("tool")
    trace.add("swarm_decision")
    assert trace.view().session.unknown_kinds == ["swarm_decision"]


def test_the_calls_a_view_tells_do_not_reach_beyond_it(trace: Any) -> None:
    trace.llm(1, cost=1.0)
    trace.llm(1, cost=2.0)
    [point] = trace.view(1).token_flow()
    assert (point.cost, point.cumulative_cost) == (1.0, 1.0)
