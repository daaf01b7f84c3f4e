"""repeated_tool_calls, tool_error_rate, long_tool_execution."""

from __future__ import annotations

from typing import Any

import pytest


def test_the_third_identical_call_fires(trace: Any) -> None:
    for _ in range(3):
        trace.tool(1, "read", args={"path": "a.py"})
    [issue] = trace.issues("repeated_tool_calls")
    assert (issue.severity, issue.iteration) == ("high", 1)
    assert issue.event_ids == ("e0", "e2", "e4")
    assert issue.title == "same call 3×: read a.py"


def test_two_identical_calls_are_fine(trace: Any) -> None:
    trace.tool(args={"path": "a.py"})
    trace.tool(args={"path": "a.py"})
    assert trace.issues("repeated_tool_calls") == []


def test_a_start_and_its_end_are_one_call(trace: Any) -> None:
    trace.tool(args={"path": "a.py"})
    trace.tool(args={"path": "a.py"})
    trace.add("tool_start", tool_name="bash", args={"path": "b.py"})
    assert trace.issues("repeated_tool_calls") == []


def test_more_repeats_are_the_same_issue(trace: Any) -> None:
    for _ in range(6):
        trace.tool(args={"path": "a.py"})
        trace.tool()
    [issue] = trace.issues("repeated_tool_calls")
    assert issue.count == len(issue.event_ids) == 6
    assert "6×" in issue.title


def test_each_repeated_call_is_an_issue(trace: Any) -> None:
    for _ in range(3):
        trace.tool(args={"path": "a.py"})
        trace.tool(args={"path": "b.py"})
    assert len(trace.issues("repeated_tool_calls")) == 2


def test_the_order_of_keys_does_not_matter(trace: Any) -> None:
    trace.tool(args={"path": "a", "limit": 5})
    trace.tool(args={"limit": 5, "path": "a"})
    trace.tool(args={"path": "a", "limit": 5})
    assert len(trace.issues("repeated_tool_calls")) == 1


@pytest.mark.parametrize("different", [{"name": "grep"}, {"args": {"path": "b"}}, {"args": {"path": "a", "limit": 1}}])
def test_another_tool_or_other_arguments_are_another_call(trace: Any, different: dict[str, Any]) -> None:
    trace.tool(args={"path": "a"})
    trace.tool(args={"path": "a"})
    trace.tool(**{"args": {"path": "a"}, **different})
    assert trace.issues("repeated_tool_calls") == []


@pytest.mark.parametrize("args", [{}, {"args": None}])
def test_unknown_arguments_are_not_identical(trace: Any, args: dict[str, Any]) -> None:
    for _ in range(4):
        trace.add("tool_end", tool_name="bash", **args)
    assert trace.issues("repeated_tool_calls") == []


def test_no_arguments_at_all_are_identical(trace: Any) -> None:
    for _ in range(3):
        trace.tool(args={})
    assert len(trace.issues("repeated_tool_calls")) == 1


def test_arguments_told_only_at_the_end_count(trace: Any) -> None:
    for _ in range(3):
        start = trace.add("tool_start", tool_name="bash")
        trace.add("tool_end", parent=start, tool_name="bash", args={"command": "ls"})
    [issue] = trace.issues("repeated_tool_calls")
    assert issue.title == "same call 3×: bash ls"


def test_long_arguments_are_told_in_short(trace: Any) -> None:
    for _ in range(3):
        trace.tool(name="write_file", args={"pattern": "x" * 5000, "path": "a.md"})
    [issue] = trace.issues("repeated_tool_calls")
    assert issue.title.startswith("same call 3×: write_file a.md pattern=xxx")
    assert len(issue.description) < 300


def test_calls_of_two_agents_are_not_the_same(trace: Any) -> None:
    for agent in (None, "a", "b"):
        trace.tool(args={"path": "a"}, agent=agent)
    assert trace.issues("repeated_tool_calls") == []


def test_calls_of_two_runs_are_not_the_same(trace: Any) -> None:
    for _ in range(3):
        trace.add("session_start")
        trace.quiet([1])
        trace.tool(args={"path": "a"})
    assert trace.issues("repeated_tool_calls") == []


