"""The native format: one event per line, and attocode's stream writer's dialect of it.

Lines are decoded straight into `EventRecord`s, all lines of a block at once. A block with anything odd in it is read
again line by line with a tolerant parser, so that one bad line costs neither its block nor its file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from ..events import TraceEvent
from ..reading.lines import Block
from ..records import EventRecord, NotAnEventError, head_of, record_from_object

_decoder = msgspec.json.Decoder(EventRecord)

_BOM = b"\xef\xbb\xbf"
_OPENS, _CLOSES = b"{}"
_STARTS_OF_DOCUMENTS = (b"{", b"[", b"[{")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read as it should: its number (from 1) and why."""

    number: int
    reason: str


@dataclass(slots=True)
class Batch:
    """Decoded events of a block, each with the byte offset of its line; what was bad; how many lines were read."""

    records: list[EventRecord] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    lines: int = 0


def decode_block(block: Block) -> Batch:
    """Every event in a block of whole lines. Never raises for what a line may hold."""
    text = block.text
    try:
        if not text.isascii():
            text.decode()
        if b"\0" in text or (block.offset == 0 and text.startswith(_BOM)):
            return _decode_each(block)
        records = _decoder.decode_lines(text) if _has_objects_only(block) else []
        if len(records) != len(block.starts):
            records = [_decoder.decode(line) for line in block.lines]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _decode_each(block)
    return Batch(records, block.offsets, [], len(records))


def _has_objects_only(block: Block) -> bool:
    """Whether each line begins and ends as an object does: then as many objects as lines are one on each.

    Nothing else may stand between `}` and `{`, and msgspec's `decode_lines` takes objects that go over several lines,
    or stand on one.
    """
    text, starts = block.text, block.starts
    if not text.endswith(b"}"):
        return False
    return {text[start] for start in starts} == {_OPENS} and {text[start - 2] for start in starts[1:]} <= {_CLOSES}


def _decode_each(block: Block) -> Batch:
    batch = Batch()
    for number, (line, offset) in enumerate(zip(block.lines, block.offsets, strict=True), block.first_line):
        if line.strip():
            batch.lines += 1
            try:
                record, defect = decode_line(line)
                batch.records.append(record)
                batch.offsets.append(offset)
                if defect:
                    batch.bad.append(BadLine(number, defect))
            except NotAnEventError as error:
                batch.bad.append(BadLine(number, str(error)))
    return batch


def decode_line(line: bytes) -> tuple[EventRecord, str]:
    """One line's event and what was wrong with the line though it could be read ("" if nothing).

    Raises `NotAnEventError` where there is no event to be had.
    """
    content, defect = parse_object(line)
    return record_from_object(content), defect


def parse_object(line: bytes) -> tuple[dict[str, Any], str]:
    """The JSON object on a line, read as tolerantly as can be, and the defect that was tolerated ("" if none).

    orjson rejects NaN, Infinity, lone surrogates, control characters and bad UTF-8, all of which real files hold.
    Raises `NotAnEventError`.
    """
    defect = ""
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError:
        content, defect = _parse_odd(line)
    if not isinstance(content, dict):
        raise NotAnEventError(f"not an object but {_json_type(content)}{_hint(content)}")
    return content, defect


def _parse_odd(line: bytes) -> tuple[Any, str]:
    defect = ""
    if line.startswith(_BOM):
        line = line[len(_BOM) :]
    if b"\0" in line:
        line = line.replace(b"\0", b"")
        defect = "NUL bytes"
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode(errors="replace")
        defect = "not UTF-8"
    try:
        return json.loads(text, strict=False, parse_int=_int), defect
    except RecursionError:
        raise NotAnEventError("nested too deep") from None
    except ValueError as error:
        if line.strip() in _STARTS_OF_DOCUMENTS:
            raise NotAnEventError("JSON over several lines; a log has an object on each line: jq -c .") from None
        raise NotAnEventError(defect or f"not JSON: {error}") from None


def _int(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        return float(digits)


def _json_type(content: object) -> str:
    names = {list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(content), "a number")


def _hint(content: object) -> str:
    """How a file becomes a log that is all of one array."""
    is_log_in_one = isinstance(content, list) and any(isinstance(each, dict) for each in content)
    return "; a log has an object on each line: jq -c '.[]'" if is_log_in_one else ""


def event_from_line(line: bytes) -> TraceEvent:
    """The whole event on a line, payload and all. Raises `NotAnEventError`."""
    content, _ = parse_object(line)
    return event_from_object(content)


def event_from_object(content: Mapping[str, Any]) -> TraceEvent:
    """The whole event given as a parsed JSON object. Raises `NotAnEventError`."""
    kind, timestamp, session_id, event_id, iteration, parent_event_id, duration_ms = head_of(content)
    data = content.get("data")
    if not isinstance(data, dict):
        data = {} if data is None else {"value": data}
    return TraceEvent(kind, timestamp, session_id, event_id, iteration, data, parent_event_id, duration_ms)
