"""What a report says of the agents of a session."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop import TraceCollector
from tracetop.app.reports.report import report_object, report_text
from tracetop.app.trace import Trace, load_trace


@pytest.fixture
def two_agents(tmp_path: Any) -> Trace:
    """Return a trace in which a sub-agent did something."""
    with TraceCollector(tmp_path) as collector:
        path = collector.start_session("go", "big")
        collector.record("llm_response", {"input_tokens": 90, "output_tokens": 10, "cost": 0.5}, iteration=1)
        collector.record_subagent("a1", "spawn", {"description": "look [/around]"})
        call = {"input_tokens": 10, "cache_read_tokens": 30, "output_tokens": 2, "cost": 0.25, "agent_id": "a1"}
        collector.record("llm_response", {**call, "model": "small"}, iteration=1)
        collector.record("tool_end", {"tool_name": "ls", "agent_id": "a1"}, iteration=1)
        collector.record_subagent("a1", "complete", {})
    return load_trace(path)


def test_each_agent_has_a_row_with_what_it_took(two_agents: Trace) -> None:
    text = list(report_text(two_agents, 100))
    [start] = [number for number, line in enumerate(text) if line.startswith("── agents")]
    assert "1 sub-agent" in text[start]
    assert text[start + 2].split() == ["main", "done", "1", "1", "0", "0", "–", "100", "$0.50", "$0.75"]
    assert text[start + 3].split() == [
        "·", "a1:", "look", "[/around]", "done", "1", "1", "1", "0", "75%", "42", "$0.25",
    ]  # fmt: skip


def test_json_has_them_with_their_parents(two_agents: Trace) -> None:
    main, agent = report_object(two_agents)["agents"]
    assert (main["agent"], main["parent"], main["event_id"]) == ("main", None, None)
    assert main["with_sub_agents"] == {"tokens": 142, "cost": 0.75}
    assert (agent["agent"], agent["parent"], agent["state"], agent["model"]) == ("a1", "main", "done", "small")
    assert agent["tokens"] == {"input": 10, "output": 2, "cache_read": 30, "cache_write": None, "total": 42}
    assert (agent["cost"], agent["cache_hit_rate"], agent["tool_calls"]) == (0.25, 0.75, 1)


def test_of_one_agent_alone_nothing_is_told(tmp_path: Any) -> None:
    with TraceCollector(tmp_path) as collector:
        path = collector.start_session("go")
        collector.record_llm_response(10, 0.1, 5.0)
    trace = load_trace(path)
    assert "agents" not in report_object(trace)
    assert not [line for line in report_text(trace, 100) if line.startswith("── agents")]
