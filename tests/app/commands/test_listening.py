"""`tracetop listen` end to end: what a client sends over HTTP on loopback is a native trace that reports read."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from tracetop.analysis.fold.session import Session
from tracetop.app.cli import cli
from tracetop.app.commands import listening as command
from tracetop.app.trace import load_trace
from tracetop.collector import received, request_body
from tracetop.collector.formats.otlp.wire import BadWireError, decode_spans
from tracetop.collector.formats.registry import detect
from tracetop.collector.otlp_receiver import OtlpReceiver, is_loopback
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.received import ReceivedSessions, Recorded

REPOSITORY = Path(__file__).resolve().parents[3]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces") / "otlp"
REAL = sorted(TRACES.glob("*.jsonl"))
needs_traces = pytest.mark.skipif(not REAL, reason=f"no real traces in {TRACES}")
JSON, PROTOBUF = "application/json", "application/x-protobuf"


class Listening:
    """A receiver on a free port that records into a folder, and a client for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[Recorded] = []
        self.sessions = ReceivedSessions(folder, self.told.append)
        self.receiver = OtlpReceiver(self.sessions.take, port=0)

    def post(self, body: bytes, kind: str = JSON, path: str = "/v1/traces", **headers: str) -> tuple[int, bytes]:
        url = f"http://127.0.0.1:{self.receiver.port}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, body, {"Content-Type": kind, **named})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    @property
    def traces(self) -> list[Path]:
        return sorted(self.folder.glob("*.jsonl"))


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    found = Listening(tmp_path / "traces")
    yield found
    found.receiver.close()
    found.sessions.close()


def as_protobuf(line: bytes) -> bytes:
    """What OTLP/JSON says, on the wire: by the library that exporters use. Ids are bytes there, hexadecimal in OTLP."""
    message = json.loads(line)
    for of_resource in message["resourceSpans"]:
        for scope in of_resource["scopeSpans"]:
            for span in scope["spans"]:
                for name in ("traceId", "spanId", "parentSpanId"):
                    span[name] = bytes.fromhex(span.get(name) or "")
                span["status"] = span.get("status") or {}
                ids = {name: span.pop(name) for name in ("traceId", "spanId", "parentSpanId")}
                span.update({name: base64.b64encode(value).decode() for name, value in ids.items()})
    request = json_format.ParseDict(message, ExportTraceServiceRequest(), ignore_unknown_fields=True)
    return bytes(request.SerializeToString())


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


def test_packed_and_chunked_bodies_are_taken(listening: Listening) -> None:
    body = json.dumps(span_named("a")).encode()
    assert listening.post(gzip.compress(body), Content_Encoding="gzip")[0] == 200
    connection = http.client.HTTPConnection("127.0.0.1", listening.receiver.port, timeout=20)
    for id in "bc":  # on one connection, as exporters keep it
        pieces = json.dumps(span_named(id)).encode()
        headers = {"Content-Type": JSON}
        connection.request("POST", "/v1/traces", iter([pieces[:9], pieces[9:]]), headers, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"{}")
    connection.close()
    assert load_trace(listening.traces[0]).view().llm_calls == 3


def span_named(id: str, **more: Any) -> dict[str, Any]:
    attributes = [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "m"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
        *({"key": key, "value": {"stringValue": value}} for key, value in more.items()),
    ]
    times = {"startTimeUnixNano": "1000000000", "endTimeUnixNano": "2000000000"}
    span = {"traceId": "t", "spanId": id, "name": "chat", **times, "attributes": attributes}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def reason_of(body: bytes, kind: str) -> str:
    """What a `Status` says, in the encoding in which it was asked."""
    if kind != PROTOBUF:
        return str(json.loads(body)["message"])
    field, length, text = body[0], body[1], body[2:]
    assert (field, length) == (2 << 3 | 2, len(text)), "the message of a google.rpc.Status"
    return text.decode()


