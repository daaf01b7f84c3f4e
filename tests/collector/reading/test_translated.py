"""Logs of another format as a trace: files side by side in the order of time, in any chunks, garbage and all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.collector.events import TraceEvent
from tracetop.collector.formats import registry
from tracetop.collector.formats.line_records import records_of
from tracetop.collector.formats.native import decode_line, event_from_line
from tracetop.collector.formats.translator import Format, Merged, Origin, Record
from tracetop.collector.reading.delivery import TailState
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.open_tail import open_tail
from tracetop.collector.reading.translated import TranslatedTail, translated


class Toy:
    """Each record with a `say` is an event, once for each id; others say nothing."""

    def __init__(self, path: Path) -> None:
        self.merged = Merged()
        self._seen: set[str] = set()

    def take(self, record: Record, origin: Origin) -> Iterable[TraceEvent]:
        self.merged.records += 1
        if "say" not in record:
            self.merged.skipped[str(record.get("toy"))] += 1
        elif record["id"] in self._seen:
            self.merged.duplicates += 1
        else:
            self._seen.add(record["id"])
            yield TraceEvent("custom", record["at"], "s", record["id"], data={"say": record["say"]})


def companions(path: Path) -> Sequence[Path]:
    return sorted(path.parent.glob("side-*.log"))


TOY = Format("toy", lambda records: any("toy" in record for record in records), Toy, lambda r: r.get("at"), companions)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FORMATS", (TOY,))


def record(id: str, at: float, **more: Any) -> bytes:
    return json.dumps({"toy": 1, "id": id, "at": at, "say": f"this is {id}", **more}).encode() + b"\n"


def read(tail: TranslatedTail, most: int | None = None) -> list[str]:
    """The ids of all events there are now, each looked up again by its position."""
    ids = []
    for _ in range(2):
        while True:
            for delivery in tail.poll(most):
                if delivery.fresh:
                    ids.clear()
                for event, position in zip(delivery.batch.records, delivery.batch.offsets, strict=True):
                    assert event_from_line(tail.line(position)).event_id == event.event_id
                    ids.append(event.event_id)
            if not tail.has_more:
                break
    return ids


def test_the_files_of_a_session_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    (tmp_path / "main.log").write_bytes(record("a", 1) + record("d", 4) + record("e", 3) + record("g", 9))
    (tmp_path / "side-1.log").write_bytes(record("b", 2) + record("f", 6))
    (tmp_path / "side-2.log").write_bytes(record("c", 3))
    tail = open_tail(tmp_path / "main.log")
    assert isinstance(tail, TranslatedTail)
    assert read(tail) == ["a", "b", "c", "d", "e", "f", "g"], "of one file its own order stays"
    assert tail.merged.records == 7
    assert tail.place(0) == "line 1 of main.log"


def test_what_comes_later_is_read_on_also_in_files_that_were_not_there(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    path.write_bytes(record("a", 1))
    tail = TranslatedTail(path, TOY)
    assert read(tail) == ["a"]
    with path.open("ab") as file:
        file.write(record("c", 3)[:10])
    assert read(tail) == []
    with path.open("ab") as file:
        file.write(record("c", 3)[10:] + record("a", 1))
    assert read(tail) == ["c"]
    assert tail.merged.duplicates == 1
    (tmp_path / "side-9.log").write_bytes(record("b", 2))
    tail._looked = float("-inf")
    assert read(tail) == ["b"]


def test_a_file_that_is_replaced_starts_all_over(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    path.write_bytes(record("a", 1) + record("b", 2))
    tail = TranslatedTail(path, TOY)
    assert read(tail) == ["a", "b"]
    path.write_bytes(record("x", 7))
    assert read(tail) == ["x"]
    assert tail.merged.records == 1


def test_what_stands_before_a_torn_record_on_its_line_is_read(tmp_path: Path) -> None:
    records, defect = records_of(b'{"a":1}{"b":2} {"c":')
    assert (records, bool(defect)) == ([{"a": 1}, {"b": 2}], True)
    assert records_of(b'{"a":1} {"b":2}') == ([{"a": 1}, {"b": 2}], "")
    path = tmp_path / "main.log"
    path.write_bytes(record("a", 1).rstrip(b"\n") + b'{"toy":\n' + record("b", 2))
    tail = TranslatedTail(path, TOY)
    bad = [bad.number for delivery in tail.poll() for bad in delivery.batch.bad]
    assert (bad, tail.merged.records) == ([1], 2)


def test_garbage_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    two = record("b", 2).rstrip(b"\n") + record("c", 3)
    lines = [record("a", 1), b"\0\0\n", b"[1]\n", b'{"toy": \n', two, b"\xff\xfe{}\n", b"\n", record("d", 4)[:-1]]
    path.write_bytes(b"".join(lines))
    tail = TranslatedTail(path, TOY)
    bad = [bad for _ in range(2) for delivery in tail.poll() for bad in delivery.batch.bad]
    assert [each.number for each in bad] == [2, 3, 4, 6]
    assert tail.merged.records == 4, "a last line without its newline is whole already"


def test_records_on_one_line_are_all_read() -> None:
    assert records_of(b'{"a":1}{"b":2} {"c":3}') == ([{"a": 1}, {"b": 2}, {"c": 3}], "")
    assert records_of(b'{"a":1} tail')[0] == []


def test_a_trace_of_our_own_stays_one_whatever_stands_in_it(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"kind": "custom", "timestamp": 1, "toy": 1}\n')
    assert isinstance(open_tail(path), FileTail)
    assert isinstance(open_tail(tmp_path / "none.jsonl"), FileTail)
    assert open_tail(tmp_path / "none.jsonl").state is TailState.WAITING


def test_converted_lines_are_native_and_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    path.write_bytes(record("a", 1) + record("b", 2) + b'{"toy": 2}\n')
    pieces = list(translated(path, TOY))
    lines = [line for lines, _ in pieces for line in lines]
    assert [decode_line(line)[0].event_id for line in lines] == ["a", "b"]
    assert pieces[-1][1].skipped == {"2": 1}


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=40),
    st.lists(st.integers(1, 400), min_size=1, max_size=8),
)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_pieces_give_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, int]], sizes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    files: list[list[bytes]] = [[], [], []]
    for number, (file, at) in enumerate(said):
        files[file].append(record(str(number), at))
    for name, lines in zip(("main.log", "side-1.log", "side-2.log"), files, strict=True):
        (folder / name).write_bytes(b"".join(lines))
    whole = read(TranslatedTail(folder / "main.log", TOY))
    assert read(TranslatedTail(folder / "main.log", TOY), sizes[0]) == whole
    assert sorted(whole, key=int) == [str(number) for number in range(len(said))]
