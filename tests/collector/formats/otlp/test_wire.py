"""Spans on the wire: numbers keep their value, and what is damaged is refused, never worse."""

from __future__ import annotations

import random

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tracetop.collector.formats.otlp.wire import BadWireError, decode_spans

from ...real_spans import REAL, needs_traces
from ...sent_spans import as_protobuf


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
