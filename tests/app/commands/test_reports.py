"""The commands that print what a trace says: an empty one, the timeline filtered, bookmarks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.query.language import LANGUAGE
from tracetop.app.trace import load_trace
from tracetop.collector.events import Category

from .command_line import HOSTILE, REPORTS, is_safe, only_line, run, write


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_an_empty_file_is_a_trace_without_events(name: str, flags: list[str], tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    result = run(name, path, *flags)
    assert result.exit_code == 0
    assert result.stdout or flags or name == "timeline"
    assert "no events yet" in result.stderr or name != "timeline"


def test_the_timeline_is_filtered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = write(tmp_path / "t.jsonl", {"kind": "session_start"}, {"kind": "error"}, {"kind": "session_end"})
    whole, errors = run("timeline", trace), run("timeline", trace, "--filter", "errors")
    others = run("timeline", trace, "--filter", "-errors", "--json")
    assert 0 < len(errors.stdout.splitlines()) < len(whole.stdout.splitlines())
    assert len(errors.stdout.splitlines()) + len(others.stdout.splitlines()) == len(whole.stdout.splitlines())
    nothing = run("timeline", trace, "--filter", "errors -errors")
    assert nothing.exit_code == 0
    assert "events matches; it has" in only_line(nothing)
    monkeypatch.setattr("tracetop.app.query.regex._SLOW_SECONDS", -1.0)
    monkeypatch.setattr("tracetop.app.query.regex._FIRST_TRIALS", (0, 1, 1))
    slow = run("timeline", trace, "--filter", "/a+b/")
    assert slow.exit_code == 2
    assert "takes too long" in only_line(slow)


def test_the_help_of_the_timeline_teaches_the_filter() -> None:
    told = run("timeline", "--help").stdout
    assert all(example in told for example, _ in LANGUAGE)
    assert "--filter 'tool:bash errors'" in told


def test_an_unknown_category_lists_all_sixteen(trace: Path) -> None:
    said = only_line(run("timeline", trace, "--category", "nope")).upper()
    assert all(category in said for category in Category)


def test_a_report_has_the_bookmarks_beside_the_trace(trace: Path) -> None:
    assert "bookmarks" not in json.loads(run("report", trace, "--json").stdout)
    sidecar = trace.with_name(f"{trace.name}.bookmarks")
    store, opened = Bookmarks(trace), load_trace(trace)
    store.look(opened)
    store.mark(opened, 2, HOSTILE)
    before = trace.read_bytes(), sidecar.read_bytes()
    text = run("report", trace).stdout
    assert "── bookmarks ──" in text and "[/oops]" in text and is_safe(text)
    told = run("report", trace, "--json").stdout
    assert is_safe(told)
    (bookmark,) = json.loads(told)["bookmarks"]
    assert (bookmark["event"], bookmark["kind"], bookmark["note"]) == (3, "llm_response", HOSTILE)
    assert (trace.read_bytes(), sidecar.read_bytes()) == before


def test_bookmarks_that_cannot_be_read_are_told_and_cost_nothing(trace: Path) -> None:
    trace.with_name(f"{trace.name}.bookmarks").mkdir()
    result = run("report", trace, "--json")
    assert (result.exit_code, result.stderr) == (0, f"tracetop: bookmarks of {trace}: not a regular file\n")
    assert "bookmarks" not in json.loads(result.stdout)
