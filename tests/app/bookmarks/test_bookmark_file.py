"""The file beside a trace: a line for each change, of which none is lost by another that is torn or odd."""

from __future__ import annotations

from pathlib import Path

import pytest
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of
from tracetop.collector.reading.folder import FolderTail
from tracetop.collector.sidecar import bookmarks_path

from .beside import NOW, lines_of, notes, opened, sidecar


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
