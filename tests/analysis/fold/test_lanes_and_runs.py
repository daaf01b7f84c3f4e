"""Which agent, which run and which iteration an event belongs to."""

from __future__ import annotations

from typing import Any

import pytest

MAIN = ""


def test_an_event_without_iteration_belongs_to_the_open_one(trace: Any) -> None:
    trace.add("budget_check")
    trace.add("iteration_start", 1)
    trace.add("budget_check")
    trace.add("iteration_end", 1)
    trace.add("budget_check")
    assert trace.placed() == [(MAIN, 0, None), (MAIN, 1, 1), (MAIN, 1, 1), (MAIN, 1, 1), (MAIN, 0, None)]


def test_an_event_may_name_its_iteration_where_none_was_started(trace: Any) -> None:
    trace.add("llm_request", 1)
    trace.add("budget_check")
    trace.add("tool_start", 2, tool_name="bash")
    trace.add("budget_check")
    assert trace.placed() == [(MAIN, 1, 1), (MAIN, 1, 1), (MAIN, 1, 2), (MAIN, 1, 2)]


def test_an_event_of_an_earlier_iteration_leaves_the_open_one_open(trace: Any) -> None:
    for number in (1, 2):
        trace.add("iteration_start", number)
    trace.add("file_change", 1)
    trace.add("file_change")
    assert trace.placed()[2:] == [(MAIN, 1, 1), (MAIN, 1, 2)]


def test_an_iteration_start_without_a_number_is_the_next(trace: Any) -> None:
    trace.add("iteration_start", 4)
    trace.add("iteration_start")
    assert trace.placed()[1] == (MAIN, 1, 5)


def test_iteration_numbers_that_restart_begin_a_run(trace: Any) -> None:
    trace.quiet([1, 2, 3])
    trace.quiet([1, 2])
    assert trace.view().runs == 2
    assert trace.view().iterations == 5
    assert [placed[1:] for placed in trace.placed()][::2] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]


def test_a_run_of_one_iteration_repeated_is_two_runs(trace: Any) -> None:
    trace.quiet([1])
    trace.quiet([1])
    assert trace.view().runs == 2


def test_responses_alone_show_a_restart(trace: Any) -> None:
    for number in (1, 2, 3, 1, 2):
        trace.llm(number)
    assert [(point.run, point.iteration) for point in trace.view().token_flow()] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 1),
        (2, 2),
    ]


def test_a_late_response_of_an_earlier_iteration_is_no_restart(trace: Any) -> None:
    for number in (1, 2, 3):
        trace.llm(number)
    trace.llm(2, at=2.5)
    assert trace.view().runs == 1
    assert trace.placed()[-1] == (MAIN, 1, 2)


def test_a_session_start_begins_a_run_only_after_something_happened(trace: Any) -> None:
    trace.add("session_start")
    trace.add("custom")
    trace.add("session_start")
    trace.quiet([1])
    assert trace.view().runs == 1
    trace.add("session_end")
    trace.add("session_start")
    trace.quiet([2])
    assert trace.view().runs == 2
    assert trace.placed()[-1] == (MAIN, 2, 2)


