"""Breaks of the cache."""

from __future__ import annotations

from typing import Any

from tracetop.app.reports.report import report_object, report_text

from .conftest import Traces, event, response


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
