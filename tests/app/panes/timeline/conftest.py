"""What tests of the timeline share: a trace of calls, and one in which things happen at once."""

from __future__ import annotations

import pytest

from .recorded import Recorded


@pytest.fixture
def parallel(tmp_path):
    """Two tools side by side, a sub-agent beside a failed one, an idle hour, and a tool that still runs."""
    trace = Recorded()
    trace.add(0, "session_start", goal="side by side")
    trace.add(0, "iteration_start", 1)
    trace.tool(1, 6, "left")
    trace.tool(2, 4, "right")
    trace.add(8, "subagent_spawn", 1, agent_id="a1", task="look")
    trace.tool(9, 5, "broken", failed=True)
    trace.add(10, "custom", agent_id="a1", message="busy")
    trace.add(19, "subagent_complete", 1, agent_id="a1")
    trace.add(20, "iteration_end", 1, duration_ms=20_000.0)
    trace.add(3620, "iteration_start", 2)
    trace.add(3621, "tool_start", 2, tool_name="last")
    trace.add(3640, "budget_check", 2, status="ok")
    return trace.write(tmp_path / "parallel.jsonl")


@pytest.fixture
def calls(line, tmp_path, utc):
    """Fifteen events of two iterations: an answer, parallel tools of one name, a failure, a sub-agent, a call that
    runs."""
    path = tmp_path / "calls.jsonl"
    lines = [
        line("session_start", goal="join what belongs together", model="claude-test"),
        line("iteration_start", 1),
        line("llm_request", 1, model="claude-test", messages_count=3),
        line("llm_response", 1, model="claude-test", input_tokens=900, output_tokens=80, duration_ms=900),
        line("tool_start", 1, tool_name="bash", args={"command": "make one"}),
        line("tool_start", 1, tool_name="bash", args={"command": "make two"}),
        line("tool_error", 1, tool_name="bash", args={"command": "make one"}, error="exit 2: no rule"),
        line("tool_end", 1, tool_name="bash", args={"command": "make two"}, result="all done"),
        line("subagent_spawn", 1, agent_id="a1", task="look around"),
        line("llm_request", 1, agent_id="a1", model="claude-small"),
        line("llm_response", 1, agent_id="a1", model="claude-small", input_tokens=50, output_tokens=5),
        line("subagent_complete", 1, agent_id="a1", result="nothing"),
        line("iteration_end", 1),
        line("iteration_start", 2),
        line("tool_start", 2, tool_name="grep", args={"pattern": "needle"}),
    ]
    path.write_bytes(b"".join(lines))
    return path
