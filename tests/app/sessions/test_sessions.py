"""The sessions of folders: what is listed, what is read for it, what is folded when."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tracetop.app.sessions.entry import LIVE_SECONDS, Entry, is_live
from tracetop.app.sessions.glance import END_BYTES
from tracetop.app.sessions.order import DEFAULT_ORDER
from tracetop.app.sessions.sessions import Sessions
from tracetop.app.trace import load_trace

MANY = 2_000


@pytest.fixture
def folder(tmp_path: Path, line: Callable[..., bytes]) -> Path:
    folder = tmp_path / "traces"
    folder.mkdir()
    (folder / "old.jsonl").write_bytes(line("session_start", goal="old") + line("session_end", status="complete"))
    (folder / "new.jsonl").write_bytes(line("session_start", goal="new"))
    (folder / "none.jsonl").write_text("nothing of the kind\n")
    (folder / "notes.txt").write_text("not looked at")
    for age, name in ((100, "old"), (10, "new"), (0, "none")):
        os.utime(folder / f"{name}.jsonl", (1_000_000 - age, 1_000_000 - age))
    return folder


@pytest.fixture
def sessions(folder: Path, tmp_path: Path) -> Sessions:
    """Return the sessions of the folder, not looked at yet."""
    return Sessions([folder], cache=tmp_path / "cache")


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the size of whatever is read."""
    sizes: list[int] = []
    real = os.pread

    def pread(descriptor: int, size: int, offset: int) -> bytes:
        content = real(descriptor, size, offset)
        sizes.append(len(content))
        return content

    monkeypatch.setattr(os, "pread", pread)
    return sizes


def looked(sessions: Sessions) -> Sessions:
    sessions.look(anew=True)
    sessions.fold()
    return sessions


def newest_first(sessions: Sessions) -> list[Entry]:
    return DEFAULT_ORDER.arranged(sessions.entries, 2_000_000.0)


def large_trace(line: Callable[..., bytes], responses: int = 1_500) -> bytes:
    """A trace of which the ends are not all."""
    middle = line("llm_response", 1, tokens=7, cost=0.5, text="x" * 100) * responses
    return line("session_start", goal="large", model="opus") + middle + line("session_end", 2, status="complete")


def test_newest_first_and_what_is_no_trace_last(sessions: Sessions) -> None:
    entries = newest_first(looked(sessions))
    assert [entry.path.stem for entry in entries] == ["new", "old", "none"]
    assert "not a trace" in entries[2].error
    assert entries[0].goal == "new"
    assert [entry.ended for entry in entries] == [False, True, False]


def test_a_trace_that_did_not_change_is_not_read_again(sessions: Sessions, reads: list[int]) -> None:
    version = looked(sessions).version
    reads.clear()
    looked(sessions)
    assert not reads
    assert sessions.version == version


def test_a_trace_that_grew_is(sessions: Sessions, folder: Path, line: Callable[..., bytes]) -> None:
    looked(sessions)
    with (folder / "new.jsonl").open("ab") as file:
        file.write(line("session_start", goal="newer"))
    looked(sessions)
    newest = sessions.entry(folder / "new.jsonl")
    assert newest is not None
    assert newest.goal == "newer"


def test_a_session_that_is_written_to_without_a_pause_keeps_its_place(sessions: Sessions, folder: Path) -> None:
    path, since = folder / "new.jsonl", []
    for mtime in (1_000_000, 1_000_000 + LIVE_SECONDS / 2, 1_000_000 + LIVE_SECONDS, 1_000_000 + 3 * LIVE_SECONDS):
        os.utime(path, (mtime, mtime))
        entry = looked(sessions).entry(path)
        assert entry is not None
        since.append(entry.since or entry.mtime)
    assert since == [1_000_000] * 3 + [1_000_000 + 3 * LIVE_SECONDS]


def test_a_trace_over_several_parts_is_one_session(
    sessions: Sessions, folder: Path, line: Callable[..., bytes]
) -> None:
    new, second, third = (folder / f"new{number}.jsonl" for number in ("", "~002", "~003"))
    second.write_bytes(line("llm_response", 1, tokens=7))
    os.utime(second, (999_995, 999_995))
    looked(sessions)
    assert [entry.path.stem for entry in newest_first(sessions)] == ["new", "old", "none"]
    entry = newest_first(sessions)[0]
    assert entry.size == new.stat().st_size + second.stat().st_size
    assert entry.mtime == 999_995
    assert entry.figures is not None
    assert (entry.goal, entry.figures.tokens, entry.ended) == ("new", 7, False)
    third.write_bytes(line("session_end", status="complete"))
    looked(sessions)
    assert {(entry.path.stem, entry.ended) for entry in newest_first(sessions)[:2]} == {("new", True), ("old", True)}


