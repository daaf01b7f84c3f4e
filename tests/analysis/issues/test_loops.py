"""excessive_iterations: more than 15 consecutive iterations without a tool call."""

from __future__ import annotations

from typing import Any


def test_sixteen_quiet_iterations_fire_once_with_the_iterations_as_evidence(trace: Any) -> None:
    trace.quiet(range(1, 17))
    [issue] = trace.issues("excessive_iterations")
    starts = tuple(event.event_id for event in trace.events if event.kind == "iteration_start")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("high", 16, starts)
    assert "16 iterations" in issue.title


def test_fifteen_quiet_iterations_are_fine(trace: Any) -> None:
    trace.quiet(range(1, 16))
    trace.add("session_end")
    assert trace.issues("excessive_iterations") == []


def test_the_sixteenth_counts_only_once_its_response_is_in(trace: Any) -> None:
    trace.quiet(range(1, 17))
    assert trace.issues("excessive_iterations", at=len(trace.events) - 1) == []


def test_one_issue_goes_on_while_the_agent_does(trace: Any) -> None:
    trace.quiet(range(1, 26))
    trace.add("session_end")
    [issue] = trace.issues("excessive_iterations")
    assert "25 iterations" in issue.title
    assert issue.count == len(issue.events) == 25


def test_a_tool_call_in_the_sixteenth_iteration_withdraws_the_issue(trace: Any) -> None:
    trace.quiet(range(1, 17))
    raised = len(trace.events)
    trace.tool(16)
    trace.quiet(range(17, 20))
    assert len(trace.issues("excessive_iterations", at=raised)) == 1
    assert trace.issues("excessive_iterations") == []


def test_a_tool_call_after_the_sixteenth_iteration_leaves_the_issue(trace: Any) -> None:
    trace.quiet(range(1, 18))
    trace.tool(17)
    assert len(trace.issues("excessive_iterations")) == 1


def test_a_late_tool_call_of_an_earlier_iteration_withdraws_a_provisional_issue(trace: Any) -> None:
    trace.quiet(range(1, 17))
    trace.tool(9)
    assert trace.issues("excessive_iterations") == []


def test_a_tool_call_between_starts_the_count_over(trace: Any) -> None:
    trace.quiet(range(1, 11))
    trace.tool(10)
    trace.quiet(range(11, 26))
    assert trace.issues("excessive_iterations") == []
    trace.quiet([26])
    assert len(trace.issues("excessive_iterations")) == 1


def test_a_tool_call_known_only_by_its_end_counts(trace: Any) -> None:
    trace.quiet(range(1, 11))
    trace.add("tool", 10, tool="bash", args={})
    trace.quiet(range(11, 26))
    assert trace.issues("excessive_iterations") == []


def test_two_such_stretches_are_two_issues(trace: Any) -> None:
    trace.quiet(range(1, 18))
    trace.tool(17)
    trace.quiet(range(18, 36))
    assert len(trace.issues("excessive_iterations")) == 2


def test_iterations_of_two_agents_do_not_add_up(trace: Any) -> None:
    for number in range(1, 11):
        trace.quiet([number])
        trace.quiet([number], agent="helper")
    assert trace.issues("excessive_iterations") == []


def test_iterations_of_two_runs_do_not_add_up(trace: Any) -> None:
    trace.quiet(range(1, 11))
    trace.add("session_start")
    trace.quiet(range(1, 11))
    assert trace.issues("excessive_iterations") == []


def test_a_sub_agents_loop_is_its_own(trace: Any) -> None:
    trace.quiet(range(1, 18), agent="helper")
    [issue] = trace.issues("excessive_iterations")
    assert issue.agent == "helper"


def test_iterations_need_no_start_event(trace: Any) -> None:
    for number in range(1, 17):
        trace.llm(number)
    assert len(trace.issues("excessive_iterations")) == 1
