"""What an agent is doing: the phase of a tool by its name, and of any stretch of a session."""

from __future__ import annotations

import random

import pytest
from tracetop.analysis.phases import Phase, PhaseIndex, phase_of

EXPLORE, EDIT, RUN, TALK, IDLE = Phase


def indexed(session):
    index = PhaseIndex(session)
    assert index.extend()
    return index


def phases(session, at=None):
    """The phase of every event by itself, as of event `at`."""
    at = session.count if at is None else at
    index = indexed(session)
    return [index.dominant(event, event + 1, at) for event in range(at)]


# -- names


@pytest.mark.parametrize(
    "name",
    ["read_file", "Read", "grep", "Glob", "LS", "list_dir", "WebFetch", "web_search", "mcp__fs__list", "view-image",
     "mcp__github__search_code", "file_search", "find_test_files", "listResources", "git_diff", "functions.read_file"],
)  # fmt: skip
def test_what_looks_explores(name):
    assert phase_of(name) is EXPLORE


@pytest.mark.parametrize(
    "name",
    ["write_file", "Write", "edit_file", "MultiEdit", "apply_patch", "create", "str_replace", "insert_line",
     "NotebookEdit", "search_replace", "find_and_replace", "str_replace_based_edit_tool", "mcp__fs__delete_file",
     "create_test_file"],
)  # fmt: skip
def test_what_changes_files_edits(name):
    assert phase_of(name) is EDIT


@pytest.mark.parametrize(
    "name",
    ["bash", "Bash", "shell", "exec_command", "runTests", "run_search_index", "python", "pytest", "terminal", "Task",
     "spawn_agent", "mcp__terminal__invoke", "BashOutput"],
)  # fmt: skip
def test_what_runs_runs(name):
    assert phase_of(name) is RUN


@pytest.mark.parametrize("name", ["ask_user", "think", "TodoWrite", "todo_write", "finish"])
def test_what_only_speaks_talks(name):
    assert phase_of(name) is TALK


@pytest.mark.parametrize("name", ["", "frobnicate", "mcp__x__y", "搜索", "\x1b[31m", "123", "__", "readme"])
def test_a_tool_of_unknown_name_runs(name):
    assert phase_of(name) is RUN


# -- stretches


def test_the_phase_with_most_calls_dominates(trace, fold):
    for name in ("read_file", "bash", "grep", "edit_file", "bash", "glob"):
        trace.tool(1, name)
    session = fold(trace.events)
    index = indexed(session)
    assert index.dominant(0, 12, 12) is EXPLORE
    assert index.dominant(6, 12, 12) is EDIT  # one of each: what changes things counts most
    assert index.dominant(8, 12, 12) is RUN
    assert index.dominant(0, 12, 4) is RUN  # as of then there was one of each


def test_events_around_a_call_belong_to_it(trace, fold):
    trace.add("iteration_start", 1)
    trace.add("llm_request", 1)
    trace.llm(1)
    trace.tool(1, "read_file")
    trace.add("budget_check", 1)
    trace.tool(1, "edit_file")
    trace.add("iteration_end", 1)
    assert phases(fold(trace.events)) == [EXPLORE] * 6 + [EDIT] * 3


def test_an_iteration_without_calls_talks(trace, fold):
    trace.tool(1, "bash")
    trace.add("iteration_start", 2)
    trace.llm(2)
    trace.add("iteration_end", 2)
    trace.add("session_end")
    assert phases(fold(trace.events)) == [RUN, RUN, TALK, TALK, TALK, IDLE]


def test_calls_of_parallel_agents_stay_apart(trace, fold):
    trace.add("iteration_start", 1)
    trace.add("iteration_start", 1, agent="a1")
    trace.llm(1, agent_id="a1")
    trace.llm(1)
    trace.tool(1, "read_file", agent="a1")
    trace.tool(1, "edit_file")
    assert phases(fold(trace.events)) == [EDIT, EXPLORE, EXPLORE, EDIT, EXPLORE, EXPLORE, EDIT, EDIT]


def test_without_iterations_a_response_belongs_to_the_calls_after_it(trace, fold):
    trace.add("session_start")
    trace.llm()
    trace.tool(None, "read_file")
    trace.llm()
    trace.llm()
    trace.tool(None, "bash")
    assert phases(fold(trace.events)) == [IDLE, EXPLORE, EXPLORE, EXPLORE, TALK, RUN, RUN, RUN]


def test_agents_at_work_run(trace, fold):
    trace.add("swarm_start")
    trace.add("swarm_task_start", task_id="t1")
    trace.add("swarm_task_complete", task_id="t1")
    trace.add("checkpoint")
    assert phases(fold(trace.events)) == [RUN, RUN, RUN, IDLE]


# -- the index


@pytest.fixture
def mixed(new_trace):
    """Return 300 events of all sorts, with and without iterations."""
    rng, trace = random.Random(4), new_trace()
    names = ("read_file", "bash", "edit_file", "think", "grep", "")
    for number in range(90):
        iteration = number if rng.random() < 0.7 else None
        agent = rng.choice((None, None, "a1"))
        trace.add(rng.choice(("iteration_start", "checkpoint", "llm_request")), iteration, agent=agent)
        if rng.random() < 0.8:
            trace.llm(iteration)
        for _ in range(rng.randrange(3)):
            trace.tool(iteration, rng.choice(names), agent=agent)
    assert len(trace.events) > 300
    return trace.events[:300]


def test_a_view_as_of_an_event_does_not_know_what_came_later(mixed, fold):
    session = fold(mixed)
    for at in range(1, len(mixed) + 1, 7):
        shorter = fold(mixed[:at])
        assert phases(session, at) == phases(shorter), at
        for width in (3, 20):
            stretches = range(0, at, width)
            told, fresh = indexed(session), indexed(shorter)
            assert [told.dominant(start, start + width, at) for start in stretches] == [
                fresh.dominant(start, start + width, at) for start in stretches
            ]


def test_the_index_counts_what_a_walk_over_all_calls_counts(mixed, fold):
    session = fold(mixed)
    tools, index, order = session.tools, indexed(session), (EDIT, RUN, EXPLORE, TALK)
    for start in range(0, 260, 13):
        calls = [phase_of(session.labels.name(tools.label[row])) for row in range(len(tools.event))
                 if start <= tools.event[row] < start + 40]  # fmt: skip
        assert index.dominant(start, start + 40, session.count) is max(order, key=calls.count)


def test_the_index_grows_by_bounded_pieces(mixed, fold):
    session = fold(mixed)
    calls, index = len(session.tools.event), PhaseIndex(session)
    for known in range(10, calls, 10):
        assert not index.extend(10)
        assert len(index) == known
        # What it has not come to yet counts as not there, and nothing breaks.
        assert len({index.dominant(event, event + 1, session.count) for event in range(session.count)}) > 1
    assert index.extend(10)
    assert len(index) == calls
    assert index.extend()
    whole = indexed(session)
    stretches = [(start, start + 9) for start in range(0, 290, 5)]
    assert [index.dominant(*each, 300) for each in stretches] == [whole.dominant(*each, 300) for each in stretches]


def test_the_index_grows_with_the_session(mixed, fold):
    session = fold(mixed[:100])
    index = indexed(session)
    known = len(index)
    session.apply_events(mixed[100:])
    assert index.extend()
    assert len(index) == len(session.tools.event) > known
    assert index.dominant(100, 300, 300) is indexed(session).dominant(100, 300, 300)