def test_live_is_what_was_just_written_and_has_not_ended(sessions: Sessions) -> None:
    new, old, none = newest_first(looked(sessions))
    assert is_live(new, new.mtime + LIVE_SECONDS / 2)
    assert not is_live(new, new.mtime + LIVE_SECONDS * 2)
    assert not is_live(old, old.mtime)
    assert not is_live(none, none.mtime)


def test_a_folder_that_does_not_exist_has_no_sessions(tmp_path: Path) -> None:
    assert looked(Sessions([tmp_path / "nowhere"], cache=tmp_path)).entries == []


def test_a_deleted_session_goes(sessions: Sessions, folder: Path) -> None:
    looked(sessions)
    (folder / "old.jsonl").unlink()
    looked(sessions)
    assert {entry.path.stem for entry in sessions.entries} == {"new", "none"}


def test_of_a_large_trace_only_the_ends_are_read_until_it_is_folded(
    sessions: Sessions, folder: Path, line: Callable[..., bytes], reads: list[int]
) -> None:
    path = folder / "large.jsonl"
    path.write_bytes(large_trace(line))
    sessions.look(anew=True)
    entry = sessions.entry(path)
    assert entry is not None
    assert (entry.goal, entry.model, entry.ended, entry.figures, entry.is_waiting) == (
        "large",
        "opus",
        True,
        None,
        True,
    )
    assert max(reads) <= END_BYTES
    assert sum(reads) < path.stat().st_size
    assert sessions.fold()
    entry = sessions.entry(path)
    assert entry is not None
    assert entry.figures is not None
    assert (entry.figures.events, entry.figures.tokens, entry.figures.cost) == (1_502, 10_500, 750.0)


def test_a_session_that_grows_is_folded_on_from_where_it_was(
    folder: Path, tmp_path: Path, line: Callable[..., bytes], reads: list[int]
) -> None:
    path = folder / "large.jsonl"
    path.write_bytes(large_trace(line).rsplit(b"\n", 2)[0] + b"\n")
    sessions = looked(Sessions([folder], cache=tmp_path / "cache"))
    reads.clear()
    with path.open("ab") as file:
        file.write(line("llm_response", 2, tokens=1))
    looked(sessions)
    entry = sessions.entry(path)
    assert entry is not None
    assert entry.figures is not None
    assert entry.figures.tokens == 10_501
    assert sum(reads) < 3 * END_BYTES
    assert sessions.trace(path) is not None


