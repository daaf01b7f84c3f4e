"""What is received is a native trace for each session: of any order, twice, or with a full disk."""

from __future__ import annotations

import json
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tracetop.analysis.fold.session import Session
from tracetop.app.cli import cli
from tracetop.app.trace import load_trace
from tracetop.collector import received
from tracetop.collector.formats.registry import detect
from tracetop.collector.reading.follow import FileTail

from .listening import Listening
from .real_spans import REAL, needs_traces
from .sent_spans import JSON, PROTOBUF, as_protobuf, span_named


def report(path: Path) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["report", str(path), "--json"])
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    for where in ("source", "reader", "records", "duplicates", "skipped"):
        told.pop(where, None)
    return told


@needs_traces
@pytest.mark.parametrize("kind", [JSON, PROTOBUF])
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem[:20])
def test_what_an_agent_sends_is_a_native_trace_with_the_figures_of_its_spans(
    listening: Listening, path: Path, kind: str
) -> None:
    for line in path.read_bytes().splitlines():
        body = line if kind == JSON else as_protobuf(line)
        assert listening.post(body, kind) == (200, b"{}" if kind == JSON else b"")
        assert len(listening.traces) == 1, "it is there before the agent is done"
    (trace,) = listening.traces
    assert detect(trace) is None, "it is native"
    assert trace.stat().st_mode & 0o077 == 0, "it is the user's alone"
    assert report(trace) == report(path)
    assert listening.told[0].is_new
    assert any(each.has_ended for each in listening.told)


@needs_traces
def test_spans_of_several_agents_in_any_order_and_twice_are_sessions_of_their_own(listening: Listening) -> None:
    lines = [line for path in REAL for line in path.read_bytes().splitlines()]
    random.Random(7).shuffle(lines)
    senders = [threading.Thread(target=listening.post, args=(line,)) for line in lines + lines[:9]]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    recorded = {told["session_id"]: told for told in map(report, listening.traces)}
    for path in REAL:
        expected = report(path)
        session = recorded.get(expected["session_id"], {})
        for figure in ("llm_calls", "tool_calls", "errors", "tokens", "cost", "cache_hit_rate"):
            assert session.get(figure) == expected[figure]


@needs_traces
def test_a_session_that_is_told_anew_is_followed(listening: Listening) -> None:
    """The file is replaced when the root shows that a guess was wrong: who follows it starts over."""
    lines = next(path for path in REAL if "simple" in path.name).read_bytes().splitlines()
    listening.post(lines[0])
    tail, session, restarts = FileTail(listening.traces[0]), Session(), 0
    for line in lines[1:]:
        listening.post(line)
        for delivery in tail.poll():
            if delivery.fresh:
                session, restarts = Session(), restarts + 1
            session.apply(delivery.batch.records, delivery.batch.offsets)
    assert restarts == 1, "the sub-agent is put under its call when the root ends"
    assert (session.view().llm_calls, session.view().tokens.total) == (5, 57_270)
    tail.park()


def test_traces_without_an_agent_are_left_out(listening: Listening) -> None:
    span = {"traceId": "t", "spanId": "s", "name": "GET /", "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    listening.post(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode())
    assert (listening.traces, listening.sessions.left_out) == ([], 1)


def test_secrets_are_hidden_and_names_stay_in_the_folder(listening: Listening) -> None:
    key = "sk-ant-api03-" + "a1B2" * 20
    named = {"gen_ai.conversation.id": "../../etc/x", "gen_ai.agent.name": key}
    listening.post(json.dumps(span_named("a", **named)).encode())
    (trace,) = listening.traces
    assert key.encode() not in trace.read_bytes()


def test_what_the_disk_refuses_is_written_with_the_next_request(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object, lines: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(received.AppendFile, "append", refuse)
        status, reason = listening.post(json.dumps(span_named("a")).encode())
        assert (status, json.loads(reason)["message"]) == (503, "cannot write: No space left on device")
    assert listening.post(json.dumps(span_named("a")).encode())[0] == 200, "the sender tries again"
    assert load_trace(listening.traces[0]).view().llm_calls == 1


def test_memory_is_bounded_and_what_is_forgotten_goes_on(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received, "MOST_SESSIONS", 2)
    monkeypatch.setattr(received, "MOST_BYTES_KEPT", 0)
    for number in range(12):
        named = span_named(str(number), **{"gen_ai.conversation.id": f"s{number % 3}"})
        named["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] = f"t{number % 3}"
        assert listening.post(json.dumps(named).encode())[0] == 200
    calls = [load_trace(path).view().llm_calls for path in listening.traces]
    assert sum(calls) == 12
