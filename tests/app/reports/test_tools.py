"""Calls, errors, time and repeats by tool."""

from __future__ import annotations

import json
from pathlib import Path

from tracetop.app.reports.report import report_text
from tracetop.app.reports.tools import tool_figures, tools_json, tools_text

from .conftest import Traces, event, parsed, row_of, sessions_list, text_of, tool


def test_tools(make: Traces) -> None:
    trace = make(
        tool("bash", args={"c": "ls"}, duration_ms=100.0),
        tool("bash", args={"c": "ls"}, duration_ms=300.0, error=True),
        tool("read", args={"p": "a"}, duration_ms=1000.0),
        tool("read", args={"p": "b"}),
        event("tool_end", data={}),
        event("tool_start", data={"tool_name": "slow", "args": {}}),
    )
    read, bash, nameless, slow = parsed(tools_json(trace))
    assert bash == {
        "tool_name": "bash",
        "calls": 2,
        "errors": 1,
        "error_rate": 0.5,
        "running": 0,
        "timed_calls": 2,
        "total_duration_ms": 400.0,
        "mean_duration_ms": 200.0,
        "max_duration_ms": 300.0,
        "repeats": 1,
    }
    assert (read["tool_name"], read["calls"], read["timed_calls"], read["repeats"]) == ("read", 2, 1, 0)
    assert (nameless["tool_name"], nameless["calls"], nameless["total_duration_ms"]) == (None, 1, None)
    assert (slow["calls"], slow["running"], slow["error_rate"]) == (0, 1, None)
    text = text_of(tools_text(trace, 80))
    assert row_of(text, "read")[-4:] == ["≥", "1.0s", "1.0s", "1.0s"]
    assert "(no name)" in text
    assert "≥: some calls say nothing" in text


def test_repeats_are_of_one_agent_and_blind_to_the_order_of_keys(make: Traces) -> None:
    trace = make(
        tool("bash", args={"a": 1, "b": [1, {"x": 2, "y": 3}]}),
        tool("bash", args={"b": [1, {"y": 3, "x": 2}], "a": 1}),
        tool("bash", args={"a": 2}),
        tool("bash", args={"a": 2}, data={"agent_id": "a1"}),
        tool("bash"),
        tool("bash"),
        tool("other", args={"a": 2}),
        event("tool_start", data={"tool_name": "bash", "args": {"a": 2}}),
        event("tool_end", data={"tool_name": "bash", "args": {"a": 2}}),
    )
    assert {name: tool.repeats for name, tool in tool_figures(trace)} == {"bash": 2, "other": 0}


def test_long_lists_of_tools_and_sessions_say_they_are_cut(make: Traces, tmp_path: Path) -> None:
    trace = make(*(tool(f"tool-{number}") for number in range(13)))
    assert "… and 3 more tools" in text_of(report_text(trace, 80))
    assert len(list(tools_text(trace, 80))) > 13
    for number in range(55):
        (tmp_path / f"{number}.jsonl").write_text(json.dumps(event("session_start")) + "\n")
    assert list(sessions_list(tmp_path, 80))[-1] == "… and 6 more sessions"