def test_an_iteration_start_that_comes_after_its_first_event_is_no_restart(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.add("llm_request", 2)
    trace.add("iteration_start", 2)
    trace.llm(2)
    assert trace.view().runs == 1
    assert trace.view().iterations == 2


def test_an_iteration_start_that_is_late_by_its_timestamp_is_no_restart(trace: Any) -> None:
    trace.add("iteration_start", 1, at=1)
    trace.add("iteration_start", 3, at=5)
    trace.add("iteration_start", 2, at=3)
    trace.add("budget_check", at=6)
    assert trace.view().runs == 1
    assert [placed[2] for placed in trace.placed()] == [1, 3, 2, 3]


def test_a_second_start_of_an_iteration_that_is_late_is_no_restart(trace: Any) -> None:
    trace.add("iteration_start", 1, at=1)
    trace.llm(1, at=2)
    trace.add("iteration_start", 2, at=5)
    trace.llm(2, at=6)
    trace.add("iteration_start", 1, at=1)
    trace.add("budget_check", at=7)
    assert trace.view().runs == 1
    assert [placed[2] for placed in trace.placed()][4:] == [1, 2]


def test_an_iteration_end_names_its_own(trace: Any) -> None:
    for number in (1, 2):
        trace.add("iteration_start", number)
    trace.add("iteration_end", 1)
    trace.add("budget_check")
    assert [placed[2] for placed in trace.placed()[2:]] == [1, 2]


@pytest.mark.parametrize("number", [10**9, -5, 2**53, -(2**53)])
def test_absurd_iteration_numbers_cost_nothing(trace: Any, number: int) -> None:
    trace.add("iteration_start", number)
    trace.add("iteration_start")
    trace.llm(number)
    assert trace.view().iterations <= 3


def test_an_agent_has_iterations_of_its_own(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.add("subagent_spawn", agent_id="helper")
    trace.add("iteration_start", 1, agent="helper")
    trace.llm(agent="helper")
    trace.llm()
    assert trace.placed() == [
        (MAIN, 1, 1),
        (MAIN, 1, 1),
        ("helper", 1, 1),
        ("helper", 1, 1),
        (MAIN, 1, 1),
    ]
    assert trace.view().runs == 1


def test_events_under_a_spawn_are_the_agents(trace: Any) -> None:
    spawn = trace.add("subagent_spawn", agent_id="helper")
    child = trace.add("llm_request", 1, parent=spawn)
    trace.add("llm_response", 1, parent=child, tokens=5)
    trace.add("tool_start", parent="elsewhere", tool_name="bash")
    trace.add("subagent_complete", parent=spawn, agent_id="helper")
    agents = [placed[0] for placed in trace.placed()]
    assert agents == [MAIN, "helper", "helper", MAIN, MAIN]


def test_an_agent_under_metadata_counts_too(trace: Any) -> None:
    trace.add("llm_request", 1, metadata={"agent_id": "helper"})
    assert trace.placed() == [("helper", 1, 1)]


@pytest.mark.parametrize("name", ["", "main", "root"])
def test_the_main_agent_goes_by_several_names(trace: Any, name: str) -> None:
    trace.add("iteration_start", 1, agent_id=name)
    assert trace.placed() == [(MAIN, 1, 1)]


def test_nested_agents_stand_in_their_parents_lane(trace: Any) -> None:
    outer = trace.add("subagent_spawn", agent_id="outer")
    trace.add("iteration_start", 1, agent="outer")
    inner = trace.add("subagent_spawn", agent_id="inner", parent_agent_id="outer")
    trace.add("iteration_start", 1, agent="inner")
    trace.add("subagent_complete", agent_id="inner", parent=inner)
    trace.add("subagent_complete", agent_id="inner")
    trace.add("subagent_complete", agent_id="outer", parent=outer)
    assert [placed[0] for placed in trace.placed()] == [MAIN, "outer", "outer", "inner", "outer", "outer", MAIN]


def test_an_agent_spawned_again_starts_over(trace: Any) -> None:
    for _ in range(2):
        trace.add("subagent_spawn", agent_id="helper")
        trace.llm(1, agent="helper")
        trace.add("subagent_complete", agent_id="helper")
    assert trace.placed()[1] == ("helper", 1, 1)
    assert trace.placed()[4] == ("helper", 2, 1)
    assert trace.view().iterations == 2


def test_a_run_of_a_sub_agent_is_none_of_the_session(trace: Any) -> None:
    trace.quiet([1])
    trace.quiet([1, 2], agent="helper")
    trace.quiet([1], agent="helper")
    assert trace.view().runs == 1


def test_swarm_workers_have_lanes(trace: Any) -> None:
    trace.add("swarm_task_start", task_id="t1", agent_id="w1")
    trace.llm(1, agent="w1")
    trace.add("swarm_task_complete", task_id="t1", agent_id="w1")
    trace.add("swarm_decision", decision="go on")
    assert [placed[0] for placed in trace.placed()] == [MAIN, "w1", MAIN, MAIN]


def test_endlessly_nested_agents_end_in_the_main_lane(trace: Any) -> None:
    for depth in range(3000):
        trace.add("subagent_spawn", agent_id=f"a{depth + 1}", parent_agent_id=f"a{depth}")
    agents = [placed[0] for placed in trace.placed()]
    assert agents[5] == "a5"
    assert MAIN in agents


def test_seventy_thousand_agents_share_lanes_in_the_end(trace: Any, fold: Any) -> None:
    for number in range(70_000):
        trace.add("llm_request", agent=f"agent {number}")
    session = fold(trace.events)
    assert session.count == 70_000
    assert len(session.lanes.names) == 0xFFFF
    assert session.lanes.names.name(session.events.lane[69_999]) == "(other agents)"


def test_a_name_of_megabytes_is_kept_in_short(trace: Any, fold: Any) -> None:
    trace.add("llm_request", agent="a" * 5_000_000)
    trace.add("llm_request", agent="a" * 5_000_000)
    session = fold(trace.events)
    assert len(session.lanes.names) == 2
    assert len(session.lanes.names.name(1)) == 1000
