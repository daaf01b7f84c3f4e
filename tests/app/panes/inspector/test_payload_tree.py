"""A payload as entries: what stands in a row, what unfolds, and what that costs."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.app.panes.inspector import payload_tree
from tracetop.app.panes.inspector.entries import Entry
from tracetop.app.panes.inspector.payload_tree import Payload
from tracetop.app.panes.inspector.text_entry import TextEntry
from tracetop.app.safe_text import width_of

WIDTH = 60


def row(entry: Entry, is_open: bool = False, width: int = WIDTH - 2) -> str:
    return "".join(text for text, _ in entry.cells(width, is_open))


def styles(entry: Entry, is_open: bool = False) -> list[str]:
    return [style for text, style in entry.cells(WIDTH - 2, is_open) if text]


def rows(entry: Entry, depth: int = 0) -> list[str]:
    """Everything below an entry, unfolded."""
    found = []
    for index in range(entry.count):
        child = entry.child(index)
        found.append("  " * depth + row(child, is_open=child.is_branch, width=WIDTH - 2 - 2 * depth))
        found += rows(child, depth + 1)
    return found


def field(value: Any, name: str = "key") -> Entry:
    return Payload({name: value}, WIDTH).child(0)


def test_a_payload_as_it_is_read() -> None:
    payload = {
        "tool": "bash",
        "args": {"command": "ls", "timeout": 5, "deep": {"list": [1, [True, None]]}},
        "result": "one\ntwo\tx\n",
        "empty": [{}, [], ""],
    }
    assert rows(Payload(payload, WIDTH)) == [
        "tool: bash",
        "args: 3 fields",
        "  command: ls",
        "  timeout: 5",
        "  deep: 1 field",
        "    list: 2 items",
        "      0: 1",
        "      1: 2 items",
        "        0: true",
        "        1: null",
        "result: 2 lines",
        "  one",
        "  two x",
        "empty: 3 items",
        "  0: {}",
        "  1: []",
        '  2: ""',
    ]


@pytest.mark.parametrize(
    ("value", "shown", "style"),
    [
        ("text", "text", "string"),
        ("", '""', "string"),
        ("42", '"42"', "string"),
        ("1.5e3", '"1.5e3"', "string"),
        ("true", '"true"', "string"),
        ("null", '"null"', "string"),
        (" padded", '" padded"', "string"),
        (42, "42", "number"),
        (1.5, "1.5", "number"),
        (True, "true", "word"),
        (None, "null", "word"),
        (float("nan"), "nan", "number"),
        ({}, "{}", "muted"),
        ([], "[]", "muted"),
        ("\x1b[31m", "␛[31m", "string"),
    ],
)
def test_values_in_the_row_of_their_key(value: Any, shown: str, style: str) -> None:
    entry = field(value)
    assert not entry.is_branch
    assert row(entry) == f"key: {shown}"
    assert styles(entry) == ["key", "muted", style]


def test_places_in_a_list_are_told_from_keys() -> None:
    child = field([7]).child(0)
    assert child.cells(50, False) == [("0: ", "muted"), ("7", "number")]


def test_a_folded_object_gives_a_glimpse() -> None:
    entry = field({"command": "ls", "list": [1], "none": None})
    assert row(entry) == "key: 3 fields  command: ls, list: […], none: null".ljust(58)
    assert row(entry, is_open=True) == "key: 3 fields"
    assert "…" in row(field(list(range(100))))


def test_a_folded_text_gives_its_beginning() -> None:
    entry = field("first\nsecond\n")
    assert row(entry) == "key: first⏎second⏎".ljust(58 - 9) + "  2 lines"
    assert row(entry, is_open=True) == "key: 2 lines"
    assert row(field("x" * 100), is_open=True) == "key: 100 characters"


def test_a_list_that_its_row_tells_whole_stays_folded_at_first() -> None:
    assert not field([1, 2, "three"]).opens
    assert field([1, {"a": 1}]).opens
    assert field(["x" * 100]).opens
    assert field({"a": 1}).opens
    assert not field({str(number): number for number in range(100)}).opens


def test_json_in_a_text_unfolds_and_is_copied_as_the_text_it_is() -> None:
    text = '{"command": "ls",  "n": [1, 2]}'
    entry = field(text)
    assert row(entry, is_open=True) == "key: 2 fields (JSON text)"
    assert rows(entry) == ["command: ls", "n: 2 items", "  0: 1", "  1: 2"]
    copied = entry.copied()
    assert copied is not None
    assert copied.text == text


@pytest.mark.parametrize("text", ["{oops}", "[1, 2", "{}", "[/oops]", "\ud800{}", "[" * 3000 + "]" * 3000])
def test_what_only_looks_like_json_is_text(text: str) -> None:
    assert "(JSON text)" not in row(field(text))


def test_lines_of_a_diff_have_their_styles() -> None:
    entry = field("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ class\n same\n-old\n+new" + "x" * 100)
    found = [styles(entry.child(index)) for index in range(entry.count)]
    assert found == [["title"], ["title"], ["word"], ["context"], ["removed"], ["added"], ["added"]]
    plain = field("- a list\n+ of things\n--- and more")
    assert {style for index in range(plain.count) for style in styles(plain.child(index))} == {"string"}


def test_a_million_items_cost_nothing_until_they_are_seen(monkeypatch: Any) -> None:
    made = 0
    value_entry = payload_tree.value_entry

    def counted(*args: Any, **options: Any) -> Entry:
        nonlocal made
        made += 1
        return value_entry(*args, **options)

    monkeypatch.setattr(payload_tree, "value_entry", counted)
    payload = Payload({"items": [{"a": number} for number in range(1_000_000)]}, WIDTH)
    entry = payload.child(0)
    assert entry.count == 1_000_000
    assert row(entry).startswith("items: 1,000,000 items  {…}, {…}")
    assert rows(entry.child(999_999)) == ["a: 999999"]
    assert made < 5


def test_a_text_of_100_mb_is_wrapped_as_far_as_it_is_read() -> None:
    entry = field("x" * 100_000_000)
    assert isinstance(entry, TextEntry)
    assert entry.lines.count == 0
    assert row(entry).endswith("100,000,000 characters")
    assert entry.lines.count == 0
    assert entry.count == 101
    more = entry.child(100)
    assert more.goes_on
    assert row(more).startswith("… 99,994,400 more characters: go on")
    entry.read_on()
    assert entry.count == 1_101
    for _ in range(30):
        entry.read_on()
    assert entry.count == 20_001
    last = entry.child(20_000)
    assert not last.goes_on
    assert "o opens all of it" in row(last)
    assert last.copied() == entry.copied()


def test_keys_of_any_length_leave_room_for_their_value() -> None:
    entry = field("the value", "k" * 1_000_000)
    assert row(entry).endswith("…: the value")
    assert width_of(row(entry)) <= WIDTH - 2
    copied = field(1, "\x1b[31m[/oops]").copied()
    assert copied is not None
    assert copied.name == "\x1b[31m[/oops]"  # whoever shows it makes it safe


def test_rows_are_found_by_name() -> None:
    payload = Payload({"a": 1, "b": [1, 2], "t": "x" * 1000}, WIDTH)
    assert [payload.find(name) for name in ("a", "b", "t", "c", 0)] == [0, 1, 2, None, None]
    items, text = payload.child(1), payload.child(2)
    assert [items.find(name) for name in (0, 1, 2, -1, "0")] == [0, 1, None, None, None]
    assert text.find(500) == 500 // 56
    assert text.find("x") is None
    assert text.child(3).path == ("t", 3 * 56)
    assert text.child(3).anchor is text
