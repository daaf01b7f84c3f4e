"""Several dashboards on one file: what others wrote is seen, and nothing is read where nothing changed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from tracetop.app.bookmarks import bookmarks as module
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of
from tracetop.app.bookmarks.bookmarks import Bookmarks

from .beside import lines_of, notes, opened, sidecar


def test_two_stores_see_what_the_other_wrote(small: Path) -> None:
    (trace, one), (_, other) = opened(small), opened(small)
    one.mark(trace, 1, "one's")
    other.mark(trace, 2, "the other's")
    one.look(trace)
    other.look(trace)
    assert notes(one) == notes(other) == {1: "one's", 2: "the other's"}
    other.mark(trace, 1, "better")
    other.remove(other.placed[2])
    one.look(trace)
    assert notes(one) == {1: "better"}


def test_whoever_wrote_last_is_right_in_both(small: Path) -> None:
    (trace, one), (_, other) = opened(small), opened(small)
    one.mark(trace, 1, "one's")
    other.mark(trace, 1, "the other's")
    for store in (one, other, one):
        store.look(trace)
    assert notes(one) == notes(other) == notes(opened(small)[1]) == {1: "the other's"}


def test_writers_at_once_neither_tear_nor_lose_a_line(small: Path) -> None:
    trace, _ = opened(small)
    stores = [opened(small)[1] for _ in range(4)]

    def write(store: Bookmarks, mine: int) -> None:
        for number in range(100):
            store.mark(trace, mine, f"{mine} {number} " + "x" * 500)

    threads = [threading.Thread(target=write, args=(store, mine)) for mine, store in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = lines_of(small)
    assert len(lines) == 400
    for mine in range(4):
        told = [line["note"].split()[1] for line in lines if line["event"] == mine + 1]
        assert told == [str(number) for number in range(100)]


def test_the_file_is_looked_at_once_a_second(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 1000.0)
    (trace, one), (_, other) = opened(small), opened(small)
    other.mark(trace, 2, "the other's")
    one.look(trace)
    assert notes(one) == {}
    one.look(trace, at_once=True)
    assert notes(one) == {2: "the other's"}


def test_a_file_that_was_replaced_or_deleted_is_read_anew(small: Path) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, "a")
    store.mark(trace, 2, "b")
    store.look(trace)
    sidecar(small).write_bytes(line_of(Change(Bookmark(8, "by an editor", "e8"))))
    store.look(trace)
    assert notes(store) == {8: "by an editor"}
    new = small.with_name("new")
    new.write_bytes(b"".join(line_of(Change(Bookmark(event, "new", f"e{event}"))) for event in range(20)))
    new.replace(sidecar(small))
    store.look(trace)
    assert len(store.placed) == 20
    sidecar(small).unlink()
    store.look(trace)
    assert (notes(store), store.defect) == ({}, "")
    store.mark(trace, 3, "again")
    store.look(trace)
    assert notes(store) == {3: "again"}


def test_nothing_is_read_where_nothing_changed(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, "a")
    store.look(trace)
    version, placed = store.version, store.placed
    monkeypatch.setattr(os, "open", lambda *args, **options: pytest.fail("opened"))
    store.look(trace)
    assert store.version == version
    assert store.placed is placed
