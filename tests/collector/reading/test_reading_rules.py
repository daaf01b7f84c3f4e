"""The reading rules of the format that belong to decoding: 1, 2, 3, 8 and 10, through every way to read a file."""

import json
import math
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tracetop.collector.events import Category, TraceEvent, category_of, is_known_kind
from tracetop.collector.formats.native import Batch, event_from_line
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.reader import load_session, read_batches
from tracetop.collector.records import EventRecord


@dataclass
class Reading:
    """What a reader found, in the terms all readers share."""

    events: list[Any]
    bad: list[tuple[int, str]]
    lines: int

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


def gathered(batches: list[Batch]) -> Reading:
    return Reading(
        [record for batch in batches for record in batch.records],
        [(line.number, line.reason) for batch in batches for line in batch.bad],
        sum(batch.lines for batch in batches),
    )


def by_batches(path: Path) -> Reading:
    return gathered(list(read_batches(path)))


def by_small_batches(path: Path) -> Reading:
    return gathered(list(read_batches(path, chunk_bytes=5)))


def by_session(path: Path) -> Reading:
    session = load_session(path)
    reader = session.metadata["reader"]
    return Reading(session.events, [(bad["line"], bad["reason"]) for bad in reader["bad_lines"]], reader["lines"])


def by_tail(path: Path) -> Reading:
    tail = FileTail(path)
    batches = [delivery.batch for _ in range(3) for delivery in tail.poll()]
    tail.close()
    return gathered(batches)


READERS = {"read_batches": by_batches, "small chunks": by_small_batches, "load_session": by_session, "tail": by_tail}

Read = Callable[[bytes], Reading]


@pytest.fixture(params=list(READERS.values()), ids=list(READERS))
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Read:
    def read_bytes(content: bytes) -> Reading:
        path = tmp_path / "trace.jsonl"
        path.write_bytes(content)
        reading = request.param(path)
        assert isinstance(reading, Reading)
        return reading

    return read_bytes


def line(kind: str = "checkpoint", **fields: Any) -> bytes:
    content = {"event_id": kind, "kind": kind, "timestamp": 1700000000.5, "session_id": "s", **fields}
    return json.dumps(content).encode()


BEFORE = line("session_start")
AFTER = line("session_end")
KIND = b'{"kind":"custom","timestamp":1'

LOST = {
    "torn": (b'{"kind":"custom","timesta', "not JSON: "),
    "empty object": (b"{}", "no kind"),
    "bare number": (b"123", "not an object but a number"),
    "list": (b"[1,2]", "not an object but a list"),
    "text": (b'"text"', "not an object but a text"),
    "null": (b"null", "not an object but null"),
    "truth value": (b"true", "not an object but a truth value"),
    "prose": (b"Traceback (most recent call last):", "not JSON: "),
    "two objects": (BEFORE + AFTER, "not JSON: Extra data"),
    "kind missing": (b'{"timestamp":1}', "no kind"),
    "kind empty": (b'{"kind":"","timestamp":1}', "no kind"),
    "kind a number": (b'{"kind":7,"timestamp":1}', "no kind"),
    "timestamp missing": (b'{"kind":"custom"}', "no timestamp"),
    "timestamp null": (b'{"kind":"custom","timestamp":null}', "timestamp is not a number"),
    "timestamp a word": (b'{"kind":"custom","timestamp":"now"}', "timestamp is not a number"),
    "timestamp a truth value": (b'{"kind":"custom","timestamp":true}', "timestamp is not a number"),
    "timestamp too large": (b'{"kind":"custom","timestamp":1%s}' % (b"0" * 400), "timestamp is not a number"),
    "NUL bytes only": (b"\0" * 40, "NUL bytes"),
    "bad UTF-8, torn": (b'{"kind":"\xff', "not UTF-8"),
    "bad escape": (KIND + rb',"data":{"x":"\q"}}', "not JSON: Invalid"),
    "nested too deep": (KIND + b',"data":{"x":' + b"[" * 2000 + b"]" * 2000 + b"}}", "nested too deep"),
    "nested far too deep": (KIND + b',"data":' + b'{"x":' * 100_000 + b"1" + b"}" * 100_000 + b"}", "nested too deep"),
}


