import dataclasses
import datetime
import decimal
import enum
import json
import math
import types
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from tracetop.collector.formats.native import event_from_line
from tracetop.collector.recording import sanitize
from tracetop.collector.recording.plain_values import as_int, as_number, as_payload, as_text
from tracetop.collector.recording.sanitize import encode_line


class Hostile:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


class HostileMapping(dict):
    def items(self):
        raise KeyError("no items")

    def keys(self):
        raise KeyError("no keys")


class Plain:
    pass


@dataclasses.dataclass
class Point:
    x: int
    y: object


class Struct(msgspec.Struct):
    name: str
    extra: object


class Colour(enum.Enum):
    RED = "red"


def written(value, **options):
    line, _ = encode_line({"event_id": "e", "data": {"v": value}}, **options)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    return json.loads(line.decode("utf-8"), parse_constant=pytest.fail)["data"]["v"]


def test_plain_values_are_written_as_they_are():
    value = {"a": [1, 2.5, True, None, "naïve ☃\n\x00\x1b"], "b": {}}
    fields = {"data": {"v": value}}
    line, altered = encode_line(fields)
    assert json.loads(line) == {"data": {"v": value}}
    assert fields["data"]["v"] is value
    assert not altered


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (math.inf, None),
        ({1: math.nan, "b": -math.inf}, {"1": None, "b": None}),
        (b"bytes \xff", "bytes \\xff"),
        (bytearray(b"ab"), "ab"),
        (Path("/tmp/x"), "/tmp/x"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
        ({1: datetime.date(2026, 1, 2)}, {"1": "2026-01-02"}),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (decimal.Decimal("0.25"), 0.25),
        (decimal.Decimal("NaN"), None),
        (Colour.RED, "red"),
        ({Colour.RED: Path("p")}, {"red": "p"}),
        (Point(1, Path("p")), {"x": 1, "y": "p"}),
        (Struct("n", {1, 2}), {"name": "n", "extra": [1, 2]}),
        ({"b", "a"}, ["a", "b"]),
        ((1, Path("p")), [1, "p"]),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        (
            {1: "a", None: "b", False: "c", 1.5: "d", (1, 2): "e"},
            {"1": "a", "null": "b", "false": "c", "1.5": "d", "(1, 2)": "e"},
        ),
        (2**64, str(2**64)),
        pytest.param(10**5000, "<int of 16610 bits>", id="huge int"),
        (ValueError("bad"), "ValueError: bad"),
        (1 + 2j, "(1+2j)"),
        (int, "builtins.int"),
    ],
)
def test_foreign_values(value, expected):
    assert written(value) == expected


def test_objects_without_a_text_of_their_own_look_alike_every_time():
    assert written(Plain()) == written(Plain())
    assert "Plain" in written(Plain())
    assert "0x" not in written(Plain())


@pytest.mark.parametrize("value", [Hostile(), {"a": Hostile()}, [Hostile()], HostileMapping(a=Path("p"), b=Hostile())])
def test_objects_that_raise_do_not_cost_the_event(value):
    result = written({"bad": value, "good": Path("kept")})
    assert result["good"] == "kept"
    assert "unreadable" in json.dumps(result["bad"])


def test_circular_structures_are_cut_where_they_close():
    ring = {"name": "ring"}
    ring["self"] = [ring]
    assert written(ring) == {"name": "ring", "self": ["…[circular]"]}


def test_a_value_met_twice_is_not_circular():
    shared = {"p": Path("x")}
    assert written([shared, shared]) == [{"p": "x"}, {"p": "x"}]


def test_two_hundred_levels_of_plain_values_are_kept():
    deep = 0
    for _ in range(200):
        deep = [deep]
    line, altered = encode_line({"data": {"v": deep}})
    assert not altered
    assert event_from_line(line[:1] + b'"kind":"k","timestamp":1,' + line[1:]).data["v"] == deep


def test_deep_nesting_is_cut():
    deep = value = []
    for _ in range(100_000):
        value.append([])
        value = value[0]
    result = written(deep)
    levels = 0
    while isinstance(result, list):
        result = result[0]
        levels += 1
    assert levels < 200
    assert result == "…[nested too deeply]"


def test_a_web_of_references_ends(monkeypatch):
    monkeypatch.setattr(sanitize, "MAX_NODES", 500)
    nodes = [{} for _ in range(20)]
    for node in nodes:
        node.update({str(i): other for i, other in enumerate(nodes)})
    line, altered = encode_line({"data": {"v": nodes}})
    assert altered
    assert len(line) < 1_000_000
    assert "items]" in line.decode()


def test_what_is_left_out_is_said(monkeypatch):
    monkeypatch.setattr(sanitize, "MAX_NODES", 10)
    result = written([{1, 2}, *range(100)])
    assert result[-1] == "…[+96 items]"
    assert len(result) == 6


def test_lone_surrogates():
    assert written({"k\ud800": "v\udfff"}) == {"k\\ud800": "v\\udfff"}


def test_keys_that_become_equal_stay_apart():
    result = written({1: "int", "1": "text", Plain(): "a", Plain(): "b"})
    assert sorted(result.values()) == ["a", "b", "int", "text"]


def test_long_strings_are_cut_with_their_length_and_stay_distinct():
    first, second = (written("x" * 200_000 + end) for end in "ab")
    assert first.startswith("x" * 100_000 + "…[+100001 chars]")
    assert len(first) < 100_100
    assert first != second
    assert written("y" * 100_000) == "y" * 100_000
    assert written("12345678901", max_string=10).startswith("1234567890…[+1 chars]")


def test_a_long_line_of_short_strings_is_left_alone():
    fields = {"data": {"v": ["word"] * 50_000}}
    value = fields["data"]
    line, altered = encode_line(fields)
    assert json.loads(line) == {"data": value}
    assert fields["data"] is value
    assert not altered


def test_cleaning_shows_in_the_fields():
    fields = {"kind": "k", "data": {"p": Path("x")}}
    line, _ = encode_line(fields)
    assert fields == {"kind": "k", "data": {"p": "x"}} == json.loads(line)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1),
        (1.5, 1.5),
        ("12", 12),
        (" 1.5 ", 1.5),
        (decimal.Decimal("0.5"), 0.5),
        (None, None),
        (True, None),
        ("many", None),
        (math.nan, None),
        ("inf", None),
        ("9" * 10_000, None),
        (Hostile(), None),
        ([], None),
    ],
)
def test_as_number(value, number):
    assert as_number(value) == number
    assert as_int(value) == (None if number is None else int(number))


def test_as_text_and_as_payload():
    assert as_text("a") == "a"
    assert as_text(Colour.RED) == "Colour.RED"
    assert "unreadable Hostile" in as_text(Hostile())
    assert as_payload(None) == {}
    assert as_payload([1]) == {"value": [1]}
    assert as_payload(types.MappingProxyType({"a": 1})) == {"a": 1}
    assert isinstance(as_payload(HostileMapping(a=1)), dict)
