"""What the report says of what the bill would have been."""

from __future__ import annotations

from pathlib import Path

from tracetop import TraceCollector
from tracetop.analysis.prices import Price, Prices
from tracetop.app.reports.report import report_object
from tracetop.app.reports.what_if import what_if_lines, what_if_objects
from tracetop.app.trace import Trace, load_trace

MINE = Price(1.0, 5.0, 0.1, 1.25)
MILLION = 1_000_000


def recorded(folder: Path, *models: str, prices: Prices | None = None) -> Trace:
    """A session that writes a million tokens twice; each of `models` takes half of what `m` does."""
    with TraceCollector(folder, "what-if") as collector:
        path = collector.start_session(goal="g", model="m")
        for number in (1, 2):
            written = {"input": 0, "output": 0, "cache_read": 0, "cache_write": MILLION}
            collector.record_llm_response(written, None, 5.0, iteration=number, model="m")
    half = Price(0.5, 2.5, 0.05, 0.625)
    return load_trace(path, prices=Prices({"m": MINE, **dict.fromkeys(models, half)}) if prices is None else prices)


def test_what_saves_most_is_told_with_what_it_rests_on(tmp_path: Path) -> None:
    lines = list(what_if_lines(recorded(tmp_path, "a", "b", "c"), 100))
    assert "the bill is ~$2.50" in lines[1]
    rows = [line.split() for line in lines if line.startswith("  with")]
    assert [row[-6:] for row in rows if row[1] in "abc"] == [
        ["~$1.25", "~$1.25", "~50%", "by", "your", "prices"],
        ["~$1.25", "~$1.25", "~50%", "by", "your", "prices"],
    ]
    assert ["without", "cache", "breaks", "~$1.35", "~$1.15", "~46%", "1", "break"] in rows
    assert "… and 1 more that save something" in "\n".join(lines)  # the third model
    text = " ".join(" ".join(lines).split())
    assert "Scenarios overlap: what they save does not add up." in text
    assert "another model counts them otherwise" in text


def test_without_prices_tokens_are_told(tmp_path: Path) -> None:
    lines = list(what_if_lines(recorded(tmp_path, prices=Prices()), 100))
    assert any("without cache breaks" in line and "~1.00M tokens" in line for line in lines)


def test_where_nothing_is_saved_nothing_is_said(tmp_path: Path) -> None:
    with TraceCollector(tmp_path, "nothing") as collector:
        path = collector.start_session(goal="g")
    assert list(what_if_lines(load_trace(path), 100)) == []


def test_json_has_all_scenarios_with_every_option(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "half")
    told = what_if_objects(trace)
    assert report_object(trace)["what_if"] == told
    assert told[0] == {
        "scenario": "cache_breaks",
        "option": None,
        "name": "without cache breaks",
        "cost": 1.35,
        "saving": 1.15,
        "basis": "estimated",
        "tokens": MILLION,
        "remark": "1 break",
        "unknown": None,
        "assumptions": [
            "Breaks by a compaction stay: they have to be. What the others had paid again is read instead."
        ],
    }
    assert [each["option"] for each in told if each["scenario"] == "compaction"] == ["50%", "60%", "70%", "80%"]
    hour = next(each for each in told if each["scenario"] == "hour_cache")
    assert hour["saving"] == -1.5
    unknown = next(each for each in what_if_objects(load_trace(Path(trace.name))) if each["scenario"] == "model")
    assert (unknown["cost"], unknown["saving"]) == (None, None)
    assert unknown["unknown"] == "no price of another model is known"