@pytest.mark.parametrize(("bad", "reason"), LOST.values(), ids=LOST.keys())
def test_rule_1_a_bad_line_costs_only_itself(read: Read, bad: bytes, reason: str) -> None:
    reading = read(b"\n".join([BEFORE, bad, AFTER, b""]))
    assert reading.kinds == ["session_start", "session_end"]
    assert reading.lines == 3
    [(number, why)] = reading.bad
    assert number == 2
    assert why.startswith(reason)


TOLERATED = {
    "NUL bytes inside": (b"\0\0" + KIND + b"\0}", "NUL bytes"),
    "bad UTF-8 inside": (KIND + b',"data":{"x":"\xff\xc0\x80"}}', "not UTF-8"),
}


@pytest.mark.parametrize(("odd", "reason"), TOLERATED.values(), ids=TOLERATED.keys())
def test_rule_1_a_damaged_event_is_read_and_its_damage_counted(read: Read, odd: bytes, reason: str) -> None:
    reading = read(b"\n".join([BEFORE, odd, AFTER, b""]))
    assert reading.kinds == ["session_start", "custom", "session_end"]
    assert reading.bad == [(2, reason)]


HARMLESS = {
    "lone surrogate": KIND + rb',"data":{"x":"\ud800","args":{"a":"\udfff"}}}',
    "control characters": KIND + b',"data":{"x":"\x01\x1b[31m\t"}}',
    "data a list": KIND + b',"data":[1,2]}',
    "data a text": KIND + b',"data":"text"}',
    "data null": KIND + b',"data":null}',
    "ids of wrong type": KIND + b',"event_id":5,"session_id":null,"parent_event_id":[]}',
    "line separator in a text": KIND + ',"data":{"x":"\u2028\u0085"}}'.encode(),
    "deep, not too deep": KIND + b',"data":{"args":' + b"[" * 500 + b"]" * 500 + b"}}",
    "duplicate keys": KIND + b',"kind":"custom"}',
    "spaces around": b" \t" + KIND + b"} \r",
}


@pytest.mark.parametrize("odd", HARMLESS.values(), ids=HARMLESS.keys())
def test_rule_1_odd_but_valid_lines_are_events(read: Read, odd: bytes) -> None:
    reading = read(b"\n".join([BEFORE, odd, AFTER, b""]))
    assert reading.kinds == ["session_start", "custom", "session_end"]
    assert reading.bad == []


def test_rule_1_every_bad_line_is_counted_by_its_number(read: Read) -> None:
    lines = [b"oops" if number % 10 == 0 else line(iteration=number) for number in range(1, 2001)]
    reading = read(b"\n".join(lines) + b"\n")
    assert [number for number, _ in reading.bad] == list(range(10, 2001, 10))
    assert [event.iteration for event in reading.events] == [n for n in range(1, 2001) if n % 10]
    assert reading.lines == 2000


def test_rule_1_a_torn_last_line_waits(read: Read) -> None:
    reading = read(BEFORE + b"\n" + AFTER[:-1])
    assert reading.kinds == ["session_start"]
    assert reading.bad == []
    assert reading.lines == 1


