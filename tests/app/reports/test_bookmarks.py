"""Bookmarks, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.reports.report import report_json, report_object, report_text
from tracetop.app.safe_text import width_of
from tracetop.app.trace import Trace

from .conftest import FULL, START, Traces, text_of


def marked(trace: Trace, notes: dict[int, str]) -> Bookmarks:
    store = Bookmarks(Path(trace.name))
    store.look_at_all(trace)
    for number, note in notes.items():
        store.mark(trace, number, note)
    return store


def test_bookmarks_are_told_by_event_with_their_whole_notes(make: Traces) -> None:
    trace = make(*FULL)
    long = "because " * 40 + "the end"
    text = text_of(report_text(trace, 90, bookmarks=marked(trace, {7: long, 2: "", 0: "[/oops] \x1b[31mred"})))
    section = text[text.index("── bookmarks ") :].splitlines()
    assert section[0].endswith(" 3 ──")
    assert section[1].split() == ["event", "time", "iter", "what"]
    assert section[2].split()[:3] == ["1", "22:13:20", "–"]
    assert section[3].strip() == "[/oops] ␛[31mred"
    assert section[4].split()[:3] == ["3", "22:13:22", "1"]
    assert section[5].split()[:3] == ["8", "22:13:28", "2"] and "edit" in section[5]
    assert " ".join(" ".join(section[6:]).split()) == long
    assert all(width_of(line) <= 90 for line in section)


def test_bookmarks_as_json_are_there_only_where_there_are_any(make: Traces) -> None:
    trace = make(*FULL)
    assert "bookmarks" not in report_object(trace, marked(trace, {}))
    assert "bookmarks" not in report_object(trace)
    report = json.loads(report_json(trace, marked(trace, {7: "[/oops] \u202e", 0: ""})))
    assert report["bookmarks"] == [
        {
            "event": 1,
            "event_id": "e1",
            "time": START,
            "iteration": None,
            "kind": "session_start",
            "note": "",
        },
        {
            "event": 8,
            "event_id": "e8",
            "time": START + 8,
            "iteration": 2,
            "kind": "tool_error",
            "note": "[/oops] \u202e",
        },
    ]
    assert "── bookmarks" not in text_of(report_text(trace, 90))


def test_bookmarks_on_other_events_and_bad_lines_are_counted(make: Traces) -> None:
    trace = make(*FULL)
    make.path.with_name("session-1.jsonl.bookmarks").write_text(
        '{"event": 2, "event_id": "another"}\n{"event": 70, "event_id": "e70"}\n123\n'
    )
    store = marked(trace, {})
    text = text_of(report_text(trace, 90, bookmarks=store))
    assert "2 bookmarks on events that are not in this trace, or are others now" in text
    assert "1 bad line (line 3: not an object but a number)" in text
    assert "bookmarks" not in report_object(trace, store)
