"""Bookmarks that cannot be saved or read: kept in memory, said why, and tried again."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.trace import load_trace

from .beside import notes, opened, sidecar


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_folder_that_may_not_be_written_keeps_it_in_memory(
    small: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    trace, store = opened(small)
    really_open = os.open

    def refuse(path: Any, flags: int, *args: Any, **options: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(code, os.strerror(code), path)
        return really_open(path, flags, *args, **options)

    monkeypatch.setattr(os, "open", refuse)
    reason = store.mark(trace, 2, "kept")
    assert reason == f"{os.strerror(code)}: small.jsonl.bookmarks"
    store.look(trace)
    assert (notes(store), store.unsaved) == ({2: "kept"}, 1)
    monkeypatch.undo()
    assert store.mark(trace, 3, "") == ""
    assert store.unsaved == 0
    assert notes(opened(small)[1]) == {2: "kept", 3: ""}


def test_a_full_disk_keeps_it_in_memory_and_tears_nothing(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, "before")
    really_write = os.write
    monkeypatch.setattr(os, "write", lambda fd, line: really_write(fd, line[:25]))
    assert store.mark(trace, 2, "full") == f"{os.strerror(errno.ENOSPC)}: small.jsonl.bookmarks"
    store.look(trace)
    assert notes(store) == {1: "before", 2: "full"}
    monkeypatch.setattr(os, "write", really_write)
    assert store.remove(store.placed[1]) == ""
    assert notes(store) == notes(opened(small)[1]) == {2: "full"}


def test_what_another_wrote_does_not_undo_what_could_not_be_saved(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (trace, one), (_, other) = opened(small), opened(small)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, line: (_ for _ in ()).throw(OSError(errno.EDQUOT, "Quota")))
        assert one.mark(trace, 2, "mine").startswith("Quota")
    other.mark(trace, 2, "the other's")
    other.mark(trace, 3, "new")
    one.look(trace)
    assert notes(one) == {2: "mine", 3: "new"}


def test_a_trace_that_is_no_file_keeps_its_bookmarks_in_memory(small: Path) -> None:
    trace, store = load_trace(small), Bookmarks(None)
    store.look(trace)
    assert "no file" in store.mark(trace, 2, "here")
    assert notes(store) == {2: "here"}
    assert [path.name for path in small.parent.iterdir()] == ["small.jsonl"]


def test_a_path_that_no_file_system_can_hold_is_no_file(small: Path) -> None:
    assert "no file" in Bookmarks(Path("a\0b")).mark(load_trace(small), 2, "here")


def test_beside_a_trace_that_is_gone_nothing_is_made(small: Path) -> None:
    trace, store = opened(small)
    small.unlink()
    assert "no longer there" in store.mark(trace, 2, "here")
    assert list(small.parent.iterdir()) == []


@pytest.mark.parametrize("kind", ["link to the trace", "hard link to the trace", "link elsewhere", "folder", "pipe"])
def test_what_is_no_file_of_its_own_is_neither_read_nor_written(small: Path, tmp_path: Path, kind: str) -> None:
    elsewhere = tmp_path / "precious"
    elsewhere.write_text("mine\n")
    match kind:
        case "link to the trace":
            sidecar(small).symlink_to(small)
        case "hard link to the trace":
            os.link(small, sidecar(small))
        case "link elsewhere":
            sidecar(small).symlink_to(elsewhere)
        case "folder":
            sidecar(small).mkdir()
        case "pipe":
            os.mkfifo(sidecar(small))
    before = small.read_bytes()
    trace, store = opened(small)
    assert store.defect
    assert store.mark(trace, 2, "here")
    assert notes(store) == {2: "here"}
    assert (small.read_bytes(), elsewhere.read_text()) == (before, "mine\n")


def test_a_file_that_cannot_be_read_says_so_and_is_tried_again(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, "there")
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", lambda *args, **options: (_ for _ in ()).throw(PermissionError(13, "denied")))
        fresh = Bookmarks(small)
        fresh.look(trace)
        assert (fresh.defect, len(fresh)) == ("denied", 0)
    fresh.look(trace)
    assert (fresh.defect, notes(fresh)) == ("", {1: "there"})
