"""What runs, has failed or never ended, as of any event."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.tree.tree import Node, NodeType, Tree

from .nodes import facts_named


def test_what_is_running(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.add("iteration_start", 2)
    trace.add("subagent_spawn", 2, agent_id="helper")
    trace.add("iteration_start", 7, agent="helper")
    trace.add("subagent_error", 2, agent_id="helper")
    trace.add("session_end")
    states = {
        at: {name: facts_named(trace.view(at), name).state for name in ("iteration 2", "helper", "iteration 7")}
        for at in (4, 5, 6)
    }
    assert states == {
        4: {"iteration 2": "running", "helper": "running", "iteration 7": "running"},
        5: {"iteration 2": "running", "helper": "failed", "iteration 7": "ok"},
        6: {"iteration 2": "ok", "helper": "failed", "iteration 7": "ok"},
    }


def test_a_call_that_runs_has_taken_so_far_what_the_trace_shows(trace: Any) -> None:
    trace.add("iteration_start", 1, at=0)
    trace.add("tool_start", 1, tool_name="slow", at=1)
    trace.add("llm_request", 1, at=2)
    trace.add("custom", at=9)
    trace.add("session_end", at=20)
    slow, request = (facts_named(trace.view(4), name) for name in ("slow", "llm request"))
    assert [(facts.state, facts.duration_ms) for facts in (slow, request)] == [("running", 8000.0), ("running", 7000.0)]
    slow, request = (facts_named(trace.view(), name) for name in ("slow", "llm request"))
    assert [(facts.state, facts.duration_ms) for facts in (slow, request)] == [("unended", None), ("unended", None)]


def test_a_request_that_failed_or_was_made_again_does_not_run(trace: Any) -> None:
    trace.add("llm_request", 1, at=0)
    trace.add("llm_request", 1, at=1, agent="helper")
    trace.add("llm_error", 1, at=2)
    trace.add("llm_request", 1, at=3)
    trace.add("llm_request", 1, at=4)
    trace.add("custom", 1, at=9)
    tree = Tree(trace.view())
    states = [tree.facts(Node(NodeType.EVENT, event)).state for event in (0, 1, 3, 4)]
    assert states == ["failed", "running", "unended", "running"]
    assert Tree(trace.view(2)).facts(Node(NodeType.EVENT, 0)).state == "running"
    assert tree.duration_ms(Node(NodeType.EVENT, 0)) is None
    assert tree.duration_ms(Node(NodeType.EVENT, 4)) == 5000.0


def test_a_sub_agent_that_was_started_again_does_not_run_twice(trace: Any) -> None:
    trace.add("subagent_spawn", agent_id="helper", at=0)
    trace.add("custom", agent="helper", at=5)
    trace.add("subagent_spawn", agent_id="helper", at=9)
    tree = Tree(trace.view())
    first, second = (tree.facts(Node(NodeType.AGENT, agent)) for agent in (0, 1))
    assert (first.state, first.duration_ms, second.state) == ("unended", 5000.0, "running")


def test_an_agent_nobody_announced_is_not_waited_for(trace: Any) -> None:
    trace.add("custom", agent="helper")
    assert facts_named(trace.view(), "helper").state == "running"
    trace.add("session_end")
    assert facts_named(trace.view(), "helper").state == "ok"


def test_how_an_agent_failed_later_is_not_known_when_the_session_ends(trace: Any) -> None:
    trace.llm(agent_id="c")
    trace.add("session_end")
    trace.add("subagent_error", agent_id="c")
    assert facts_named(trace.view(2), "c").state == "ok"
    assert facts_named(trace.view(), "c").state == "failed"
