"""The index of a large trace: a second opening folds nothing again, and is never wrong."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from tracetop import TraceCollector
from tracetop.analysis.fold.session import Session
from tracetop.analysis.prices import Price, Prices
from tracetop.app import index_folder, trace_index
from tracetop.app.cli import cli
from tracetop.app.index_folder import begin
from tracetop.app.list_prices import ListPrices
from tracetop.app.reports.report import report_json
from tracetop.app.trace import Trace, load_trace

Applied = list[int]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of one's own, and no trace too small for an index."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(trace_index, "SMALLEST_BYTES", 1)
    return tmp_path / "cache" / "tracetop" / "indexes"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return record(tmp_path / "traces", 12)


def record(folder: Path, iterations: int) -> Path:
    with TraceCollector(folder, "one") as collector:
        path = collector.start_session(goal="an index", model="m")
        for number in range(iterations):
            busy(collector, number)
    return path


def busy(collector: TraceCollector, number: int) -> None:
    collector.record("iteration_start", iteration=number)
    collector.record_llm_response(
        {"input": 10, "output": 5, "cache_read": 2000 if number % 5 else 0}, None, 20.0, iteration=number, model="m"
    )
    collector.record_tool_call("bash", {"command": "true"}, "", 1.0, iteration=number)
    collector.record_tool_call("read", {"path": f"{number}.py"}, "", 1.0, iteration=number, error="no" * (number % 2))
    collector.record_subagent(f"a{number % 3}", "spawn", {"task": "look"})
    collector.record("iteration_end", iteration=number)


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> Iterator[Applied]:
    """How many events each batch had that was folded."""
    sizes: Applied = []
    apply = Session.apply

    def counted(self: Session, records: Any, positions: Any) -> None:
        sizes.append(len(records))
        apply(self, records, positions)

    monkeypatch.setattr(Session, "apply", counted)
    yield sizes


def told(trace: Trace) -> str:
    return report_json(trace)


def test_a_second_opening_folds_nothing(path: Path, applied: Applied) -> None:
    first = load_trace(path, index=True)
    assert sum(applied) == first.session.count
    applied.clear()
    second = load_trace(path, index=True)
    assert not applied
    assert told(second) == told(first) == told(load_trace(path))
    for number in range(second.session.count):
        assert (second.event(number), second.place(number)) == (first.event(number), first.place(number))


def test_a_trace_that_grew_is_folded_from_where_it_was(path: Path, applied: Applied) -> None:
    known = load_trace(path, index=True).session.count
    applied.clear()
    with TraceCollector(path.parent, "one") as collector:
        collector.start_session(goal="more")
        busy(collector, 1)
    grown = load_trace(path, index=True)
    assert grown.session.count == known + sum(applied) > known
    assert told(grown) == told(load_trace(path))


def test_bad_lines_are_known_too(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"no event\n")
    first = load_trace(path, index=True)
    second = load_trace(path, index=True)
    assert second.bad_line_count == 1
    assert (second.lines, second.bad_lines) == (first.lines, first.bad_lines)


def changed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"an index", b"elsewhere"))


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: content.rfind(b"\n", 0, len(content) // 2) + 1])


@pytest.mark.parametrize("change", [changed, cut], ids=lambda change: change.__name__)
def test_a_trace_that_is_another_now_is_folded_from_its_start(path: Path, change: Callable[[Path], None]) -> None:
    load_trace(path, index=True)
    change(path)
    assert told(load_trace(path, index=True)) == told(load_trace(path))


def test_a_damaged_index_is_as_good_as_none(path: Path, cache: Path) -> None:
    expected = told(load_trace(path, index=True))
    [index] = cache.iterdir()
    whole = index.read_bytes()
    chance = random.Random(6)
    places = {0, 15, 20, 28, 60, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(50))}
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        index.write_bytes(damaged)
        assert told(load_trace(path, index=True)) == expected
    for size in (0, 10, 27, 200, len(whole) // 2, len(whole) - 1):
        index.write_bytes(whole[:size])
        assert told(load_trace(path, index=True)) == expected
    index.write_bytes(whole + b"\0")
    assert told(load_trace(path, index=True)) == expected


def test_an_index_that_was_made_to_deceive_is_of_no_use(path: Path, cache: Path, applied: Applied) -> None:
    expected = told(load_trace(path, index=True))
    [index] = cache.iterdir()
    content = index.read_bytes()
    place = len(begin(path))
    size = int.from_bytes(content[place : place + 8])
    end = place + 12 + size
    header = content[place + 12 : end].replace(b"events.time", b"events.tame")
    index.write_bytes(content[: place + 8] + crc32(header).to_bytes(4) + header + content[end:])
    applied.clear()
    assert told(load_trace(path, index=True)) == expected
    assert applied


def test_where_none_can_be_kept_all_goes_on(path: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    first = load_trace(path, index=True)
    assert told(load_trace(path, index=True)) == told(first)


def test_no_index_neither_reads_nor_writes_one(
    path: Path, cache: Path, applied: Applied, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as left:
            cli.main(["report", str(path), *arguments])
        assert left.value.code == 0
        return capsys.readouterr().out

    first = run("--no-index")
    assert not cache.exists()
    assert run() == first
    applied.clear()
    assert run("--no-index") == first
    assert applied
    applied.clear()
    assert run() == first
    assert not applied


def test_by_other_prices_it_is_another_index(path: Path) -> None:
    dear, cheap = (Prices({"m": Price(input, input, input, input)}) for input in (1000.0, 1.0))
    costs = [load_trace(path, prices=prices, index=True).view().cost for prices in (dear, cheap, dear, cheap, None)]
    assert costs[0] == costs[2] == pytest.approx(1000 * (costs[1] or 0.0))
    assert costs[1] == costs[3]
    assert costs[4] is None


def test_by_another_version_of_a_list_it_is_another_index(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = Prices(listed=ListPrices())
    kept = trace_index.TraceIndex(path, listed).path
    assert kept == trace_index.TraceIndex(path, listed).path != trace_index.TraceIndex(path).path
    monkeypatch.setattr("tracetop.app.list_prices._version", lambda: "9.9")
    assert trace_index.TraceIndex(path, listed).path != kept


def test_a_trace_that_hardly_grew_is_not_written_again(path: Path, cache: Path) -> None:
    load_trace(path, index=True)
    [index] = cache.iterdir()
    before = index.stat().st_ino
    with path.open("ab") as file:
        file.write(b'{"kind":"custom","timestamp":1}\n')
    load_trace(path, index=True)
    assert index.stat().st_ino == before


def test_small_traces_have_none(path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_index, "SMALLEST_BYTES", path.stat().st_size + 1)
    load_trace(path, index=True)
    assert not cache.exists()


def test_two_that_write_and_read_at_once_see_a_whole_index(path: Path, cache: Path) -> None:
    expected = told(load_trace(path))
    wrong: list[str] = []

    def often() -> None:
        for _ in range(12):
            for index in list(cache.glob("*.index")):
                index.unlink(missing_ok=True)
            found = told(load_trace(path, index=True))
            if found != expected:
                wrong.append(found)

    threads = [threading.Thread(target=often) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert [each.suffix for each in cache.iterdir()] == [".index"]


def test_indexes_used_longest_ago_make_room(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    traces = [record(tmp_path / f"traces-{number}", 4) for number in range(4)]
    load_trace(traces[0], index=True)
    [index] = cache.iterdir()
    size = index.stat().st_size
    monkeypatch.setattr(index_folder, "MOST_BYTES", size * 5 // 2)
    for trace in traces[1:]:
        load_trace(trace, index=True)
    assert len(list(cache.iterdir())) == 2


def test_what_is_kept_is_nobody_elses_to_read(path: Path, cache: Path) -> None:
    load_trace(path, index=True)
    [index] = cache.iterdir()
    assert (cache.stat().st_mode & 0o077, index.stat().st_mode & 0o077) == (0, 0)


def test_the_index_of_a_trace_that_is_gone_goes_with_the_next_that_is_kept(
    path: Path, tmp_path: Path, cache: Path
) -> None:
    load_trace(path, index=True)
    (cache / "no.index").write_text("something else")
    path.unlink()
    other = record(tmp_path / "other", 3)
    load_trace(other, index=True)
    [index] = cache.iterdir()
    assert str(other).encode() in index.read_bytes()[:400]


def test_who_deletes_a_session_deletes_its_index(path: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load_trace(path, index=True)
    os.utime(path, (1, 1))
    with pytest.raises(SystemExit) as left:
        cli.main(["clean", str(path.parent), "--older-than", "30d", "--yes"])
    assert (left.value.code, path.exists(), list(cache.iterdir())) == (0, False, [])
    assert "1 session" in capsys.readouterr().out
