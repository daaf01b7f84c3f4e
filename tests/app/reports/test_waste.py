"""What a report says of waste: each token and dollar once, by category, and where the run should have been stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tracetop.app.reports.report import report_json, report_text
from tracetop.app.trace import Trace, load_trace

Event = Callable[..., bytes]


@pytest.fixture
def stuck(line: Event, tmp_path: Path, utc: None) -> Trace:
    """Six iterations of a cent and 1,100 tokens each, in which the same command fails."""
    path = tmp_path / "stuck.jsonl"
    lines = [line("session_start", goal="build it", model="m")]
    for number in range(1, 7):
        lines.append(line("iteration_start", number))
        lines.append(line("llm_response", number, input_tokens=1_000, output_tokens=100, cost=0.01, model="m"))
        lines.append(line("tool_error", number, tool_name="bash", args={"command": "make"}))
    path.write_bytes(b"".join(lines))
    return load_trace(path)


def test_the_waste_of_all_issues_adds_up_by_category(stuck: Trace) -> None:
    waste = json.loads(report_json(stuck))["waste"]
    assert (waste["tokens"], waste["cost"], waste["share"]) == (5_500, pytest.approx(0.05), pytest.approx(5 / 6))
    (line,) = waste["by_category"]
    assert (line["category"], line["issues"], line["tokens"], line["basis"]) == ("error_loop", 1, 5_500, "derived")
    (issue,) = waste["by_issue"]
    assert (issue["category"], issue["event"], issue["tokens"], issue["share_of"]) == ("error_loop", 10, 5_500, "cost")


def test_a_finding_says_what_is_its_own_and_what_it_cost_besides(stuck: Trace) -> None:
    findings = {finding["category"]: finding for finding in json.loads(report_json(stuck))["findings"]}
    loop, stop = findings["error_loop"], findings["stuck"]
    assert (loop["wasted_tokens"], loop["wasted_cost"]) == (5_500, pytest.approx(0.05))
    assert (stop["wasted_tokens"], stop["wasted_cost"]) == (None, None)
    assert (stop["tokens"], stop["cost"]) == (3_300, pytest.approx(0.03))
    assert (loop["basis"], loop["wasted_basis"], stop["basis"]) == ("derived", "derived", "measured")


def test_where_the_run_should_have_been_stopped(stuck: Trace) -> None:
    (stop,) = json.loads(report_json(stuck))["waste"]["should_have_stopped"]
    assert (stop["event"], stop["iteration"], stop["agent"]) == (10, 3, "")
    assert (stop["tokens_since"], stop["cost_since"]) == (3_300, pytest.approx(0.03))
    assert stop["reason"] == "failed 3× alike: bash make"


def test_the_text_says_the_same(stuck: Trace) -> None:
    text = "\n".join(report_text(stuck, 100))
    section = text[text.index("── waste") :].split("\n\n")[0]
    assert "~$0.050 of $0.060 wasted (83%)" in section
    assert "error_loop" in section and "~5.50k" in section
    assert "should have stopped here: failed 3× alike: bash make (event 10, it 3, " in section
    assert "$0.030, 3.30k tokens" in " ".join(section.split())


def test_what_has_no_known_price_makes_the_dollars_a_lower_bound(line: Event, tmp_path: Path, utc: None) -> None:
    path = tmp_path / "odd.jsonl"
    lines = [line("llm_response", 1, model="odd", input_tokens=0, output_tokens=9, cache_read_tokens=0, cost=0.02,
                  cache_write_tokens=20_000) for _ in range(2)]  # fmt: skip
    for number in range(2, 6):
        lines.append(line("llm_response", number, input_tokens=1_000, output_tokens=100, cost=0.01, model="m"))
        lines.append(line("tool_end", number, tool_name="bash", args={"command": "ls"}))
    path.write_bytes(b"".join(lines))
    waste = json.loads(report_json(load_trace(path)))["waste"]
    assert (waste["cost"], waste["cost_is_lower_bound"]) == (pytest.approx(0.03), True)
    assert (waste["share"], waste["share_of"]) == (pytest.approx(23_300 / 44_418), "tokens")
    assert {each["category"]: each["cost"] for each in waste["by_category"]} == {
        "repeated_tool_calls": pytest.approx(0.03),
        "cache_break": None,
    }
    text = "\n".join(report_text(load_trace(path), 100))
    assert "≥~$0.030 of $0.080 wasted (52% of the tokens)" in text


def test_of_a_session_that_wasted_nothing_nothing_is_said(line: Event, tmp_path: Path, utc: None) -> None:
    path = tmp_path / "fine.jsonl"
    answer: dict[str, Any] = {"input_tokens": 10, "output_tokens": 5, "cost": 0.01}
    path.write_bytes(b"".join([line("session_start"), line("llm_response", 1, **answer)]))
    trace = load_trace(path)
    assert "── waste" not in "\n".join(report_text(trace, 100))
    assert json.loads(report_json(trace))["waste"]["tokens"] == 0
