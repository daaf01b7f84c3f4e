"""What the receiver answers: what it takes, leaves out or refuses, each with its reason."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from tracetop.app.trace import load_trace
from tracetop.collector.otlp_receiver import OtlpReceiver, is_loopback

from .listening import Listening
from .sent_spans import JSON, PROTOBUF, as_protobuf, span_named


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


def test_logs_and_metrics_are_accepted_and_left_out_and_other_places_are_told(listening: Listening) -> None:
    for path in ("/v1/logs", "/v1/metrics"):
        assert listening.post(b'{"resourceLogs": []}', path=path) == (200, b"{}")
    assert listening.post(b"{}", path="/v2/traces")[0] == 404
    assert listening.traces == []
    with urllib.request.urlopen(f"http://127.0.0.1:{listening.receiver.port}/", timeout=20) as answer:
        assert b"/v1/traces" in answer.read()


def test_only_loopback_is_taken_for_it() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "127.9.9.9")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "192.168.1.2", "example.org")] == [False] * 4
