"""The bookmarks of a trace: which events they are on, after it was reopened, grew or started over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of
from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.trace import load_trace

from .beside import lines_of, notes, opened, sidecar


def test_an_event_with_another_id_is_another_one(small: Path) -> None:
    sidecar(small).write_bytes(b'{"event": 3, "event_id": "other"}\n{"event": 4, "event_id": "e3"}\n')
    _, store = opened(small)
    assert list(store.placed) == [3]
    stranger, placed = store.all()
    assert store.is_stranger(stranger) and not store.is_placed(stranger)
    assert store.is_placed(placed) and not store.is_stranger(placed)


def test_without_ids_time_and_kind_are_the_proof(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("".join(f'{{"kind": "checkpoint", "timestamp": {10 + n}, "session_id": "s"}}\n' for n in range(9)))
    trace, store = opened(path)
    store.mark(trace, 4, "here")
    assert lines_of(path)[0] | {"made": 0} == {
        "event": 5, "note": "here", "event_id": "", "time": 14.0, "kind": "checkpoint", "made": 0,
    }  # fmt: skip
    with sidecar(path).open("a") as file:
        file.write('{"event": 6, "time": 15, "kind": "error"}\n{"event": 7, "time": 99, "kind": "checkpoint"}\n')
    _, again = opened(path)
    assert notes(again) == {4: "here"}
    assert [again.is_stranger(bookmark) for bookmark in again.all()] == [False, True, True]


def test_a_bookmark_waits_for_its_event(small: Path, line: Callable[..., bytes]) -> None:
    sidecar(small).write_bytes(b'{"event": 32, "event_id": "e31", "note": "later"}\n')
    _, store = opened(small)
    (bookmark,) = store.all()
    assert not store.is_placed(bookmark) and not store.is_stranger(bookmark)
    with small.open("ab") as file:
        file.write(line("checkpoint") + line("checkpoint"))
    trace = load_trace(small)
    store.look(trace)
    assert trace.session.count == 32
    assert store.is_placed(bookmark) or store.is_stranger(bookmark)


def test_when_the_trace_starts_over_all_are_looked_at_anew(small: Path, line: Callable[..., bytes]) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, "of the first")
    assert list(store.placed) == [1]
    small.write_bytes(b"".join(line("checkpoint") for _ in range(5)))
    trace = load_trace(small)
    store.look(trace)
    assert notes(store) == {}
    store.mark(trace, 1, "of the second")
    assert notes(store) == {1: "of the second"}
    assert [bookmark.note for bookmark in store.all()] == ["of the first", "of the second"]
    _, again = opened(small)
    assert notes(again) == {1: "of the second"}
    assert len(again.all()) == 2


def test_a_link_that_leads_elsewhere_now_has_other_bookmarks(small: Path, line: Callable[..., bytes]) -> None:
    other = small.with_name("other.jsonl")
    other.write_bytes(b"".join(line("checkpoint") for _ in range(5)))
    link = small.with_name("latest.jsonl")
    link.symlink_to(small.name)
    trace, store = opened(link)
    store.mark(trace, 1, "small's")
    link.unlink()
    link.symlink_to(other.name)
    trace = load_trace(link)
    store.look(trace)
    assert store.all() == []
    store.mark(trace, 1, "other's")
    assert notes(opened(other)[1]) == {1: "other's"}
    assert notes(opened(small)[1]) == {1: "small's"}


def test_an_event_that_cannot_be_read_again_is_known_by_time_and_kind(small: Path) -> None:
    trace, store = opened(small)
    small.write_bytes(b"")
    assert store.mark(trace, 2, "while I can") == ""
    assert lines_of(small)[0]["event_id"] == ""
    assert notes(store) == {2: "while I can"}


def test_a_look_at_very_many_takes_a_part_of_them(tmp_path: Path) -> None:
    path, many = tmp_path / "t.jsonl", 30_000
    path.write_text(
        "".join(
            f'{{"kind": "checkpoint", "timestamp": {n}, "session_id": "s", "event_id": "e{n}"}}\n' for n in range(many)
        )
    )
    sidecar(path).write_bytes(b"".join(line_of(Change(Bookmark(n, "x" * 50, f"e{n}"))) for n in range(many)))
    trace, store = load_trace(path), Bookmarks(path)
    store.look(trace)
    assert 0 < len(store) < many // 2
    looks = 1
    while len(store) < many or len(store.placed) < many:
        store.look(trace)
        looks += 1
        assert looks < 10_000
    assert list(store.placed) == list(range(many))
