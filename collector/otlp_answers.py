"""What an OTLP/HTTP receiver answers: in the sender's own encoding, as the protocol demands it."""

from __future__ import annotations

from typing import NamedTuple

import orjson

JSON, PROTOBUF = "application/json", "application/x-protobuf"

_MESSAGE = 2
"""The field of a `Status`, and of an `ExportTracePartialSuccess`, that tells why."""
_REJECTED, _PARTIAL_SUCCESS = 1, 1


class Answer(NamedTuple):
    """A body, and its content type."""

    body: bytes
    kind: str


def taken(kind: str, rejected: int, reason: str) -> Answer:
    """An `ExportTraceServiceResponse`; of spans that could not be read it says how many, and why."""
    if kind == PROTOBUF:
        partial = _number(_REJECTED, rejected) + _text(_MESSAGE, reason)
        return Answer(_bytes(_PARTIAL_SUCCESS, partial) if rejected else b"", PROTOBUF)
    told = {"partialSuccess": {"rejectedSpans": str(rejected), "errorMessage": reason}} if rejected else {}
    return Answer(orjson.dumps(told), JSON)


def refused(kind: str, reason: str) -> Answer:
    """A `Status` that says why nothing was taken."""
    if kind == PROTOBUF:
        return Answer(_text(_MESSAGE, reason), PROTOBUF)
    return Answer(orjson.dumps({"message": reason}), JSON)


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode(errors="replace"))


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _varint(number: int) -> bytes:
    coded = bytearray()
    while number > 0x7F:
        coded.append(number & 0x7F | 0x80)
        number >>= 7
    coded.append(number)
    return bytes(coded)