def test_what_is_wanted_is_folded_first_and_what_is_huge_last(
    folder: Path, tmp_path: Path, line: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracetop.app.sessions.folding.LARGE_BYTES", 300_000)
    content = large_trace(line, 600)
    for age, (name, times) in enumerate((("huge", 4), ("a", 1), ("b", 1), ("c", 1))):
        (folder / f"{name}.jsonl").write_bytes(content * times)
        os.utime(folder / f"{name}.jsonl", (900_000 - age,) * 2)
    folded: list[str] = []
    sessions = Sessions([folder], cache=tmp_path / "cache")
    real = sessions._fold_done
    monkeypatch.setattr(sessions, "_fold_done", lambda path, fold: (folded.append(path.stem), real(path, fold)))
    sessions.look(anew=True)
    sessions.wanted = [folder / "huge.jsonl", folder / "c.jsonl"]
    sessions.fold()
    assert folded == ["c", "a", "b", "huge"]


def test_folding_stops_between_two_pieces(
    folder: Path, tmp_path: Path, line: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "large.jsonl").write_bytes(large_trace(line, 6_000))
    sessions = Sessions([folder], cache=tmp_path / "cache")
    sessions.look(anew=True)
    ticks = iter(range(10_000))
    monkeypatch.setattr("tracetop.app.sessions.sessions.time.monotonic", lambda: float(next(ticks)))
    assert not sessions.fold(1.0)
    monkeypatch.undo()
    entry = sessions.entry(folder / "large.jsonl")
    assert entry is not None
    assert entry.figures is None
    assert sessions.fold()


def test_the_index_of_a_large_trace_saves_its_fold(
    folder: Path, tmp_path: Path, line: Callable[..., bytes], reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("trace_index", "sessions.sessions"):
        monkeypatch.setattr(f"tracetop.app.{module}.SMALLEST_BYTES", 100_000)
    path = folder / "large.jsonl"
    path.write_bytes(large_trace(line))
    load_trace(path, index=True)
    for index, most in ((True, 4 * END_BYTES), (False, 10 * END_BYTES)):
        sessions = Sessions([folder], index=index, cache=tmp_path / f"cache-{index}")
        sessions.look(anew=True)
        reads.clear()
        sessions.fold()
        entry = sessions.entry(path)
        assert entry is not None
        assert entry.figures is not None
        assert entry.figures.tokens == 10_500
        assert (sum(reads) < path.stat().st_size) is index
        assert sum(reads) < most


def test_the_cache_knows_what_was_found_out(folder: Path, tmp_path: Path, reads: list[int]) -> None:
    first = looked(Sessions([folder], cache=tmp_path / "cache"))
    first.save()
    reads.clear()
    second = looked(Sessions([folder], cache=tmp_path / "cache"))
    assert not reads
    assert {entry.path: (entry.glance, entry.figures, entry.error) for entry in second.entries} == {
        entry.path: (entry.glance, entry.figures, entry.error) for entry in first.entries
    }


def test_many_sessions_cost_a_look_at_each_and_no_more(
    tmp_path: Path, line: Callable[..., bytes], reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    template = folder / "0.jsonl"
    template.write_bytes(line("session_start", goal="one of many") + line("session_end", status="complete"))
    for number in range(1, MANY):
        os.link(template, folder / f"{number}.jsonl")
    sessions = Sessions([folder], cache=tmp_path / "cache")
    copied = 0

    def sorted_once(*args: object, **options: object) -> list[object]:
        nonlocal copied
        copied += 1
        return sorted(*args, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr("tracetop.app.sessions.sessions.sorted", sorted_once, raising=False)
    sessions.look(anew=True)
    assert len(reads) == MANY
    assert copied == 1
    assert {entry.goal for entry in sessions.entries} == {"one of many"}
    sessions.fold()
    assert not any(entry.is_waiting for entry in sessions.entries)
    assert len(reads) <= 4 * MANY
    assert sessions.version <= 4 * MANY


@contextmanager
def running(sessions: Sessions) -> Iterator[Sessions]:
    sessions.start()
    try:
        yield sessions
    finally:
        sessions.stop()
        assert sessions.error is None


def test_the_thread_sees_a_new_trace_and_one_that_grows_and_stops(
    sessions: Sessions, folder: Path, line: Callable[..., bytes]
) -> None:
    fresh = folder / "fresh.jsonl"
    with running(sessions):
        wait_for(lambda: len(sessions.entries) == 3)
        fresh.write_bytes(line("session_start", goal="fresh"))
        wait_for(lambda: (entry := sessions.entry(fresh)) is not None and entry.goal == "fresh")
        with fresh.open("ab") as file:
            file.write(line("session_end"))
        wait_for(lambda: (entry := sessions.entry(fresh)) is not None and entry.ended)


def test_it_looks_as_long_as_anybody_watches(sessions: Sessions) -> None:
    with running(sessions):
        sessions.start("wall")
        sessions.pause()
        assert sessions._awake.is_set()
        sessions.pause("wall")
        assert not sessions._awake.is_set()


def test_the_thread_keeps_what_it_found_out_when_it_stops(
    sessions: Sessions, folder: Path, tmp_path: Path, reads: list[int]
) -> None:
    with running(sessions):
        wait_for(lambda: len(sessions.entries) == 3 and not any(entry.is_waiting for entry in sessions.entries))
    reads.clear()
    assert len(looked(Sessions([folder], cache=tmp_path / "cache")).entries) == 3
    assert not reads


def test_a_file_that_cannot_be_read_says_so_and_costs_no_other(sessions: Sessions, folder: Path) -> None:
    path = folder / "loop.jsonl"
    path.write_text("")
    listed = sessions
    listed.list_all()
    path.unlink()
    listed._look_at_noted()
    entry = listed.entry(path)
    assert entry is not None
    assert "No such file" in entry.error
    assert any(entry.goal == "new" for entry in listed.entries)


def test_a_session_in_two_folders_that_overlap_is_listed_once(folder: Path, tmp_path: Path) -> None:
    sessions = looked(Sessions([tmp_path, folder], cache=tmp_path / "cache"))
    assert len(sessions.entries) == 3
    shutil.rmtree(folder)
    assert not looked(sessions).entries


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
