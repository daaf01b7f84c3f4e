"""Redaction on the way to the line: the built-in one and the host's."""

import json
import math
from pathlib import Path

import pytest
from tracetop import TraceCollector
from tracetop.collector.recording import redactor

SECRET = "sk-" + "ant-" + "a1B2c3D4" * 6


def lines_of(collector):
    return [json.loads(line) for line in collector.lines()]


def test_secrets_are_hidden_and_counted_by_default():
    collector = TraceCollector(None, "s")
    told = []
    collector.subscribe(told.append)
    event = collector.record_tool_call("bash", {"command": f"export KEY={SECRET}"}, f"KEY={SECRET}")
    assert not any(SECRET.encode() in line for line in collector.lines())
    assert SECRET not in str(event.data), "the event is what was written"
    assert SECRET not in str(told)
    assert collector.stats()["redacted"] == 3, "the arguments are in both events"
    assert collector.flush()
    note = lines_of(collector)[-1]["data"]
    assert (note["name"], note["redacted"], note["altered"]) == ("recorder", 3, 0)


def test_without_a_secret_the_event_is_what_was_given():
    collector = TraceCollector(None, "s")
    data = {"text": "nothing to see"}
    assert collector.record("k", data).data == data
    assert collector.stats()["redacted"] == 0


def test_hiding_may_be_switched_off():
    collector = TraceCollector(None, "s", hide_secrets=False)
    collector.record("k", {"key": SECRET})
    assert SECRET.encode() in collector.lines()[0]


def test_the_hosts_redaction_sees_plain_values_and_decides():
    seen = []

    def redact(kind, data):
        seen.append((kind, data))
        if kind == "tool_end":
            data["result"] = "[left out]"
        return None if kind == "error" else data

    collector = TraceCollector(None, "s", redact=redact)
    args = {"path": Path("x"), "list": [1]}
    collector.record_tool_call("read", args, "content")
    collector.record_error("oops")
    start, end, error = lines_of(collector)
    assert seen[0] == ("tool_start", {"tool_name": "read", "args": {"path": "x", "list": [1]}})
    assert start["data"]["args"] == {"path": "x", "list": [1]}
    assert end["data"]["result"] == "[left out]"
    assert error["data"] == {}
    assert args == {"path": Path("x"), "list": [1]}, "the host's own objects are not touched"
    assert collector.stats()["redacted"] == 2


def test_both_redactions_work_together():
    collector = TraceCollector(None, "s", redact=lambda kind, data: {**data, "more": SECRET})
    collector.record("k")
    assert not any(SECRET.encode() in line for line in collector.lines())


@pytest.mark.parametrize("answer", [5, "text", {"x": math.nan, 1: Path("p")}, {"x": {1, 2}}])
def test_any_answer_is_written_somehow(answer):
    collector = TraceCollector(None, "s", redact=lambda kind, data: answer)
    collector.record("k", {"a": 1})
    assert len(lines_of(collector)) == 1


def test_a_redaction_that_fails_lets_nothing_through():
    def redact(kind, data):
        raise RuntimeError("bug in the host")

    collector = TraceCollector(None, "s", redact=redact)
    collector.record("k", {"private": "content"})
    assert "content" not in collector.lines()[0].decode()
    assert lines_of(collector)[0]["kind"] == "k"
    assert collector.stats()["redaction_errors"] == 1


def test_a_redaction_that_changes_nothing_counts_nothing():
    collector = TraceCollector(None, "s", redact=lambda kind, data: data)
    event = collector.record("k", {"text": "x" * 100_010})
    assert "…[+10 chars]" in event.data["text"]
    assert (collector.stats()["altered"], collector.stats()["redacted"]) == (1, 0)


@pytest.mark.parametrize("redact", [lambda kind, data: {**data, "host": "h"}, lambda kind, data: data["missing"]])
def test_a_note_about_redactions_calls_for_no_further_note(redact):
    collector = TraceCollector(None, "s", redact=redact)
    collector.record("k", {"a": 1})
    for _ in range(5):
        collector.flush()
    assert [event["kind"] for event in lines_of(collector)] == ["k", "custom"]
    assert lines_of(collector)[1]["data"]["redacted"] == 1


def test_should_hiding_ever_break_a_line_its_payload_is_left_out(monkeypatch):
    monkeypatch.setattr(redactor, "hide_secrets", lambda line: (line.replace(b'"', b"", 3), 1))
    collector = TraceCollector(None, "s")
    event = collector.record("k", {"key": SECRET})
    assert lines_of(collector)[0]["data"] == event.data == {"redaction": "failed: the payload was left out"}
    assert collector.stats()["redaction_errors"] == 1
