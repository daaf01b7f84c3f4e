"""Real traces, reported by the command line, against independent reference counts.

The traces are not part of the project: `$TRACETOP_TRACES`, else `../shared/traces` beside the repository.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tracetop.app.cli import cli
from tracetop.app.trace import load_trace

REPOSITORY = Path(__file__).resolve().parents[2]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces")
FILES = sorted((TRACES / "attocode").glob("*.jsonl"))
RUNS = {"cli-tui-two-prompts": 2}
TORN = "typed-torn-last-line"


@pytest.fixture(scope="module")
def references() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((TRACES / "expected_counts.json").read_text())
    return {Path(name).stem: counts for name, counts in found.items() if name.startswith("attocode/")}


def printed(*args: object) -> str:
    result = CliRunner().invoke(cli, [str(arg) for arg in args])
    assert result.exit_code == 0, result.output
    return result.stdout


def tools_of(path: Path) -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for line in printed("tools", path, "--json").splitlines()]
    return {row["tool_name"] or "None": row for row in rows}


def same_or_unknown(reported: float | None, reference: float) -> bool:
    """A reference of 0 says that the trace has nothing; then unknown is right too."""
    return reported == pytest.approx(reference) if reported is not None else reference == 0


def test_the_traces_are_there() -> None:
    if not FILES:
        message = f"no traces in {TRACES / 'attocode'}; set TRACETOP_TRACES"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


@pytest.mark.parametrize("path", [path for path in FILES if path.stem != TORN], ids=lambda path: path.stem)
def test_report_agrees_with_the_reference(path: Path, references: dict[str, dict[str, Any]]) -> None:
    expected = references[path.stem]
    report = json.loads(printed("report", path, "--json"))
    assert report["source"] == str(path)
    assert report["events"] == report["reader"]["lines"] == expected["lines"]
    assert report["reader"]["bad_lines"] == expected["unparseable_lines"]
    assert report["llm_calls"] == expected["real_llm_responses"]
    assert report["iterations"] == max(expected["distinct_iteration_numbers"], expected["iteration_starts"])
    assert report["duration_seconds"] == pytest.approx(expected["wall_s"], abs=0.002)
    assert same_or_unknown(report["tokens"]["total"], expected["tokens"])
    assert same_or_unknown(report["cost"], expected["cost"])
    for bucket in ("input", "output", "cache_read", "cache_write"):
        assert same_or_unknown(report["tokens"][bucket], expected[f"{bucket}_tokens"]), bucket
    kinds = Counter(expected["kinds"])
    assert report["errors"] == kinds["tool_error"] + kinds["llm_error"] + kinds["error"]
    assert report["tool_calls"] == sum(expected["tool_calls"].values())
    assert load_trace(path).view().runs == RUNS.get(path.stem, 1)


@pytest.mark.parametrize("path", [path for path in FILES if path.stem != TORN], ids=lambda path: path.stem)
def test_tools_agree_with_the_reference(path: Path, references: dict[str, dict[str, Any]]) -> None:
    expected = references[path.stem]
    tools = tools_of(path)
    assert {name: tool["calls"] for name, tool in tools.items() if tool["calls"]} == expected["tool_calls"]
    assert {name: tool["errors"] for name, tool in tools.items() if tool["errors"]} == expected["tool_errors"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_reports_add_up_to_each_other(path: Path) -> None:
    report = json.loads(printed("report", path, "--json"))
    flow = [json.loads(line) for line in printed("tokens", path, "--json").splitlines()]
    events = [json.loads(line) for line in printed("timeline", path, "--json").splitlines()]
    issues = [json.loads(line) for line in printed("issues", path, "--json").splitlines()]
    findings = issues.pop()["findings"] if report["findings"] else []
    assert sum(point["total_tokens"] or 0 for point in flow) == (report["tokens"]["total"] or 0)
    assert sum(point["cost"] or 0 for point in flow) == pytest.approx(report["cost"] or 0)
    assert [event["event"] for event in events] == list(range(1, report["events"] + 1))
    assert sorted(map(json.dumps, issues)) == sorted(map(json.dumps, report["issues"]))
    ids = {event["event_id"] for event in events}
    assert findings == report["findings"]
    assert all(issue["event_ids"] and ids.issuperset(issue["event_ids"]) for issue in [*issues, *findings])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", ["report", "issues", "timeline", "tokens", "tools"])
def test_the_plain_texts_are_safe_and_fit(path: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = printed(command, path)
    assert text
    for line in text.splitlines():
        assert line.isprintable()
        assert len(line) <= 80 or (command == "report" and line.startswith("  file"))


def naive_counts(path: Path) -> dict[str, Any]:
    """Counted line by line, sharing nothing with the program."""
    events = []
    bad = 0
    for line in path.read_bytes().splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            bad += 1
    kinds = Counter(event["kind"] for event in events)
    responses = [event["data"] for event in events if event["kind"] == "llm_response"]
    ends = [event for event in events if event["kind"] in ("tool_end", "tool_error")]
    times = [event["timestamp"] for event in events]
    return {
        "events": len(events),
        "bad": bad,
        "llm_calls": len(responses),
        "cost": sum(data.get("cost", 0) for data in responses),
        "total": sum(data.get("tokens", 0) for data in responses),
        **{
            name: sum(data.get(f"{name}_tokens", 0) for data in responses)
            for name in ("input", "output", "cache_read", "cache_write")
        },
        "tools": Counter(event["data"]["tool"] for event in ends),
        "tool_errors": Counter(event["data"]["tool"] for event in ends if event["kind"] == "tool_error"),
        "errors": kinds["tool_error"] + kinds["error"] + kinds["llm_error"],
        "iterations": len({event["iteration"] for event in events if event.get("iteration") is not None}),
        "seconds": max(times) - min(times),
    }


@pytest.mark.skipif(TORN not in {path.stem for path in FILES}, reason="no such trace here")
def test_a_torn_last_line_costs_nothing_else() -> None:
    path = TRACES / "attocode" / f"{TORN}.jsonl"
    expected = naive_counts(path)
    report = json.loads(printed("report", path, "--json"))
    assert expected["bad"] == 1
    assert report["events"] == report["reader"]["lines"] == expected["events"]
    assert report["reader"]["bad_lines"] == 0
    assert report["llm_calls"] == expected["llm_calls"]
    assert report["cost"] == pytest.approx(expected["cost"])
    for bucket in ("input", "output", "cache_read", "cache_write", "total"):
        assert report["tokens"][bucket] == expected[bucket], bucket
    assert report["errors"] == expected["errors"]
    assert report["iterations"] == expected["iterations"]
    assert report["duration_seconds"] == pytest.approx(expected["seconds"], abs=0.002)
    tools = tools_of(path)
    assert {name: tool["calls"] for name, tool in tools.items() if tool["calls"]} == expected["tools"]
    assert {name: tool["errors"] for name, tool in tools.items() if tool["errors"]} == expected["tool_errors"]
    assert "The last line is torn" in printed("report", path)


@pytest.mark.parametrize("name", ["collector-typed", "cli-doom-stream"])
def test_the_installed_command_says_the_same(name: str) -> None:
    path = TRACES / "attocode" / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"no trace {path}")
    script = Path(sys.executable).with_name("tracetop")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "tracetop"]
    done = subprocess.run([*command, "report", path, "--json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(printed("report", path, "--json"))
