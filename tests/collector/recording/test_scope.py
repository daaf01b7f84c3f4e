"""Where the code stands: how events inside spans are linked, by thread and task."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

from tracetop import TraceCollector

from .conftest import events_of, kinds_of
from .own_process import events_left_in, indented, needs_posix, run


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


@needs_posix
def test_tasks_of_asyncio_keep_their_own_place(tmp_path):
    code = """
import asyncio
async def agent(name):
    with collector.subagent(name):
        for n in range(5):
            with collector.iteration():
                with collector.tool("sleep", {"n": n}):
                    await asyncio.sleep(0.001)
async def main():
    with collector.iteration(1):
        await asyncio.gather(*(agent(f"a{number}") for number in range(20)))
asyncio.run(main())
sys.exit(0)
"""
    result = run(tmp_path, indented(code))
    assert result.returncode == 0, result.stderr
    events = {event["event_id"]: event for event in events_left_in(tmp_path)}
    starts = [event for event in events.values() if event["kind"] == "tool_start"]
    assert len(starts) == 100
    for start in starts:
        iteration = events[start["parent_event_id"]]
        spawn = events[iteration["parent_event_id"]]
        assert iteration["kind"] == "iteration_start"
        assert spawn["kind"] == "subagent_spawn"
        assert iteration["iteration"] == start["iteration"] == start["data"]["args"]["n"] + 1
        assert start["data"]["agent_id"] == iteration["data"]["agent_id"] == spawn["data"]["agent_id"]
