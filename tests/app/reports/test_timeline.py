"""The timeline, filtered or whole, as text and as JSON."""

from __future__ import annotations

from typing import Any

from tracetop.app.query.matching import Query
from tracetop.app.reports.timeline import choice, nothing_matched, timeline_json, timeline_text
from tracetop.app.trace import Trace
from tracetop.collector.events import Category

from .conftest import FULL, START, Traces, event, parsed


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
