"""The report: what it says of a trace, and that it says so honestly."""

from __future__ import annotations

import json

import pytest
from tracetop.app.commands.headless import check_openable, find_sessions
from tracetop.app.reports.report import report_json, report_object, report_text
from tracetop.app.reports.tokens import tokens_text
from tracetop.app.trace import UnreadableTraceError, load_trace

from .conftest import FULL, Traces, event, response, row_of, text_of, tool


def test_the_report_object_has_the_documented_fields(make: Traces) -> None:
    report = json.loads(report_json(make(*FULL)))
    assert [each["scenario"] for each in report.pop("what_if")[:2]] == ["cache_breaks", "hour_cache"]
    assert report == {
        "session_id": "s",
        "goal": "fix the parser",
        "model": "claude-sonnet-4",
        "source": str(make.path),
        "events": 9,
        "duration_seconds": 10.0,
        "iterations": 2,
        "llm_calls": 2,
        "tool_calls": 2,
        "errors": 1,
        "compactions": 0,
        "tokens": {"input": 150, "output": 60, "cache_read": 750, "cache_write": 50, "total": 1010},
        "cost": 0.3,
        "cache_hit_rate": pytest.approx(750 / 900),
        "findings": [],
        "efficiency": {
            "score": pytest.approx(63.2, abs=0.1),
            "components": {
                "cache_hit_rate": pytest.approx(750 / 900),
                "error_rate": 0.5,
                "compaction_frequency": 1.0,
                "tool_success_rate": 0.5,
                "token_efficiency": pytest.approx(60 / 900),
            },
        },
        "waste": {
            "tokens": 0,
            "cost": 0.0,
            "basis": None,
            "share": 0.0,
            "share_of": "cost",
            "by_category": [],
            "by_issue": [],
            "should_have_stopped": [],
        },
        "issues": [],
        "cache_breaks": [],
        "cache_findings": [],
        "reader": {"lines": 9, "bad_lines": 0, "unknown_kinds": 0, "format": "native"},
    }


def test_an_empty_trace_knows_nothing_and_says_so(make: Traces) -> None:
    trace = make()
    report = report_object(trace)
    for name in ("goal", "model", "duration_seconds", "cost", "cache_hit_rate"):
        assert report[name] is None
    assert set(report["tokens"].values()) == {None}
    assert report["efficiency"]["score"] is None
    assert set(report["efficiency"]["components"].values()) == {None}
    text = text_of(report_text(trace, 80))
    assert "NaN" not in text and "None" not in text.replace("None found", "")
    assert row_of(text, "goal") == ["goal", "–"]
    assert "The trace says nothing of tokens." in text


def test_the_report_for_people(make: Traces) -> None:
    text = text_of(report_text(make(*FULL), 100))
    assert "fix the parser" in text
    assert "2023-11-14 22:13:20" in text
    assert "10.0s · 1 run · 9 events · ended" in text
    assert row_of(text, "input,")[-3:-1] == ["150", "15%"]
    assert row_of(text, "total") == ["total", "1,010"]
    assert row_of(text, "bash")[1:] == ["1", "0", "0%", "0", "0", "2.0s", "2.0s", "2.0s"]
    assert "costs most" in text
    assert "None found." in text


def test_tokens_of_no_known_kind_are_not_given_to_one(make: Traces) -> None:
    text = text_of(report_text(make(response(tokens=5000)), 80))
    assert "5,000 in total; the trace does not say of what kind." in text
    text = text_of(report_text(make(response(tokens=5000), response(input_tokens=20, output_tokens=10, tokens=30)), 80))
    assert row_of(text, "of")[:5] == ["of", "no", "known", "kind", "5,000"]


def test_a_total_that_is_less_than_its_parts_is_told_as_the_traces_own(make: Traces) -> None:
    text = text_of(
        report_text(make(response(input_tokens=100, cache_write_tokens=40, output_tokens=10, tokens=110)), 80)
    )
    assert "110" in row_of(text, "total")
    assert "the four add up to 150" in text


def test_input_that_included_the_cache_is_remarked(make: Traces) -> None:
    trace = make(response(model="gpt-5", input_tokens=100, cache_read_tokens=80, output_tokens=10))
    assert report_object(trace)["tokens"]["input"] == 20
    for text in (text_of(report_text(trace, 80)), text_of(tokens_text(trace, 80))):
        assert "it was taken out" in text


def test_components_without_data_are_left_out_and_the_rest_weighs_more(make: Traces) -> None:
    text = text_of(report_text(make(tool("bash")), 80))
    assert text.count("no data, left out") == 3
    assert "100%    55.6  55.6" in text


def test_bad_lines_are_shown_and_what_is_cut_is_said(make: Traces) -> None:
    trace = make(event("session_start"), *["{nope"] * 7, "123", event("my_kind"), event("other_kind"))
    report = report_object(trace)
    assert report["reader"] == {"lines": 11, "bad_lines": 8, "unknown_kinds": 2, "format": "native"}
    text = text_of(report_text(trace, 80))
    assert "11 lines, 8 bad" in text
    assert "line 2: not JSON" in text
    assert "line 7" not in text
    assert "… and 3 more bad lines" in text
    assert "2 kinds not of the format: my_kind, other_kind" in text


def test_a_torn_last_line_is_told_from_a_whole_one(make: Traces) -> None:
    trace = make(event("session_start"))
    assert trace.torn_bytes == 0
    whole = make.path.read_bytes()
    make.path.write_bytes(whole + b'{"kind": "too')
    assert load_trace(make.path).torn_bytes == 13
    make.path.write_bytes(whole + b'{"kind": "' + b"x" * 200_000)
    assert load_trace(make.path).torn_bytes == 200_010
    make.path.write_bytes(whole + whole.rstrip())
    assert load_trace(make.path).torn_bytes == 0
    assert "torn (13 bytes)" in text_of(report_text(trace, 80, torn_bytes=13))


def test_a_report_counts_all_parts(make: Traces) -> None:
    whole = make(
        event("session_start", data={"goal": "all of it"}), "oops", response(1, tokens=100), tool("bash", 2), "oops"
    )
    expected = report_object(whole)
    lines = make.path.read_bytes().splitlines(keepends=True)
    parts = [make.path, *(make.path.with_name(f"session-1~{number:03}.jsonl") for number in (2, 3))]
    for part, start in zip(parts, (0, 2, 3), strict=True):
        part.write_bytes(b"".join(lines[start : start + (1 if start == 2 else 2)]))
    joined = load_trace(make.path)
    assert report_object(joined) == expected
    assert [joined.event(number).kind for number in range(3)] == ["session_start", "llm_response", "tool_end"]
    assert joined.torn_bytes == 0
    assert [(found.path, found.mtime) for found in find_sessions([make.path.parent])] == [
        (make.path, max(part.stat().st_mtime for part in parts))
    ]
    parts[1].write_bytes(lines[2] + b'{"kind": "cut')
    parts[2].write_bytes(b"".join(lines[3:]) + b'{"kind": "too')
    joined = load_trace(make.path)
    assert (joined.bad_line_count, joined.torn_bytes) == (3, 13)


def test_a_part_that_cannot_be_read_makes_the_trace_unreadable(make: Traces) -> None:
    make(event("session_start"))
    check_openable(make.path)
    second = make.path.with_name("session-1~002.jsonl")
    second.symlink_to(second.name)  # a link to itself
    with pytest.raises(UnreadableTraceError, match=r"~002\.jsonl: Too many levels"):
        load_trace(make.path)
    with pytest.raises(OSError, match="Too many levels"):
        check_openable(make.path)
