"""Calls of models, each of which is several records."""

from __future__ import annotations

import json

from .logs import MODEL, TEXT, THOUGHT, Log
from .told import Told


def test_a_call_is_as_many_records_as_it_has_blocks(log: Log) -> None:
    log.answer("m1", THOUGHT, output=4)
    log.answer("m1", TEXT, output=4)
    log.calls("m1", "Bash", "t1", command="ls")
    log.answer("m1", TEXT, output=180, stop="tool_use")
    told = Told(log)
    first, *more = told.of("llm_response")
    assert (first.data["input_tokens"], first.data["output_tokens"], first.data["cache_read_tokens"]) == (3, 4, 1_000)
    assert (first.data["cache_write_tokens"], first.data["cache_write_1h_tokens"]) == (200, 150)
    assert first.data["output_lower_bound"] is True
    assert [event.data["revises"] for event in more] == ["m1"] * 3
    assert [event.data["output_tokens"] for event in more] == [0, 0, 176], "only what came in addition"
    assert not any("input_tokens" in event.data for event in more)
    assert more[-1].data["output_lower_bound"] is False
    assert more[-1].data["whole"]["output_tokens"] == 180
    assert [event.duration_ms for event in (first, *more)] == [1_000, 2_000, 3_000, 4_000]
    assert "secret" not in json.dumps([dict(event.data) for event in told.events])
    assert told.kinds.count("iteration_start") == 1
    assert told.the("llm_request").timestamp == told.the("iteration_start").timestamp < first.timestamp


def test_an_answer_goes_on_after_a_result(log: Log) -> None:
    log.calls("m1", "Bash", "t1", command="ls")
    log.result("t1")
    log.calls("m1", "Bash", "t2", command="pwd")
    log.result("t2")
    log.answer("m2", TEXT, output=9, stop="end_turn")
    told = Told(log)
    assert [event.iteration for event in told.of("tool_start")] == [1, 1]
    assert sum(event.data["output_tokens"] for event in told.of("llm_response")) == 10
    assert [event.iteration for event in told.of("iteration_start")] == [1, 2]
    assert told.of("llm_response")[-1].iteration == 2
    assert "output_lower_bound" not in told.of("llm_response")[-1].data


def test_a_record_that_comes_twice_adds_nothing(log: Log) -> None:
    log.answer("m1", TEXT, output=9)
    log.records.append(log.records[-1])
    log.records.append({**log.records[-1], "uuid": "another"})  # a copy in another file: the same message id
    told = Told(log)
    assert told.merged.duplicates == 1
    assert sum(event.data["output_tokens"] for event in told.of("llm_response")) == 9
    assert len({event.event_id for event in told.events}) == len(told.events)


def test_a_model_that_was_asked_to_hurry_has_a_name_of_its_own(log: Log) -> None:
    log.answer("m1", TEXT, usage={"speed": "fast"})
    log.answer("m1", TEXT, output=9, usage={"speed": "fast"})
    log.answer("m2", TEXT, usage={"speed": "standard"})
    assert [event.data["model"] for event in Told(log).of("llm_response")] == [f"{MODEL}-fast"] * 2 + [MODEL]


def test_calls_that_a_calls_usage_leaves_out(log: Log) -> None:
    tokens = {"input_tokens": 10, "output_tokens": 20, "cache_read_input_tokens": 30}
    parts = [{"type": "message", **tokens}, {"type": "advisor_message", "model": "claude-opus-4-6", **tokens}]
    for output in (1, 9):
        log.answer("m1", TEXT, output=output, usage={"iterations": parts})
    told = Told(log)
    advice = next(event for event in told.of("llm_response") if event.data["model"] != MODEL)
    assert (advice.data["model"], advice.data["output_tokens"], advice.iteration) == ("claude-opus-4-6", 20, 1)
    assert sum(event.data["output_tokens"] for event in told.of("llm_response")) == 29


def test_what_a_record_does_not_tell_is_unknown(log: Log) -> None:
    log.add("assistant", message=[])
    log.add("assistant", message={"id": "m1", "model": MODEL, "content": [TEXT], "usage": {"output_tokens": 5}})
    told = Told(log)
    assert told.merged.skipped["assistant: no message"] == 1
    data = told.the("llm_response").data
    assert [name for name in data if name.endswith("_tokens")] == ["output_tokens"]
