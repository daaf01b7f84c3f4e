"""OTLP's spans as protobuf has them on the wire, made into what OTLP/JSON says: the nine messages that this takes.

Most SDKs send protobuf unless they are told otherwise. Its library would be a third dependency as large as tracetop
for these few messages, and they cannot change: OTLP is stable.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_MOST_VARINT_BYTES = 10
_DEEPEST = 40


class BadWireError(ValueError):
    """Bytes that are no such message; the message says where."""


class _Field(NamedTuple):
    """A field of a message: its name in JSON, how its value is read, whether there are several."""

    name: str
    read: Callable[[Any, int], Any]
    repeated: bool = False


def decode_spans(body: bytes) -> dict[str, Any]:
    """An `ExportTraceServiceRequest` (or `TracesData`) as OTLP/JSON has it. Raises BadWireError."""
    return _message(body, _REQUEST, 0)


def _message(body: Any, fields: dict[int, _Field], depth: int) -> dict[str, Any]:
    if not isinstance(body, bytes):
        raise BadWireError("a message is expected and a number found")
    if depth > _DEEPEST:
        raise BadWireError("nested too deep")
    found: dict[str, Any] = {}
    for number, value in _pairs(body):
        field = fields.get(number)
        if field is None:
            continue
        read = field.read(value, depth + 1)
        if field.repeated:
            found.setdefault(field.name, []).append(read)
        else:
            found[field.name] = read
    return found


def _pairs(body: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The numbers of the fields of a message, with their values."""
    place, end = 0, len(body)
    while place < end:
        key, place = _varint(body, place)
        kind = key & 7
        if kind == _VARINT:
            value, place = _varint(body, place)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            size, place = _varint(body, place)
        elif kind == _FIXED_64:
            size = 8
        elif kind == _FIXED_32:
            size = 4
        else:
            raise BadWireError(f"wire type {kind} at byte {place}")
        if place + size > end:
            raise BadWireError(f"cut off at byte {end}")
        piece = body[place : place + size]
        place += size
        yield key >> 3, piece if kind == _BYTES else int.from_bytes(piece, "little")


def _varint(body: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(_MOST_VARINT_BYTES):
        if place >= len(body):
            raise BadWireError(f"cut off at byte {place}")
        byte = body[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, place
    raise BadWireError(f"a number too long at byte {place}")


def _of(fields: Callable[[], dict[int, _Field]]) -> Callable[[Any, int], dict[str, Any]]:
    return lambda value, depth: _message(value, fields(), depth)


def _text(value: Any, depth: int) -> str:
    return _bytes(value).decode(errors="replace")


def _hex(value: Any, depth: int) -> str:
    return _bytes(value).hex()


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise BadWireError("bytes are expected and a number found")
    return value


def _number(value: Any, depth: int) -> int:
    if not isinstance(value, int):
        raise BadWireError("a number is expected and bytes found")
    return value


def _signed(value: Any, depth: int) -> int:
    number = _number(value, depth) & (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number


def _double(value: Any, depth: int) -> float:
    return float(struct.unpack("<d", _number(value, depth).to_bytes(8, "little"))[0])


_VALUE: dict[int, _Field] = {
    1: _Field("stringValue", _text),
    2: _Field("boolValue", lambda value, depth: bool(_number(value, depth))),
    3: _Field("intValue", _signed),
    4: _Field("doubleValue", _double),
    5: _Field("arrayValue", _of(lambda: {1: _Field("values", _of(lambda: _VALUE), True)})),
    6: _Field("kvlistValue", _of(lambda: {1: _Field("values", _of(lambda: _PAIR), True)})),
    7: _Field("bytesValue", _hex),
}
_PAIR: dict[int, _Field] = {1: _Field("key", _text), 2: _Field("value", _of(lambda: _VALUE))}
_EVENT = {
    1: _Field("timeUnixNano", _number),
    2: _Field("name", _text),
    3: _Field("attributes", _of(lambda: _PAIR), True),
}
_STATUS = {2: _Field("message", _text), 3: _Field("code", _number)}
_SPAN = {
    1: _Field("traceId", _hex),
    2: _Field("spanId", _hex),
    4: _Field("parentSpanId", _hex),
    5: _Field("name", _text),
    6: _Field("kind", _number),
    7: _Field("startTimeUnixNano", _number),
    8: _Field("endTimeUnixNano", _number),
    9: _Field("attributes", _of(lambda: _PAIR), True),
    11: _Field("events", _of(lambda: _EVENT), True),
    15: _Field("status", _of(lambda: _STATUS)),
}
_SCOPE_SPANS = {2: _Field("spans", _of(lambda: _SPAN), True)}
_RESOURCE = {1: _Field("attributes", _of(lambda: _PAIR), True)}
_RESOURCE_SPANS = {
    1: _Field("resource", _of(lambda: _RESOURCE)),
    2: _Field("scopeSpans", _of(lambda: _SCOPE_SPANS), True),
}
_REQUEST = {1: _Field("resourceSpans", _of(lambda: _RESOURCE_SPANS), True)}
