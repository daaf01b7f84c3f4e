"""Spans: what they record, and that none does harm of its own."""

import pytest
from tracetop import TraceCollector, TraceSession
from tracetop.analysis import SessionAnalyzer
from tracetop.collector.formats.native import event_from_line

from .conftest import events_of, kinds_of


class Hostile:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__

    def __call__(self):
        raise RuntimeError("no call")


def analyzed(collector):
    events = [event_from_line(line.rstrip(b"\n")) for line in collector.lines()]
    return SessionAnalyzer(TraceSession("s", events=events))


def test_an_iteration(collector, clock):
    with collector.iteration(3) as turn:
        clock.now += 1.5
        turn.data["note"] = "done"
    assert turn.number == 3
    start, end = events_of(collector)
    assert (start["kind"], start["iteration"], start["timestamp"]) == ("iteration_start", 3, 1000.0)
    assert (end["kind"], end["iteration"], end["timestamp"]) == ("iteration_end", 3, 1001.5)
    assert end["parent_event_id"] == start["event_id"] == turn.event_id
    assert end["duration_ms"] == 1500.0
    assert end["data"] == {"note": "done", "duration_ms": 1500.0}


def test_iterations_number_themselves_for_each_agent(collector):
    numbers = []
    for given in (None, None, 7, None):
        with collector.iteration(given) as turn:
            numbers.append(turn.number)
    with collector.subagent("a1"), collector.iteration() as turn:
        numbers.append(turn.number)
    with collector.iteration("9") as turn:
        numbers.append(turn.number)
    assert numbers == [1, 2, 7, 8, 1, 9]
    collector.end_session()
    collector.start_session()
    with collector.iteration() as turn:
        assert turn.number == 1, "a new run counts anew"


def test_a_call_of_a_model(collector, clock):
    with collector.llm("claude-x", messages_count=4, temperature=0) as call:
        clock.now += 2
        call.tokens = {"input": 100, "cache_read": 900, "output": 50}
        call.cost = 0.25
        call.data["stop_reason"] = "end_turn"
    request, response = events_of(collector)
    assert request["kind"] == "llm_request"
    assert request["data"] == {"temperature": 0, "model": "claude-x", "messages_count": 4}
    assert response["kind"] == "llm_response"
    assert response["parent_event_id"] == request["event_id"]
    assert response["duration_ms"] == 2000.0
    assert response["data"] == {
        "stop_reason": "end_turn",
        "model": "claude-x",
        "tokens": 1050,
        "cost": 0.25,
        "input_tokens": 100,
        "output_tokens": 50,
        "cache_read_tokens": 900,
        "duration_ms": 2000.0,
    }


def test_tokens_may_be_a_providers_usage_object(collector):
    import dataclasses

    @dataclasses.dataclass
    class Usage:
        input_tokens: int
        output_tokens: int
        cache_read_input_tokens: int
        cache_creation_input_tokens: int | None = None

    with collector.llm(model="m") as call:
        call.tokens = Usage(10, 20, 30)
        call.output_tokens = 21
    data = events_of(collector)[1]["data"]
    assert (data["input_tokens"], data["output_tokens"], data["cache_read_tokens"]) == (10, 21, 30)
    assert "cache_write_tokens" not in data


def test_a_tool_call(collector, clock):
    with collector.tool("bash", {"command": "ls"}) as call:
        clock.now += 0.02
        call.result = "a\nb"
    start, end = events_of(collector)
    assert (start["kind"], start["data"]) == ("tool_start", {"tool_name": "bash", "args": {"command": "ls"}})
    assert (end["kind"], end["parent_event_id"]) == ("tool_end", start["event_id"])
    took = end["data"].pop("duration_ms")
    assert took == end["duration_ms"] == pytest.approx(20)
    assert end["data"] == {"tool_name": "bash", "args": {"command": "ls"}, "result": "a\nb"}


def test_a_subagent(collector):
    with collector.iteration(5), collector.tool("task"), collector.subagent("a1", {"task": "look"}) as agent:
        collector.record("checkpoint", {"name": "inside"})
        agent.data["answer"] = 42
    spawn = next(event for event in events_of(collector) if event["kind"] == "subagent_spawn")
    inside = next(event for event in events_of(collector) if event["kind"] == "checkpoint")
    done = next(event for event in events_of(collector) if event["kind"] == "subagent_complete")
    assert spawn["iteration"] == done["iteration"] == 5
    assert spawn["data"] == {"task": "look", "agent_id": "a1", "event_type": "spawn"}
    assert inside["parent_event_id"] == done["parent_event_id"] == spawn["event_id"]
    assert inside["data"]["agent_id"] == "a1"
    assert "iteration" not in inside, "the agent's own, of which it has none"
    assert done["data"]["answer"] == 42


def test_the_analysis_sees_the_lanes(collector):
    with collector.iteration():
        for name in ("a1", "a2"):
            with collector.subagent(name):
                for _ in range(3):
                    with collector.iteration(), collector.llm(model="m") as call:
                        call.tokens = {"input": 10, "output": 1}
    summary = analyzed(collector).summary()
    assert (summary.llm_calls, summary.total_tokens) == (6, 66)
    assert summary.iterations == 7
    (run,) = analyzed(collector).tree()
    (iteration,) = run.children
    assert [len(child.children) for child in iteration.children] == [3, 3]


@pytest.mark.parametrize("given", [None, Hostile(), "\ud800", 10**400, float("nan"), b"\xff", [Hostile()]])
def test_no_span_raises_anything_of_its_own(collector, given):
    with (
        collector.iteration(given),
        collector.subagent(given, given),
        collector.llm(given, messages_count=given) as call,
    ):
        call.tokens = call.cost = call.model = call.error = given
        call.data = given
        with collector.tool(given if not callable(given) else "t", given) as inner:
            inner.result = inner.error = given
            inner.data = {Hostile(): given}
    assert len(events_of(collector)) == 8
    assert collector.stats()["dropped"] == 0


def test_a_span_left_twice_or_never_entered_does_no_harm(collector):
    span = collector.tool("t")
    span.__exit__(None, None, None)
    with span:
        pass
    never = collector.iteration(1)
    never.__enter__()
    del never
    collector.record("checkpoint")
    assert kinds_of(collector) == ["tool_start", "tool_end", "iteration_start", "checkpoint"]


def test_switched_off_nothing_is_recorded_and_the_body_runs():
    collector = TraceCollector(None, enabled=False)
    with collector.iteration() as turn, collector.tool("t") as call:
        call.result = turn.number
    assert (call.result, collector.lines()) == (1, [])


def test_the_summary_counts_the_iterations_of_every_agent(collector):
    with collector.iteration():
        for name in ("a1", "a2"):
            with collector.subagent(name), collector.iteration(), collector.iteration():
                pass
    assert collector.summary()["iterations"] == analyzed(collector).summary().iterations == 5
