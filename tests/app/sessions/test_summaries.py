"""The cache of summaries: what it gives back, and what it gives back no longer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tracetop.analysis.prices import Price, Prices
from tracetop.analysis.rules.thresholds import Tuning
from tracetop.app.sessions.entry import Entry
from tracetop.app.sessions.glance import look_at
from tracetop.app.sessions.sessions import Sessions
from tracetop.app.sessions.summaries import Summaries, digest_of
from tracetop.collector.reading.listing import ListedTrace, list_traces

PRICES = Prices({"m": Price(input=1.0, output=2.0)})


@pytest.fixture
def trace(tmp_path: Path, line: Callable[..., bytes]) -> ListedTrace:
    folder = tmp_path / "traces"
    folder.mkdir()
    start = line("session_start", goal="g\ud800".encode(errors="replace").decode(), model="m")
    (folder / "a.jsonl").write_bytes(start + line("llm_response", 1, input_tokens=10, output_tokens=5, model="m"))
    return next(iter(list_traces(folder)))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def kept(trace: ListedTrace, place: Path, prices: Prices | None = None) -> tuple[Summaries, Entry]:
    summaries, entry = Summaries(trace.path.parent, prices, place), look_at(trace, prices)
    assert summaries.keep([(trace, entry)])
    return summaries, entry


def again(trace: ListedTrace, place: Path, prices: Prices | None = None) -> Entry | None:
    return Summaries(trace.path.parent, prices, place).entry(trace)


def test_what_was_kept_comes_back(trace: ListedTrace, place: Path) -> None:
    _, entry = kept(trace, place)
    assert again(trace, place) == entry
    assert entry.figures is not None


@pytest.mark.parametrize("change", [{"size": 1}, {"mtime_ns": 5}, {"inode": 3}, {"parts": "another"}])
def test_a_trace_that_changed_is_not_known(trace: ListedTrace, place: Path, change: dict[str, object]) -> None:
    kept(trace, place)
    if "parts" in change:
        change = {"parts": (*trace.parts, trace.path.with_name("a~002.jsonl"))}
    assert again(replace(trace, **change), place) is None  # type: ignore[arg-type]


def test_other_prices_leave_what_does_not_depend_on_them(trace: ListedTrace, place: Path) -> None:
    _, entry = kept(trace, place, PRICES)
    assert entry.figures is not None
    assert entry.figures.cost_estimated
    assert again(trace, place, PRICES) == entry
    for other in (None, Prices({"m": Price(input=1.0, output=3.0)})):
        known = again(trace, place, other)
        assert known is not None
        assert (known.goal, known.figures) == (entry.goal, None)


def test_prices_have_a_name_that_does_not_depend_on_their_order() -> None:
    one, two = Price(input=1.0), Price(output=2.0)
    assert digest_of(Prices({"a": one, "b": two})) == digest_of(Prices({"b": two, "a": one}))
    assert digest_of(Prices({"a": one})) != digest_of(Prices({"a": two}))
    assert digest_of(None) == digest_of(Prices())


def test_rules_that_are_tuned_otherwise_have_another_name() -> None:
    names = {
        digest_of(None, tuning)
        for tuning in (Tuning(), Tuning({"cycle.rounds": 4}), Tuning(muted=frozenset({"cycle"})))
    }
    assert len(names) == 3
    assert digest_of(None, Tuning()) == digest_of(None)


@pytest.mark.parametrize("content", [b"", b"\x00", b"not msgpack at all", b"\x93\x01\xa0\x81\xa1a\x90", b"\xc1" * 1000])
def test_a_damaged_cache_is_as_none_and_is_replaced(trace: ListedTrace, place: Path, content: bytes) -> None:
    summaries, entry = kept(trace, place)
    summaries.path.write_bytes(content)
    assert again(trace, place) is None
    kept(trace, place)
    assert again(trace, place) == entry


def test_half_a_cache_is_as_none(trace: ListedTrace, place: Path) -> None:
    summaries, _ = kept(trace, place)
    whole = summaries.path.read_bytes()
    for size in range(0, len(whole), 7):
        summaries.path.write_bytes(whole[:size])
        assert again(trace, place) is None


def test_another_format_is_not_read(trace: ListedTrace, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(trace, place)
    monkeypatch.setattr("tracetop.app.sessions.summaries._FORMAT", 99)
    assert again(trace, place) is None


def test_where_nothing_can_be_written_nothing_is_kept(trace: ListedTrace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    summaries = Summaries(trace.path.parent, None, tmp_path / "file")
    assert not summaries.keep([(trace, look_at(trace))])
    sessions = Sessions([trace.path.parent], cache=tmp_path / "file")
    sessions.look()
    sessions.save()
    assert [entry.error for entry in sessions.entries] == [""]


def test_nobody_else_may_read_it_and_no_half_written_file_stays(trace: ListedTrace, place: Path) -> None:
    summaries, _ = kept(trace, place)
    assert summaries.path.stat().st_mode & 0o077 == 0
    assert summaries.path.parent.stat().st_mode & 0o077 == 0
    assert list(summaries.path.parent.iterdir()) == [summaries.path]


def test_of_two_processes_the_later_one_wins_whole(trace: ListedTrace, place: Path) -> None:
    first, second = (Summaries(trace.path.parent, None, place) for _ in range(2))
    entry = look_at(trace)
    first.keep([(trace, entry)])
    second.keep([(trace, replace(entry, error="said by the second"))])
    known = again(trace, place)
    assert known is not None
    assert known.error == "said by the second"


def test_what_another_process_found_out_is_not_lost(trace: ListedTrace, place: Path) -> None:
    mine = Summaries(trace.path.parent, None, place)
    _, entry = kept(trace, place)
    mine.keep([(trace, replace(entry, figures=None))])
    assert again(trace, place) == entry
    mine.keep([(replace(trace, size=9), replace(entry, figures=None))])
    assert again(trace, place) is None


def test_names_that_are_no_text_can_be_kept(trace: ListedTrace, place: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(trace.path.parent) + b"/\xff\xfe.jsonl"))
    odd.write_bytes(trace.path.read_bytes())
    listed = next(each for each in list_traces(odd.parent) if each.path == odd)
    _, entry = kept(listed, place)
    assert again(listed, place) == entry


def test_what_nobody_used_for_long_is_deleted(trace: ListedTrace, place: Path) -> None:
    summaries, _ = kept(trace, place)
    old, other = summaries.path.with_name("old.sessions"), summaries.path.with_name("other.sessions")
    for path, age in ((old, 400), (other, 4)):
        path.write_bytes(b"")
        os.utime(path, (time.time() - age * 86_400,) * 2)
    kept(trace, place)
    assert not old.exists()
    assert other.exists()
