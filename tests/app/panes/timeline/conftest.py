"""What tests of the timeline share: a trace in which things happen at once."""

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
