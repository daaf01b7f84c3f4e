"""Starts joined with their ends, requests with their answers: what has a row, how long it took, how it came out."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.extents import Extent, State, extent_of
from tracetop.analysis.fold.joins import completed_by
from tracetop.collector.events import KINDS, TraceEvent

START = 1_700_000_000.0


def joins(trace: Any, at: int | None = None) -> dict[int, list[int]]:
    """The rows of a trace: the events that stand for themselves, each with those that complete it."""
    session = trace.view().session
    rows: dict[int, list[int]] = {}
    for event in range(session.count if at is None else at):
        completed = completed_by(session, event)
        if completed is None:
            rows[event] = []
        else:
            rows[completed].append(event)
    return rows


def extents(trace: Any, at: int | None = None) -> dict[int, Extent]:
    """What each row stands for."""
    view = trace.view(at)
    return {event: extent_of(view, event) for event in joins(trace, view.at)}


# -- tools


def test_a_call_and_its_end_are_one_row(trace):
    trace.tool(1)
    assert joins(trace) == {0: [1]}
    assert extents(trace)[0] == Extent(State.DONE, START + 1, START + 2, 1, 1000.0)


def test_a_failed_call_is_one_row_too_and_says_so(trace):
    trace.tool(1, failed=True, duration_ms=250.0)
    assert joins(trace) == {0: [1]}
    assert extents(trace)[0] == Extent(State.FAILED, START + 1, START + 2, 1, 250.0)


def test_a_call_runs_until_its_end_comes(trace):
    trace.tool(1)
    trace.add("budget_check", 1)
    assert extents(trace, 1)[0] == Extent(State.RUNNING, START + 1, START + 1)
    assert extents(trace, 2)[0].state is State.DONE


def test_what_runs_reaches_to_the_latest_event(trace):
    trace.add("tool_start", 1, tool_name="bash")
    trace.add("budget_check", 1, at=60)
    trace.add("budget_check", 1, at=30)
    assert extents(trace)[0] == Extent(State.RUNNING, START + 1, START + 60)


def test_an_end_without_a_start_keeps_its_row_and_began_as_long_ago_as_it_took(trace):
    trace.add("tool_end", 1, tool_name="bash", duration_ms=400.0)
    trace.add("tool", 1, tool="read")
    trace.add("tool_error", 1, tool_name="bash", duration_ms=100.0)
    assert joins(trace) == {0: [], 1: [], 2: []}
    assert extents(trace) == {
        0: Extent(State.DONE, START + 0.6, START + 1, None, 400.0),
        1: Extent(State.MOMENT, START + 2, START + 2),
        2: Extent(State.FAILED, START + 2.9, START + 3, None, 100.0),
    }


def test_parallel_calls_of_the_same_tool_keep_apart(trace):
    first, second = (trace.add("tool_start", 1, tool_name="bash", args={"command": text}) for text in "ab")
    trace.add("tool_end", 1, parent=second, tool_name="bash")
    trace.add("tool_error", 1, parent=first, tool_name="bash")
    assert joins(trace) == {0: [3], 1: [2]}
    assert [extent.state for extent in extents(trace).values()] == [State.FAILED, State.DONE]
    assert [extent.state for extent in extents(trace, 3).values()] == [State.RUNNING, State.DONE]


def test_a_call_that_never_ended_is_lost_when_the_session_ends(trace):
    trace.add("tool_start", 1, tool_name="bash")
    trace.add("session_end")
    assert extents(trace, 1)[0].state is State.RUNNING
    assert extents(trace)[0] == Extent(State.LOST, START + 1, START + 1)


def test_calls_of_several_agents_keep_apart(trace):
    for agent in ("a", "b"):
        trace.add("tool_start", 1, agent=agent, tool_name="bash", args={})
    for agent in ("a", "b"):
        trace.add("tool_end", 1, agent=agent, tool_name="bash", args={})
    assert joins(trace) == {0: [2], 1: [3]}


# -- LLM calls


def test_a_request_and_its_answer_are_one_row(trace):
    trace.add("llm_request", 1, model="m")
    trace.add("budget_check", 1)
    trace.llm(1, duration_ms=900.0)
    assert joins(trace) == {0: [2], 1: []}
    assert extents(trace, 2)[0].state is State.RUNNING
    assert extents(trace)[0] == Extent(State.DONE, START + 1, START + 3, 2, 900.0)


def test_an_answer_nobody_asked_for_keeps_its_row(trace):
    trace.llm(1, duration_ms=500.0)
    trace.llm(1)
    assert joins(trace) == {0: [], 1: []}
    assert extents(trace)[0] == Extent(State.DONE, START + 0.5, START + 1, None, 500.0)
    assert extents(trace)[1].state is State.MOMENT


@pytest.mark.parametrize("asked", [True, False])
def test_the_pieces_of_an_answer_and_its_end_are_one_row(trace, asked):
    if asked:
        trace.add("llm_request", 1)
    for _ in range(3):
        trace.add("llm_response", chunk_type="text", metadata={"chunk_type": "text"})
    trace.add("llm_response", 1, tokens=50)
    last = len(trace.events) - 1
    assert joins(trace) == {0: list(range(1, last + 1))}
    assert extents(trace, last)[0].state is State.ANSWERING
    assert extents(trace)[0] == Extent(State.DONE, START + 1, START + last + 1, last, last * 1000.0)


def test_pieces_alone_end_when_the_agent_goes_on(trace):
    trace.add("llm_request", 1)
    for _ in range(3):
        trace.add("llm_response", metadata={"chunk_type": "text"})
    assert extents(trace)[0].state is State.ANSWERING
    trace.tool(1)
    assert joins(trace) == {0: [1, 2, 3], 4: [5]}
    assert extents(trace)[0] == Extent(State.DONE, START + 1, START + 4, 3, 3000.0)


def test_pieces_of_two_agents_keep_apart(trace):
    for agent in ("a", "b"):
        trace.add("llm_request", 1, agent=agent)
    for agent in ("a", "b", "a", "b"):
        trace.add("llm_response", agent=agent, metadata={"chunk_type": "text", "agent_id": agent})
    trace.add("llm_response", 1, agent="b", tokens=5)
    trace.add("llm_response", 1, agent="a", tokens=5)
    assert joins(trace) == {0: [2, 4, 7], 1: [3, 5, 6]}


def test_parallel_requests_of_one_agent_are_joined_by_their_ids(trace):
    ids = [trace.add("llm_request", 1, model=name) for name in "abc"]
    for event_id in (ids[0], ids[2], ids[1]):
        trace.llm(1, parent=event_id)
    assert joins(trace) == {0: [3], 1: [5], 2: [4]}
    assert [extent.state for extent in extents(trace, 4).values()] == [
        State.DONE,
        State.RUNNING,
        State.RUNNING,
    ]


def test_a_request_that_failed_says_so_and_the_error_keeps_its_row(trace):
    trace.add("llm_request", 1)
    trace.add("llm_error", 1, error="overloaded")
    trace.add("llm_request", 1)
    trace.llm(1)
    assert joins(trace) == {0: [], 1: [], 2: [3]}
    assert extents(trace, 1)[0].state is State.RUNNING
    assert extents(trace)[0] == Extent(State.FAILED, START + 1, START + 2)


def test_an_answer_after_an_error_is_the_answer(trace):
    trace.add("llm_request", 1)
    trace.add("llm_error", 1, error="overloaded")
    trace.llm(1)
    assert joins(trace) == {0: [2], 1: []}
    assert extents(trace, 2)[0].state is State.FAILED
    assert extents(trace)[0].state is State.DONE


@pytest.mark.parametrize("kind", ["iteration_start", "session_start", "session_end"])
def test_a_request_is_lost_when_the_agent_has_gone_on(trace, kind):
    trace.add("iteration_start", 1)
    trace.add("llm_request", 1)
    trace.add(kind, 2 if kind == "iteration_start" else None)
    assert extents(trace, 2)[1].state is State.RUNNING
    assert extents(trace)[1] == Extent(State.LOST, START + 2, START + 2)


# -- iterations and agents


def test_an_iteration_ends_with_its_end(trace):
    trace.add("iteration_start", 1)
    trace.llm(1)
    trace.add("iteration_end", 1)
    trace.add("iteration_end", 1)
    assert joins(trace) == {0: [2], 1: [], 3: []}
    assert extents(trace, 2)[0].state is State.RUNNING
    assert extents(trace)[0] == Extent(State.DONE, START + 1, START + 3, 2, 2000.0)


def test_an_iteration_without_an_end_lasts_until_the_next(trace):
    trace.add("iteration_start", 1)
    trace.llm(1)
    trace.add("iteration_start", 2)
    assert extents(trace)[0] == Extent(State.DONE, START + 1, START + 3)
    assert extents(trace)[2].state is State.RUNNING


def test_an_end_of_an_iteration_nobody_saw_start_keeps_its_row(trace):
    trace.llm(1)
    trace.add("iteration_end", 1)
    assert joins(trace) == {0: [], 1: []}


def test_a_sub_agent_reaches_from_spawn_to_done_which_have_rows_of_their_own(trace):
    trace.add("subagent_spawn", 1, payload={"agent_id": "a"})
    trace.llm(1, agent="a")
    assert extents(trace)[0] == Extent(State.RUNNING, START + 1, START + 2)
    trace.add("subagent_complete", 1, payload={"agent_id": "a"})
    assert joins(trace) == {0: [], 1: [], 2: []}
    assert extents(trace)[0] == Extent(State.DONE, START + 1, START + 3)
    assert extents(trace)[2] == Extent(State.MOMENT, START + 3, START + 3, None, 2000.0)


def test_a_sub_agent_that_starts_anew_does_not_run_twice(trace):
    trace.add("swarm_task_start", payload={"agent_id": "a"})
    trace.add("swarm_task_start", payload={"agent_id": "b"})
    trace.add("swarm_task_start", payload={"agent_id": "a"})
    assert [extent.state for extent in extents(trace, 2).values()] == [State.RUNNING, State.RUNNING]
    assert [extent.state for extent in extents(trace).values()] == [State.LOST, State.RUNNING, State.RUNNING]


def test_a_sub_agent_that_failed_says_so(trace):
    trace.add("subagent_spawn", 1, payload={"agent_id": "a"})
    trace.add("subagent_timeout", 1, payload={"agent_id": "a"})
    assert extents(trace)[0].state is State.FAILED


def test_not_joined_an_end_tells_how_long_it_took(trace):
    trace.tool(1, duration_ms=700.0)
    view = trace.view()
    start, end = (extent_of(view, event, joined=False) for event in (0, 1))
    assert start.state is State.MOMENT
    assert end == Extent(State.DONE, START + 1, START + 2, 1, 700.0)


# -- rows and events


def random_trace(new_trace: Any, seed: int, events: int) -> Any:
    chance, trace = random.Random(seed), new_trace()
    ids: list[str] = []
    for number in range(events):
        kind = chance.choice([*KINDS, *("tool_start", "tool_end", "llm_request", "llm_response") * 12])
        parent = chance.choice(ids[-20:]) if ids and chance.random() < 0.4 else None
        agent = chance.choice([None, None, "a", "b"])
        ids.append(trace.add(kind, number // 9, parent=parent, agent=agent, tool_name=chance.choice("xy")))
    return trace


@pytest.mark.parametrize("seed", range(6))
def test_rows_and_events_find_each_other(new_trace, seed):
    session = random_trace(new_trace, seed, 700 + 900 * seed).view().session
    standing = [event for event in range(session.count) if not session.joins.completes(event)]
    assert len(standing) not in (0, session.count)
    for at in (0, 1, session.count, *random.Random(seed).sample(range(session.count), 40)):
        assert at - session.joins.before(at) == sum(event < at for event in standing)
    for row, event in enumerate(standing):
        assert session.joins.standing(row) == event
    for event in set(range(session.count)) - set(standing):
        completed = completed_by(session, event)
        assert completed is not None
        assert completed < event
        assert not session.joins.completes(completed)


def test_a_batch_may_end_anywhere(new_trace):
    events: list[TraceEvent] = random_trace(new_trace, 7, 2500).events
    whole, parts = Session(), Session()
    whole.apply_events(events)
    rest, chance = events, random.Random(1)
    while rest:
        size = chance.randint(1, 1500)
        parts.apply_events(rest[:size])
        rest = rest[size:]
        assert parts.joins.before(parts.count) == whole.joins.before(parts.count)
