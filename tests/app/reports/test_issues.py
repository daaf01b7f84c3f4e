"""Issues, as text and as JSON."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.issues.issue import CATEGORIES
from tracetop.app.reports.issues import at_least, issues_json, issues_of, issues_text
from tracetop.app.reports.report import report_text
from tracetop.app.reports.told import tally

from .conftest import Traces, event, parsed, response, text_of, tool


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
