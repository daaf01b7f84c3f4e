"""The other half of an event: the end of a call, the request of a response, and never one that is yet to come."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.counterparts import Counterpart, counterpart_of


def halves(trace: Any, at: int | None = None) -> list[tuple[str, int | None] | None]:
    session = trace.view().session
    at = session.count if at is None else at
    found = [counterpart_of(session, event, at) for event in range(at)]
    return [None if half is None else (half.name, half.event) for half in found]


def test_a_call_and_its_end(trace: Any) -> None:
    first = trace.add("tool_start", tool_name="bash")
    second = trace.add("tool_start", tool_name="bash")
    trace.add("tool_error", parent=second, tool_name="bash")
    trace.add("tool_end", parent=first, tool_name="bash")
    assert halves(trace) == [("end", 3), ("end", 2), ("start", 1), ("start", 0)]


def test_a_call_that_runs_has_no_end_yet_whatever_came_later(trace: Any) -> None:
    trace.tool(1)
    assert halves(trace, at=1) == [("end", None)]
    assert halves(trace, at=2) == [("end", 1), ("start", 0)]


def test_an_end_without_a_start_stands_alone(trace: Any) -> None:
    trace.add("tool", tool="bash", duration_ms=5)
    assert halves(trace) == [None]


def test_a_request_and_its_response(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.add("llm_request", 1)
    trace.add("llm_response", 1, input_tokens=5, output_tokens=3)
    trace.add("llm_response", 1, input_tokens=5, output_tokens=3)
    assert halves(trace) == [None, ("response", 2), ("request", 1), None]
    assert halves(trace, at=2) == [None, ("response", None)]


def test_the_last_piece_of_a_streamed_response_leads_to_its_request(trace: Any) -> None:
    trace.add("llm_request", 1)
    trace.add("llm_response", 1, metadata={"chunk_type": "text"})
    trace.add("llm_response", 1, metadata={"chunk_type": "text"})
    trace.add("llm_response", 1, input_tokens=5, output_tokens=3)
    assert halves(trace) == [("response", 1), ("request", 0), None, ("request", 0)]


def test_a_sub_agent_and_its_end(trace: Any) -> None:
    trace.add("subagent_spawn", 1, agent="a1")
    trace.add("llm_response", 1, agent="a1", output_tokens=1)
    trace.add("subagent_complete", 1, agent="a1")
    assert halves(trace) == [("end", 2), None, ("start", 0)]
    assert counterpart_of(trace.view().session, 0, 2) == Counterpart("end", None)


def test_other_events_have_no_other_half(trace: Any) -> None:
    for kind in (
        "session_start",
        "iteration_start",
        "error",
        "llm_error",
        "tool_approval",
        "custom",
        "swarm_wave_start",
    ):
        trace.add(kind, 1)
    assert set(halves(trace)) == {None}
