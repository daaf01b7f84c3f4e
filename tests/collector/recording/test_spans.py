"""Spans: what they record, how events inside are linked, and that what goes wrong is recorded and goes on its way."""

import asyncio
import contextvars
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tracetop import TraceCollector, TraceSession
from tracetop.analysis import SessionAnalyzer
from tracetop.collector.formats.native import event_from_line


class Clock:
    """Time that passes only when told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Hostile:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__

    def __call__(self):
        raise RuntimeError("no call")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def collector(clock):
    return TraceCollector(None, "s", clock=clock)


def events_of(collector):
    return [json.loads(line) for line in collector.lines()]


def kinds_of(collector):
    return [event["kind"] for event in events_of(collector)]


def analyzed(collector):
    events = [event_from_line(line.rstrip(b"\n")) for line in collector.lines()]
    return SessionAnalyzer(TraceSession("s", events=events))


# -- what each records


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


@pytest.mark.parametrize(("span", "kind"), [("tool", "tool_error"), ("llm", "llm_error")])
def test_a_failure_without_an_exception(collector, span, kind):
    with getattr(collector, span)("x") as call:
        call.error = "exit code 1"
    end = events_of(collector)[-1]
    assert (end["kind"], end["data"]["error"]) == (kind, "exit code 1")


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


# -- what goes wrong


def test_an_exception_is_recorded_once_and_goes_on(collector):
    error = ValueError("boom")
    with (
        pytest.raises(ValueError, match="boom") as caught,
        collector.iteration(1),
        collector.subagent("a1"),
        collector.iteration(1),
        collector.tool("bad"),
    ):
        raise error
    assert caught.value is error
    assert kinds_of(collector)[4:] == ["tool_error", "iteration_end", "subagent_error", "iteration_end"]
    assert {event["data"]["error_type"] for event in events_of(collector)[4:]} == {"ValueError"}
    assert collector.summary()["errors"] == 1


def test_an_exception_outside_any_call_is_an_error_of_its_iteration(collector):
    with pytest.raises(KeyError), collector.iteration(2):
        raise KeyError("gone")
    start, error, end = events_of(collector)
    assert (error["kind"], error["iteration"], error["parent_event_id"]) == ("error", 2, start["event_id"])
    assert (end["kind"], end["data"]["status"]) == ("iteration_end", "error")


def test_a_timeout_of_a_subagent_is_one(collector):
    with pytest.raises(TimeoutError), collector.subagent("a1"):
        raise TimeoutError("too long")
    assert kinds_of(collector) == ["subagent_spawn", "subagent_timeout"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(0), asyncio.CancelledError()])
def test_what_was_cancelled_did_not_fail_by_itself(collector, error):
    with pytest.raises(type(error)), collector.iteration(1):
        raise error
    start, end = events_of(collector)
    assert (start["kind"], end["kind"]) == ("iteration_start", "iteration_end")
    assert (end["data"]["status"], end["data"]["cancelled"]) == ("cancelled", True)


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


# -- where the code stands


def test_iteration_and_parent_are_filled_in_where_not_given(collector):
    with collector.iteration(4) as turn:
        filled = collector.record("checkpoint")
        given = collector.record("checkpoint", iteration=9, parent_event_id="p")
        call = collector.record_tool_call("t")
        with collector.tool("t") as tool:
            retry = collector.record("llm_retry")
    after = collector.record("checkpoint")
    assert (filled.iteration, filled.parent_event_id) == (4, turn.event_id)
    assert (given.iteration, given.parent_event_id) == (9, "p")
    assert call.iteration == 4
    assert (retry.iteration, retry.parent_event_id) == (4, tool.event_id)
    assert (after.iteration, after.parent_event_id) == (None, None)


def test_two_collectors_do_not_mix(clock):
    first, second = TraceCollector(None, "1", clock=clock), TraceCollector(None, "2", clock=clock)
    with first.iteration(1) as turn, second.iteration(8) as other, first.tool("t") as tool:
        inner = second.record("checkpoint")
        outer = first.record("checkpoint")
    assert (inner.iteration, inner.parent_event_id) == (8, other.event_id)
    assert (outer.iteration, outer.parent_event_id) == (1, tool.event_id)
    assert events_of(first)[1]["parent_event_id"] == turn.event_id


def test_threads_have_places_of_their_own(collector):
    barrier = threading.Barrier(4)

    def work(name):
        with collector.subagent(name):
            for _ in range(20):
                barrier.wait(30)
                with collector.iteration() as turn, collector.tool("t", {"name": name, "n": turn.number}):
                    barrier.wait(30)

    threads = [threading.Thread(target=work, args=(f"a{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = {event["event_id"]: event for event in events_of(collector)}
    starts = [event for event in events.values() if event["kind"] == "tool_start"]
    assert len(starts) == 80
    for start in starts:
        iteration = events[start["parent_event_id"]]
        assert iteration["iteration"] == start["iteration"] == start["data"]["args"]["n"]
        assert iteration["data"]["agent_id"] == start["data"]["agent_id"] == start["data"]["args"]["name"]


def test_a_bare_thread_stands_in_the_only_open_iteration(collector):
    seen = {}

    def work(name):
        seen[name] = collector.record("checkpoint")

    def in_thread(name):
        thread = threading.Thread(target=work, args=(name,))
        thread.start()
        thread.join()

    in_thread("before")
    with collector.iteration(1) as turn:
        in_thread("inside")
        with collector.subagent("a1"), collector.iteration(1):
            in_thread("ambiguous")
    with collector.subagent("a1"), collector.iteration(1):
        in_thread("another's")
    assert (seen["inside"].iteration, seen["inside"].parent_event_id) == (1, turn.event_id)
    for name in ("before", "ambiguous", "another's"):
        assert (seen[name].iteration, seen[name].parent_event_id) == (None, None), name


def test_a_context_is_carried_into_a_pool(collector):
    with ThreadPoolExecutor(2) as pool, collector.subagent("a1"), collector.iteration(6) as turn:
        context = contextvars.copy_context()
        event = pool.submit(context.run, collector.record, "checkpoint").result()
    assert (event.iteration, event.parent_event_id, event.data["agent_id"]) == (6, turn.event_id, "a1")


def test_tasks_inherit_and_do_not_leak(collector):
    async def child(name):
        with collector.tool(name):
            await asyncio.sleep(0)
            return collector.record("checkpoint")

    async def main():
        with collector.iteration(1):
            tasks = [asyncio.create_task(child(f"t{number}")) for number in range(5)]
        late = collector.record("checkpoint")
        return await asyncio.gather(*tasks), late

    checkpoints, late = asyncio.run(main())
    events = {event["event_id"]: event for event in events_of(collector)}
    parents = [events[checkpoint.parent_event_id] for checkpoint in checkpoints]
    assert [parent["data"]["tool_name"] for parent in parents] == [f"t{number}" for number in range(5)]
    assert {checkpoint.iteration for checkpoint in checkpoints} == {1}
    assert late.iteration is None


def test_a_span_closed_by_another_context_leaves_that_ones_place_alone(collector):
    async def generator():
        with collector.tool("t"):
            yield 1
            yield 2

    async def main():
        items = generator()
        await asyncio.create_task(anext(items))
        with collector.iteration(2) as turn:
            await items.aclose()
            inside = collector.record("checkpoint")
        assert (inside.iteration, inside.parent_event_id) == (2, turn.event_id)

    asyncio.run(main())
    assert kinds_of(collector)[:2] == ["tool_start", "iteration_start"]


def test_a_group_of_exceptions_that_were_all_told_is_told(collector):
    async def main():
        with collector.iteration(1):
            async with asyncio.TaskGroup() as group:
                for name in ("a", "b"):
                    group.create_task(fail(name))

    async def fail(name):
        with collector.tool(name):
            raise ValueError(name)

    with pytest.raises(ExceptionGroup):
        asyncio.run(main())
    assert kinds_of(collector).count("tool_error") == 2
    assert collector.summary()["errors"] == 2


def test_the_summary_counts_the_iterations_of_every_agent(collector):
    with collector.iteration():
        for name in ("a1", "a2"):
            with collector.subagent(name), collector.iteration(), collector.iteration():
                pass
    assert collector.summary()["iterations"] == analyzed(collector).summary().iterations == 5


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SystemExit(0), "complete"),
        (SystemExit(2), "error"),
        (ValueError(), "error"),
        (KeyboardInterrupt(), "interrupted"),
        (asyncio.CancelledError(), "interrupted"),
    ],
    ids=repr,
)
def test_how_a_session_ended(error, status):
    collector = TraceCollector(None, "s")
    with pytest.raises(type(error)), collector:
        collector.record("checkpoint")
        raise error
    assert events_of(collector)[-1]["data"]["status"] == status
