"""The body of a request, whole, packed or in chunks, and never more of it than is sensible."""

from __future__ import annotations

import gzip
import http.client
import json

import pytest
from tracetop.app.trace import load_trace
from tracetop.collector import request_body

from .listening import Listening
from .sent_spans import JSON, span_named


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


def test_more_than_is_sensible_is_refused_packed_or_not(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "MOST_BYTES", 1_000)
    assert listening.post(gzip.compress(b" " * 100_000), Content_Encoding="gzip")[0] == 413
    connection = http.client.HTTPConnection("127.0.0.1", listening.receiver.port, timeout=20)
    connection.request("POST", "/v1/traces", headers={"Content-Type": JSON, "Content-Length": str(10**12)})
    assert connection.getresponse().status == 413, "before it is sent"
    connection.close()
