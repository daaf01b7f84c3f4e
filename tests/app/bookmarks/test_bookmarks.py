"""Bookmarks: what the file beside a trace holds, which events they are on, and that none is lost."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tracetop.app.bookmarks import bookmarks as module
from tracetop.app.bookmarks.bookmark import LONGEST_NOTE, BadBookmarkError, Bookmark, Change, change_from, line_of
from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.trace import Trace, load_trace
from tracetop.collector.reading.folder import FolderTail
from tracetop.collector.sidecar import bookmarks_path

HOSTILE = "\x1b[31mred\x1b]0;t\x07 [/oops] [@click=app.quit]x[/] \u202e\u200b\ud800 文字\n\r\0 \x9b1m"
NOW = 1_790_000_000.0


@pytest.fixture(autouse=True)
def a_look_whenever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)


def opened(path: Path) -> tuple[Trace, Bookmarks]:
    trace, store = load_trace(path), Bookmarks(path, clock=lambda: NOW)
    store.look_at_all(trace)
    return trace, store


def sidecar(path: Path) -> Path:
    return path.with_name(f"{path.name}.bookmarks")


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sidecar(path).read_text().splitlines() if line]


def notes(store: Bookmarks) -> dict[int, str]:
    return {event: bookmark.note for event, bookmark in store.placed.items()}


# -- a line


@pytest.mark.parametrize(
    "bookmark",
    [
        Bookmark(0),
        Bookmark(119, "why here?", "e119", 1_780_000_119.25, "tool_end", NOW),
        Bookmark(7, HOSTILE, HOSTILE, None, HOSTILE, None),
    ],
)
@pytest.mark.parametrize("removed", [False, True])
def test_what_is_written_is_read(bookmark: Bookmark, removed: bool) -> None:
    line = line_of(Change(bookmark, removed))
    assert line.endswith(b"\n") and line.count(b"\n") == 1 and line.isascii()
    read, defect = change_from(line[:-1])
    assert (read.bookmark.key, read.removed, defect) == (bookmark.key, removed, "")
    assert read.bookmark.note == ("" if removed else bookmark.note)


def test_events_are_numbered_as_people_see_them() -> None:
    assert json.loads(line_of(Change(Bookmark(119))))["event"] == 120
    assert change_from(b'{"event": 120}')[0].bookmark.event == 119


@pytest.mark.parametrize(
    ("line", "event"), [(b'{"event": "12"}', 11), (b'{"event": 12.0, "note": null, "time": "NaN"}', 11)]
)
def test_numbers_may_be_odd(line: bytes, event: int) -> None:
    bookmark = change_from(line)[0].bookmark
    assert (bookmark.event, bookmark.note, bookmark.time) == (event, "", None)


@pytest.mark.parametrize(
    "line",
    [
        b"123", b"null", b"[]", b"{", b"\xff\xfe", b"\0\0", b"{}", b'{"event": 0}', b'{"event": -3}',
        b'{"event": true}', b'{"event": 1.5}', b'{"event": 1e400}', b'{"event": NaN}', b'{"event": "x"}',
        b'{"event": [1]}', b'{"event": 123456789012345678901234567890}', b'{"event": 1' + b"0" * 5_000 + b"}",
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_bookmark_says_why(line: bytes) -> None:
    with pytest.raises(BadBookmarkError) as caught:
        change_from(line)
    assert str(caught.value)


@pytest.mark.parametrize("note", [b"null", b"{}", b"[" * 900 + b"]" * 900, b'{"a":' * 900 + b"1" + b"}" * 900])
def test_what_is_no_text_is_no_note(note: bytes) -> None:
    assert change_from(b'{"event": 3, "kind": 7, "note": ' + note + b"}")[0].bookmark == Bookmark(2, "", "", None, "7")


def test_of_a_very_long_note_the_beginning_is_kept() -> None:
    line = line_of(Change(Bookmark(0, "x" * 5_000_000, "i" * 5_000_000, None, "k" * 5_000_000)))
    bookmark = change_from(line)[0].bookmark
    assert len(bookmark.note) == LONGEST_NOTE and bookmark.note.endswith("…")
    assert len(bookmark.event_id) == len(bookmark.kind) < LONGEST_NOTE


# -- the file


def test_a_bookmark_is_there_when_the_trace_is_opened_again(small: Path) -> None:
    before = small.read_bytes()
    trace, store = opened(small)
    assert store.mark(trace, 12, "why here?") == ""
    assert store.mark(trace, 3, "") == ""
    assert notes(store) == {3: "", 12: "why here?"}
    _, again = opened(small)
    assert notes(again) == {3: "", 12: "why here?"}
    assert again.placed[12] == Bookmark(12, "why here?", "e12", 1_780_000_012.0, "llm_response", NOW)
    assert small.read_bytes() == before
    assert sidecar(small).name == "small.jsonl.bookmarks"
    assert sidecar(small).stat().st_mode & 0o777 == 0o600


def test_every_change_is_a_line_and_the_last_one_counts(small: Path) -> None:
    trace, store = opened(small)
    store.mark(trace, 12, "one")
    store.mark(trace, 12, "two")
    store.mark(trace, 5, "gone")
    store.remove(store.placed[5])
    assert notes(store) == {12: "two"}
    assert [(line["event"], line.get("note"), line.get("removed")) for line in lines_of(small)] == [
        (13, "one", None),
        (13, "two", None),
        (6, "gone", None),
        (6, None, True),
    ]
    assert notes(opened(small)[1]) == {12: "two"}


def test_there_is_no_file_until_there_is_a_bookmark(small: Path) -> None:
    _, store = opened(small)
    assert (len(store), store.defect, store.bad_lines) == (0, "", "")
    assert not sidecar(small).exists()


def test_the_file_is_taken_for_no_trace(small: Path) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, "x")
    assert [file.path for file in FolderTail(small.parent).files()] == [small]


@pytest.mark.parametrize("part", ["session-1.jsonl", "session-1~002.jsonl", "no-suffix", "x~002"])
def test_where_it_is_kept(part: str) -> None:
    assert bookmarks_path(Path("traces", part)) == Path("traces", f"{part}.bookmarks")


def test_a_link_to_a_trace_has_the_bookmarks_of_the_trace(small: Path) -> None:
    link = small.with_name("latest.jsonl")
    link.symlink_to(small.name)
    trace, store = opened(link)
    assert store.mark(trace, 4, "by its link") == ""
    assert notes(opened(small)[1]) == {4: "by its link"}
    assert not sidecar(link).exists()


def test_lines_that_are_no_bookmarks_cost_only_themselves(small: Path) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, "first")
    odd = (
        b'123\n\n{"event":\n\xff\xfe\n{"event": 9, "note": "\0 of ours", "event_id": "e8"}\n' + b"[" * 3_000_000 + b"\n"
    )
    with sidecar(small).open("ab") as file:
        file.write(odd)
    store.mark(trace, 2, "last")
    kept = sidecar(small).read_bytes()
    _, again = opened(small)
    assert notes(again) == {1: "first", 2: "last", 8: " of ours"}
    assert again.bad_lines == "5 bad lines (line 2: not an object but a number)"
    assert sidecar(small).read_bytes() == kept
    assert odd in kept


def test_a_torn_last_line_waits_for_its_rest(small: Path) -> None:
    whole = line_of(Change(Bookmark(8, "torn", "e8")))
    sidecar(small).write_bytes(line_of(Change(Bookmark(1, "whole", "e1"))) + whole[:20])
    trace, store = opened(small)
    assert (notes(store), store.bad_lines) == ({1: "whole"}, "")
    with sidecar(small).open("ab") as file:
        file.write(whole[20:])
    store.look(trace)
    assert (notes(store), store.bad_lines) == ({1: "whole", 8: "torn"}, "")


def test_a_torn_last_line_does_not_cost_the_next_one(small: Path) -> None:
    torn = line_of(Change(Bookmark(8, "torn", "e8")))[:30]
    sidecar(small).write_bytes(torn)
    trace, store = opened(small)
    assert store.mark(trace, 2, "mine") == ""
    assert sidecar(small).read_bytes().startswith(torn + b"\n{")
    store.look(trace)
    assert notes(store) == {2: "mine"}
    _, again = opened(small)
    assert notes(again) == {2: "mine"}
    assert again.bad_lines.startswith("1 bad line (line 1: not JSON")


def test_a_last_line_that_lacks_only_its_newline_is_read_once(small: Path) -> None:
    sidecar(small).write_bytes(line_of(Change(Bookmark(8, "by hand", "e8"))).rstrip())
    trace, store = opened(small)
    assert notes(store) == {8: "by hand"}
    store.mark(trace, 9, "more")
    store.look(trace)
    assert (notes(store), store.bad_lines) == ({8: "by hand", 9: "more"}, "")
    assert notes(opened(small)[1]) == {8: "by hand", 9: "more"}


def test_hostile_notes_are_data(small: Path) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, HOSTILE)
    assert notes(store) == notes(opened(small)[1]) == {1: HOSTILE}
    assert sidecar(small).read_bytes().isascii()


# -- several at once


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


# -- which event it is on


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


# -- where it cannot be kept


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


# -- many


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
