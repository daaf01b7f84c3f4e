"""The reports: what they say of a trace, and that they say so honestly."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tracetop.analysis.issues.issue import CATEGORIES
from tracetop.analysis.prices import Price, Prices
from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.commands.headless import check_openable, find_sessions
from tracetop.app.fold_apart import Folding
from tracetop.app.list_prices import ListPrices
from tracetop.app.query.matching import Query
from tracetop.app.reports.folder import folder_json, folder_text, total_of
from tracetop.app.reports.issues import at_least, issues_json, issues_of, issues_text, tally
from tracetop.app.reports.json_text import json_text
from tracetop.app.reports.layout import MIN_WIDTH, heading, table, terminal_width, wrapped
from tracetop.app.reports.report import report_json, report_object, report_text
from tracetop.app.reports.sessions import newest_sessions, sessions_text
from tracetop.app.reports.timeline import choice, nothing_matched, timeline_json, timeline_text
from tracetop.app.reports.tokens import tokens_json, tokens_text
from tracetop.app.reports.tools import tool_figures, tools_json, tools_text
from tracetop.app.safe_text import width_of
from tracetop.app.sessions.sessions import Sessions
from tracetop.app.trace import Trace, UnreadableTraceError, load_trace
from tracetop.collector.events import Category

START = 1_700_000_000.0


@pytest.fixture(autouse=True)
def a_clock_in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def event(kind: str, after: float = 0.0, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "timestamp": START + after, "session_id": "s", **fields}


def tool(name: str, after: float = 0.0, *, args: Any = None, error: bool = False, **fields: Any) -> dict[str, Any]:
    data = {"tool_name": name, **({} if args is None else {"args": args}), **fields.pop("data", {})}
    return event("tool_error" if error else "tool_end", after, data=data, **fields)


def response(after: float = 0.0, iteration: int | None = None, **data: Any) -> dict[str, Any]:
    return event("llm_response", after, iteration=iteration, data=data)


class Traces:
    """Makes traces of events or raw lines."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "session-1.jsonl"

    def __call__(self, *lines: dict[str, Any] | str) -> Trace:
        numbered = (
            line if isinstance(line, str) else json.dumps({"event_id": f"e{number}", **line})
            for number, line in enumerate(lines, 1)
        )
        self.path.write_text("".join(f"{line}\n" for line in numbered), errors="surrogatepass")
        return load_trace(self.path)


@pytest.fixture
def make(tmp_path: Path) -> Traces:
    return Traces(tmp_path)


