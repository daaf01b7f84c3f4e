"""The sessions of folders."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tracetop.app.sessions import LIVE_SECONDS, Sessions, is_live


@pytest.fixture
def folder(tmp_path: Path, line: Callable[..., bytes]) -> Path:
    (tmp_path / "old.jsonl").write_bytes(line("session_start", goal="old") + line("session_end", status="complete"))
    (tmp_path / "new.jsonl").write_bytes(line("session_start", goal="new"))
    (tmp_path / "none.jsonl").write_text("nothing of the kind\n")
    (tmp_path / "notes.txt").write_text("not looked at")
    for age, name in ((100, "old"), (10, "new"), (0, "none")):
        os.utime(tmp_path / f"{name}.jsonl", (1_000_000 - age, 1_000_000 - age))
    return tmp_path


def looked(*folders: Path) -> Sessions:
    sessions = Sessions(folders)
    sessions._awake.set()
    sessions.look()
    return sessions


def test_newest_first_and_what_is_no_trace_last(folder: Path) -> None:
    entries = looked(folder).entries
    assert [entry.path.stem for entry in entries] == ["new", "old", "none"]
    assert "not a trace" in entries[2].error
    assert entries[0].summary is not None
    assert entries[0].summary.goal == "new"
    assert [entry.ended for entry in entries] == [False, True, False]


def test_a_trace_that_did_not_change_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = looked(folder)
    version = sessions.version
    monkeypatch.setattr("tracetop.app.sessions.load_trace", lambda path: pytest.fail(f"read {path} again"))
    sessions.look()
    assert sessions.version == version


def test_a_trace_that_grew_is(folder: Path, line: Callable[..., bytes]) -> None:
    sessions = looked(folder)
    with (folder / "new.jsonl").open("ab") as file:
        file.write(line("session_start", goal="newer"))
    sessions.look()
    newest = next(entry for entry in sessions.entries if entry.path.stem == "new")
    assert newest.summary is not None
    assert newest.summary.goal == "newer"


def test_a_trace_over_several_parts_is_one_session(folder: Path, line: Callable[..., bytes]) -> None:
    new, second, third = (folder / f"new{number}.jsonl" for number in ("", "~002", "~003"))
    second.write_bytes(line("llm_response", 1, tokens=7))
    os.utime(second, (999_995, 999_995))
    sessions = looked(folder)
    assert [entry.path.stem for entry in sessions.entries] == ["new", "old", "none"]
    entry = sessions.entries[0]
    assert entry.size == new.stat().st_size + second.stat().st_size
    assert entry.mtime == 999_995
    assert entry.summary is not None
    assert (entry.summary.goal, entry.summary.total_tokens, entry.ended) == ("new", 7, False)
    third.write_bytes(line("session_end", status="complete"))
    sessions.look()
    assert [(entry.path.stem, entry.ended) for entry in sessions.entries[:2]] == [("new", True), ("old", True)]


def test_live_is_what_was_just_written_and_has_not_ended(folder: Path) -> None:
    new, old, none = looked(folder).entries
    assert is_live(new, new.mtime + LIVE_SECONDS / 2)
    assert not is_live(new, new.mtime + LIVE_SECONDS * 2)
    assert not is_live(old, old.mtime)
    assert not is_live(none, none.mtime)


def test_a_folder_that_does_not_exist_has_no_sessions(tmp_path: Path) -> None:
    assert looked(tmp_path / "nowhere").entries == []


def test_the_thread_sees_a_new_trace_and_stops(folder: Path, line: Callable[..., bytes]) -> None:
    sessions = Sessions([folder])
    sessions.start()
    try:
        wait_for(lambda: len(sessions.entries) == 3)
        (folder / "fresh.jsonl").write_bytes(line("session_start", goal="fresh"))
        wait_for(lambda: any(entry.path.stem == "fresh" and entry.summary for entry in sessions.entries))
    finally:
        sessions.stop()
    assert sessions.error is None


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