def test_over_thirty_percent_failures_fire(trace: Any) -> None:
    trace.tool(1)
    trace.tool(1)
    failed = trace.tool(1, failed=True)
    [issue] = trace.issues("tool_error_rate")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("high", 1, (failed,))
    assert issue.title == "33% of tool calls failed"


def test_exactly_thirty_percent_failures_are_fine(trace: Any) -> None:
    for number in range(10):
        trace.tool(failed=number >= 7)
    assert trace.issues("tool_error_rate") == []


def test_two_calls_are_too_few_for_an_error_rate(trace: Any) -> None:
    trace.tool(failed=True)
    trace.tool(failed=True)
    assert trace.issues("tool_error_rate") == []


def test_calls_still_running_do_not_count(trace: Any) -> None:
    trace.tool(failed=True)
    trace.tool(failed=True)
    trace.add("tool_start", tool_name="bash")
    assert trace.issues("tool_error_rate") == []


def test_the_error_rate_falls_back_and_comes_again(trace: Any) -> None:
    first = [trace.tool(failed=True) for _ in range(2)]
    trace.tool()
    bad = len(trace.events)
    for _ in range(4):
        trace.tool()
    good = len(trace.events)
    second = [trace.tool(failed=True) for _ in range(2)]
    assert trace.issues("tool_error_rate", at=bad)[0].event_ids == tuple(first)
    assert trace.issues("tool_error_rate", at=good) == []
    [issue] = trace.issues("tool_error_rate")
    assert issue.event_ids == (*first, *second)
    assert issue.title == "44% of tool calls failed"


def test_the_evidence_of_an_error_rate_is_that_of_its_moment(trace: Any) -> None:
    failed = [trace.tool(failed=True) for _ in range(5)]
    moment = len(trace.events) - 2
    assert trace.issues("tool_error_rate", at=moment)[0].event_ids == tuple(failed[:4])


@pytest.mark.parametrize("kind", ["tool_end", "tool", "tool_error"])
@pytest.mark.parametrize("where", ["top", "data", "metadata"])
def test_a_call_over_thirty_seconds_fires_wherever_the_duration_stands(trace: Any, kind: str, where: str) -> None:
    told = {"duration_ms": 30_001}
    payloads: dict[str, Any] = {"top": {}, "data": told, "metadata": {"metadata": told}}
    end = trace.add(kind, 2, tool_name="bash", duration_ms=30_001 if where == "top" else None, payload=payloads[where])
    [issue] = trace.issues("long_tool_execution")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("low", 2, (end,))
    assert issue.title == "bash took 30.0s"


def test_a_call_of_thirty_seconds_is_fine(trace: Any) -> None:
    trace.tool(duration_ms=30_000)
    assert trace.issues("long_tool_execution") == []


def test_a_long_call_is_seen_by_its_timestamps_too(trace: Any) -> None:
    start = trace.add("tool_start", tool_name="bash", at=0)
    trace.add("tool_end", tool_name="bash", parent=start, at=31)
    assert trace.issues("long_tool_execution")[0].title == "bash took 31.0s"


def test_every_long_call_is_an_issue(trace: Any) -> None:
    trace.tool(duration_ms=40_000)
    trace.tool(duration_ms=50_000)
    assert len(trace.issues("long_tool_execution")) == 2


@pytest.mark.parametrize("absurd", [1e300, float("inf"), -40_000, float("nan")])
def test_an_absurd_duration_is_none(trace: Any, absurd: float) -> None:
    trace.add("tool_end", tool_name="bash", duration_ms=absurd)
    assert trace.issues("long_tool_execution") == []


def test_an_error_rate_about_the_limit_keeps_its_evidence_once(trace: Any, fold: Any) -> None:
    for number in range(3000):
        trace.add("tool_error" if number % 10 in (0, 3, 7) else "tool_end", tool_name="bash")
    session = fold(trace.events)
    kept = {id(episode.evidence) for episode in session.issues.episodes}
    assert len(session.issues.episodes) > 100
    assert len(kept) == 1
