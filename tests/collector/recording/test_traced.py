"""Decorated functions: every call is a tool call, and the function is what it was."""

import asyncio
import inspect
import json

import pytest
from tracetop import TraceCollector


@pytest.fixture
def collector():
    return TraceCollector(None, "s")


def calls_of(collector):
    """Tool name, arguments and outcome of every finished call."""
    events = [json.loads(line) for line in collector.lines()]
    return [
        (event["data"]["tool_name"], event["data"]["args"], event["data"].get("result", event["data"].get("error")))
        for event in events
        if event["kind"] in ("tool_end", "tool_error")
    ]


def test_a_function_with_and_without_a_name(collector):
    @collector.tool
    def read(path: str, limit: int = 10) -> str:
        """Read a file."""
        return path * 2

    @collector.tool("write_file")
    def write(path, *rest, mode="w", **more):
        return None

    assert read("x") == "xx"
    write("p", 1, 2, key="v")
    assert calls_of(collector) == [
        ("read", {"path": "x"}, "xx"),
        ("write_file", {"path": "p", "rest": [1, 2], "more": {"key": "v"}}, None),
    ]
    assert (read.__name__, read.__doc__) == ("read", "Read a file.")
    assert list(inspect.signature(read).parameters) == ["path", "limit"]


def test_methods_do_not_list_their_object(collector):
    class Tools:
        @collector.tool
        def own(self, x):
            return x

        @classmethod
        @collector.tool
        def shared(cls, x):
            return x

    Tools().own(1)
    Tools.shared(2)
    assert calls_of(collector) == [("own", {"x": 1}, 1), ("shared", {"x": 2}, 2)]


def test_what_a_function_raises_is_recorded_and_goes_on(collector):
    @collector.tool
    def bad(x):
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        bad(1)
    with pytest.raises(TypeError):
        bad(1, 2, y=3)
    assert calls_of(collector)[0] == ("bad", {"x": 1}, "boom")
    assert calls_of(collector)[1][:2] == ("bad", {"args": [1, 2], "y": 3})


def test_an_async_function_stays_one(collector):
    @collector.tool
    async def fetch(url):
        await asyncio.sleep(0)
        return collector.record("checkpoint").parent_event_id

    assert inspect.iscoroutinefunction(fetch)
    parent = asyncio.run(fetch("u"))
    start = json.loads(collector.lines()[0])
    assert start["event_id"] == parent
    assert calls_of(collector) == [("fetch", {"url": "u"}, parent)]


def test_a_generator_is_one_call_and_its_consumer_is_not_inside(collector):
    @collector.tool
    def lines(count):
        received = yield 0
        yield from range(1, count)
        return received

    items = lines(3)
    assert next(items) == 0
    outside = collector.record("checkpoint")
    assert items.send("hello") == 1
    with pytest.raises(StopIteration) as stopped:
        next(items), next(items)
    assert stopped.value.value == "hello"
    assert outside.parent_event_id is None
    assert calls_of(collector) == [("lines", {"count": 3}, "hello")]


def test_a_generator_closed_early_did_not_fail(collector):
    @collector.tool
    def endless():
        while True:
            yield 1

    items = endless()
    next(items)
    items.close()
    assert calls_of(collector) == [("endless", {}, None)]


def test_an_async_generator_passes_everything_on(collector):
    log = []

    @collector.tool
    async def stream(count):
        try:
            for number in range(count):
                try:
                    log.append((yield number))
                except LookupError:
                    log.append("thrown")
        finally:
            log.append("closed")

    async def main():
        assert inspect.isasyncgenfunction(stream)
        assert [item async for item in stream(3)] == [0, 1, 2]
        items = stream(9)
        assert await anext(items) == 0
        assert await items.asend("sent") == 1
        assert await items.athrow(LookupError()) == 2
        await items.aclose()
        failing = stream(1)
        await anext(failing)
        with pytest.raises(ZeroDivisionError):
            await failing.athrow(ZeroDivisionError())

    asyncio.run(main())
    assert log == [None, None, None, "closed", "sent", "thrown", "closed", "closed"]
    assert [(name, args) for name, args, _ in calls_of(collector)] == [
        ("stream", {"count": 3}),
        ("stream", {"count": 9}),
        ("stream", {"count": 1}),
    ]


def test_what_cannot_be_looked_into_is_still_called(collector):
    class Odd:
        __signature__ = "none"

        def __call__(self, x):
            return x + 1

    odd = collector.tool("odd")(Odd())
    assert odd(1) == 2
    assert calls_of(collector) == [("odd", {"args": [1]}, 2)]
