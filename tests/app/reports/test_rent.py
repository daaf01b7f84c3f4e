"""What the report says of results that stay in the context."""

from __future__ import annotations

from pathlib import Path

from tracetop import TraceCollector
from tracetop.app.reports.rent import rent_lines, rent_object
from tracetop.app.reports.report import report_object
from tracetop.app.trace import Trace, load_trace


def recorded(folder: Path, *, resent: int) -> Trace:
    with TraceCollector(folder, "rent") as collector:
        path = collector.start_session(goal="g", model="m")
        prompt = 1000
        collector.record_llm_response({"input": prompt, "output": 10}, 0.1, 5.0, iteration=1, model="m")
        collector.record_tool_call("read_file", {"path": "[/oops] long.py"}, "x" * 4000, 1.0, iteration=1)
        for number in range(2, 3 + resent):
            collector.record_llm_response({"input": 3010, "output": 0}, 0.3, 5.0, iteration=number, model="m")
    return load_trace(path)


def test_the_dearest_results_are_told_with_what_they_took(tmp_path: Path) -> None:
    trace = recorded(tmp_path, resent=4)
    lines = list(rent_lines(trace, 100))
    assert "~8.00k sent again, ~$0.80 (~50% of the cost)" in lines[1]
    assert lines[-1].split() == ["read_file", "[/oops]", "long.py", "~2.00k", "4×", "~8.00k", "~$0.80"]
    end = next(event for event in range(trace.session.count) if trace.event(event).kind == "tool_end")
    assert rent_object(trace) == {
        "estimated": True,
        "tokens": 8000,
        "cost": 0.7973421927,
        "dearest": [
            {
                "event_id": trace.event_id(end),
                "tool_name": "read_file",
                "tokens": 2000,
                "sent_again": 4,
                "rent_tokens": 8000,
                "rent_cost": 0.7973421927,
            }
        ],
    }


def test_where_nothing_was_sent_again_nothing_is_said(tmp_path: Path) -> None:
    trace = recorded(tmp_path, resent=0)
    assert list(rent_lines(trace, 100)) == []
    assert "rent" not in report_object(trace)
