"""Spans as they are sent, as OTLP/JSON or as protobuf."""

from __future__ import annotations

import base64
import json
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

JSON, PROTOBUF = "application/json", "application/x-protobuf"


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
