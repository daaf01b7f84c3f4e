"""The documented Python interface, as the contract names it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tracetop.analysis import CacheBoundaryTracker, InefficiencyDetector, SessionAnalyzer, TokenAnalyzer
from tracetop.collector.events import TraceEvent, TraceSession

SUMMARY = [
    "session_id",
    "goal",
    "model",
    "duration_seconds",
    "total_tokens",
    "total_cost",
    "iterations",
    "tool_calls",
    "llm_calls",
    "errors",
    "compactions",
    "efficiency_score",
    "cache_hit_rate",
    "avg_tokens_per_iteration",
    "avg_cost_per_iteration",
]
ENTRY = ["timestamp", "event_kind", "iteration", "summary", "duration_ms", "data"]
NODE = ["event_id", "kind", "label", "duration_ms", "children", "data"]
POINT = [
    "iteration",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "total_tokens",
    "cumulative_cost",
]
ISSUE = ["severity", "category", "title", "description", "suggestion", "iteration", "event_ids"]


@pytest.fixture
def session(trace: Any) -> TraceSession:
    trace.add("session_start", goal="Fix it", model="m")
    trace.add("iteration_start", 1)
    trace.llm(1, cache_read_tokens=1000, cache_write_tokens=10, cost=0.5)
    trace.tool(1, "read", args={"path": "a.py"}, duration_ms=40_000)
    trace.add("iteration_start", 2)
    trace.llm(2, cost=0.25)
    trace.llm(output_tokens=0, cost=0.25)
    trace.add("session_end")
    made: TraceSession = trace.session()
    return made


def names(thing: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(thing)}


def test_the_summary(session: TraceSession) -> None:
    summary = SessionAnalyzer(session).summary()
    assert set(SUMMARY) == names(summary)
    assert (summary.goal, summary.model, summary.total_cost, summary.llm_calls) == ("Fix it", "m", 1.0, 3)


def test_the_timeline_has_an_entry_for_every_event(session: TraceSession) -> None:
    timeline = SessionAnalyzer(session).timeline()
    assert set(ENTRY) <= names(timeline[0])
    assert [entry.event_kind for entry in timeline] == [event.kind for event in session.events]
    assert [entry.iteration for entry in timeline] == [None, 1, 1, 1, 1, 2, 2, 2, None]
    assert timeline[3].summary == "read a.py"
    assert timeline[4].duration_ms == 40_000
    assert timeline[0].data == {"goal": "Fix it", "model": "m"}


def test_the_tree(session: TraceSession) -> None:
    [run] = SessionAnalyzer(session).tree()
    assert set(NODE) <= names(run)
    assert (run.kind, run.event_id, run.label) == ("run", "e0", "run 1 · 2 iterations")
    assert [child.label for child in run.children] == ["Fix it · m", "iteration 1", "iteration 2", "session ends"]
    call = run.children[1].children[1]
    assert (call.kind, call.label, call.duration_ms, call.children) == ("tool_end", "read a.py", 40_000.0, [])
    assert call.data["args"] == {"path": "a.py"}


@pytest.mark.parametrize("analyzer", [SessionAnalyzer, TokenAnalyzer])
def test_the_token_flow(session: TraceSession, analyzer: type[SessionAnalyzer] | type[TokenAnalyzer]) -> None:
    first, second = analyzer(session).token_flow()
    assert set(POINT) <= names(first)
    assert [getattr(first, name) for name in POINT] == [1, 1000, 100, 1000, 10, 2110, 0.5]
    assert [getattr(second, name) for name in POINT] == [2, 2000, 100, None, None, 2100, 1.0]


def test_the_tokens(session: TraceSession) -> None:
    analyzer = TokenAnalyzer(session)
    assert analyzer.total_cost() == 1.0
    assert analyzer.cost_by_iteration() == {1: 0.5, 2: 0.5}
    assert analyzer.cache_efficiency() == pytest.approx(1000 / 4000)
    assert analyzer.token_breakdown() == {"input": 3000, "output": 200, "cache_read": 1000, "cache_write": 10}


def test_the_costs_of_runs_that_share_a_number_add_up(trace: Any) -> None:
    trace.llm(cost=1.0)
    for _ in range(2):
        trace.add("session_start")
        trace.llm(1, cost=2.0)
    assert TokenAnalyzer(trace.session()).cost_by_iteration() == {None: 1.0, 1: 4.0}


def test_the_issues(session: TraceSession) -> None:
    issues = InefficiencyDetector(session).detect()
    assert [issue.category for issue in issues] == ["long_tool_execution", "empty_response"]
    assert set(ISSUE) <= names(issues[0])
    for issue in issues:
        assert all(isinstance(getattr(issue, name), str) and getattr(issue, name) for name in ISSUE[:5])
    assert [(issue.iteration, issue.event_ids) for issue in issues] == [(1, ("e4",)), (2, ("e7",))]


def test_an_empty_session_says_what_it_was_given(trace: Any) -> None:
    session = TraceSession("s9", goal="g", model="m")
    summary = SessionAnalyzer(session).summary()
    assert (summary.session_id, summary.goal, summary.model, summary.total_tokens) == ("s9", "g", "m", None)
    assert SessionAnalyzer(session).timeline() == []
    assert SessionAnalyzer(session).tree() == []
    assert SessionAnalyzer(session).token_flow() == []
    assert InefficiencyDetector(session).detect() == []
    analyzer = TokenAnalyzer(session)
    assert (analyzer.total_cost(), analyzer.cache_efficiency(), analyzer.cost_by_iteration()) == (None, None, {})
    assert set(analyzer.token_breakdown().values()) == {None}


def test_what_the_session_was_given_counts_where_its_events_do_not_say(trace: Any) -> None:
    trace.quiet([1])
    given = SessionAnalyzer(trace.session(session_id="mine", goal="g", model="m")).summary()
    assert (given.session_id, given.goal, given.model) == ("mine", "g", "m")
    assert SessionAnalyzer(TraceSession("", events=trace.events)).summary().session_id == "s1"


def test_an_event_needs_little() -> None:
    event = TraceEvent("llm_response", 1.0, "s")
    assert (event.event_id, event.iteration, event.data, event.parent_event_id, event.duration_ms) == (
        "",
        None,
        {},
        None,
        None,
    )
    assert event.category == "LLM"
    assert SessionAnalyzer(TraceSession("s", events=[event])).summary().llm_calls == 1


def test_the_names_the_contract_imports() -> None:
    import tracetop.analysis

    wanted = {"SessionAnalyzer", "TokenAnalyzer", "InefficiencyDetector"}
    assert wanted <= set(tracetop.analysis.__all__)
    assert CacheBoundaryTracker(window_size=50).get_stats().window_size == 50
