"""Tokens by iteration, as text and as JSON."""

from __future__ import annotations

from tracetop.app.reports.tokens import tokens_json, tokens_text
from tracetop.app.reports.tools import tools_json, tools_text

from .conftest import FULL, Traces, event, parsed, response, row_of, text_of


def test_tokens_per_iteration(make: Traces) -> None:
    trace = make(*FULL)
    first, second = parsed(tokens_json(trace))
    assert first == {
        "iteration": 1,
        "run": 1,
        "agent": "main",
        "input_tokens": 100,
        "output_tokens": 50,
        "cache_read_tokens": 300,
        "cache_write_tokens": 50,
        "total_tokens": 500,
        "cost": 0.25,
        "cumulative_cost": 0.25,
        "cache_hit_rate": 0.75,
    }
    assert second["cache_write_tokens"] is None
    assert second["cumulative_cost"] == 0.3
    text = text_of(tokens_text(trace, 80))
    assert row_of(text, "2") == ["2", "50", "450", "–", "10", "510", "90%", "$0.0500", "$0.3000"]
    assert row_of(text, "total") == ["total", "150", "750", "50", "60", "1,010", "83%", "$0.3000", "$0.3000"]


def test_runs_and_agents_are_told_apart(make: Traces) -> None:
    run = [
        event("session_start"),
        event("iteration_start", iteration=1),
        response(0, 1, tokens=5),
        event("session_end"),
    ]
    spawned = [event("subagent_spawn", data={"agent_id": "a1"}), response(0, 1, tokens=7, agent_id="a1")]
    trace = make(*run, *run[:3], *spawned)
    assert [(row["run"], row["agent"], row["total_tokens"]) for row in parsed(tokens_json(trace))] == [
        (1, "main", 5),
        (2, "main", 5),
        (1, "a1", 7),
    ]
    header, *rows = [line.split() for line in tokens_text(trace, 80)]
    assert header[:3] == ["run", "agent", "iter"]
    assert [row[:3] for row in rows[:3]] == [["1", "main", "1"], ["2", "main", "1"], ["1", "a1", "1"]]
    assert ["total"] in [row[:1] for row in rows]


def test_no_calls_at_all(make: Traces) -> None:
    trace = make(event("session_start"))
    assert list(tokens_text(trace, 80)) == ["No LLM calls."]
    assert list(tools_text(trace, 80)) == ["No tool calls."]
    assert list(tokens_json(trace)) == list(tools_json(trace)) == []