def text_of(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def parsed(lines: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def row_of(text: str, name: str) -> list[str]:
    (row,) = [line.split() for line in text.splitlines() if line.split()[:1] == [name]]
    return row


FULL = (
    event("session_start", data={"goal": "fix the parser", "model": "claude-sonnet-4"}),
    event("iteration_start", 1, iteration=1),
    response(
        2, 1, input_tokens=100, cache_read_tokens=300, cache_write_tokens=50, output_tokens=50, tokens=500, cost=0.25
    ),
    event("tool_start", 3, iteration=1, data={"tool_name": "bash", "args": {"command": "ls"}}),
    event("tool_end", 5, iteration=1, data={"tool_name": "bash", "args": {"command": "ls"}}),
    event("iteration_start", 6, iteration=2),
    response(7, 2, input_tokens=50, cache_read_tokens=450, output_tokens=10, tokens=510, cost=0.05),
    event("tool_error", 8, iteration=2, data={"tool_name": "edit", "error": "no such file"}, duration_ms=40.0),
    event("session_end", 10, data={"status": "complete"}),
)


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


def many_issues() -> list[dict[str, Any]]:
    return [tool("bash", after, duration_ms=40_000 + after) for after in range(30)]


def test_issues_are_sorted_cut_and_counted(make: Traces) -> None:
    trace = make(event("context_overflow", 1, iteration=3), *many_issues())
    issues = issues_of(trace)
    assert [issue.severity for issue in issues] == ["critical"] + ["low"] * 30
    assert tally(issues) == "31 issues: 1 critical, 30 low"
    assert len(at_least(issues, "medium")) == 1
    text = text_of(report_text(trace, 80))
    assert "… and 11 more issues" in text
    assert "critical  it 3" in text
    assert text.count("Give the command a time limit") == 1
    full = text_of(issues_text(trace, 80))
    assert full.count("A call of bash took") == 30
    assert "more" not in full.split("low")[1].replace("more than", "")


def test_the_events_of_an_issue_are_named_and_a_cut_is_said(make: Traces) -> None:
    trace = make(event("session_start"), *(tool("bash", args={"c": 1}) for _ in range(15)))
    (issue,) = parsed(issues_json(trace))
    assert issue["category"] in CATEGORIES
    assert issue["event_ids"] == [f"e{number}" for number in range(2, 17)]
    text = " ".join(text_of(issues_text(trace, 80)).split())
    assert "events #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12, #13 … and 3 more" in text


def test_each_issue_says_what_it_cost_in_text_alone(make: Traces) -> None:
    empty = {"input_tokens": 31_200, "output_tokens": 0, "cost": 0.09}
    trace = make(
        *(tool("bash", args={"c": 1}, duration_ms=seconds * 1000) for seconds in (9, 2, 3)),
        response(9, **empty),
        event("context_overflow", 10),
    )
    text = text_of(issues_text(trace, 80))
    told = "cost: $0.090, 31.2k tokens; wasted of its own: ~$0.090 (100% of the bill)"
    costs = [line.strip() for line in text.splitlines() if line.strip().startswith("cost:")]
    assert costs == ["cost: –", "cost: 5.0s", told], "worst first"
    assert all("cost" not in issue for issue in parsed(issues_json(trace))), "the contract names the keys"


def test_no_issues(make: Traces) -> None:
    trace = make(event("session_start"))
    assert list(issues_text(trace, 80)) == ["No issues."]
    assert list(issues_json(trace)) == []


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


def test_the_timeline_says_when_where_and_what(make: Traces) -> None:
    lines = list(timeline_text(make(*FULL), choice((), (), ""), 100))
    assert len(lines) == 9
    assert lines[0].split()[:3] == ["#1", "22:13:20", "session_start"]
    assert lines[4].split()[:6] == ["#5", "22:13:25", "+2.0s", "1", "tool_end", "bash"]
    assert lines[7].endswith("40ms")
    assert lines[0].index("session_start") == lines[4].index("tool_end")
    assert lines[0].index("fix the parser") == lines[4].index("bash")


def test_a_timeline_that_runs_backwards_or_has_no_time(make: Traces) -> None:
    late = event("custom", data={"message": "x"})
    trace = make(event("session_start", 10), event("custom", 7), {**late, "timestamp": -5}, event("custom", 8))
    lines = list(timeline_text(trace, choice((), (), ""), 80))
    assert lines[1].split()[2] == "−3.0s"
    assert lines[2].split()[1] == "–"
    assert lines[3].split()[2] == "+1.0s"
    assert parsed(timeline_json(trace))[2]["timestamp"] is None


def test_a_timeline_over_days_says_the_day(make: Traces) -> None:
    lines = list(timeline_text(make(event("custom"), event("custom", 200_000)), choice((), (), ""), 80))
    assert [line.split()[1] for line in lines] == ["11-14", "11-17"]


def test_agents_are_named_where_there_are_several(make: Traces) -> None:
    trace = make(*FULL, event("custom", 11, data={"agent_id": "a1", "message": "hello"}))
    lines = list(timeline_text(trace, choice((), (), ""), 100))
    assert "main" in lines[0].split()
    assert "a1" in lines[-1].split()
    assert [row["agent"] for row in parsed(timeline_json(trace))] == ["main"] * 9 + ["a1"]


def numbers(trace: Trace, kinds: tuple[str, ...] = (), categories: tuple[str, ...] = (), text: str = "") -> list[int]:
    return [row["event"] for row in parsed(timeline_json(trace, choice(kinds, categories, text)))]


def test_the_timeline_is_filtered(make: Traces) -> None:
    trace = make(*FULL, event("tool", 11, data={"tool": "grep", "args": {"q": "Straße"}}), event("swarm_new", 12))
    assert numbers(trace, kinds=("tool_start",)) == [4]
    assert numbers(trace, kinds=("tool_end",)) == [5, 10]
    assert numbers(trace, kinds=("tool",)) == [10]
    assert numbers(trace, kinds=("TOOL_START", "session_end")) == [4, 9]
    assert numbers(trace, categories=("tool",)) == [4, 5, 8, 10]
    assert numbers(trace, categories=(Category.SWARM, Category.LLM)) == [3, 7, 11]
    assert numbers(trace, kinds=("tool_end",), categories=("llm",)) == []
    assert numbers(trace, text="NO SUCH") == [8]
    assert numbers(trace, text="session_") == [1, 9]
    assert numbers(trace, text="STRASSE") == [10]
    assert numbers(trace, text='"command":"ls"') == [4, 5]
    assert numbers(trace, text="event_id") == []


def test_the_timeline_takes_the_language_of_filters_and_all_must_hold(make: Traces) -> None:
    trace = make(*FULL)

    def shown(query: str, **more: Any) -> list[int]:
        wanted = choice(more.get("kinds", ()), more.get("categories", ()), more.get("text", ""), Query(query))
        in_json = [row["event"] for row in parsed(timeline_json(trace, wanted))]
        in_text = [int(line.split()[0].removeprefix("#")) for line in timeline_text(trace, wanted, 100)]
        assert in_json == in_text
        return in_json

    assert shown("errors") == [8]
    assert shown("cat:tool -errors") == [4, 5]
    assert shown("cat:tool", kinds=("tool_error",)) == [8]
    assert shown("kind:tool", categories=("llm",)) == []
    assert shown("tool:edit", text="NO SUCH") == [8]
    assert shown("tool:bash", text="no such") == []
    assert shown('"no such file" it:2') == [8]
    assert shown("") == list(range(1, 10))


def test_a_kind_beyond_the_table_of_kinds_is_found(make: Traces) -> None:
    trace = make(*(event(f"kind_{number}") for number in range(400)))
    assert numbers(trace, kinds=("kind_399",)) == [400]


def test_nothing_matched_says_what_there_is(make: Traces) -> None:
    trace = make(*FULL)
    assert nothing_matched(trace).startswith("none of 9 events matches; it has session_start, session_end, iter")
    assert "… and " in nothing_matched(make(*(event(f"kind_{number}") for number in range(40))))
    assert nothing_matched(make()) == "no events yet"


def test_timeline_lines_as_json(make: Traces) -> None:
    row = parsed(timeline_json(make(*FULL)))[7]
    assert row == {
        "event": 8,
        "event_id": "e8",
        "timestamp": START + 8,
        "event_kind": "tool_error",
        "category": "TOOL",
        "iteration": 2,
        "agent": "main",
        "summary": "edit → no such file",
        "duration_ms": 40.0,
        "data": {"tool_name": "edit", "error": "no such file"},
    }


def test_tokens_per_iteration(make: Traces) -> None:
    trace = make(*FULL)
    first, second = parsed(tokens_json(trace))
    assert first == {
        "iteration": 1,
        "run": 1,
        "agent": "main",
        "input_tokens": 100,
        "output_tokens": 50,
        "cache_read_tokens": 300,
        "cache_write_tokens": 50,
        "total_tokens": 500,
        "cost": 0.25,
        "cumulative_cost": 0.25,
        "cache_hit_rate": 0.75,
    }
    assert second["cache_write_tokens"] is None
    assert second["cumulative_cost"] == 0.3
    text = text_of(tokens_text(trace, 80))
    assert row_of(text, "2") == ["2", "50", "450", "–", "10", "510", "90%", "$0.0500", "$0.3000"]
    assert row_of(text, "total") == ["total", "150", "750", "50", "60", "1,010", "83%", "$0.3000", "$0.3000"]


def test_runs_and_agents_are_told_apart(make: Traces) -> None:
    run = [
        event("session_start"),
        event("iteration_start", iteration=1),
        response(0, 1, tokens=5),
        event("session_end"),
    ]
    spawned = [event("subagent_spawn", data={"agent_id": "a1"}), response(0, 1, tokens=7, agent_id="a1")]
    trace = make(*run, *run[:3], *spawned)
    assert [(row["run"], row["agent"], row["total_tokens"]) for row in parsed(tokens_json(trace))] == [
        (1, "main", 5),
        (2, "main", 5),
        (1, "a1", 7),
    ]
    header, *rows = [line.split() for line in tokens_text(trace, 80)]
    assert header[:3] == ["run", "agent", "iter"]
    assert [row[:3] for row in rows[:3]] == [["1", "main", "1"], ["2", "main", "1"], ["1", "a1", "1"]]
    assert ["total"] in [row[:1] for row in rows]


def test_no_calls_at_all(make: Traces) -> None:
    trace = make(event("session_start"))
    assert list(tokens_text(trace, 80)) == ["No LLM calls."]
    assert list(tools_text(trace, 80)) == ["No tool calls."]
    assert list(tokens_json(trace)) == list(tools_json(trace)) == []


def test_tools(make: Traces) -> None:
    trace = make(
        tool("bash", args={"c": "ls"}, duration_ms=100.0),
        tool("bash", args={"c": "ls"}, duration_ms=300.0, error=True),
        tool("read", args={"p": "a"}, duration_ms=1000.0),
        tool("read", args={"p": "b"}),
        event("tool_end", data={}),
        event("tool_start", data={"tool_name": "slow", "args": {}}),
    )
    read, bash, nameless, slow = parsed(tools_json(trace))
    assert bash == {
        "tool_name": "bash",
        "calls": 2,
        "errors": 1,
        "error_rate": 0.5,
        "running": 0,
        "timed_calls": 2,
        "total_duration_ms": 400.0,
        "mean_duration_ms": 200.0,
        "max_duration_ms": 300.0,
        "repeats": 1,
    }
    assert (read["tool_name"], read["calls"], read["timed_calls"], read["repeats"]) == ("read", 2, 1, 0)
    assert (nameless["tool_name"], nameless["calls"], nameless["total_duration_ms"]) == (None, 1, None)
    assert (slow["calls"], slow["running"], slow["error_rate"]) == (0, 1, None)
    text = text_of(tools_text(trace, 80))
    assert row_of(text, "read")[-4:] == ["≥", "1.0s", "1.0s", "1.0s"]
    assert "(no name)" in text
    assert "≥: some calls say nothing" in text


def test_repeats_are_of_one_agent_and_blind_to_the_order_of_keys(make: Traces) -> None:
    trace = make(
        tool("bash", args={"a": 1, "b": [1, {"x": 2, "y": 3}]}),
        tool("bash", args={"b": [1, {"y": 3, "x": 2}], "a": 1}),
        tool("bash", args={"a": 2}),
        tool("bash", args={"a": 2}, data={"agent_id": "a1"}),
        tool("bash"),
        tool("bash"),
        tool("other", args={"a": 2}),
        event("tool_start", data={"tool_name": "bash", "args": {"a": 2}}),
        event("tool_end", data={"tool_name": "bash", "args": {"a": 2}}),
    )
    assert {name: tool.repeats for name, tool in tool_figures(trace)} == {"bash": 2, "other": 0}


def sessions_list(folder: Path, width: int) -> Iterator[str]:
    return sessions_text(*newest_sessions(Sessions([folder])), START, width)


def test_long_lists_of_tools_and_sessions_say_they_are_cut(make: Traces, tmp_path: Path) -> None:
    trace = make(*(tool(f"tool-{number}") for number in range(13)))
    assert "… and 3 more tools" in text_of(report_text(trace, 80))
    assert len(list(tools_text(trace, 80))) > 13
    for number in range(55):
        (tmp_path / f"{number}.jsonl").write_text(json.dumps(event("session_start")) + "\n")
    assert list(sessions_list(tmp_path, 80))[-1] == "… and 6 more sessions"


def test_a_session_that_is_too_large_for_the_list_has_unknown_figures_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = json.dumps(event("session_start", data={"goal": "large goal"})) + "\n"
    (tmp_path / "large.jsonl").write_text(start + (json.dumps(response(tokens=5, cost=0.1)) + "\n") * 300)
    monkeypatch.setattr("tracetop.app.reports.sessions._MOST_FOLDED", 1_000)
    lines = list(sessions_list(tmp_path, 80))
    assert lines[1].split()[:6] == ["large", "large", "goal", "–", "–", "–"]
    assert "figures of 1 large session are not known yet" in lines[-1]
    monkeypatch.undo()
    lines = list(sessions_list(tmp_path, 80))
    assert lines[1].split()[4:6] == ["1.50k", "$30.00"]
    assert len(lines) == 2


def test_sessions_come_newest_first_with_their_age(tmp_path: Path) -> None:
    for name, age in (("old", 7200), ("new", 60)):
        path = tmp_path / f"{name}.jsonl"
        lines = (event("session_start", data={"goal": f"{name} goal"}), response(tokens=41_200, cost=0.84))
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        os.utime(path, (START - age, START - age))
    lines = list(sessions_list(tmp_path, 80))
    assert lines[1].split() == ["new", "new", "goal", "–", "41.2k", "$0.84", "1m"]
    assert lines[2].split()[-1] == "2h"


def test_a_long_goal_has_the_room_of_the_model_where_there_is_little(tmp_path: Path) -> None:
    start = event("session_start", data={"goal": "goal " * 20, "model": "claude-sonnet-4"})
    (tmp_path / "long.jsonl").write_text(json.dumps(start) + "\n")
    head, row = sessions_list(tmp_path, 80)
    assert "model" not in head and row.count("goal") > 8
    assert "claude-sonnet-4" in list(sessions_list(tmp_path, 100))[1]


WIDE = "修正 the パーサー and 테스트 everything twice over again until it is well " * 3


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int, make: Traces, tmp_path: Path) -> None:
    data = dict.fromkeys(("goal", "model", "tool_name", "args", "error", "agent_id"), WIDE)
    common = {"iteration": 10**9, "data": data, "session_id": WIDE}
    kinds = ["session_start", "subagent_spawn", "subagent_timeout", *["tool_error"] * 4, WIDE]
    trace = make(*(event(kind, number, **common) for number, kind in enumerate(kinds)))
    texts = {
        "report": [line for line in report_text(trace, width) if not line.startswith("  file")],
        "issues": issues_text(trace, width),
        "timeline": timeline_text(trace, choice((), (), ""), width),
        "tokens": tokens_text(trace, width),
        "tools": tools_text(trace, width),
        "sessions": sessions_list(tmp_path, width),
    }
    for name, lines in texts.items():
        for line in lines:
            assert width_of(line) <= width, (name, line)


def test_json_holds_what_json_cannot(make: Traces) -> None:
    assert json_text({"a": math.nan, "b": [math.inf, -math.inf]}) == '{"a":null,"b":[null,null]}'
    assert json.loads(json_text({"n": 10**30, "f": math.nan})) == {"n": 10**30, "f": None}
    assert json.loads(json_text({"s": "\ud800 \u202e"})) == {"s": "\ud800 \u202e"}
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    assert json.loads(json_text(deep))
    assert json_text("\x1b\x7f\x9b\u2028\U000e0041") == '"\\u001b\\u007f\\u009b\\u2028\\udb40\\udc41"'
    trace = make('{"kind":"custom","timestamp":NaN,"data":{"a":NaN,"b":"\\ud800"},"duration_ms":Infinity}')
    assert parsed(timeline_json(trace))[0]["data"] == {"a": None, "b": "\ud800"}
    assert "NaN" not in report_json(trace)


def test_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert terminal_width() == MIN_WIDTH
    monkeypatch.setenv("COLUMNS", "200")
    assert terminal_width() == 200
    assert len(heading("title", "note", 80)) == 80
    assert wrapped("one two " * 10, 40, "  ")[0] == "  one two one two one two one two one"
    assert [len(line) for line in wrapped("x" * 100, 40)] == [40]
    assert table(["name", "n"], [["a\x1b", "1"], ["bb", "100"]], 80) == ["  name    n", "  a␛      1", "  bb    100"]


# -- where cost comes from


def priced(make: Traces, prices: Prices) -> Trace:
    calls = [
        response(0, 1, model="claude-sonnet-4", input_tokens=1000, output_tokens=100),
        response(1, 2, model="mine", input_tokens=1000, output_tokens=100),
        response(2, 3, model="m", input_tokens=1000, output_tokens=100),
        response(3, 4, model="m", input_tokens=1000, output_tokens=100),
        response(4, 5, input_tokens=1000, output_tokens=100),
        response(5, 6, model="claude-sonnet-4", tokens=10),
        response(6, 7, model="\x1b[31mred", input_tokens=1000, output_tokens=100),
    ]
    make(*calls)
    return load_trace(make.path, prices=prices)


MINE = {"mine": Price(input=1.0, output=1.0)}


def test_the_report_says_whose_prices_and_which_models_have_none(make: Traces) -> None:
    trace = priced(make, Prices(MINE, ListPrices()))
    for text in (text_of(report_text(trace, 200)), text_of(tokens_text(trace, 200))):
        prose = " ".join(text.split())
        assert f"estimated by {ListPrices().name} and your prices for 1 model (see: tracetop config)" in prose
        assert "No price is known of m (2 calls), a model without a name (1 call)," in prose
        assert "Of 1 call the trace says too little" in prose
        assert "\x1b" not in text
    report = report_object(trace)
    assert report["cost_estimated"] is True
    assert report["price_source"] == f"{ListPrices().name}, config"
    assert report["unpriced"][:2] == [{"model": "m", "calls": 2}, {"model": None, "calls": 1}]


def test_of_many_models_without_a_price_some_are_named(make: Traces) -> None:
    text = " ".join(text_of(tokens_text(make(*(response(0, 1, model=f"m{number}", input_tokens=1, output_tokens=1)
                                               for number in range(9))), 200)).split())  # fmt: skip
    assert "No price is known of m0 (1 call)," in text
    assert "m4 (1 call) … and 4 more: what they cost is in no total." in text


def test_one_source_is_named_alone_and_none_not_at_all(make: Traces) -> None:
    assert report_object(priced(make, Prices(MINE)))["price_source"] == "config"
    assert "by your prices for 1 model (" in " ".join(text_of(report_text(priced(make, Prices(MINE)), 200)).split())
    report = report_object(priced(make, Prices()))
    assert "price_source" not in report
    assert {each["model"] for each in report["unpriced"]} >= {"claude-sonnet-4", "mine", "m"}
    measured = make(*FULL)
    assert not {"price_source", "unpriced"} & set(report_object(measured))
    assert "price" not in text_of(report_text(measured, 200))


def test_a_folder_s_report_marks_what_is_estimated_of_a_model(make: Traces) -> None:
    priced(make, Prices())
    folded = [Folding(Prices(MINE, ListPrices())).fold(make.path)]
    report = json.loads(folder_json("f", folded, total_of(folded)))
    assert report["price_source"] == f"{ListPrices().name}, config"
    assert {"model": "m", "calls": 2} in report["unpriced"]
    assert report["models"]["mine"]["cost_estimated"] is True
    assert "cost_estimated" not in report["models"]["m"]
    assert report["by_session"][0]["cost_estimated"] is True
    text = text_of(folder_text("f", folded, total_of(folded), 200))
    assert row_of(text, "mine")[-1] == "~$0.0011"
    assert f"estimated by {ListPrices().name} and your prices (see" in text
    assert "No price is known of m (2 calls)" in text


def cached(number: int, read: int, written: int, **data: Any) -> dict[str, Any]:
    tokens = {"input_tokens": 50 + number, "cache_read_tokens": read, "cache_write_tokens": written}
    return response(400.0 * number, number, model="m", output_tokens=9, **tokens, **data)


def test_the_report_tells_breaks_of_the_cache_and_what_was_behind_them(make: Traces) -> None:
    trace = make(
        cached(1, 9_000, 1_000),
        event("compaction_end", 401.0),
        cached(2, 1_000, 9_000),
        *(cached(number, 0, 10_000) for number in range(3, 9)),
    )
    told = report_object(trace)
    assert [(each["event"], each["class"], each["culprit_event"]) for each in told["cache_breaks"][:2]] == [
        (3, "compaction", 2),
        (4, "expiry", 3),
    ]
    first = told["cache_breaks"][0]
    assert (first["extent"], first["confidence"], first["rebilled_tokens"]) == ("partial", "high", 9_000)
    assert (first["rebilled_cost"], first["cost_basis"], first["event_id"]) == (None, None, "e3")
    assert [each["class"] for each in first["other_causes"]] == ["expiry"]
    assert [each["pattern"] for each in told["cache_findings"]] == ["repeated_expiry", "never_cached"]
    assert told["cache_findings"][0]["events"] == [4, 5, 6, 7, 8, 9]
    text = "\n".join(report_text(trace, 100))
    assert "7 breaks, ~69.0k re-billed" in text
    assert "#3      4  full    TTL ran out at event 3  medium     ~10.0k     –" in text
    assert "compaction        1     ~9.00k     –" in text
    assert "… and 2 more breaks" in text
    assert "! the cache is never read: 6 responses" in text
    assert "! the cache runs out again and again: 6 times" in text
    section = text[text.index("── findings") :].split("\n\n")[0]
    assert "compaction saved little" in section and "cache" not in section.split("→")[0], "those stand with the cache"
    assert [each["category"] for each in told["findings"]] == [
        "useless_compaction",
        "cache_break",
        "never_cached",
        "repeated_expiry",
    ]


def test_a_cache_that_never_broke_is_said_to_be_whole_and_none_is_not_spoken_of(make: Traces) -> None:
    whole = "\n".join(report_text(make(cached(1, 9_000, 1_000), cached(2, 10_000, 10)), 100))
    assert "It never broke." in whole
    assert "── cache ──" not in "\n".join(report_text(make(response(tokens=5)), 100))