BAD = {
    "not JSON": (b"{", JSON, {}, 400),
    "no object": (b"[]", JSON, {}, 400),
    "no list": (b'{"resourceSpans": 3}', JSON, {}, 400),
    "not protobuf": (b"\xff\xff\xff", PROTOBUF, {}, 400),
    "cut off": (b"\x0a\x7f\x01", PROTOBUF, {}, 400),
    "not gzip": (b"{}", JSON, {"Content_Encoding": "gzip"}, 400),
    "other packing": (b"{}", JSON, {"Content_Encoding": "br"}, 415),
    "other kind": (b"{}", "text/plain", {}, 415),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_taken_is_refused_with_a_reason_and_the_next_is_taken(listening: Listening, name: str) -> None:
    body, kind, headers, status = BAD[name]
    answer = listening.post(body, kind, **headers)
    assert answer[0] == status
    assert reason_of(answer[1], kind)
    assert listening.post(json.dumps(span_named("a")).encode())[0] == 200
    assert len(listening.traces) == 1
    assert sum(listening.receiver.refused.values()) == 1


@pytest.mark.parametrize("kind", [JSON, PROTOBUF])
def test_spans_that_cannot_be_read_are_told_and_the_others_are_taken(listening: Listening, kind: str) -> None:
    sent = span_named("0a")
    spans = sent["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[0]["traceId"] = "0b"
    spans.append({**spans[0], "spanId": ""})
    body = json.dumps(sent).encode()
    status, answer = listening.post(body if kind == JSON else as_protobuf(body), kind)
    told = ExportTraceServiceResponse()
    if kind == JSON:
        json_format.Parse(answer, told)
    else:
        told.ParseFromString(answer)
    assert (status, told.partial_success.rejected_spans) == (200, 1)
    assert "id" in told.partial_success.error_message
    assert load_trace(listening.traces[0]).view().llm_calls == 1


def test_what_speaks_otherwise_is_told_how_to_speak(tmp_path: Path) -> None:
    told: list[str] = []
    receiver = OtlpReceiver(lambda record: None, port=0, tell_refused=told.append)
    for _ in range(2):  # as gRPC begins
        with socket.create_connection(("127.0.0.1", receiver.port), timeout=20) as connection:
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            assert b"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in connection.makefile("rb").read()
    assert [reason.startswith("HTTP/2") for reason in told] == [True], "of a reason it is told once"
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=20)
    connection.request("PUT", "/v1/traces", b"{}", {"Content-Type": JSON})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Allow")) == (405, "GET, HEAD, POST")
    connection.close()
    receiver.close()
    assert sorted(receiver.refused.values()) == [1, 2]


def test_reasons_without_end_are_counted_together(listening: Listening) -> None:
    for number in range(60):
        assert listening.post(b"{}", f"text/{number}")[0] == 415
    assert (len(listening.receiver.refused), sum(listening.receiver.refused.values())) == (51, 60)


def test_more_than_is_sensible_is_refused_packed_or_not(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "MOST_BYTES", 1_000)
    assert listening.post(gzip.compress(b" " * 100_000), Content_Encoding="gzip")[0] == 413
    connection = http.client.HTTPConnection("127.0.0.1", listening.receiver.port, timeout=20)
    connection.request("POST", "/v1/traces", headers={"Content-Type": JSON, "Content-Length": str(10**12)})
    assert connection.getresponse().status == 413, "before it is sent"
    connection.close()


def test_logs_and_metrics_are_accepted_and_left_out_and_other_places_are_told(listening: Listening) -> None:
    for path in ("/v1/logs", "/v1/metrics"):
        assert listening.post(b'{"resourceLogs": []}', path=path) == (200, b"{}")
    assert listening.post(b"{}", path="/v2/traces")[0] == 404
    assert listening.traces == []
    with urllib.request.urlopen(f"http://127.0.0.1:{listening.receiver.port}/", timeout=20) as answer:
        assert b"/v1/traces" in answer.read()


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


@needs_traces
def test_protobuf_that_is_damaged_is_refused_never_worse() -> None:
    whole = as_protobuf(REAL[0].read_bytes().splitlines()[0])
    luck = random.Random(3)
    for _ in range(300):
        body = bytearray(whole[: luck.randrange(len(whole))])
        for _ in range(luck.randrange(4)):
            if body:
                body[luck.randrange(len(body))] = luck.randrange(256)
        try:
            decode_spans(bytes(body))
        except BadWireError:
            continue
    with pytest.raises(BadWireError):
        decode_spans(b"\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")


def test_numbers_of_protobuf_keep_their_sign_and_value() -> None:
    message = {
        "resourceSpans": [{"scopeSpans": [{"spans": [{
            "traceId": "AQI=", "spanId": "/w==", "startTimeUnixNano": "1795343224422075529",
            "attributes": [
                {"key": "i", "value": {"intValue": "-5"}}, {"key": "d", "value": {"doubleValue": 0.04605}},
                {"key": "b", "value": {"boolValue": True}}, {"key": "s", "value": {"stringValue": "ü"}},
                {"key": "a", "value": {"arrayValue": {"values": [{"intValue": "7"}]}}},
                {"key": "k", "value": {"kvlistValue": {"values": [{"key": "x", "value": {"stringValue": ""}}]}}},
            ],
            "status": {"code": 2, "message": "no"},
        }]}]}]
    }  # fmt: skip
    body = json_format.ParseDict(message, ExportTraceServiceRequest()).SerializeToString()
    (span,) = decode_spans(body)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert (span["traceId"], span["spanId"], span["startTimeUnixNano"]) == ("0102", "ff", 1795343224422075529)
    assert [pair["value"] for pair in span["attributes"]] == [
        {"intValue": -5}, {"doubleValue": 0.04605}, {"boolValue": True}, {"stringValue": "ü"},
        {"arrayValue": {"values": [{"intValue": 7}]}},
        {"kvlistValue": {"values": [{"key": "x", "value": {"stringValue": ""}}]}},
    ]  # fmt: skip
    assert span["status"] == {"message": "no", "code": 2}


def test_only_loopback_is_taken_for_it() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "127.9.9.9")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "192.168.1.2", "example.org")] == [False] * 4


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_what_it_records_and_ends_with_control_c(tmp_path: Path, end: signal.Signals) -> None:
    folder = tmp_path / "t"
    command = [sys.executable, "-m", "tracetop", "listen", "--port", "0", "--no-screen", "-o", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().split(":")[2].split()[0]
            assert "OTEL_EXPORTER_OTLP_ENDPOINT" in process.stdout.readline()
            assert process.stdout.readline() == "Ctrl+C ends.\n"
            taken = CliRunner().invoke(cli, ["listen", "--port", port, "--no-screen", "-o", str(folder)])
            assert taken.exit_code == 2
            assert f"port {port}" in taken.stderr
            body = json.dumps(span_named("a", **{"gen_ai.conversation.id": "mine"})).encode()
            url = f"http://127.0.0.1:{port}/v1/traces"
            urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": JSON}), timeout=20).close()
            assert process.stdout.readline() == f"mine: recording {folder / 'session-mine.jsonl'}\n"
            assert process.stdout.readline() == "mine: 1 LLM call, 0 tool calls, 0 errors\n"
            process.send_signal(end)
            rest, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")
    assert rest == f"Received 1 span, recorded 1 session in {folder}\n"


def test_sigterm_ends_it_from_the_first_word_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads that it listens may end it at once, before its main thread does another step."""
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) == 1:
            signal.raise_signal(signal.SIGTERM)

    def missed(number: int, frame: object) -> None:
        raise AssertionError("not taken")

    monkeypatch.setattr(command, "_say", say)
    before = signal.signal(signal.SIGTERM, missed)
    try:
        command.record_only(tmp_path / "t", "127.0.0.1", 0)
        assert signal.getsignal(signal.SIGTERM) is missed
    finally:
        signal.signal(signal.SIGTERM, before)
    assert said[1:] == [f"Received 0 spans, recorded 0 sessions in {tmp_path / 't'}"]
