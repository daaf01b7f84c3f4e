"""A bookmark as a line: what is written is read, however odd, and what is none says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tracetop.app.bookmarks.bookmark import LONGEST_NOTE, BadBookmarkError, Bookmark, Change, change_from, line_of

from .beside import NOW, notes, opened, sidecar

HOSTILE = "\x1b[31mred\x1b]0;t\x07 [/oops] [@click=app.quit]x[/] \u202e\u200b\ud800 文字\n\r\0 \x9b1m"


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


def test_hostile_notes_are_data(small: Path) -> None:
    trace, store = opened(small)
    store.mark(trace, 1, HOSTILE)
    assert notes(store) == notes(opened(small)[1]) == {1: HOSTILE}
    assert sidecar(small).read_bytes().isascii()