def test_a_last_line_without_newline_is_read_if_whole(read: Read) -> None:
    assert read(BEFORE + b"\n" + AFTER).kinds == ["session_start", "session_end"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\n  \n", b"\xef\xbb\xbf"], ids=repr)
def test_files_without_a_line_are_empty_not_bad(read: Read, content: bytes) -> None:
    assert read(content).events == []
    assert read(content).bad == []


def test_byte_order_mark_line_ends_of_windows_and_blank_lines(read: Read) -> None:
    reading = read(b"\xef\xbb\xbf" + b"\r\n".join([BEFORE, b"", b"oops", b"   ", AFTER, b""]))
    assert reading.kinds == ["session_start", "session_end"]
    assert reading.lines == 3
    assert [number for number, _ in reading.bad] == [3]


def test_as_many_objects_as_lines_need_not_be_one_on_each(read: Read) -> None:
    over_two = BEFORE.replace(b",", b",\n", 1)
    doubled = read(BEFORE + AFTER + b"\n\n" + AFTER + b"\n")
    broken = read(over_two + b"\n" + BEFORE + AFTER + b"\n")
    assert (len(doubled.events), [number for number, _ in doubled.bad]) == (1, [1])
    assert (len(broken.events), [number for number, _ in broken.bad]) == (0, [1, 2, 3])


def test_rule_2_unknown_kinds_keep_their_name(read: Read) -> None:
    kinds = ["swarm_decision", "context_recovery", "thinking", "ünïcode", "tool", "LLM_Response"]
    assert read(b"\n".join(map(line, kinds)) + b"\n").kinds == kinds
    categories = {kind: category_of(kind) for kind in kinds}
    assert categories["swarm_decision"] is Category.SWARM
    assert categories["context_recovery"] is Category.COMPACTION
    assert categories["thinking"] is Category.CUSTOM
    assert categories["tool"] is Category.TOOL
    assert [kind for kind in kinds if is_known_kind(kind)] == ["tool"]


def payload_field(event: EventRecord | TraceEvent, *names: str) -> Any:
    """A field of the payload, whichever of the two shapes the event has; None where it is absent."""
    value: Any = event.data
    for name in names:
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return value


def test_rule_3_tool_names_and_durations_are_read_from_all_their_places(read: Read) -> None:
    first, second, third = read(
        b"\n".join(
            [
                line("tool_end", data={"tool_name": "bash"}, duration_ms=5),
                line("tool_end", data={"tool": "grep", "duration_ms": 6.5}),
                line("tool", data={"tool": "read", "metadata": {"duration_ms": 7, "x": [1]}}),
            ]
        )
        + b"\n"
    ).events
    assert (payload_field(first, "tool_name"), payload_field(first, "tool"), first.duration_ms) == ("bash", None, 5)
    assert (payload_field(second, "tool"), payload_field(second, "duration_ms")) == ("grep", 6.5)
    assert second.duration_ms is None
    assert (payload_field(third, "tool"), payload_field(third, "metadata", "duration_ms")) == ("read", 7)


ITERATIONS = {
    "3": 3,
    '"3"': 3,
    "3.0": 3,
    "-3": -3,
    "0": 0,
    "1000000000": 10**9,
    "null": None,
    '"x"': None,
    "true": None,
    "NaN": None,
    "-Infinity": None,
    "[]": None,
    "1" + "0" * 30: None,
    "1" + "0" * 400: None,
    "1" + "0" * 5000: None,
    "1e999": None,
}


@pytest.mark.parametrize(("text", "iteration"), ITERATIONS.items(), ids=[text[:12] for text in ITERATIONS])
def test_rule_8_iterations(read: Read, text: str, iteration: int | None) -> None:
    reading = read(b"\n".join([BEFORE, KIND + b',"iteration":' + text.encode() + b"}", AFTER, b""]))
    assert reading.kinds == ["session_start", "custom", "session_end"]
    assert reading.events[1].iteration == iteration


NUMBERS = {
    "12.5": 12.5,
    '"12.5"': 12.5,
    '" 7 "': 7,
    "-1": -1,
    "1e308": 1e308,
    "NaN": math.nan,
    '"nan"': math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "1e999": math.inf,
    "null": None,
    '"many"': None,
    "false": None,
    "{}": None,
    "1" + "0" * 400: None,
    "1" + "0" * 5000: math.inf,
}


@pytest.mark.parametrize(("text", "number"), NUMBERS.items(), ids=[text[:12] for text in NUMBERS])
def test_rule_8_numbers(read: Read, text: str, number: float | None) -> None:
    fields = b',"duration_ms":%b,"data":{"cost":%b,"input_tokens":%b,"other":%b}}' % ((text.encode(),) * 4)
    reading = read(b"\n".join([BEFORE, KIND + fields, AFTER, b""]))
    event = reading.events[1]
    values = [event.duration_ms]
    if isinstance(event, EventRecord):
        values += [payload_field(event, "cost"), payload_field(event, "input_tokens")]
    for value in values:
        assert value == number or (value != value and number != number)
    assert reading.bad == []


@pytest.mark.parametrize("timestamp", ["NaN", "Infinity", "-5", "1e999", '"1700000000.5"', "0"])
def test_rule_8_timestamps(read: Read, timestamp: str) -> None:
    reading = read(b'{"kind":"custom","timestamp":' + timestamp.encode() + b"}\n" + AFTER + b"\n")
    assert reading.kinds == ["custom", "session_end"]
    expected = float(timestamp.strip('"'))
    assert reading.events[0].timestamp == expected or math.isnan(expected)


def test_a_line_reads_the_same_whatever_stands_beside_it(tmp_path: Path) -> None:
    """Odd lines switch their whole block to the tolerant parser, which must not read good lines differently."""
    good = [
        line("tool_end", iteration=3, duration_ms=4, data={"tool": "x", "tokens": 5, "args": {"a": [1, "é"]}}),
        line("llm_response", data={"cost": 0.25, "metadata": {"duration_ms": 1, "chunk_type": "text"}}),
        line("custom", iteration=10**30, data=None),
        line("tool_start", data={"args": None, "tool_name": ""}),
    ]
    beside = tmp_path / "beside.jsonl"
    beside.write_bytes(b"\n".join([*good, b"oops", b""]))
    for number, text in enumerate(good):
        alone = tmp_path / f"{number}.jsonl"
        alone.write_bytes(text + b"\n")
        [expected] = by_batches(alone).events
        assert comparable(by_batches(beside).events[number]) == comparable(expected)


def comparable(record: EventRecord) -> tuple[Any, ...]:
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    payload = fields.pop("data")
    if payload is None:
        return fields, None
    values = {name: getattr(payload, name) for name in payload.__struct_fields__}
    args = bytes(values.pop("args"))
    return fields, values, json.loads(args) if args else "absent"


def peak_bytes() -> int:
    """The most memory this process ever had resident."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


HUGE_ENDS = {
    "valid": (b'"}}', ["session_start", "custom", "session_end"]),
    "odd": (b'","n":NaN}}', ["session_start", "custom", "session_end"]),
    "bad": (b'"]}', ["session_start", "session_end"]),
}


@pytest.mark.parametrize(("end", "kinds"), HUGE_ENDS.values(), ids=HUGE_ENDS.keys())
@pytest.mark.parametrize("reader", [by_batches, by_session, by_tail])
def test_rule_10_a_line_of_50_mb(
    tmp_path: Path, reader: Callable[[Path], Reading], end: bytes, kinds: list[str]
) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.write(BEFORE + b"\n" + KIND + b',"data":{"x":"')
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(end + b"\n" + AFTER + b"\n")
    before = peak_bytes()
    started = time.monotonic()
    reading = reader(path)
    assert time.monotonic() - started < 10
    assert peak_bytes() - before < 400_000_000
    assert reading.kinds == kinds
    assert reading.lines == 3
    assert len(reading.bad) == 3 - len(kinds)


def test_whole_events_keep_their_payload() -> None:
    event = event_from_line(line("tool_end", data={"tool": "x", "result": {"deep": [1, 2]}, "n": "3"}))
    assert event.data == {"tool": "x", "result": {"deep": [1, 2]}, "n": "3"}
    assert event_from_line(KIND + b',"data":[1,2]}').data == {"value": [1, 2]}
    assert event_from_line(KIND + b"}").data == {}
