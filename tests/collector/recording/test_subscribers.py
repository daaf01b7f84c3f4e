"""Whoever is told of each event as it is recorded."""

from .conftest import events_of


def test_subscribers_get_each_event_after_it_is_buffered(memory):
    seen = []
    unsubscribe = memory.subscribe(lambda event: seen.append((event, len(memory.lines()))))
    first = memory.record("a")
    memory.record_tool_call("t")
    unsubscribe()
    unsubscribe()
    memory.record("b")
    assert [(event.kind, lines) for event, lines in seen] == [("a", 1), ("tool_start", 2), ("tool_end", 3)]
    assert seen[0][0] is first


def test_a_failing_subscriber_is_counted_and_then_dropped(memory):
    calls, good = [], []

    def fails(event):
        calls.append(event)
        raise RuntimeError("dashboard")

    memory.subscribe(fails)
    memory.subscribe(good.append)
    for _ in range(25):
        memory.record("k")
    assert len(calls) == 10
    assert len(good) == 25
    assert memory.stats()["subscriber_errors"] == 10


def test_a_subscriber_that_recovers_stays(memory):
    calls = []

    def moody(event):
        calls.append(event)
        if len(calls) % 10:
            raise RuntimeError

    memory.subscribe(moody)
    for _ in range(40):
        memory.record("k")
    assert len(calls) == 40


def test_a_subscriber_may_record(memory):
    seen = []
    memory.subscribe(seen.append)
    memory.subscribe(lambda event: memory.record("echo", {"of": event.kind}))
    memory.record("k")
    assert [event["kind"] for event in events_of(memory)] == ["k", "echo"]
    assert [event.kind for event in seen] == ["k", "echo"]
    assert memory.stats()["subscriber_errors"] == 0
