"""What goes wrong inside a span is recorded once, and goes on its way."""

import asyncio

import pytest
from tracetop import TraceCollector

from .conftest import events_of, kinds_of


@pytest.mark.parametrize(("span", "kind"), [("tool", "tool_error"), ("llm", "llm_error")])
def test_a_failure_without_an_exception(collector, span, kind):
    with getattr(collector, span)("x") as call:
        call.error = "exit code 1"
    end = events_of(collector)[-1]
    assert (end["kind"], end["data"]["error"]) == (kind, "exit code 1")


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
