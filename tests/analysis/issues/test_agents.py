"""subagent_timeout: a delegated task that timed out or failed."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.issues.issue import CATEGORIES, SEVERITIES, severity_of


@pytest.mark.parametrize(
    ("spawn", "end", "words"),
    [
        ("subagent_spawn", "subagent_timeout", "timed out"),
        ("subagent_spawn", "subagent_error", "failed"),
        ("swarm_task_start", "swarm_task_failed", "failed"),
    ],
)
def test_a_delegated_task_that_fails_fires(trace: Any, spawn: str, end: str, words: str) -> None:
    trace.add("iteration_start", 2)
    spawned = trace.add(spawn, agent_id="helper", task_id="t1")
    ended = trace.add(end, agent_id="helper", task_id="t1")
    [issue] = trace.issues("subagent_timeout")
    assert (issue.severity, issue.iteration, issue.event_ids) == ("medium", 2, (spawned, ended))
    assert issue.title == f"sub-agent helper {words}"


@pytest.mark.parametrize("end", ["subagent_complete", "swarm_task_complete"])
def test_a_delegated_task_that_is_done_is_fine(trace: Any, end: str) -> None:
    trace.add("subagent_spawn", agent_id="helper")
    trace.add(end, agent_id="helper")
    assert trace.issues("subagent_timeout") == []


def test_a_task_whose_start_is_unknown_fires_too(trace: Any) -> None:
    ended = trace.add("subagent_timeout", agent_id="helper")
    assert trace.issues("subagent_timeout")[0].event_ids == (ended,)


def test_a_task_known_by_its_own_name_only(trace: Any) -> None:
    trace.add("swarm_task_failed", task_id="t7")
    assert trace.issues("subagent_timeout")[0].title == "sub-agent t7 failed"


def test_every_failed_task_is_an_issue(trace: Any) -> None:
    for agent in ("a", "b"):
        trace.add("subagent_spawn", agent_id=agent)
        trace.add("subagent_error", agent_id=agent)
    assert len(trace.issues("subagent_timeout")) == 2


def test_there_are_eleven_categories_of_known_severity() -> None:
    assert {category: severity_of(category) for category in CATEGORIES} == {
        "excessive_iterations": "high",
        "repeated_tool_calls": "high",
        "cache_drop": "medium",
        "token_spike": "medium",
        "compaction_frequency": "medium",
        "empty_response": "high",
        "tool_error_rate": "high",
        "long_tool_execution": "low",
        "context_overflow": "critical",
        "budget_warning_ignored": "medium",
        "subagent_timeout": "medium",
    }
    assert set(map(severity_of, CATEGORIES)) == set(SEVERITIES)
